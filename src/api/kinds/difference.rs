//! What differs between two specifications, field by field, in the manner of Go's `cmp.Diff`: down to where they differ, and no further.
//!
//! The real thing: github.com/google/go-cmp's cmp/report_compare.go and report_text.go.
//! Left out: names of types inside; equal neighbours, and the order of fields in Go: they come by their names, and those that are not set
//! are not counted.

use crate::api::typed::{Typed, to_json};
use serde_json::{Map, Value};

/// Fields whose own fields are named by people.
const MAPS: &[&str] = &[
    "annotations",
    "labels",
    "limits",
    "matchLabels",
    "nodeSelector",
    "options",
    "overhead",
    "requests",
    "volumeAttributes",
];

/// The lines, with `-` and `+`; `name` is that of the type.
pub(super) fn of<T: Typed>(name: &str, old: &T, new: &T) -> String {
    let mut lines = Lines::default();
    let (old, new) = (to_json(old), to_json(new));
    lines.pair(&format!("{name}{{"), (Some(&old), Some(&new)), Keys::Fields);
    // What stands outermost is no part of anything.
    lines.text.truncate(lines.text.len() - ",\n".len());
    lines.text.push('\n');
    lines.text
}

/// How the fields of an object are spelled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// As Go names them.
    Fields,
    /// As texts.
    Texts,
}

impl Keys {
    fn below(field: &str) -> Self {
        if MAPS.contains(&field) {
            Self::Texts
        } else {
            Self::Fields
        }
    }

    fn spell(self, field: &str) -> String {
        if self == Self::Texts {
            return format!("{field:?}");
        }
        let mut letters = field.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect()
    }
}

#[derive(Default)]
struct Lines {
    text: String,
    level: usize,
}

impl Lines {
    fn line(&mut self, sign: char, text: &str) {
        self.text.push(sign);
        self.text.push(' ');
        self.text.extend(std::iter::repeat_n('\t', self.level));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn identical(&mut self, count: usize, what: &str) {
        if count > 0 {
            let s = if count == 1 { "" } else { "s" };
            self.line(' ', &format!("... // {count} identical {what}{s}"));
        }
    }

    /// Two values that differ; `begin` is what stands before the first of their parts.
    fn pair(&mut self, begin: &str, (old, new): (Option<&Value>, Option<&Value>), keys: Keys) {
        let label = begin.strip_suffix('{').unwrap_or(begin).to_owned();
        match (old, new) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                self.line(' ', &format!("{label}{{"));
                self.level += 1;
                self.fields(old, new, keys);
                self.level -= 1;
                self.line(' ', "},");
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => {
                self.line(' ', &format!("{label}{{"));
                self.level += 1;
                self.elements(old, new);
                self.level -= 1;
                self.line(' ', "},");
            }
            _ => {
                for (sign, value) in [('-', old), ('+', new)] {
                    let value = value.map_or("nil".to_owned(), |v| spelled(v, keys));
                    self.line(sign, &format!("{label}{value},"));
                }
            }
        }
    }

    fn fields(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, keys: Keys) {
        let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
        names.sort();
        names.dedup();
        let mut same = 0;
        for name in names {
            let values = (old.get(name), new.get(name));
            if values.0 == values.1 {
                same += 1;
                continue;
            }
            self.pair(
                &format!("{}: ", keys.spell(name)),
                values,
                Keys::below(name),
            );
        }
        self.identical(same, "field");
    }

    /// Elements that are equal at both ends are counted; what lies between is compared in pairs if it can be.
    fn elements(&mut self, old: &[Value], new: &[Value]) {
        let before = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let (old, new) = (&old[before..], &new[before..]);
        let ends = old.iter().rev().zip(new.iter().rev());
        let behind = ends.take_while(|(a, b)| a == b).count();
        let (old, new) = (&old[..old.len() - behind], &new[..new.len() - behind]);
        self.identical(before, "element");
        if old.len() == new.len() {
            let mut same = 0;
            for (old, new) in old.iter().zip(new) {
                if old == new {
                    same += 1;
                    continue;
                }
                self.identical(std::mem::take(&mut same), "element");
                self.pair("", (Some(old), Some(new)), Keys::Fields);
            }
        } else {
            for (sign, values) in [('-', old), ('+', new)] {
                for value in values {
                    self.line(sign, &format!("{},", spelled(value, Keys::Fields)));
                }
            }
        }
        self.identical(behind, "element");
    }
}

/// A value on one line.
fn spelled(value: &Value, keys: Keys) -> String {
    match value {
        Value::Null => "nil".to_owned(),
        Value::String(text) => format!("{text:?}"),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|v| spelled(v, Keys::Fields)).collect();
            format!("{{{}}}", items.join(", "))
        }
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                format!(
                    "{}: {}",
                    keys.spell(name),
                    spelled(value, Keys::below(name))
                )
            };
            let fields: Vec<String> = fields.iter().map(field).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use k8s_openapi::api::core::v1::PodSpec;
    use serde_json::json;

    #[test]
    fn differences_are_shown_where_they_are() {
        let old = json!({"restartPolicy": "Always", "nodeSelector": {"disk": "ssd"}, "containers": [
            {"name": "a", "image": "nginx", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]},
            {"name": "b", "image": "nginx"},
        ]});
        let with = |pointer: &str, value: Value| -> Value {
            let mut new = old.clone();
            *new.pointer_mut(pointer).expect("it is there") = value;
            new
        };
        let cases: [(Value, Expect); 6] = [
            (
                with("/restartPolicy", json!("Never")),
                expect![[r#"
                  core.PodSpec{
                - 	RestartPolicy: "Always",
                + 	RestartPolicy: "Never",
                  	... // 2 identical fields
                  }
            "#]],
            ),
            (
                with("/nodeSelector", json!({"disk": "hdd"})),
                expect![[r#"
                  core.PodSpec{
                  	NodeSelector: {
                - 		"disk": "ssd",
                + 		"disk": "hdd",
                  	},
                  	... // 2 identical fields
                  }
            "#]],
            ),
            (
                with("/nodeSelector", Value::Null),
                expect![[r#"
                  core.PodSpec{
                - 	NodeSelector: {"disk": "ssd"},
                + 	NodeSelector: nil,
                  	... // 2 identical fields
                  }
            "#]],
            ),
            (
                with("/containers/0/env/1/value", json!("3")),
                expect![[r#"
                  core.PodSpec{
                  	Containers: {
                  		{
                  			Env: {
                  				... // 1 identical element
                  				{
                - 					Value: "2",
                + 					Value: "3",
                  					... // 1 identical field
                  				},
                  			},
                  			... // 2 identical fields
                  		},
                  		... // 1 identical element
                  	},
                  	... // 2 identical fields
                  }
            "#]],
            ),
            (
                with("/containers/0/env", json!([{"name": "Y", "value": "2"}])),
                expect![[r#"
                      core.PodSpec{
                      	Containers: {
                      		{
                      			Env: {
                    - 				{Name: "X", Value: "1"},
                      				... // 1 identical element
                      			},
                      			... // 2 identical fields
                      		},
                      		... // 1 identical element
                      	},
                      	... // 2 identical fields
                      }
                "#]],
            ),
            (
                with(
                    "/containers/1",
                    json!({"name": "b", "image": "nginx", "resources": {"limits": {"cpu": "1"}}}),
                ),
                expect![[r#"
                      core.PodSpec{
                      	Containers: {
                      		... // 1 identical element
                      		{
                    - 			Resources: nil,
                    + 			Resources: {Limits: {"cpu": "1"}},
                      			... // 2 identical fields
                      		},
                      	},
                      	... // 2 identical fields
                      }
                "#]],
            ),
        ];
        let read = |value: &Value| -> PodSpec {
            serde_json::from_value(value.clone()).expect("a specification")
        };
        for (new, want) in cases {
            want.assert_eq(&of("core.PodSpec", &read(&old), &read(&new)));
        }
    }
}
