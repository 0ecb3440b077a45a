//! JSON text: into a document, with what the document no longer shows (keys that stand twice), and with Go's words for what is no JSON.
//!
//! The real thing: sigs.k8s.io/json (`UnmarshalStrict`), Go's encoding/json (scanner.go).
//! Left out: of a map or struct that stands twice only the last counts (Go reads both into one object).

mod floats;
mod repeats;
mod syntax;

pub use repeats::{LISTED_MAX, Repeat, Repeats};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::Arc;

/// A document as it was read from text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What it says; of a key that stands twice, the last.
    pub value: Value,
    /// What stands there twice; `None` if nothing does.
    pub repeats: Option<Arc<Repeats>>,
}

/// Reads one JSON document. Bytes that are no UTF-8 are read as `U+FFFD`, as Go reads them.
///
/// # Errors
/// What is wrong, in Go's words: `unexpected end of JSON input`, `invalid character 'x' looking for beginning of value`.
pub fn read(bytes: &[u8]) -> Result<Text, String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    };
    let reading = Noted::default();
    let mut value = deserialize(&text, &reading);
    if value.is_ok() && reading.has_floats.get() {
        reading.floats.replace(floats::all(&text).into_iter());
        value = deserialize(&text, &reading);
    }
    let value = value.map_err(|error| syntax::error(text.as_bytes(), &error))?;
    let repeats = reading
        .repeated
        .get()
        .then(|| Arc::new(repeats::find(&text)));
    Ok(Text { value, repeats })
}

fn deserialize(text: &str, noted: &Noted) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Reading { noted }.deserialize(&mut deserializer)?;
    deserializer.end().map(|()| value)
}

/// What is noted while a text is read.
#[derive(Default)]
struct Noted {
    /// Does any key stand twice?
    repeated: Cell<bool>,
    /// Are there floating-point numbers?
    has_floats: Cell<bool>,
    /// These are they, to the last digit.
    floats: RefCell<std::vec::IntoIter<f64>>,
}

/// Reads a value and takes notes.
#[derive(Clone, Copy)]
struct Reading<'a> {
    noted: &'a Noted,
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        self.noted.has_floats.set(true);
        let exact = self.noted.floats.borrow_mut().next().unwrap_or(value);
        Ok(Number::from_f64(exact).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = access.next_value_seed(self)?;
            if fields.insert(key, value).is_some() {
                self.noted.repeated.set(true);
            }
        }
        Ok(Value::Object(fields))
    }
}

/// A text that equal values share and no others: by which one of many is found at once.
#[must_use]
pub fn spelled(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => sorted(value.clone()).to_string(),
        scalar => scalar.to_string(),
    }
}

/// What Go calls a value of this type.
#[must_use]
pub fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The document with the keys of all maps in order, as Go writes its maps: what a YAML text becomes before it is read.
#[must_use]
pub fn sorted(mut value: Value) -> Value {
    value.sort_all_objects();
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_read_as_serde_reads_it() {
        for text in [
            "null",
            "[1, -2, 2.5, true, \"x\\u00fc\"]",
            "{\"a\": {\"b\": [18446744073709551615, {}]}}",
        ] {
            let want: Value = serde_json::from_str(text).expect(text);
            let got = read(text.as_bytes()).expect(text);
            assert_eq!((got.value, got.repeats), (want, None), "{text}");
        }
        // Read fast, each of these is its neighbour.
        let text = r#"{"\\\"1.5": [2.2222222222222223e+92, -0, 18446744073709551616, 0.1]}"#;
        let floats = read(text.as_bytes()).expect("JSON").value;
        let want = [
            2.222_222_222_222_222_3e92,
            -0.0,
            18_446_744_073_709_551_616.0,
            0.1,
        ];
        assert_eq!(floats["\\\"1.5"], json!(want));
        let bad = read(b"{\"a\": \"\xff\"}").expect("Go puts another character there");
        assert_eq!(bad.value, json!({"a": "\u{fffd}"}));
        let twice = read(br#"{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}"#).expect("JSON");
        assert_eq!(twice.value, json!({"a": 3, "b": {"c": 2}}));
        let repeats = twice.repeats.expect("a and c stand twice");
        let paths: Vec<&str> = repeats.keys.iter().map(|r| r.path.as_str()).collect();
        assert_eq!(paths, ["b.c", "a"]);
    }
}
