//! IngressClass.
//!
//! The real thing: pkg/apis/networking/{v1/defaults.go,validation/validation.go}, pkg/registry/networking/ingressclass/strategy.go.

use super::cells::{age, column};
use super::ingress::path_segment;
use super::normal::{text, text_default};
use super::{Column, Stored, names, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::networking::v1::{IngressClass, IngressClassParametersReference};

const SPEC: Path<'static> = Path::root("spec");
const CONTROLLER_MAX: usize = 250;

/// Says that ingresses without a class get this one.
pub const IS_DEFAULT: &str = "ingressclass.kubernetes.io/is-default-class";

impl Stored for IngressClass {
    stored!(IngressClass);

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        if let Some(parameters) = &mut spec.parameters {
            text_default(&mut parameters.scope, "Cluster");
        }
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
    }

    fn prepare_update(&mut self, old: &Self) {
        self.metadata.generation = old.metadata.generation;
        if self.spec != old.spec {
            self.metadata.generation = Some(old.metadata.generation.unwrap_or(0) + 1);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let spec = self.spec.as_ref();
        let controller = spec.map_or("", |s| text(&s.controller));
        controller_name(controller, &SPEC.child("controller"), &mut errors);
        if let Some(reference) = spec.and_then(|s| s.parameters.as_ref()) {
            parameters(reference, &SPEC.child("parameters"), &mut errors);
        }
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let controller = |c: &Self| {
            c.spec
                .as_ref()
                .map_or(String::new(), |s| text(&s.controller).to_owned())
        };
        if controller(self) != controller(old) {
            let path = SPEC.child("controller");
            errors.invalid(&path, controller(self), "field is immutable");
        }
        let mut errors = errors.into_list();
        errors.extend(self.validate());
        errors
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Controller"), column("Parameters"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let spec = self.spec.clone().unwrap_or_default();
        let parameters = spec.parameters.map(|p| {
            let group = p.api_group.map(|g| format!(".{g}")).unwrap_or_default();
            format!("{}{group}/{}", p.kind, p.name)
        });
        vec![
            spec.controller.unwrap_or_default(),
            parameters.unwrap_or_else(|| "<none>".to_owned()),
            age(&self.metadata, now_ms),
        ]
    }
}

/// `IsDomainPrefixedPath`: `example.com/controller`.
fn controller_name(name: &str, path: &Path<'_>, errors: &mut Errors) {
    if name.is_empty() {
        errors.required(path, "");
        return;
    }
    if name.len() > CONTROLLER_MAX {
        errors.too_long(path, CONTROLLER_MAX);
    }
    match name.split_once('/') {
        Some((domain, rest)) if !domain.is_empty() && !rest.is_empty() => {
            errors.invalid_text(path, domain, names::subdomain(domain));
            if !is_http_path(rest) {
                let detail = "a valid path must consist of alphanumeric characters, '-', '.', '_', '~', '%', '!', '$', '&', ''', '(', ')', '*', '+', ',', ';', '=', ':' or '@' (e.g. 'my-path', regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";
                errors.invalid(path, rest, detail);
            }
        }
        _ => {
            let detail = "must be a domain-prefixed path (such as \"acme.io/foo\")";
            errors.invalid(path, name, detail);
        }
    }
}

fn is_http_path(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&b))
}

fn parameters(reference: &IngressClassParametersReference, path: &Path<'_>, errors: &mut Errors) {
    if let Some(group) = &reference.api_group {
        errors.invalid_text(&path.child("apiGroup"), group, names::subdomain(group));
    }
    path_segment(&reference.kind, &path.child("kind"), errors);
    path_segment(&reference.name, &path.child("name"), errors);
    let scope_path = path.child("scope");
    let namespace_path = path.child("namespace");
    let namespace = reference.namespace.as_deref();
    match (reference.scope.as_deref(), namespace) {
        (None, _) => errors.required(&scope_path, ""),
        (Some("Namespace"), None) => {
            let detail = "`parameters.scope` is set to 'Namespace'";
            errors.required(&namespace_path, detail);
        }
        (Some("Namespace"), Some(namespace)) => {
            errors.invalid_text(&namespace_path, namespace, names::label(namespace));
        }
        (Some("Cluster"), Some(_)) => {
            let detail = "`parameters.scope` is set to 'Cluster'";
            errors.forbidden(&namespace_path, detail);
        }
        (Some("Cluster"), None) => {}
        (scope, _) => errors.known(&scope_path, scope, &["Cluster", "Namespace"]),
    }
}

/// Is it the class of ingresses that name none?
#[must_use]
pub fn is_default(class: &IngressClass) -> bool {
    let annotations = class.metadata.annotations.as_ref();
    annotations
        .and_then(|a| a.get(IS_DEFAULT))
        .is_some_and(|v| v == "true")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn class(spec: Value) -> IngressClass {
        let mut class: IngressClass =
            serde_json::from_value(json!({ "spec": spec })).expect("a class");
        class.set_defaults();
        class
    }

    fn texts(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn classes_are_refused() {
        for (name, spec, want) in [
            (
                "fine",
                json!({"controller": "k8s.io/ingress-nginx"}),
                vec![],
            ),
            ("none", json!({}), vec!["spec.controller: Required value"]),
            (
                "no domain",
                json!({"controller": "nginx"}),
                vec![
                    "spec.controller: Invalid value: \"nginx\": must be a domain-prefixed path (such as \"acme.io/foo\")",
                ],
            ),
            (
                "a namespace for the cluster",
                json!({"controller": "a.b/c", "parameters": {"kind": "A", "name": "b", "namespace": "c"}}),
                vec![
                    "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
                ],
            ),
        ] {
            assert_eq!(texts(&class(spec).validate()), want, "{name}");
        }
    }

    #[test]
    fn the_controller_stays() {
        let old = class(json!({"controller": "a.b/c"}));
        let new = class(json!({"controller": "a.b/d"}));
        let want = "spec.controller: Invalid value: \"a.b/d\": field is immutable";
        assert_eq!(texts(&new.validate_update(&old)), [want]);
    }
}
