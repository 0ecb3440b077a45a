//! YAML: every error stands somewhere in the text, and what was read is read again the same from what is printed.

use kubeloop::api::yaml::{self, Span};
use serde_json::Value;

/// Reads the bytes as a file and as the body of a request.
pub fn check(data: &[u8]) {
    let (documents, errors) = yaml::parse_bytes(data);
    let text = String::from_utf8_lossy(data);
    // To YAML a carriage return alone ends a line, too.
    let lines = text.split(['\n', '\r']).count();
    let inside = |span: Span| {
        assert!(span.line >= 1 && span.column >= 1, "{span:?}");
        assert!(span.line <= lines + 1, "{span:?} of {lines} lines");
        assert!(
            (span.end_line, span.end_column) >= (span.line, span.column),
            "{span:?}"
        );
    };
    for error in &errors {
        inside(error.span);
        assert!(!error.message.is_empty(), "an error says what is wrong");
    }
    for document in &documents {
        assert!(document.value.is_object(), "{}", document.value);
        places(&document.value, String::new(), &mut |field| {
            inside(document.locate(field));
            inside(document.locate_key(field));
        });
        let printed = yaml::to_yaml(&document.value);
        let (again, errors) = yaml::parse(&printed);
        assert_eq!(errors, [], "{printed}");
        let [again] = again.as_slice() else {
            // Lists within lists are flattened once more.
            assert!(is_list(&document.value), "{printed}");
            continue;
        };
        if !is_list(&document.value) {
            assert_eq!(again.value, document.value, "{printed}");
        }
    }
    if let Ok(body) = yaml::read_body(data) {
        let printed = yaml::to_yaml(&body.value);
        let again = yaml::read_body(printed.as_bytes());
        let again = again.expect("what was printed can be read");
        assert_eq!(again.value, body.value, "{printed}");
        assert_eq!(again.repeats, None, "{printed}");
    }
}

fn is_list(value: &Value) -> bool {
    let kind = value["kind"].as_str().unwrap_or_default();
    kind.ends_with("List") && value["items"].is_array()
}

fn places(value: &Value, path: String, look: &mut impl FnMut(&str)) {
    look(&path);
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                places(value, format!("{path}.{name}"), look);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, format!("{path}[{index}]"), look);
            }
        }
        _ => {}
    }
}
