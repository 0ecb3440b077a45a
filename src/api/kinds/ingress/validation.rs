//! What is wrong with an ingress.
//!
//! The real thing: pkg/apis/networking/validation/validation.go (`ValidateIngressSpec` and what it calls).

use super::super::names;
use super::super::normal::{list, text};
use crate::api::check::{Errors, Path};
use k8s_openapi::api::core::v1::TypedLocalObjectReference;
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec,
    IngressTLS,
};
use std::net::IpAddr;

const SPEC: Path<'static> = Path::root("spec");
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
const NOT_AN_IP: &str = "must be a DNS name, not an IP address";

/// What an older version of the object had wrong already, and may therefore keep.
#[derive(Clone, Copy, Debug, Default)]
struct Tolerated {
    secret_names: bool,
    wildcard_rules: bool,
}

/// Everything wrong with a new ingress.
pub(super) fn create(ingress: &Ingress, errors: &mut Errors) {
    validate(ingress, Tolerated::default(), errors);
    let annotations = ingress.metadata.annotations.as_ref();
    let annotation = annotations.and_then(|a| a.get(CLASS_ANNOTATION));
    let class = ingress
        .spec
        .as_ref()
        .and_then(|s| s.ingress_class_name.as_ref());
    if let (Some(annotation), Some(class)) = (annotation, class)
        && annotation != class
    {
        let path = Path::root("annotations");
        let detail = "must match `ingressClassName` when both are specified";
        errors.invalid(&path.child(CLASS_ANNOTATION), annotation.as_str(), detail);
    }
}

/// Everything wrong with a changed one.
pub(super) fn update(new: &Ingress, old: &Ingress, errors: &mut Errors) {
    let Some(old) = &old.spec else {
        validate(new, Tolerated::default(), errors);
        return;
    };
    let is_wrong = |check: &dyn Fn(&mut Errors)| {
        let mut found = Errors::new();
        check(&mut found);
        found.count() > 0
    };
    let tolerated = Tolerated {
        secret_names: list(&old.tls)
            .iter()
            .any(|t| is_wrong(&|e| secret_name(t, &SPEC, e))),
        wildcard_rules: list(&old.rules)
            .iter()
            .any(|r| text(&r.host).contains('*') && is_wrong(&|e| paths(r, &SPEC, e))),
    };
    validate(new, tolerated, errors);
}

/// Everything wrong with the addresses in a status.
pub(super) fn status(ingress: &Ingress, errors: &mut Errors) {
    let status = Path::root("status");
    let path = status.child("loadBalancer");
    let path = path.child("ingress");
    let balancer = ingress
        .status
        .as_ref()
        .and_then(|s| s.load_balancer.as_ref());
    let entries = balancer.map_or(&[][..], |b| list(&b.ingress));
    for (index, entry) in entries.iter().enumerate() {
        let path = path.index(index);
        let (ip, host) = (text(&entry.ip), text(&entry.hostname));
        if !ip.is_empty() {
            errors.invalid_text(&path.child("ip"), ip, names::ip(ip));
        }
        if !host.is_empty() {
            let path = path.child("hostname");
            errors.invalid_text(&path, host, names::subdomain(host));
            if host.parse::<IpAddr>().is_ok() {
                errors.invalid(&path, host, NOT_AN_IP);
            }
        }
    }
}

fn validate(ingress: &Ingress, tolerated: Tolerated, errors: &mut Errors) {
    let empty = IngressSpec::default();
    let spec = ingress.spec.as_ref().unwrap_or(&empty);
    if list(&spec.rules).is_empty() && spec.default_backend.is_none() {
        let value = if spec.rules.is_some() {
            "[]networking.IngressRule{}"
        } else {
            "[]networking.IngressRule(nil)"
        };
        let detail = "either `defaultBackend` or `rules` must be specified";
        errors.invalid_go(&SPEC, value, detail);
    }
    if let Some(default) = &spec.default_backend {
        backend(default, &SPEC.child("defaultBackend"), errors);
    }
    let rules_path = SPEC.child("rules");
    for (index, one) in list(&spec.rules).iter().enumerate() {
        rule(one, tolerated, &rules_path.index(index), errors);
    }
    let tls_path = SPEC.child("tls");
    for (index, one) in list(&spec.tls).iter().enumerate() {
        tls(one, tolerated, &tls_path.index(index), errors);
    }
    if let Some(class) = &spec.ingress_class_name {
        let path = SPEC.child("ingressClassName");
        errors.invalid_text(&path, class, names::subdomain(class));
    }
}

/// A name, or one with a `*` for its first part.
fn host(name: &str, path: &Path<'_>, errors: &mut Errors) {
    let wrong = if name.contains('*') {
        names::wildcard_subdomain(name)
    } else {
        names::subdomain(name)
    };
    errors.invalid_text(path, name, wrong);
}

fn rule(rule: &IngressRule, tolerated: Tolerated, path: &Path<'_>, errors: &mut Errors) {
    let name = text(&rule.host);
    if !name.is_empty() {
        let path = path.child("host");
        if name.parse::<IpAddr>().is_ok() {
            errors.invalid(&path, name, NOT_AN_IP);
        }
        host(name, &path, errors);
    }
    if !name.contains('*') || !tolerated.wildcard_rules {
        paths(rule, path, errors);
    }
}

fn paths(rule: &IngressRule, path: &Path<'_>, errors: &mut Errors) {
    let Some(http) = &rule.http else { return };
    let path = path.child("http");
    let path = path.child("paths");
    if http.paths.is_empty() {
        errors.required(&path, "");
    }
    for (index, one) in http.paths.iter().enumerate() {
        http_path(one, &path.index(index), errors);
    }
}

fn http_path(http: &HTTPIngressPath, path: &Path<'_>, errors: &mut Errors) {
    let place = text(&http.path);
    let place_path = path.child("path");
    match http.path_type.as_str() {
        "" => {
            errors.required(&path.child("pathType"), "pathType must be specified");
            return;
        }
        "Exact" | "Prefix" => {
            if !place.starts_with('/') {
                errors.invalid(&place_path, place, "must be an absolute path");
            }
            for part in ["//", "/./", "/../", "%2f", "%2F"] {
                if place.contains(part) {
                    let detail = format!("must not contain '{part}'");
                    errors.invalid(&place_path, place, &detail);
                }
            }
            for end in ["/..", "/."] {
                if place.ends_with(end) {
                    let detail = format!("cannot end with '{end}'");
                    errors.invalid(&place_path, place, &detail);
                }
            }
        }
        "ImplementationSpecific" => {
            if !place.is_empty() && !place.starts_with('/') {
                errors.invalid(&place_path, place, "must be an absolute path");
            }
        }
        other => errors.not_supported(
            &path.child("pathType"),
            other,
            &["Exact", "ImplementationSpecific", "Prefix"],
        ),
    }
    backend(&http.backend, &path.child("backend"), errors);
}

fn backend(backend: &IngressBackend, path: &Path<'_>, errors: &mut Errors) {
    match (&backend.resource, &backend.service) {
        (Some(_), Some(_)) => {
            let detail = "cannot set both resource and service backends";
            errors.invalid(path, "", detail);
        }
        (Some(resource), None) => reference(resource, &path.child("resource"), errors),
        (None, Some(service)) => service_backend(service, path, errors),
        (None, None) => {
            let detail = "resource or service backend is required";
            errors.invalid(path, "", detail);
        }
    }
}

fn service_backend(service: &IngressServiceBackend, path: &Path<'_>, errors: &mut Errors) {
    let service_path = path.child("service");
    let name = service.name.as_str();
    if name.is_empty() {
        errors.required(&service_path.child("name"), "");
    } else {
        errors.invalid_text(&service_path.child("name"), name, names::label_1035(name));
    }
    let port = service.port.clone().unwrap_or_default();
    let (name, number) = (text(&port.name), port.number.unwrap_or_default());
    let port_path = service_path.child("port");
    match (name, number) {
        ("", 0) => errors.required(path, "port name or number is required"),
        ("", number) => {
            for why in names::port_number(number) {
                errors.invalid(&port_path.child("number"), number, &why);
            }
        }
        (name, 0) => errors.invalid_text(&port_path.child("name"), name, names::port_name(name)),
        _ => errors.invalid(path, "", "cannot set both port name & port number"),
    }
}

fn reference(reference: &TypedLocalObjectReference, path: &Path<'_>, errors: &mut Errors) {
    if let Some(group) = &reference.api_group {
        errors.invalid_text(&path.child("apiGroup"), group, names::subdomain(group));
    }
    for (field, value) in [("kind", &reference.kind), ("name", &reference.name)] {
        path_segment(value, &path.child(field), errors);
    }
}

/// A text that must be there, and could be a part of a URL. The real thing: `IsValidPathSegmentName`.
pub(in super::super) fn path_segment(value: &str, path: &Path<'_>, errors: &mut Errors) {
    if value.is_empty() {
        errors.required(path, "");
        return;
    }
    errors.invalid_text(path, value, names::path_segment(value));
}

fn tls(tls: &IngressTLS, tolerated: Tolerated, path: &Path<'_>, errors: &mut Errors) {
    let hosts_path = path.child("hosts");
    for (index, name) in list(&tls.hosts).iter().enumerate() {
        host(name, &hosts_path.index(index), errors);
    }
    if !tolerated.secret_names {
        secret_name(tls, path, errors);
    }
}

fn secret_name(tls: &IngressTLS, path: &Path<'_>, errors: &mut Errors) {
    let name = text(&tls.secret_name);
    if !name.is_empty() {
        errors.invalid_text(&path.child("secretName"), name, names::subdomain(name));
    }
}

#[cfg(test)]
mod tests {
    use crate::api::Stored as _;
    use k8s_openapi::api::networking::v1::Ingress;
    use serde_json::{Value, json};

    fn ingress(spec: Value) -> Ingress {
        let mut ingress: Ingress =
            serde_json::from_value(json!({ "spec": spec })).expect("an ingress");
        ingress.set_defaults();
        ingress
    }

    fn rule(path: Value) -> Value {
        json!({"rules": [{"host": "a.example.com", "http": {"paths": [path]}}]})
    }

    #[test]
    fn ingresses_are_refused() {
        let service = json!({"service": {"name": "web", "port": {"number": 80}}});
        for (name, spec, want) in [
            (
                "fine",
                rule(json!({"path": "/", "pathType": "Prefix", "backend": service})),
                vec![],
            ),
            (
                "nothing",
                json!({}),
                vec![
                    "spec: Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` must be specified",
                ],
            ),
            (
                "no path type",
                rule(json!({"path": "/", "backend": service})),
                vec![
                    "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified",
                ],
            ),
            (
                "unknown path type",
                rule(json!({"path": "/", "pathType": "Sometimes", "backend": service})),
                vec![
                    "spec.rules[0].http.paths[0].pathType: Unsupported value: \"Sometimes\": supported values: \"Exact\", \"ImplementationSpecific\", \"Prefix\"",
                ],
            ),
            (
                "relative and doubled",
                rule(json!({"path": "a//b", "pathType": "Exact", "backend": service})),
                vec![
                    "spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must be an absolute path",
                    "spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must not contain '//'",
                ],
            ),
            (
                "no backend",
                json!({"defaultBackend": {}}),
                vec![
                    "spec.defaultBackend: Invalid value: \"\": resource or service backend is required",
                ],
            ),
            (
                "two ports",
                json!({"defaultBackend": {"service": {"name": "web", "port": {"number": 80, "name": "http"}}}}),
                vec![
                    "spec.defaultBackend: Invalid value: \"\": cannot set both port name & port number",
                ],
            ),
            (
                "an address for a host",
                json!({"rules": [{"host": "127.0.0.1"}]}),
                vec![
                    "spec.rules[0].host: Invalid value: \"127.0.0.1\": must be a DNS name, not an IP address",
                ],
            ),
            (
                "a star in the middle",
                json!({"rules": [{"host": "a.*.com"}]}),
                vec![
                    "spec.rules[0].host: Invalid value: \"a.*.com\": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
                ],
            ),
            (
                "a wildcard",
                json!({"rules": [{"host": "*.example.com"}], "tls": [{"hosts": ["*.example.com"], "secretName": "cert"}]}),
                vec![],
            ),
        ] {
            let errors = ingress(spec).validate();
            let got: Vec<String> = errors.iter().map(ToString::to_string).collect();
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn a_row_shows_three_hosts() {
        let rules: Vec<Value> = (0..5).map(|n| json!({"host": format!("h{n}")})).collect();
        let ingress = ingress(json!({"rules": rules, "tls": [{}], "ingressClassName": "nginx"}));
        let row = ingress.row(0);
        assert_eq!(row[..4], ["nginx", "h0,h1,h2 + 2 more...", "", "80, 443"]);
    }
}
