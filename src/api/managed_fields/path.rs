//! Where a field is: steps by field name, by a list entry's key, by a set's value, by index.
//!
//! The real thing: sigs.k8s.io/structured-merge-diff/fieldpath/{element,path,serialize-pe}.go, value/{value,fields}.go (`Compare`).

use serde_json::{Map, Value};
use std::cmp::Ordering;
use std::fmt;

/// One step from a value to something inside it.
#[derive(Clone, Debug)]
pub enum Step {
    /// Into a map: a field of a struct or a key, `f:replicas`.
    Field(String),
    /// To the entry of a list that has these keys, sorted by name: `k:{"name":"web"}`.
    Key(Vec<(String, Value)>),
    /// To this value of a set: `v:"example.com/finalizer"`.
    Value(Value),
    /// To an entry by its place: `i:0`.
    Index(i64),
}

impl Step {
    /// A step to a field.
    #[must_use]
    pub fn field(name: &str) -> Self {
        Self::Field(name.to_owned())
    }

    /// As a key of FieldsV1 spells it.
    #[must_use]
    pub fn encode(&self) -> String {
        match self {
            Self::Field(name) => format!("f:{name}"),
            Self::Key(keys) => {
                let keys: Map<String, Value> = keys.iter().cloned().collect();
                format!("k:{}", Value::Object(keys))
            }
            Self::Value(value) => format!("v:{value}"),
            Self::Index(index) => format!("i:{index}"),
        }
    }

    /// Reads a key of FieldsV1. `Ok(None)` for a kind of step that nobody knows: such steps are dropped.
    ///
    /// # Errors
    /// What is wrong with the key.
    pub fn decode(text: &str) -> Result<Option<Self>, String> {
        let Some((prefix, rest)) = text.split_once(':').filter(|(prefix, _)| prefix.len() == 1)
        else {
            return Err(format!("missing colon: {text}"));
        };
        let json = || serde_json::from_str::<Value>(rest).map_err(|error| error.to_string());
        Ok(Some(match prefix {
            "f" => Self::field(rest),
            "v" => Self::Value(json()?),
            "i" => Self::Index(
                rest.parse()
                    .map_err(|_| format!("{rest:?} is no list index"))?,
            ),
            "k" => {
                let Value::Object(keys) = json()? else {
                    return Err(format!("{rest:?} is no list of keys"));
                };
                let mut keys: Vec<(String, Value)> = keys.into_iter().collect();
                keys.sort_by(|a, b| a.0.cmp(&b.0));
                Self::Key(keys)
            }
            _ => return Ok(None),
        }))
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Field(_) => 0,
            Self::Key(_) => 1,
            Self::Value(_) => 2,
            Self::Index(_) => 3,
        }
    }
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Field(a), Self::Field(b)) => a.cmp(b),
            (Self::Key(a), Self::Key(b)) => {
                let pair = |(a, b): (&(String, Value), &(String, Value))| {
                    a.0.cmp(&b.0).then_with(|| compare_values(&a.1, &b.1))
                };
                let unequal = a.iter().zip(b).map(pair).find(|o| o.is_ne());
                unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            (Self::Value(a), Self::Value(b)) => compare_values(a, b),
            (Self::Index(a), Self::Index(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Step {}

impl fmt::Display for Step {
    /// As messages print it: `.replicas`, `[name="web"]`, `[="a"]`, `[0]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, ".{name}"),
            Self::Key(keys) => {
                let keys: Vec<String> = keys.iter().map(|(k, v)| format!("{k}={v}")).collect();
                write!(f, "[{}]", keys.join(","))
            }
            Self::Value(value) => write!(f, "[={value}]"),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// A path as messages print it: `.spec.template.spec.containers[name="web"].image`.
#[must_use]
pub fn path_text(path: &[Step]) -> String {
    path.iter().map(Step::to_string).collect()
}

/// An order of all scalars: numbers, texts, then yes and no; anything else by its text.
fn compare_values(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Number(_) => 0,
        Value::String(_) => 1,
        Value::Bool(_) => 2,
        Value::Array(_) => 3,
        Value::Object(_) => 4,
        Value::Null => 5,
    };
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.to_string().cmp(&b.to_string()),
        },
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Null, Value::Null) => Ordering::Equal,
        _ if rank(a) == rank(b) => a.to_string().cmp(&b.to_string()),
        _ => rank(a).cmp(&rank(b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_read_what_they_write() {
        let cases = [
            ("f:replicas", ".replicas"),
            (
                "f:kubernetes.io/metadata.name",
                ".kubernetes.io/metadata.name",
            ),
            ("f:", "."),
            (r#"k:{"name":"web"}"#, r#"[name="web"]"#),
            (
                r#"k:{"containerPort":80,"protocol":"TCP"}"#,
                r#"[containerPort=80,protocol="TCP"]"#,
            ),
            (r#"v:"example.com/held""#, r#"[="example.com/held"]"#),
            ("v:5", "[=5]"),
            ("i:3", "[3]"),
        ];
        for (text, shown) in cases {
            let step = Step::decode(text).expect(text).expect("a known step");
            assert_eq!(step.encode(), text);
            assert_eq!(step.to_string(), shown);
        }
    }

    #[test]
    fn keys_are_sorted_and_unknown_steps_dropped() {
        let unsorted = Step::decode(r#"k:{"protocol":"TCP","port":80}"#);
        let step = unsorted.expect("read").expect("known");
        assert_eq!(step.encode(), r#"k:{"port":80,"protocol":"TCP"}"#);
        assert_eq!(Step::decode("x:y"), Ok(None));
        for wrong in ["", "f", "name", "k:5", "k:{", "v:", "i:x", "field:x"] {
            assert!(Step::decode(wrong).is_err(), "{wrong:?}");
        }
    }
}
