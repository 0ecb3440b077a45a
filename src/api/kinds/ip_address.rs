//! IPAddress.
//!
//! The real thing: pkg/apis/networking/validation/validation.go (`ValidateIPAddress`), pkg/registry/networking/ipaddress/strategy.go.

use super::cells::{age, column};
use super::ingress::path_segment;
use super::normal::text;
use super::{Column, Stored, names, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::networking::v1::{IPAddress, ParentReference};
use std::net::IpAddr;

const SPEC: Path<'static> = Path::root("spec");

impl Stored for IPAddress {
    stored!(IPAddress);

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
        let path = SPEC.child("parentRef");
        match &self.spec {
            None => errors.required(&path, ""),
            Some(spec) => parent(&spec.parent_ref, &path, &mut errors),
        }
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let parent = |address: &Self| address.spec.clone().map(|s| s.parent_ref);
        if parent(self) != parent(old) {
            let new = parent(self).unwrap_or_default();
            let value = format!(
                "networking.ParentReference{{Group:{:?}, Resource:{:?}, Namespace:{:?}, Name:{:?}}}",
                text(&new.group),
                new.resource,
                text(&new.namespace),
                new.name
            );
            errors.invalid_go(&SPEC.child("parentRef"), &value, "field is immutable");
        }
        errors.into_list()
    }

    fn validate_name(name: &str) -> Option<String> {
        match name.parse::<IpAddr>() {
            Ok(address) if address.to_string() == name => None,
            Ok(_) => Some("must be a canonical format IP address".to_owned()),
            Err(_) => Some(format!("ParseAddr({name:?}): unable to parse IP")),
        }
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("ParentRef"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let parent = self.spec.as_ref().map(|spec| {
            let parent = &spec.parent_ref;
            let group = text(&parent.group);
            let dot = if group.is_empty() { "" } else { "." };
            let place = [text(&parent.namespace), &parent.name];
            let place: Vec<&str> = place.into_iter().filter(|p| !p.is_empty()).collect();
            format!("{}{dot}{group}/{}", parent.resource, place.join("/"))
        });
        vec![
            parent.unwrap_or_else(|| "<none>".to_owned()),
            age(&self.metadata, now_ms),
        ]
    }
}

fn parent(parent: &ParentReference, path: &Path<'_>, errors: &mut Errors) {
    let group = text(&parent.group);
    if !group.is_empty() {
        errors.invalid_text(&path.child("group"), group, names::subdomain(group));
    }
    path_segment(&parent.resource, &path.child("resource"), errors);
    path_segment(&parent.name, &path.child("name"), errors);
    for namespace in parent.namespace.iter().filter(|n| !n.is_empty()) {
        path_segment(namespace, &path.child("namespace"), errors);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_addresses() {
        for (name, fine) in [
            ("10.0.0.1", true),
            ("2001:db8::1", true),
            ("2001:DB8::1", false),
            ("a", false),
        ] {
            assert_eq!(IPAddress::validate_name(name).is_none(), fine, "{name}");
        }
    }

    #[test]
    fn the_parent_must_be_named_and_stays() {
        let address = |parent: serde_json::Value| -> IPAddress {
            serde_json::from_value(json!({"spec": {"parentRef": parent}})).expect("an address")
        };
        let errors = address(json!({"resource": "services", "name": ""})).validate();
        assert_eq!(errors[0].to_string(), "spec.parentRef.name: Required value");
        let old = address(json!({"resource": "services", "namespace": "default", "name": "a"}));
        assert_eq!(old.row(0)[0], "services/default/a");
        let new = address(json!({"resource": "services", "namespace": "default", "name": "b"}));
        assert_eq!(new.validate_update(&old).len(), 1);
    }
}
