//! JSON bodies: read as `serde_json` reads them, printed and read again the same.

use kubeloop::api::json;
use serde_json::Value;

/// Reads the bytes as the body of a request.
pub fn check(data: &[u8]) {
    let read = json::read(data);
    if let Ok(text) = std::str::from_utf8(data) {
        let peer = serde_json::from_str::<Value>(text);
        assert_eq!(read.is_ok(), peer.is_ok(), "both read it or neither does");
        if let (Ok(read), Ok(peer)) = (&read, peer) {
            assert!(same(&read.value, &peer), "both read the same");
        }
    }
    match read {
        Ok(read) => {
            let again = json::read(read.value.to_string().as_bytes());
            let again = again.expect("what was printed can be read");
            assert_eq!(again.value, read.value, "printed and read again");
            assert_eq!(
                again.repeats, None,
                "of a key that stands twice one is left"
            );
        }
        Err(why) => assert!(!why.is_empty(), "a refusal says why"),
    }
}

/// The same, but for the last digits of floating-point numbers: `serde_json` reads those fast.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() => {
            let (a, b) = (a.as_f64().unwrap_or(0.0), b.as_f64().unwrap_or(0.0));
            place(a).abs_diff(place(b)) <= 8
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let mut fields = a.iter().zip(b);
            a.len() == b.len() && fields.all(|((k, a), (l, b))| k == l && same(a, b))
        }
        (a, b) => a == b,
    }
}

/// Where a number stands among all floating-point numbers: neighbours stand side by side, however small they are.
fn place(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    if bits < 0 { i64::MIN - bits } else { bits }
}
