//! Values as Go prints them, because upstream's messages and tables do.
//!
//! The real thing: Go's `fmt` (`%v`, `%#v`) over what encoding/json makes of a document.

use serde_json::{Number, Value};

/// A number as `%v` prints it: `10`, `0.5`, `1e+21`; a whole float has no fraction.
pub(super) fn go_number(number: &Number) -> String {
    if number.is_i64() || number.is_u64() {
        return number.to_string();
    }
    let value = number.as_f64().unwrap_or_default();
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e21).contains(&size) {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = match exponent.strip_prefix('-') {
            Some(digits) => ('-', digits),
            None => ('+', exponent),
        };
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    format!("{value}")
}

/// Any value as a template or a table prints it (`%v`): texts bare, the rest as JSON.
pub(super) fn go_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => go_number(number),
        other => other.to_string(),
    }
}

/// A value as a field error shows it: texts quoted, numbers plain, maps and lists as `%#v` writes them.
pub(in crate::api) fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "\"null\"".to_owned(),
        Value::Object(_) | Value::Array(_) => literal(value),
        Value::Number(number) => go_number(number),
        other => other.to_string(),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Object(fields) => {
            let mut entries: Vec<(&String, &Value)> = fields.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let texts = entries
                .iter()
                .map(|(key, value)| format!("{key:?}:{}", literal(value)));
            let texts: Vec<String> = texts.collect();
            format!("map[string]interface {{}}{{{}}}", texts.join(", "))
        }
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(literal).collect();
            format!("[]interface {{}}{{{}}}", texts.join(", "))
        }
        Value::Number(number) => go_number(number),
        other => other.to_string(),
    }
}
