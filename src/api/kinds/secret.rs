//! Secret.
//!
//! The real thing: pkg/apis/core.

use super::cells::{age, column};
use super::config_map::{BYTES_MAX, IMMUTABLE};
use super::normal::{drop_empty, text_default};
use super::{Column, Stored, names, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::json;
use crate::api::time::Ms;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use serde_json::Value;
use std::collections::BTreeMap;

impl Stored for Secret {
    stored!(Secret);

    fn set_defaults(&mut self) {
        text_default(&mut self.type_, "Opaque");
        // `stringData` can be written and is never read back: it lands in `data`.
        for (key, text) in self.string_data.take().into_iter().flatten() {
            let data = self.data.get_or_insert_default();
            data.insert(key, ByteString(text.into_bytes()));
        }
        drop_empty(&mut self.data);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let path = Path::root("data");
        let mut bytes = 0;
        for (key, value) in self.data.iter().flatten() {
            errors.invalid_text(&path.key(key), key, names::config_key(key));
            bytes += value.0.len();
        }
        if bytes > BYTES_MAX {
            errors.too_long(&path, BYTES_MAX);
        }
        keys_of_type(self, &path, &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if self.type_ != old.type_ {
            let kind = self.type_.as_deref().unwrap_or_default();
            errors.invalid(&Path::root("type"), kind, "field is immutable");
        }
        if old.immutable == Some(true) {
            if self.immutable != Some(true) {
                errors.forbidden(&Path::root("immutable"), IMMUTABLE);
            }
            if self.data != old.data {
                errors.forbidden(&Path::root("data"), IMMUTABLE);
            }
        }
        let mut errors = errors.into_list();
        errors.extend(self.validate());
        errors
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Type"), column("Data"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        vec![
            self.type_.clone().unwrap_or_default(),
            self.data.as_ref().map_or(0, BTreeMap::len).to_string(),
            age(&self.metadata, now_ms),
        ]
    }

    fn selectable_fields() -> &'static [&'static str] {
        &["type"]
    }

    fn selectable_field(&self, path: &str) -> Option<String> {
        (path == "type").then(|| self.type_.clone().unwrap_or_default())
    }
}

/// Can it be read as a `map[string]interface{}`? If not, why, in Go's words.
fn json_object(bytes: &[u8]) -> Result<(), String> {
    let sort = match json::read(bytes)?.value {
        Value::Object(_) | Value::Null => return Ok(()),
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
    };
    Err(format!(
        "json: cannot unmarshal {sort} into Go value of type map[string]interface {{}}"
    ))
}

/// Types that Kubernetes knows must have their keys.
fn keys_of_type(secret: &Secret, path: &Path<'_>, errors: &mut Errors) {
    const ACCOUNT: &str = "kubernetes.io/service-account.name";
    let value = |key: &str| secret.data.as_ref().and_then(|d| d.get(key));
    let mut require = |key: &str| errors.required(&path.key(key), "");
    let json_key = match secret.type_.as_deref().unwrap_or_default() {
        "kubernetes.io/service-account-token" => {
            let annotations = secret.metadata.annotations.as_ref();
            if annotations
                .and_then(|a| a.get(ACCOUNT))
                .is_none_or(String::is_empty)
            {
                let path = Path::root("metadata");
                let path = path.child("annotations");
                errors.required(&path.key(ACCOUNT), "");
            }
            return;
        }
        "kubernetes.io/dockercfg" => ".dockercfg",
        "kubernetes.io/dockerconfigjson" => ".dockerconfigjson",
        "kubernetes.io/basic-auth" => {
            if value("username").is_none() && value("password").is_none() {
                require("username");
                require("password");
            }
            return;
        }
        "kubernetes.io/ssh-auth" => {
            if value("ssh-privatekey").is_none_or(|v| v.0.is_empty()) {
                require("ssh-privatekey");
            }
            return;
        }
        "kubernetes.io/tls" => {
            for key in ["tls.crt", "tls.key"] {
                if value(key).is_none() {
                    require(key);
                }
            }
            return;
        }
        _ => return,
    };
    let Some(bytes) = value(json_key) else {
        require(json_key);
        return;
    };
    if let Err(error) = json_object(&bytes.0) {
        let shown = "<secret contents redacted>";
        errors.invalid(&path.key(json_key), shown, &error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn string_data_lands_in_data() {
        let mut secret: Secret = serde_json::from_value(
            json!({"stringData": {"a": "x"}, "data": {"a": "eQ==", "b": "eg=="}}),
        )
        .expect("a secret");
        secret.set_defaults();
        let got = serde_json::to_value(secret).expect("plain data");
        assert_eq!(got["data"], json!({"a": "eA==", "b": "eg=="}));
        assert_eq!(got["type"], "Opaque");
        assert_eq!(got.get("stringData"), None);
    }

    #[test]
    fn known_types_need_their_keys() {
        for (kind, want) in [
            ("Opaque", vec![]),
            (
                "kubernetes.io/tls",
                vec![
                    "data[tls.crt]: Required value",
                    "data[tls.key]: Required value",
                ],
            ),
            (
                "kubernetes.io/dockerconfigjson",
                vec!["data[.dockerconfigjson]: Required value"],
            ),
            (
                "kubernetes.io/basic-auth",
                vec![
                    "data[username]: Required value",
                    "data[password]: Required value",
                ],
            ),
        ] {
            let secret: Secret = serde_json::from_value(json!({ "type": kind })).expect("a secret");
            let errors: Vec<String> = secret.validate().iter().map(ToString::to_string).collect();
            assert_eq!(errors, want, "{kind}");
        }
    }

    #[test]
    fn logins_are_json() {
        for (text, want) in [
            ("{}", ""),
            ("null", ""),
            (
                "Really",
                "invalid character 'R' looking for beginning of value",
            ),
            (
                "[]",
                "json: cannot unmarshal array into Go value of type map[string]interface {}",
            ),
        ] {
            let mut secret = Secret {
                type_: Some("kubernetes.io/dockercfg".to_owned()),
                ..Secret::default()
            };
            let bytes = ByteString(text.as_bytes().to_vec());
            secret.data = Some([(".dockercfg".to_owned(), bytes)].into());
            let errors: Vec<String> = secret.validate().iter().map(ToString::to_string).collect();
            let before =
                "data[.dockercfg]: Invalid value: \"<secret contents redacted>\": ".to_owned();
            let want = (!want.is_empty()).then(|| before + want);
            assert_eq!(errors, Vec::from_iter(want), "{text}");
        }
    }
}
