//! StorageClass.
//!
//! The real thing: pkg/apis/storage/{v1/defaults.go,validation/validation.go}, pkg/registry/storage/storageclass/strategy.go.

use super::cells::{age, column};
use super::normal::{drop_empty, list, text, text_default};
use super::{Column, Stored, pod, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::labels;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::TopologySelectorTerm;
use k8s_openapi::api::storage::v1::StorageClass;

/// Says that claims without a class get this one.
pub const IS_DEFAULT: &str = "storageclass.kubernetes.io/is-default-class";
/// The same, as it was called once.
pub const IS_DEFAULT_BETA: &str = "storageclass.beta.kubernetes.io/is-default-class";

const PARAMETERS_MAX: usize = 512;
const PARAMETERS_BYTES_MAX: usize = 256 * 1024;

/// Is it the class of claims that name none?
#[must_use]
pub fn is_default(class: &StorageClass) -> bool {
    let annotations = class.metadata.annotations.as_ref();
    [IS_DEFAULT, IS_DEFAULT_BETA].iter().any(|key| {
        annotations
            .and_then(|a| a.get(*key))
            .is_some_and(|v| v == "true")
    })
}

impl Stored for StorageClass {
    stored!(StorageClass);

    fn set_defaults(&mut self) {
        text_default(&mut self.reclaim_policy, "Delete");
        text_default(&mut self.volume_binding_mode, "Immediate");
        drop_empty(&mut self.parameters);
        drop_empty(&mut self.mount_options);
        drop_empty(&mut self.allowed_topologies);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        provisioner(&self.provisioner, &Path::root("provisioner"), &mut errors);
        parameters(self, &mut errors);
        errors.known(
            &Path::root("reclaimPolicy"),
            self.reclaim_policy.as_deref(),
            &["Delete", "Retain"],
        );
        let mode_path = Path::root("volumeBindingMode");
        match self.volume_binding_mode.as_deref() {
            None => errors.required(&mode_path, ""),
            mode => errors.known(&mode_path, mode, &["Immediate", "WaitForFirstConsumer"]),
        }
        topologies(list(&self.allowed_topologies), &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        for (field, changed) in [
            ("parameters", self.parameters != old.parameters),
            ("provisioner", self.provisioner != old.provisioner),
            ("reclaimPolicy", self.reclaim_policy != old.reclaim_policy),
        ] {
            if changed {
                let detail = format!("updates to {field} are forbidden.");
                errors.forbidden(&Path::root(field), &detail);
            }
        }
        if self.volume_binding_mode != old.volume_binding_mode {
            let path = Path::root("volumeBindingMode");
            let mode = text(&self.volume_binding_mode);
            errors.invalid(&path, mode, "field is immutable");
        }
        errors.into_list()
    }

    fn warnings(&self, _old: Option<&Self>) -> Vec<String> {
        let mut warnings = Vec::new();
        for (i, term) in list(&self.allowed_topologies).iter().enumerate() {
            for (j, expression) in list(&term.match_label_expressions).iter().enumerate() {
                let key = &expression.key;
                if let Some(why) = pod::warnings::old_label(key) {
                    let at = format!("allowedTopologies[{i}].matchLabelExpressions[{j}].key");
                    warnings.push(format!("{at}: {key} is {why}"));
                }
            }
        }
        warnings
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Provisioner"),
            column("ReclaimPolicy"),
            column("VolumeBindingMode"),
            column("AllowVolumeExpansion"),
            column("Age"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let or = |value: &Option<String>, default: &str| {
            value.clone().unwrap_or_else(|| default.to_owned())
        };
        vec![
            self.provisioner.clone(),
            or(&self.reclaim_policy, "Delete"),
            or(&self.volume_binding_mode, "Immediate"),
            self.allow_volume_expansion.unwrap_or_default().to_string(),
            age(&self.metadata, now_ms),
        ]
    }

    fn name_cell(&self) -> String {
        let name = text(&self.metadata.name);
        if is_default(self) {
            return format!("{name} (default)");
        }
        name.to_owned()
    }
}

/// `validateProvisioner`, `validateAttacher`: a qualified name, in any case.
pub(super) fn provisioner(name: &str, path: &Path<'_>, errors: &mut Errors) {
    if name.is_empty() {
        errors.required(path, "");
        return;
    }
    errors.invalid_text(
        path,
        name,
        labels::qualified_name(&name.to_ascii_lowercase()),
    );
}

fn parameters(class: &StorageClass, errors: &mut Errors) {
    let path = Path::root("parameters");
    let count = class
        .parameters
        .as_ref()
        .map_or(0, std::collections::BTreeMap::len);
    if count > PARAMETERS_MAX {
        errors.too_long(&path, PARAMETERS_MAX);
        return;
    }
    let mut bytes = 0;
    for (key, value) in class.parameters.iter().flatten() {
        if key.is_empty() {
            errors.invalid(&path, "", "field can not be empty.");
        }
        bytes += key.len() + value.len();
    }
    if bytes > PARAMETERS_BYTES_MAX {
        errors.too_long(&path, PARAMETERS_BYTES_MAX);
    }
}

fn topologies(terms: &[TopologySelectorTerm], errors: &mut Errors) {
    let path = Path::root("allowedTopologies");
    for (index, term) in terms.iter().enumerate() {
        let path = path.index(index);
        let path = path.child("matchLabelExpressions");
        let requirements = list(&term.match_label_expressions);
        if requirements.is_empty() {
            errors.required(&path, "");
        }
        for (index, requirement) in requirements.iter().enumerate() {
            let item = path.index(index);
            let key = requirement.key.as_str();
            let values_path = item.child("values");
            if requirement.values.is_empty() {
                errors.required(&values_path, "");
            }
            for (index, value) in requirement.values.iter().enumerate() {
                if requirement.values[..index].contains(value) {
                    errors.duplicate(&values_path.index(index), value.as_str());
                }
            }
            errors.invalid_text(&item.child("key"), key, labels::qualified_name(key));
            if requirements[..index].iter().any(|r| r.key == key) {
                errors.duplicate(&item.child("key"), key);
            }
        }
        if terms[..index].contains(term) {
            errors.duplicate(&path, "");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn class(json: Value) -> StorageClass {
        let mut class: StorageClass = serde_json::from_value(json).expect("a class");
        class.set_defaults();
        class
    }

    fn texts(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn classes_are_refused() {
        for (name, json, want) in [
            (
                "bare",
                json!({"provisioner": "kubernetes.io/foo-provisioner"}),
                vec![],
            ),
            (
                "none",
                json!({"provisioner": ""}),
                vec!["provisioner: Required value"],
            ),
            (
                "modes",
                json!({"provisioner": "a/b", "reclaimPolicy": "Recycle", "volumeBindingMode": "Late"}),
                vec![
                    "reclaimPolicy: Unsupported value: \"Recycle\": supported values: \"Delete\", \"Retain\"",
                    "volumeBindingMode: Unsupported value: \"Late\": supported values: \"Immediate\", \"WaitForFirstConsumer\"",
                ],
            ),
            (
                "topologies",
                json!({"provisioner": "a/b", "allowedTopologies": [{"matchLabelExpressions": [{"key": "zone", "values": []}]}]}),
                vec!["allowedTopologies[0].matchLabelExpressions[0].values: Required value"],
            ),
        ] {
            assert_eq!(texts(&class(json).validate()), want, "{name}");
        }
    }

    #[test]
    fn nearly_everything_stays() {
        let old = class(json!({"provisioner": "a/b"}));
        let new = json!({"provisioner": "a/c", "parameters": {"a": "b"}, "reclaimPolicy": "Retain", "volumeBindingMode": "WaitForFirstConsumer"});
        let want = [
            "parameters: Forbidden: updates to parameters are forbidden.",
            "provisioner: Forbidden: updates to provisioner are forbidden.",
            "reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.",
            "volumeBindingMode: Invalid value: \"WaitForFirstConsumer\": field is immutable",
        ];
        assert_eq!(texts(&class(new).validate_update(&old)), want);
    }

    #[test]
    fn the_default_says_so() {
        let class = class(
            json!({"metadata": {"name": "fast", "annotations": {IS_DEFAULT: "true"}}, "provisioner": "a/b"}),
        );
        assert_eq!(class.name_cell(), "fast (default)");
    }
}
