//! Reading a schema: one node of it, with its fields by name.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/structural.go.

use serde_json::{Map, Value};

/// One node of a schema: what an object, a list or a value may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schema<'a>(&'a Map<String, Value>);

/// What a schema says of properties that it does not name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Additional<'a> {
    /// Whether there may be any.
    Allowed(bool),
    /// All of them are like this.
    Like(Schema<'a>),
}

impl<'a> Schema<'a> {
    /// The node that this JSON is; `None` if it is no object.
    #[must_use]
    pub fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    /// The root of a schema.
    #[must_use]
    pub fn root(fields: &'a Map<String, Value>) -> Self {
        Self(fields)
    }

    /// A field, as it is.
    #[must_use]
    pub fn get(self, field: &str) -> Option<&'a Value> {
        self.0.get(field)
    }

    /// The names of the fields that say anything.
    pub fn fields(self) -> impl Iterator<Item = &'a str> {
        let names = self.0.keys().map(String::as_str);
        names.filter(move |field| self.has(field))
    }

    /// Does the field say anything? Empty texts, lists and maps, and `false`, do not; numbers do.
    #[must_use]
    pub fn has(self, field: &str) -> bool {
        match self.0.get(field) {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Array(items)) => !items.is_empty(),
            Some(Value::Object(entries)) => match field {
                "properties" | "patternProperties" | "definitions" | "dependencies" => {
                    !entries.is_empty()
                }
                _ => true,
            },
            Some(Value::Bool(true) | Value::Number(_)) => true,
        }
    }

    /// A text; empty if it is not there.
    #[must_use]
    pub fn text(self, field: &str) -> &'a str {
        self.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// `type:`; empty if it is not there.
    #[must_use]
    pub fn type_(self) -> &'a str {
        self.text("type")
    }

    /// Is the field `true`?
    #[must_use]
    pub fn is(self, field: &str) -> bool {
        self.get(field) == Some(&Value::Bool(true))
    }

    /// A whole number.
    #[must_use]
    pub fn integer(self, field: &str) -> Option<i64> {
        self.get(field).and_then(Value::as_i64)
    }

    /// A list of anything; empty if it is not there.
    #[must_use]
    pub fn list(self, field: &str) -> &'a [Value] {
        match self.get(field) {
            Some(Value::Array(items)) => items,
            _ => &[],
        }
    }

    /// A list of texts.
    pub fn texts(self, field: &str) -> impl Iterator<Item = &'a str> {
        self.list(field).iter().filter_map(Value::as_str)
    }

    /// The schema in a field.
    #[must_use]
    pub fn schema(self, field: &str) -> Option<Self> {
        self.get(field).and_then(Self::of)
    }

    /// The schemas in a field that is a list.
    pub fn schemas(self, field: &str) -> impl Iterator<Item = Self> {
        self.list(field).iter().filter_map(Self::of)
    }

    /// The schemas in a field that is a map, by key.
    pub fn map(self, field: &str) -> impl Iterator<Item = (&'a str, Self)> {
        let entries = self.get(field).and_then(Value::as_object);
        let all = entries.into_iter().flatten();
        all.filter_map(|(key, value)| Some((key.as_str(), Self::of(value)?)))
    }

    /// The schemas of the named properties.
    pub fn properties(self) -> impl Iterator<Item = (&'a str, Self)> {
        self.map("properties")
    }

    /// The schema of one property.
    #[must_use]
    pub fn property(self, name: &str) -> Option<Self> {
        self.get("properties")?.get(name).and_then(Self::of)
    }

    /// The schema of the items of a list.
    #[must_use]
    pub fn items(self) -> Option<Self> {
        self.schema("items")
    }

    /// What it says of other properties.
    #[must_use]
    pub fn additional(self) -> Option<Additional<'a>> {
        match self.get("additionalProperties")? {
            Value::Bool(allowed) => Some(Additional::Allowed(*allowed)),
            Value::Object(fields) => Some(Additional::Like(Self(fields))),
            _ => None,
        }
    }

    /// The schema of all other properties, if it has one.
    #[must_use]
    pub fn additional_schema(self) -> Option<Self> {
        match self.additional()? {
            Additional::Like(schema) => Some(schema),
            Additional::Allowed(_) => None,
        }
    }

    /// The schema of a field of an object: named, or like all others.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Self> {
        self.property(name).or_else(|| self.additional_schema())
    }

    /// What a field is if it is left out.
    #[must_use]
    pub fn default_value(self) -> Option<&'a Value> {
        self.get("default").filter(|value| !value.is_null())
    }

    /// May any field be there, known or not?
    #[must_use]
    pub fn preserves_unknown_fields(self) -> bool {
        self.is("x-kubernetes-preserve-unknown-fields")
    }

    /// Does anything in it, at any depth, satisfy this?
    pub fn any(self, test: &dyn Fn(Self) -> bool) -> bool {
        if test(self) {
            return true;
        }
        let one = ["items", "not", "additionalProperties"];
        let lists = ["allOf", "anyOf", "oneOf"];
        let inside = |s: Self| s.any(test);
        one.iter().any(|f| self.schema(f).is_some_and(inside))
            || lists.iter().any(|f| self.schemas(f).any(inside))
            || self.properties().any(|(_, s)| inside(s))
    }
}
