//! Which IP families a Service may have in a cluster that gives out IPv4 addresses only.
//!
//! The real thing: pkg/registry/core/service/storage/alloc.go (`initIPFamilyFields`).
//! Left out: clusters with addresses of IPv6.

use crate::api::field::FieldError;
use crate::api::{Kind, Status};
use k8s_openapi::api::core::v1::ServiceSpec;

/// What the cluster has.
const FAMILY: &str = "IPv4";

/// Refuses what the cluster has not, and fills in the families of the addresses that were asked for.
pub(super) fn check(name: &str, spec: &mut ServiceSpec) -> Result<(), Status> {
    let refuse = |errors: &[FieldError]| match errors {
        [] => Ok(()),
        errors => Err(Status::invalid(Kind::Service, name, errors)),
    };
    refuse(&of_policy(spec))?;
    let missing = infer(spec);
    refuse(&missing)?;
    // Whoever writes the endpoints may write those of any family.
    if spec.cluster_ip.as_deref() == Some("None") && spec.selector.is_none() {
        return Ok(());
    }
    refuse(&of_families(spec))
}

/// Two of something, and a policy that says one.
fn of_policy(spec: &ServiceSpec) -> Vec<FieldError> {
    let policy = spec.ip_family_policy.as_deref().unwrap_or_default();
    if policy != "SingleStack" {
        return Vec::new();
    }
    let lists = [
        (&spec.cluster_ips, "cluster IPs"),
        (&spec.ip_families, "IP families"),
    ];
    let two = lists
        .into_iter()
        .filter(|(list, _)| list.as_ref().is_some_and(|list| list.len() == 2));
    two.map(|(_, what)| {
        let detail = format!(
            "must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified"
        );
        FieldError::invalid("spec.ipFamilyPolicy", policy, &detail)
    })
    .collect()
}

/// The families of addresses that stand there without one.
fn infer(spec: &mut ServiceSpec) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let families = spec.ip_families.get_or_insert_default();
    let ips = spec.cluster_ips.as_deref().unwrap_or_default();
    for (index, ip) in ips.iter().enumerate().skip(families.len()) {
        if ip == "None" {
            break;
        }
        if !ip.contains(':') {
            families.push(FAMILY.to_owned());
            continue;
        }
        let detail = "IPv6 is not configured on this cluster";
        let shown: Vec<String> = ips.iter().map(|ip| format!("{ip:?}")).collect();
        let shown = format!("[]string{{{}}}", shown.join(", "));
        errors.push(FieldError {
            body: format!("Invalid value: {shown}: {detail}"),
            ..FieldError::invalid(format!("spec.clusterIPs[{index}]"), shown, detail)
        });
    }
    errors
}

/// What the cluster would have to have.
fn of_families(spec: &ServiceSpec) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let policy = spec.ip_family_policy.as_deref().unwrap_or_default();
    if policy == "RequireDualStack" {
        let detail = "this cluster is not configured for dual-stack services";
        errors.push(FieldError::invalid("spec.ipFamilyPolicy", policy, detail));
    }
    for (index, family) in spec.ip_families.iter().flatten().enumerate() {
        if family != FAMILY {
            let field = format!("spec.ipFamilies[{index}]");
            let detail = "not configured on this cluster";
            errors.push(FieldError::invalid(field, family.as_str(), detail));
        }
    }
    errors
}
