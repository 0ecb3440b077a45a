//! What an update of a service may not change.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidateServiceUpdate`).

use super::super::go;
use super::super::normal::{list, text};
use super::validation::{self, is_headless};
use super::{is, needs_health_check};
use crate::api::check::{Errors, Path};
use k8s_openapi::api::core::v1::{Service, ServiceSpec};

const SPEC: Path<'static> = Path::root("spec");

/// Everything wrong with replacing `old` by `service`.
pub(super) fn validate(service: &Service, old: &Service, errors: &mut Errors) {
    if let (Some(new), Some(old)) = (&service.spec, &old.spec) {
        if !is(new, &["ExternalName"]) && !is(old, &["ExternalName"]) {
            cluster_ips_stay(new, old, errors);
            families_stay(new, old, errors);
        }
        let port = |spec: &ServiceSpec| spec.health_check_node_port.unwrap_or_default();
        let both = needs_health_check(new) && needs_health_check(old);
        if both && port(new) != port(old) {
            let path = SPEC.child("healthCheckNodePort");
            errors.forbidden(&path, "field is immutable");
        }
        let both = is(new, &["LoadBalancer"]) && is(old, &["LoadBalancer"]);
        if both && new.load_balancer_class != old.load_balancer_class {
            let path = SPEC.child("loadBalancerClass");
            let class = text(&new.load_balancer_class);
            errors.invalid(&path, class, "may not change once set");
        }
    }
    validation::create(service, errors);
}

fn cluster_ips_stay(new: &ServiceSpec, old: &ServiceSpec, errors: &mut Errors) {
    if is_headless(new) && is_headless(old) {
        return;
    }
    let (new_ips, old_ips) = (list(&new.cluster_ips), list(&old.cluster_ips));
    let path = SPEC.child("clusterIPs");
    let shown = || go::list(new.cluster_ips.as_deref());
    if new_ips.is_empty() && !old_ips.is_empty() {
        let detail = "primary clusterIP can not be unset";
        errors.invalid_go(&path.index(0), &shown(), detail);
    }
    let compared = if new_ips.len() == old_ips.len() {
        new_ips.len()
    } else {
        1
    };
    for (index, (new, old)) in new_ips.iter().zip(old_ips).take(compared).enumerate() {
        if new != old {
            errors.invalid_go(&path.index(index), &shown(), "may not change once set");
        }
    }
    if old_ips.len() > 1 && new_ips.len() == 1 && text(&new.ip_family_policy) != "SingleStack" {
        let detail = "must be set to 'SingleStack' when releasing the secondary clusterIP";
        let policy = text(&new.ip_family_policy);
        errors.invalid(&SPEC.child("ipFamilyPolicy"), policy, detail);
    }
}

fn families_stay(new: &ServiceSpec, old: &ServiceSpec, errors: &mut Errors) {
    if is_headless(new) || is_headless(old) {
        return;
    }
    let (families, was) = (list(&new.ip_families), list(&old.ip_families));
    if let (Some(first), Some(was)) = (families.first(), was.first())
        && first != was
    {
        let path = SPEC.child("ipFamilies");
        let value = families
            .iter()
            .map(|f| format!("{f:?}"))
            .collect::<Vec<_>>();
        let value = format!("[]core.IPFamily{{{}}}", value.join(", "));
        errors.invalid_go(&path.index(0), &value, "may not change once set");
    }
}

#[cfg(test)]
mod tests {
    use super::super::validation::tests::service;
    use crate::api::Stored as _;
    use serde_json::json;

    #[test]
    fn the_cluster_ip_stays() {
        let old = service(json!({"clusterIP": "10.96.0.9", "ports": [{"port": 80}]}));
        let mut new = service(json!({"clusterIP": "10.96.0.10", "ports": [{"port": 80}]}));
        new.prepare_update(&old);
        let got: Vec<String> = new
            .validate_update(&old)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            got,
            [
                "spec.clusterIPs[0]: Invalid value: []string{\"10.96.0.10\"}: may not change once set"
            ]
        );
    }
}
