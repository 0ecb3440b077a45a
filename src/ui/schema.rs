//! What could stand at a place in the YAML, and what stands there: completion and hover in the editor.
//!
//! The place is found by indentation alone, as the text is being written and seldom whole.
//! Left out: flow style (`{a: b}`), anchors.

use super::codemirror::set;
use crate::api::Kind;
use crate::api::schema::{Shape, shape};
use js_sys::{Array, Object};

/// Where a line stands: what it is inside of, and its own key and whether the place is behind it.
#[derive(Debug, PartialEq)]
struct Place {
    kind: Option<Kind>,
    parents: Vec<String>,
    key: Option<String>,
}

/// The fields and values that fit at this byte.
#[must_use]
pub(super) fn completions(text: &str, offset: usize) -> Array {
    let list = Array::new();
    for (label, detail, apply) in fitting(text, offset) {
        let object = Object::new();
        set(&object, "label", &label.into());
        set(&object, "type", &"property".into());
        set(&object, "detail", &detail.into());
        set(&object, "apply", &apply.into());
        list.push(&object);
    }
    list
}

/// What the field at this byte is: its path and its type.
#[must_use]
pub(super) fn explain(text: &str, offset: usize) -> Option<String> {
    let end = text[offset..]
        .find('\n')
        .map_or(text.len(), |at| offset + at);
    let place = place(text, end);
    let kind = place.kind?;
    let mut path = place.parents;
    path.push(place.key?);
    let shape = shape(kind, &borrowed(&path))?;
    Some(format!(
        "{}.{}\n{}",
        kind.info().singular,
        path.join(".").replace(".[]", "[]"),
        shape.name()
    ))
}

/// Label, detail and what is inserted.
fn fitting(text: &str, offset: usize) -> Vec<(String, String, String)> {
    let place = place(text, offset);
    let plain = |label: &str, detail: &str| (label.to_owned(), detail.to_owned(), label.to_owned());
    if let Some(key) = place.key {
        let at_top = place.parents.is_empty();
        return match (key.as_str(), place.kind) {
            ("kind", _) if at_top => Kind::ALL
                .iter()
                .map(|kind| plain(kind.info().name, kind.info().api_version))
                .collect(),
            ("apiVersion", Some(kind)) if at_top => {
                vec![plain(kind.info().api_version, kind.info().name)]
            }
            ("apiVersion", None) if at_top => [
                "v1",
                "apps/v1",
                "discovery.k8s.io/v1",
                "coordination.k8s.io/v1",
            ]
            .map(|version| plain(version, ""))
            .into(),
            (key, Some(kind)) => {
                let mut path = place.parents;
                path.push(key.to_owned());
                match shape(kind, &borrowed(&path)) {
                    Some(Shape::Boolean) => ["true", "false"].map(|value| plain(value, "")).into(),
                    Some(Shape::Text) => values(key).iter().map(|value| plain(value, "")).collect(),
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        };
    }
    let Some(kind) = place.kind else {
        let top = if place.parents.is_empty() {
            ["apiVersion", "kind", "metadata", "spec"].as_slice()
        } else {
            &[]
        };
        return top
            .iter()
            .map(|key| ((*key).to_owned(), String::new(), format!("{key}: ")))
            .collect();
    };
    let Some(Shape::Object(fields)) = shape(kind, &borrowed(&place.parents)) else {
        return Vec::new();
    };
    let field = |name: &&str| {
        let mut path = borrowed(&place.parents);
        path.push(name);
        let shape = shape(kind, &path)?;
        let behind = if matches!(shape, Shape::Object(_) | Shape::Map | Shape::List) {
            ":"
        } else {
            ": "
        };
        Some((
            (*name).to_owned(),
            shape.name().to_owned(),
            format!("{name}{behind}"),
        ))
    };
    fields
        .iter()
        .filter(|name| **name != "status" || !place.parents.is_empty())
        .filter_map(field)
        .collect()
}

/// The values of fields that know only a few.
fn values(key: &str) -> &'static [&'static str] {
    match key {
        "imagePullPolicy" => &["Always", "IfNotPresent", "Never"],
        "restartPolicy" => &["Always", "OnFailure", "Never"],
        "protocol" => &["TCP", "UDP", "SCTP"],
        "effect" => &["NoSchedule", "PreferNoSchedule", "NoExecute"],
        "operator" => &["In", "NotIn", "Exists", "DoesNotExist", "Equal"],
        "type" => &[
            "ClusterIP",
            "NodePort",
            "LoadBalancer",
            "ExternalName",
            "RollingUpdate",
            "Recreate",
        ],
        _ => &[],
    }
}

fn borrowed(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

/// The place at this byte.
fn place(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let document = before.rfind("\n---").map_or(0, |at| at + 1);
    let rest = text[document..]
        .find("\n---")
        .map_or(text.len(), |at| document + at);
    let (above, line) = before[document..]
        .rsplit_once('\n')
        .unwrap_or(("", &before[document..]));
    let mut stack: Vec<(usize, String)> = Vec::new();
    for line in above.lines() {
        if let (indent, Some(key)) = enter(line, &mut stack) {
            stack.push((indent, key));
        }
    }
    let (_, key) = enter(line, &mut stack);
    Place {
        kind: kind_of(&text[document..rest]),
        parents: stack.into_iter().map(|(_, key)| key).collect(),
        key,
    }
}

/// Leaves what this line is not inside of, enters its list items; returns its indentation and key.
fn enter(line: &str, stack: &mut Vec<(usize, String)>) -> (usize, Option<String>) {
    let content = line.trim_start_matches(' ');
    let mut indent = line.len() - content.len();
    let mut content = content;
    if content.starts_with('#') || (content.is_empty() && line.is_empty()) {
        return (indent, None);
    }
    while let Some(item) = content
        .strip_prefix("- ")
        .or_else(|| content.strip_prefix('-').filter(|rest| rest.is_empty()))
    {
        while stack
            .last()
            .is_some_and(|(at, key)| *at > indent || (*at == indent && key == "[]"))
        {
            stack.pop();
        }
        stack.push((indent, "[]".to_owned()));
        let inner = item.trim_start_matches(' ');
        indent += content.len() - inner.len();
        content = inner;
    }
    while stack.last().is_some_and(|(at, _)| *at >= indent) {
        stack.pop();
    }
    let key = content
        .split_once(": ")
        .map(|(key, _)| key)
        .or_else(|| content.strip_suffix(':'));
    (
        indent,
        key.map(|key| key.trim_matches(['"', '\'']).to_owned()),
    )
}

fn kind_of(document: &str) -> Option<Kind> {
    let name = document
        .lines()
        .find_map(|line| line.strip_prefix("kind:"))?
        .trim();
    Kind::ALL
        .iter()
        .copied()
        .find(|kind| kind.info().name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::FIRST_YAML;

    fn labels(text: &str) -> Vec<String> {
        let offset = text.find('|').expect("the place is marked");
        fitting(&text.replace('|', ""), offset)
            .into_iter()
            .map(|(label, _, _)| label)
            .collect()
    }

    #[test]
    fn what_fits_depends_on_where_one_writes() {
        let table = [
            ("kind: Pod\nspec:\n  host|", "hostNetwork"),
            (
                "kind: Pod\nspec:\n  containers:\n  - name: a\n    imageP|",
                "imagePullPolicy",
            ),
            (
                "kind: Pod\nspec:\n  containers:\n    - name: a\n      imagePullPolicy: |",
                "IfNotPresent",
            ),
            (
                "kind: Pod\nspec:\n  containers:\n  - ports:\n    - containerPort: 80\n  restartPolicy: |",
                "OnFailure",
            ),
            (
                "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n      - name: x\n  str|",
                "strategy",
            ),
            ("apiVersion: v1\nkind: |", "ConfigMap"),
            ("a: 1\n---\nkind: Pod\nm|", "metadata"),
        ];
        for (text, want) in table {
            assert!(
                labels(text).iter().any(|label| label == want),
                "{text}: {:?}",
                labels(text)
            );
        }
    }

    #[test]
    fn a_field_says_what_it_is() {
        let at = FIRST_YAML.find("containerPort").expect("it is there");
        assert_eq!(
            explain(FIRST_YAML, at + 3),
            Some(
                "deployment.spec.template.spec.containers[].ports[].containerPort\ninteger"
                    .to_owned()
            )
        );
    }
}
