//! Which fields a kind has, and of which type: asked of the decoder, by documents with a mistake at the place in question.
//!
//! The real thing: `kubectl explain`, from the OpenAPI document.
//! Left out: the fields' descriptions, which would be larger than the rest of the page.

use super::Kind;
use super::decode::{Flaw, Problem, decode};
use serde_json::{Map, Value, json};

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An object with these fields.
    Object(Vec<&'static str>),
    /// Keys that the author chooses.
    Map,
    /// A list.
    List,
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// Yes or no.
    Boolean,
    /// Text or a number: a quantity, a port.
    TextOrNumber,
}

impl Shape {
    /// As `kubectl explain` names it: `string`, `Object`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Object(_) => "Object",
            Self::Map => "map",
            Self::List => "[]",
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::TextOrNumber => "string or number",
        }
    }
}

/// A field that nothing has.
const NO_FIELD: &str = "?";

/// What stands at this path of a kind; `[]` steps into a list. `None` if there is no such field.
///
/// ```
/// use kubeloop::api::{Kind, schema::{Shape, shape}};
/// assert_eq!(shape(Kind::Deployment, &["spec", "replicas"]), Some(Shape::Integer));
/// assert_eq!(shape(Kind::Deployment, &["spec", "replica"]), None);
/// ```
#[must_use]
pub fn shape(kind: Kind, path: &[&str]) -> Option<Shape> {
    let full = text_of(path);
    let problems = decode(kind, &document(path, json!({ NO_FIELD: null }))).problems;
    let inside = if full.is_empty() {
        NO_FIELD.to_owned()
    } else {
        format!("{full}.{NO_FIELD}")
    };
    if let Some(problem) = problems.iter().find(|problem| problem.path == inside) {
        return Some(Shape::Object(problem.known.clone()));
    }
    // It is no struct: a map takes the field, anything else is of the wrong type.
    match problems.first() {
        None if takes(kind, path, &json!({})) => Some(Shape::Map),
        Some(Problem {
            flaw: Flaw::WrongType,
            path,
            message,
            ..
        }) if *path == full || path.starts_with(&full) => Some(shape_of_type(message)),
        _ => None,
    }
}

/// Is this value one that the field could have?
fn takes(kind: Kind, path: &[&str], value: &Value) -> bool {
    decode(kind, &document(path, value.clone()))
        .problems
        .is_empty()
}

/// `json: cannot unmarshal object into Go struct field X of type int32`: the end says it.
fn shape_of_type(message: &str) -> Shape {
    match message.rsplit_once(" of type ").map(|(_, name)| name) {
        Some(name) if name.starts_with("map[") => Shape::Map,
        Some("[]uint8") => Shape::Text,
        Some(name) if name.starts_with("[]") => Shape::List,
        Some("bool") => Shape::Boolean,
        Some("int32" | "int64") if message.contains("struct field") => Shape::Integer,
        Some(name) if name.contains("string") || name.contains('.') => Shape::Text,
        _ => Shape::TextOrNumber,
    }
}

/// A document that holds nothing but this, at this path.
fn document(path: &[&str], value: Value) -> Value {
    path.iter().rev().fold(value, |inside, step| match *step {
        "[]" => Value::Array(vec![inside]),
        key => Value::Object(Map::from_iter([(key.to_owned(), inside)])),
    })
}

fn text_of(path: &[&str]) -> String {
    let mut text = String::new();
    for step in path {
        if *step == "[]" {
            text.push_str("[0]");
            continue;
        }
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(step);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_answer_for_themselves() {
        let table: &[(Kind, &str, &str)] = &[
            (Kind::Deployment, "spec.replicas", "integer"),
            (Kind::Deployment, "spec.template.spec.containers", "[]"),
            (
                Kind::Deployment,
                "spec.template.spec.containers.[].image",
                "string",
            ),
            (
                Kind::Deployment,
                "spec.template.spec.containers.[].resources.requests",
                "map",
            ),
            (Kind::Deployment, "metadata.labels", "map"),
            (Kind::Pod, "spec.hostNetwork", "boolean"),
            (
                Kind::Service,
                "spec.ports.[].targetPort",
                "string or number",
            ),
            (Kind::ConfigMap, "data", "map"),
            (Kind::Pod, "spec", "Object"),
        ];
        for (kind, path, want) in table {
            let path: Vec<&str> = path.split('.').collect();
            assert_eq!(
                shape(*kind, &path).as_ref().map(Shape::name),
                Some(*want),
                "{kind:?} {path:?}"
            );
        }
        assert_eq!(shape(Kind::Pod, &["spec", "nonsense"]), None);
        let Some(Shape::Object(fields)) = shape(Kind::Pod, &["spec", "containers", "[]"]) else {
            panic!("a container is an object");
        };
        assert!(fields.contains(&"imagePullPolicy"));
    }
}
