//! Is a value what its schema says? With the messages of upstream's validator, which is go-openapi's.
//!
//! An update is judged less strictly than a creation: what was wrong before and did not change may stay wrong (`CRDValidationRatcheting`).
//!
//! The real thing: kube-openapi's pkg/validation/validate, staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/validation
//! (`kubeOpenAPIResultToFieldErrors`, `ratcheting.go`).
//! Left out: rules in CEL.

use super::formats;
use super::pattern::{Fit, Patterns};
use super::words::{go_number, go_syntax};
use super::{Additional, Schema};
use crate::api::field::{Fault, FieldError};
use serde_json::{Map, Number, Value};
use std::rc::Rc;

/// Everything wrong with an object, without its `apiVersion`, `kind` and `metadata`; `old` is what it replaces.
#[must_use]
pub fn validate_content(
    content: &Map<String, Value>,
    old: Option<&Map<String, Value>>,
    schema: Schema<'_>,
) -> Vec<FieldError> {
    let value = Value::Object(content.clone());
    let old = old.map(|content| Value::Object(content.clone()));
    let mut judge = Judge {
        // What every object has is there, and was looked at before.
        object_has_meta: true,
        ..Judge::default()
    };
    judge.value(&value, old.as_ref(), schema, "");
    judge.into_errors("")
}

/// Everything wrong with a status that is written apart from the rest.
#[must_use]
pub fn validate_status(status: &Value, old: Option<&Value>, schema: Schema<'_>) -> Vec<FieldError> {
    let mut judge = Judge::default();
    judge.value(status, old, schema, "");
    judge.into_errors("status")
}

/// Everything wrong with a value that stands at this path: a default in a schema.
#[must_use]
pub fn validate_at(value: &Value, schema: Schema<'_>, path: &str) -> Vec<FieldError> {
    let mut judge = Judge::default();
    judge.value(value, None, schema, "");
    judge.into_errors(path)
}

/// What is wrong so far, and how much was right: `anyOf` shows what is wrong with the alternative that fits best.
#[derive(Default)]
struct Judge {
    wrong: Vec<Wrong>,
    right: usize,
    object_has_meta: bool,
    /// Shared with those who judge alternatives.
    patterns: Rc<Patterns>,
}

struct Wrong {
    /// The place of the value; `None` for what go-openapi says without one.
    name: Option<String>,
    fault: Fault,
    body: String,
}

impl Judge {
    fn into_errors(self, prefix: &str) -> Vec<FieldError> {
        let field = |name: &Option<String>| {
            let name = name.as_deref().map(|n| n.trim_start_matches('.'));
            match (prefix, name) {
                ("", None) => "<nil>".to_owned(),
                ("", Some("")) => "<nil>".to_owned(),
                ("", Some(name)) => name.to_owned(),
                (prefix, None | Some("")) => prefix.to_owned(),
                (prefix, Some(name)) => format!("{prefix}.{name}"),
            }
        };
        let wrong = self.wrong.into_iter();
        wrong
            .map(|w| FieldError {
                field: field(&w.name),
                fault: w.fault,
                body: w.body,
            })
            .collect()
    }

    fn say(&mut self, name: &str, fault: Fault, body: String) {
        self.wrong.push(Wrong {
            name: Some(name.to_owned()),
            fault,
            body,
        });
    }

    /// `Invalid value: VALUE: NAME in body WHY`.
    fn invalid(&mut self, name: &str, value: &str, why: &str) {
        let body = format!("Invalid value: {value}: {name} in body {why}");
        self.say(name, Fault::Invalid, body);
    }

    fn wrong_type(&mut self, name: &str, wanted: &str, is: &str) {
        self.invalid(
            name,
            &format!("{is:?}"),
            &format!("must be of type {wanted}: {is:?}"),
        );
    }

    /// What concerns several alternatives has no place.
    fn about_all(&mut self, text: String) {
        self.wrong.push(Wrong {
            name: None,
            fault: Fault::Invalid,
            body: format!("Invalid value: \"\": {text}"),
        });
    }

    fn merge(&mut self, other: Self) {
        self.right += other.right;
        self.wrong.extend(other.wrong);
    }

    fn value(&mut self, value: &Value, old: Option<&Value>, s: Schema<'_>, name: &str) {
        if old == Some(value) {
            return;
        }
        let has_meta = std::mem::take(&mut self.object_has_meta);
        self.type_of(value, s, name);
        if value.is_null() {
            self.enumeration(value, s, name);
            return;
        }
        self.right += 2;
        self.alternatives(value, old, s, name, has_meta);
        match value {
            Value::String(text) => self.text(text, s, name),
            Value::Number(number) => {
                self.right += 2;
                self.number(number, s, name);
            }
            Value::Array(items) => {
                self.right += 2;
                self.list(items, old.and_then(Value::as_array), s, name);
            }
            _ => {}
        }
        self.right += 1;
        self.enumeration(value, s, name);
        if let Value::Object(fields) = value {
            self.right += 1;
            let old = old.and_then(Value::as_object);
            self.object(fields, old, s, name, has_meta);
        }
        self.right += 1;
    }

    fn type_of(&mut self, value: &Value, s: Schema<'_>, name: &str) {
        let (wanted, format) = (types(s), formats::known(s));
        if wanted.is_empty() && format.is_empty() {
            return;
        }
        let is = type_of(value);
        if value.is_null() {
            if !wanted.is_empty() && !s.is("nullable") {
                self.wrong_type(name, &wanted, "null");
            }
            return;
        }
        self.right += 1;
        let has = |type_: &str| wanted.split(',').any(|t| t == type_);
        let fits = has(is)
            || is == "integer" && has("number")
            || is == "number" && has("integer") && is_whole(value);
        let is_text = matches!(value, Value::String(_) | Value::Array(_));
        if !is_text && !format.is_empty() && !fits {
            let format_is = if is == "integer" { "int64" } else { "" };
            return self.wrong_type(name, format, format_is);
        }
        if is_text && !format.is_empty() && !has("number") && !has("integer") {
            return;
        }
        if !fits {
            self.wrong_type(name, &wanted, is);
        }
    }

    fn text(&mut self, text: &str, s: Schema<'_>, name: &str) {
        self.right += 1;
        let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        let shown = Value::from(text).to_string();
        let pattern = s.text("pattern");
        if let Some(max) = s.integer("maxLength").filter(|max| length > *max) {
            let body = format!("Too long: may not be more than {max} bytes");
            self.say(name, Fault::TooLong, body);
        } else if let Some(min) = s.integer("minLength").filter(|min| length < *min) {
            let why = format!("should be at least {min} chars long");
            self.invalid(name, &shown, &why);
        } else if !pattern.is_empty() {
            match self.patterns.fit(pattern, text) {
                Fit::Fits => {}
                Fit::Differs => self.invalid(name, &shown, &format!("should match '{pattern}'")),
                Fit::TooMuch => {
                    let why = format!("is too long to be held against '{pattern}' here");
                    self.invalid(name, &shown, &why);
                }
            }
        }
        let format = formats::known(s);
        if !format.is_empty() {
            self.right += 1;
            if !formats::fits(format, text) {
                let why = format!("must be of type {}: {shown}", s.text("format"));
                self.invalid(name, &shown, &why);
            }
        }
    }

    fn number(&mut self, number: &Number, s: Schema<'_>, name: &str) {
        let value = number.as_f64().unwrap_or_default();
        let shown = go_number(number);
        let range = match s.text("format") {
            "int32" if s.type_() == "integer" => f64::from(i32::MIN)..=f64::from(i32::MAX),
            _ => f64::MIN..=f64::MAX,
        };
        if !range.contains(&value) {
            let why = format!("Checked value must be of type integer with format int32 in {name}");
            self.about_all(why);
        }
        let bound = |field: &str| match s.get(field) {
            Some(Value::Number(bound)) => Some((bound.as_f64().unwrap_or_default(), bound)),
            _ => None,
        };
        if let Some((factor, text)) = bound("multipleOf")
            && factor > 0.0
            && (value / factor).fract() != 0.0
        {
            let why = format!("should be a multiple of {}", go_number(text));
            self.invalid(name, &shown, &why);
        }
        if let Some((min, text)) = bound("minimum") {
            let exclusive = s.is("exclusiveMinimum");
            if value < min || exclusive && value <= min {
                let order = if exclusive {
                    "greater than"
                } else {
                    "greater than or equal to"
                };
                self.invalid(
                    name,
                    &shown,
                    &format!("should be {order} {}", go_number(text)),
                );
            }
        }
        if let Some((max, text)) = bound("maximum") {
            let exclusive = s.is("exclusiveMaximum");
            if value > max || exclusive && value >= max {
                let order = if exclusive {
                    "less than"
                } else {
                    "less than or equal to"
                };
                self.invalid(
                    name,
                    &shown,
                    &format!("should be {order} {}", go_number(text)),
                );
            }
        }
    }

    fn list(&mut self, items: &[Value], old: Option<&Vec<Value>>, s: Schema<'_>, name: &str) {
        if let Some(like) = s.items() {
            for (index, item) in items.iter().enumerate() {
                let was = old.and_then(|old| counterpart(item, old, s));
                self.value(item, was, like, &format!("{name}[{index}]"));
            }
        }
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        if let Some(min) = s.integer("minItems").filter(|min| count < *min) {
            let why = format!("should have at least {min} items");
            self.invalid(name, &count.to_string(), &why);
        }
        if let Some(max) = s.integer("maxItems").filter(|max| count > *max) {
            self.too_many(name, count, max);
        }
    }

    fn too_many(&mut self, name: &str, count: i64, max: i64) {
        let body = format!("Too many: {count}: must have at most {max} items");
        self.say(name, Fault::TooMany, body);
    }

    fn enumeration(&mut self, value: &Value, s: Schema<'_>, name: &str) {
        let allowed = s.list("enum");
        let same = |one: &Value| match (one, value) {
            (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
            (a, b) => a == b,
        };
        if allowed.is_empty() || allowed.iter().any(same) {
            return;
        }
        let quoted = |one: &Value| match one {
            Value::String(text) => format!("{text:?}"),
            other => format!("{:?}", other.to_string()),
        };
        let list: Vec<String> = allowed.iter().map(quoted).collect();
        let body = format!(
            "Unsupported value: {}: supported values: {}",
            go_syntax(value),
            list.join(", ")
        );
        self.say(name, Fault::NotSupported, body);
    }

    fn object(
        &mut self,
        fields: &Map<String, Value>,
        old: Option<&Map<String, Value>>,
        s: Schema<'_>,
        name: &str,
        has_meta: bool,
    ) {
        let meta = |key: &str| has_meta && matches!(key, "apiVersion" | "kind" | "metadata");
        let count = i64::try_from(fields.len()).unwrap_or(i64::MAX) + if has_meta { 3 } else { 0 };
        if let Some(min) = s.integer("minProperties").filter(|min| count < *min) {
            let why = format!("should have at least {min} properties");
            self.invalid(name, &count.to_string(), &why);
        }
        if let Some(max) = s.integer("maxProperties").filter(|max| count > *max) {
            self.too_many(name, count, max);
        }
        let was = |key: &str| old.and_then(|old| old.get(key));
        for (key, value) in fields {
            match (s.property(key), s.additional()) {
                (None, Some(Additional::Allowed(false))) => {
                    let body = format!(
                        "Invalid value: {key:?}: {name}.{key} in body is a forbidden property"
                    );
                    self.say(name, Fault::Invalid, body);
                }
                (None, Some(Additional::Like(like))) => {
                    self.value(value, was(key), like, &format!("{name}.{key}"));
                }
                _ => {}
            }
        }
        for (key, like) in s.properties() {
            if let Some(value) = fields.get(key) {
                let inner = if name.is_empty() {
                    key.to_owned()
                } else {
                    format!("{name}.{key}")
                };
                self.value(value, was(key), like, &inner);
            }
        }
        for key in s.texts("required") {
            if !fields.contains_key(key) && !meta(key) {
                let body = "Required value".to_owned();
                self.say(&format!("{name}.{key}"), Fault::Required, body);
            }
        }
    }

    /// `anyOf`, `oneOf`, `allOf` and `not`.
    fn alternatives(
        &mut self,
        value: &Value,
        old: Option<&Value>,
        s: Schema<'_>,
        name: &str,
        has_meta: bool,
    ) {
        let patterns = Rc::clone(&self.patterns);
        let judge = |like: Schema<'_>| {
            let mut judge = Self {
                object_has_meta: has_meta,
                patterns: Rc::clone(&patterns),
                ..Self::default()
            };
            judge.value(value, old, like, name);
            judge
        };
        let any: Vec<Self> = s.schemas("anyOf").map(judge).collect();
        if !any.is_empty() && any.iter().all(|j| !j.wrong.is_empty()) {
            self.about_all(format!(
                "{name:?} must validate at least one schema (anyOf)"
            ));
            self.merge(best(any));
        }
        let one: Vec<Self> = s.schemas("oneOf").map(judge).collect();
        let valid = one.iter().filter(|j| j.wrong.is_empty()).count();
        if !one.is_empty() && valid != 1 {
            let found = match valid {
                0 => "Found none valid".to_owned(),
                more => format!("Found {more} valid alternatives"),
            };
            self.about_all(format!(
                "{name:?} must validate one and only one schema (oneOf). {found}"
            ));
            if valid == 0 {
                self.merge(best(one));
            }
        }
        let all: Vec<Self> = s.schemas("allOf").map(judge).collect();
        let (count, valid) = (all.len(), all.iter().filter(|j| j.wrong.is_empty()).count());
        for one in all {
            self.merge(one);
        }
        if valid != count {
            let none = if valid == 0 { ". None validated" } else { "" };
            self.about_all(format!(
                "{name:?} must validate all the schemas (allOf){none}"
            ));
        }
        if s.schema("not")
            .is_some_and(|not| judge(not).wrong.is_empty())
        {
            self.about_all(format!("{name:?} must not validate the schema (not)"));
        }
    }
}

/// The one of which most is right; of equals the first.
fn best(all: Vec<Judge>) -> Judge {
    let best = all.into_iter().reduce(
        |best, next| {
            if next.right > best.right { next } else { best }
        },
    );
    best.unwrap_or_default()
}

/// The old entry that a list's entry replaces: only maps have any.
fn counterpart<'a>(item: &Value, old: &'a [Value], s: Schema<'_>) -> Option<&'a Value> {
    if s.text("x-kubernetes-list-type") != "map" {
        return None;
    }
    let same = |was: &&Value| {
        let mut keys = s.texts("x-kubernetes-list-map-keys");
        keys.all(|key| was.get(key) == item.get(key))
    };
    old.iter().find(same)
}

/// The types that a schema allows, as messages list them.
fn types(s: Schema<'_>) -> String {
    if s.is("x-kubernetes-int-or-string") {
        "integer,string".to_owned()
    } else {
        s.type_().to_owned()
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_whole(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| number.fract() == 0.0)
}
