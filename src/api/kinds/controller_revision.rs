//! ControllerRevision: one version of what a StatefulSet or DaemonSet wants, kept so that it can be returned to.
//!
//! The real thing: pkg/registry/apps/controllerrevision/strategy.go, pkg/apis/apps/validation/validation.go (`ValidateControllerRevision`).

use super::cells::{age, column};
use super::{Column, Stored, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::owner;
use crate::api::time::Ms;
use k8s_openapi::api::apps::v1::ControllerRevision;
use k8s_openapi::apimachinery::pkg::runtime::RawExtension;

impl Stored for ControllerRevision {
    stored!(ControllerRevision);

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if data(self).is_none() {
            errors.required(&Path::root("data"), "data is mandatory");
        }
        errors.non_negative(&Path::root("revision"), Some(self.revision));
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = self.validate();
        if data(self) != data(old) {
            let mut more = Errors::new();
            let value = data(self).map_or_else(|| "\"null\"".to_owned(), go_data);
            more.invalid_go(&Path::root("data"), &value, "field is immutable");
            errors.extend(more.into_list());
        }
        errors
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Controller"), column("Revision"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let controller = match owner::controller_of(&self.metadata) {
            Some(owner) => {
                let group = owner.api_version.split_once('/').map_or("", |(g, _)| g);
                let dot = if group.is_empty() { "" } else { "." };
                let kind = format!("{}{dot}{group}", owner.kind).to_ascii_lowercase();
                format!("{kind}/{}", owner.name)
            }
            None => "<none>".to_owned(),
        };
        vec![
            controller,
            self.revision.to_string(),
            age(&self.metadata, now_ms),
        ]
    }
}

/// What is kept; `null` is nothing.
fn data(revision: &ControllerRevision) -> Option<&RawExtension> {
    revision.data.as_ref().filter(|data| !data.0.is_null())
}

/// The bytes of the JSON, as Go prints them.
fn go_data(data: &RawExtension) -> String {
    let bytes = data.0.to_string().into_bytes();
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:#x}")).collect();
    format!(
        "runtime.Unknown{{TypeMeta:runtime.TypeMeta{{APIVersion:\"\", Kind:\"\"}}, Raw:[]uint8{{{}}}, ContentEncoding:\"\", ContentType:\"application/json\"}}",
        bytes.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn revision(fields: Value) -> ControllerRevision {
        let mut json = json!({"metadata": {"name": "web-1", "ownerReferences": [
            {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web", "uid": "u", "controller": true}]}, "revision": 1});
        let object = json.as_object_mut().expect("a map");
        object.extend(fields.as_object().expect("a map").clone());
        serde_json::from_value(json).expect("a revision")
    }

    fn texts(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_row_names_the_controller_with_its_group() {
        let row = revision(json!({"revision": 7})).row(0);
        assert_eq!(row, ["statefulset.apps/web", "7", "<unknown>"]);
        let free = revision(json!({"metadata": {"name": "x"}}));
        assert_eq!(free.row(0)[0], "<none>");
    }

    #[test]
    fn says_what_upstream_says() {
        let kept = revision(json!({"data": {"a": 1}}));
        for (name, new, want) in [
            ("same", kept.clone(), vec![]),
            (
                "later",
                revision(json!({"data": {"a": 1}, "revision": 2})),
                vec![],
            ),
            (
                "nothing",
                revision(json!({"data": null, "revision": -1})),
                vec![
                    "data: Required value: data is mandatory",
                    "revision: Invalid value: -1: must be greater than or equal to 0",
                    "data: Invalid value: \"null\": field is immutable",
                ],
            ),
            (
                "other data",
                revision(json!({"data": [2]})),
                vec![
                    "data: Invalid value: runtime.Unknown{TypeMeta:runtime.TypeMeta{APIVersion:\"\", Kind:\"\"}, Raw:[]uint8{0x5b, 0x32, 0x5d}, ContentEncoding:\"\", ContentType:\"application/json\"}: field is immutable",
                ],
            ),
        ] {
            assert_eq!(texts(&new.validate_update(&kept)), want, "{name}");
        }
    }
}
