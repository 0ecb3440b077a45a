//! Values without parts, each with its own way to be read from JSON and written to it.
//!
//! The real thing: sigs.k8s.io/json (`literalStore`); the `UnmarshalJSON` of `Quantity`, `IntOrString`, `Time` and `MicroTime` in
//! staging/src/k8s.io/apimachinery.

use super::{Form, Mismatch, Typed};
use crate::api::{quantity, time};
use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use jiff::Timestamp;
use k8s_openapi::ByteString;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceSubresourceStatus, JSON,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{FieldsV1, MicroTime, Time};
use k8s_openapi::apimachinery::pkg::runtime::RawExtension;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;
use std::borrow::Cow;

/// Go's `base64.StdEncoding`, for reading.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Rows of `type, its name in Go, a blank one, how it is read, how it is written`. A reader is not asked about `null`: that stays blank.
macro_rules! leaves {
    ($($type:ty, $name:literal, $blank:expr, $read:expr, $write:expr;)*) => {
        $(
            impl Typed for $type {
                fn form(&self) -> &'static Form {
                    &Form::Leaf($name)
                }

                fn blank() -> Self {
                    $blank
                }

                fn read(&mut self, value: &Value) -> Result<(), Mismatch> {
                    let read: fn(&Value) -> Result<Self, Mismatch> = $read;
                    *self = read(value)?;
                    Ok(())
                }

                fn write(&self) -> Value {
                    let write: fn(&Self) -> Value = $write;
                    write(self)
                }
            }
        )*
    };
}

leaves! {
    String, "string", Self::new(), |value| text(value).map(str::to_owned), |text| text.as_str().into();
    bool, "bool", false, |value| value.as_bool().ok_or(Mismatch::Sort), |value| (*value).into();
    i32, "int32", 0, |value| integer(value)?.try_into().map_err(|_| Mismatch::Number), |number| (*number).into();
    i64, "int64", 0, integer, |number| (*number).into();
    f64, "float64", 0.0, |value| value.as_f64().ok_or(Mismatch::Sort), |number| (*number).into();
    ByteString, "[]uint8", Self::default(), |value| bytes(text(value)?), |bytes| STANDARD.encode(&bytes.0).into();
    Quantity, "resource.Quantity", Self("0".to_owned()), |value| amount(value).map(Self), |amount| amount.0.as_str().into();
    IntOrString, "intstr.IntOrString", Self::Int(0), int_or_string, |value| match value {
        Self::Int(number) => (*number).into(),
        Self::String(text) => text.as_str().into(),
    };
    Time, "v1.Time", Self(Timestamp::UNIX_EPOCH), |value| instant(value).map(Self), |at| time::rfc3339(at.0).into();
    MicroTime, "v1.MicroTime", Self(Timestamp::UNIX_EPOCH), |value| instant(value).map(Self), |at| time::rfc3339_micro(at.0).into();
    RawExtension, "runtime.RawExtension", Self(Value::Null), |value| Ok(Self(value.clone())), |raw| raw.0.clone();
    FieldsV1, "v1.FieldsV1", Self(Value::Null), |value| Ok(Self(value.clone())), |raw| raw.0.clone();
    JSON, "v1.JSON", Self(Value::Null), |value| Ok(Self(value.clone())), |raw| raw.0.clone();
    CustomResourceSubresourceStatus, "v1.CustomResourceSubresourceStatus", Self(Value::Null), |value| Ok(Self(value.clone())), |raw| raw.0.clone();
}

fn text(value: &Value) -> Result<&str, Mismatch> {
    value.as_str().ok_or(Mismatch::Sort)
}

fn integer(value: &Value) -> Result<i64, Mismatch> {
    let Value::Number(number) = value else {
        return Err(Mismatch::Sort);
    };
    number.as_i64().ok_or(Mismatch::Number)
}

/// Numbers are quantities too.
fn amount(value: &Value) -> Result<String, Mismatch> {
    let says = |why: &str| Mismatch::Says(why.to_owned());
    match value {
        Value::Number(number) => Ok(number.to_string()),
        Value::String(text) => {
            let text = text.trim();
            quantity::check(text).map_err(says)?;
            Ok(text.to_owned())
        }
        _ => Err(says(quantity::FORMAT_WRONG)),
    }
}

fn int_or_string(value: &Value) -> Result<IntOrString, Mismatch> {
    if let Value::String(text) = value {
        return Ok(IntOrString::String(text.clone()));
    }
    let number = value.as_i64().and_then(|number| number.try_into().ok());
    number
        .map(IntOrString::Int)
        .ok_or(Mismatch::Itself("int32"))
}

fn instant(value: &Value) -> Result<Timestamp, Mismatch> {
    let text = value.as_str().ok_or(Mismatch::Itself("string"))?;
    time::parse(text).ok_or_else(|| Mismatch::Says(time::parse_error(text)))
}

/// As Go reads base64: line breaks do not count, nor do the bits behind the last byte.
fn bytes(text: &str) -> Result<ByteString, Mismatch> {
    let lines: Cow<'_, str> = if text.contains(['\n', '\r']) {
        text.replace(['\n', '\r'], "").into()
    } else {
        text.into()
    };
    let bytes = LENIENT.decode(lines.as_bytes());
    bytes
        .map(ByteString)
        .map_err(|_| Mismatch::Says(not_base64(text)))
}

/// Go's `base64.CorruptInputError`: the first letter that does not belong, or the group of four that is not whole.
fn not_base64(text: &str) -> String {
    let mut in_group = 0;
    let letters = text.bytes().enumerate();
    let mut letters = letters.filter(|(_, c)| !matches!(c, b'\n' | b'\r'));
    let at = loop {
        match letters.next() {
            None => break text.len() - in_group,
            Some((_, b'=')) if in_group == 3 => {
                break letters.next().map_or(text.len(), |(at, _)| at);
            }
            Some((_, b'=')) if in_group == 2 => match letters.next() {
                Some((_, b'=')) => break letters.next().map_or(text.len(), |(at, _)| at),
                other => break other.map_or(text.len(), |(at, _)| at - 1),
            },
            Some((_, c)) if c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/') => {
                in_group = (in_group + 1) % 4;
            }
            Some((at, _)) => break at,
        }
    };
    format!("illegal base64 data at input byte {at}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_go_reads_it() {
        let table: &[(&str, Result<&[u8], usize>)] = &[
            ("", Ok(b"")),
            ("YWJj", Ok(b"abc")),
            ("YW\r\nJj\n", Ok(b"abc")),
            ("YQ=\n=\n", Ok(b"a")),
            ("YR==", Ok(b"a")),
            ("YWJjZA", Err(4)),
            ("YWJj!", Err(4)),
            ("YW\n!j", Err(3)),
            ("YQ=", Err(3)),
            ("YQ=a", Err(2)),
            ("YQ==YQ==", Err(4)),
            ("YWI=\nYQ", Err(5)),
            ("=", Err(0)),
            ("Y=", Err(1)),
            ("YWJ-", Err(3)),
        ];
        for (text, want) in table {
            let got = bytes(text)
                .map(|bytes| bytes.0)
                .map_err(|_| not_base64(text));
            let want = want.map(<[u8]>::to_vec);
            let want = want.map_err(|at| format!("illegal base64 data at input byte {at}"));
            assert_eq!(got, want, "{text:?}");
        }
    }
}
