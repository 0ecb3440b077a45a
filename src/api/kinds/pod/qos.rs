//! A pod's quality of service: who is evicted first.
//!
//! The real thing: pkg/apis/core/helper/qos/qos.go (`ComputePodQOS`).

use crate::api::quantity::{self, ResourceList};
use k8s_openapi::api::core::v1::PodSpec;
use std::collections::BTreeMap;

const COUNTED: [&str; 2] = ["cpu", "memory"];

/// `Guaranteed`, `Burstable` or `BestEffort`, from the requests and limits of all containers, init containers included.
#[must_use]
pub(super) fn class(spec: &PodSpec) -> &'static str {
    let (mut requests, mut limits) = (BTreeMap::new(), BTreeMap::new());
    let mut every_container_limited = true;
    let containers = spec
        .containers
        .iter()
        .chain(spec.init_containers.iter().flatten());
    for container in containers {
        let resources = container.resources.as_ref();
        add(&mut requests, resources.and_then(|r| r.requests.as_ref()));
        let limited = add(&mut limits, resources.and_then(|r| r.limits.as_ref()));
        every_container_limited &= limited == COUNTED.len();
    }
    if requests.is_empty() && limits.is_empty() {
        return "BestEffort";
    }
    if every_container_limited && requests == limits {
        return "Guaranteed";
    }
    "Burstable"
}

/// Adds the counted amounts above zero; returns how many there were.
fn add(sums: &mut BTreeMap<&'static str, i128>, list: Option<&ResourceList>) -> usize {
    let Some(list) = list else { return 0 };
    let mut found = 0;
    for name in COUNTED {
        let Some(amount) = list.get(name).filter(|q| !quantity::is_zero(q)) else {
            continue;
        };
        found += 1;
        *sums.entry(name).or_default() += i128::from(quantity::cpu_milli(amount));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn follows_requests_and_limits_of_all_containers() {
        let (half, one) = (
            json!({"cpu": "500m", "memory": "1Gi"}),
            json!({"cpu": "1", "memory": "1Gi"}),
        );
        for (name, containers, want) in [
            ("nothing", json!([{"name": "c"}]), "BestEffort"),
            (
                "zero",
                json!([{"name": "c", "resources": {"requests": {"cpu": "0"}}}]),
                "BestEffort",
            ),
            (
                "other resources",
                json!([{"name": "c", "resources": {"limits": {"nvidia.com/gpu": "1"}}}]),
                "BestEffort",
            ),
            (
                "same",
                json!([{"name": "c", "resources": {"requests": half, "limits": half}}]),
                "Guaranteed",
            ),
            (
                "one without",
                json!([{"name": "c", "resources": {"requests": half, "limits": half}}, {"name": "d"}]),
                "Burstable",
            ),
            (
                "less than the limit",
                json!([{"name": "c", "resources": {"requests": half, "limits": one}}]),
                "Burstable",
            ),
            (
                "only cpu",
                json!([{"name": "c", "resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "1"}}}]),
                "Burstable",
            ),
        ] {
            let spec: PodSpec =
                serde_json::from_value(json!({ "containers": containers })).expect("a spec");
            assert_eq!(class(&spec), want, "{name}");
        }
    }
}
