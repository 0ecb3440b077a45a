//! What a URL's query says: options of lists, watches, writes and deletions.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go (`ListOptions`, `CreateOptions`, `PatchOptions`, `DeleteOptions`),
//! pkg/apis/meta/v1/validation/validation.go.

use crate::api::field::Quoted;
use crate::api::{DeleteOptions, FieldValidation, ListOptions, Propagation, Reason, Status};
use serde_json::Value;
use std::num::{IntErrorKind, ParseIntError};

/// A query, in the order in which it was written.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        Self(
            form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// The first value of this name; empty if there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// All values of this name, in order.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.0.iter().filter(move |(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Is it there, and not `false` or `0`?
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.all(name).next().is_some_and(|value| {
            !matches!(value.to_ascii_lowercase().as_str(), "false" | "0" | "f")
        })
    }

    /// A whole number; `None` if there is none.
    ///
    /// # Errors
    /// `400` if it is no number.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Status> {
        match self.get(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|error: ParseIntError| {
                let why = match error.kind() {
                    IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "value out of range",
                    _ => "invalid syntax",
                };
                let text = Quoted(text);
                Status::bad_request(format!("strconv.ParseInt: parsing {text}: {why}"))
            }),
        }
    }

    /// The options of a list or a watch.
    pub(super) fn list_options(&self) -> Result<ListOptions, Status> {
        Ok(ListOptions {
            label_selector: self.get("labelSelector").to_owned(),
            field_selector: self.get("fieldSelector").to_owned(),
            limit: u64::try_from(self.number("limit")?.unwrap_or(0)).unwrap_or(0),
            continue_token: self.get("continue").to_owned(),
            resource_version: self.get("resourceVersion").to_owned(),
            version_match: self.get("resourceVersionMatch").to_owned(),
        })
    }

    /// Is the write to be answered only? The only value that there is for this is `All`.
    pub(super) fn dry_run(&self, options: &str) -> Result<bool, Status> {
        let mut asked = false;
        for value in self.all("dryRun") {
            asked = true;
            if value != "All" {
                return Err(invalid(
                    options,
                    &format!("dryRun: Unsupported value: {value:?}: supported values: \"All\""),
                ));
            }
        }
        Ok(asked)
    }

    /// What to do about unknown fields; a warning if nothing is said.
    pub(super) fn field_validation(&self, options: &str) -> Result<FieldValidation, Status> {
        match self.get("fieldValidation") {
            "" | "Warn" => Ok(FieldValidation::Warn),
            "Strict" => Ok(FieldValidation::Strict),
            "Ignore" => Ok(FieldValidation::Ignore),
            other => Err(invalid(
                options,
                &format!(
                    "fieldValidation: Invalid value: {other:?}: must be one of \"\" (empty), Ignore, Warn, Strict"
                ),
            )),
        }
    }

    /// Who manages the fields that the request sets; `user_agent` if the query does not say.
    pub(super) fn field_manager(&self, options: &str, user_agent: &str) -> Result<String, Status> {
        let given = self.get("fieldManager");
        if given.len() > 128 {
            return Err(invalid(
                options,
                "fieldManager: Too long: may not be more than 128 bytes",
            ));
        }
        let printable = |c: char| c == ' ' || !(c.is_control() || c.is_whitespace());
        if let Some((at, c)) = given.char_indices().find(|(_, c)| !printable(*c)) {
            let (manager, code) = (Quoted(given), u32::from(c));
            let why = format!(
                "fieldManager: Invalid value: {manager}: invalid character U+{code:04X} (at position {at})"
            );
            return Err(invalid(options, &why));
        }
        if given.is_empty() {
            let product = user_agent.split('/').next().unwrap_or_default();
            return Ok(product.chars().take(128).collect());
        }
        Ok(given.to_owned())
    }

    /// What a deletion's body and query say together; the body wins.
    pub(super) fn delete_options(&self, body: Option<&Value>) -> Result<DeleteOptions, Status> {
        let empty = Value::Null;
        let body = body.unwrap_or(&empty);
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
        let policy = text("/propagationPolicy").unwrap_or(self.get("propagationPolicy"));
        let orphan = body.get("orphanDependents").and_then(Value::as_bool);
        let orphan = orphan.or(match self.get("orphanDependents") {
            "" => None,
            text => Some(text == "true"),
        });
        let propagation = match (policy, orphan) {
            ("", None) => None,
            ("", Some(true)) | ("Orphan", None) => Some(Propagation::Orphan),
            ("", Some(false)) | ("Background", None) => Some(Propagation::Background),
            ("Foreground", None) => Some(Propagation::Foreground),
            (_, Some(_)) => {
                let why = format!(
                    "propagationPolicy: Invalid value: {}: orphanDependents and deletionPropagation cannot be both set",
                    Quoted(policy)
                );
                return Err(invalid("DeleteOptions", &why));
            }
            (other, None) => {
                let why = format!(
                    "propagationPolicy: Unsupported value: {other:?}: supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
                );
                return Err(invalid("DeleteOptions", &why));
            }
        };
        let grace = body.get("gracePeriodSeconds").and_then(Value::as_i64);
        Ok(DeleteOptions {
            grace_period_seconds: match grace {
                Some(grace) => Some(grace),
                None => self.number("gracePeriodSeconds")?,
            },
            propagation,
            precondition_uid: text("/preconditions/uid").map(str::to_owned),
            precondition_resource_version: text("/preconditions/resourceVersion")
                .map(str::to_owned),
        })
    }
}

/// `422` about options rather than about an object.
pub(super) fn invalid(options: &str, why: &str) -> Status {
    Status::new(
        Reason::Invalid,
        format!("{options}.meta.k8s.io \"\" is invalid: {why}"),
    )
}
