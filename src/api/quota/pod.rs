//! What a pod costs a quota.
//!
//! The real thing: pkg/quota/v1/evaluator/core/pods.go, staging/src/k8s.io/component-helpers/resource/helpers.go (`PodRequests`, `PodLimits`).

use super::number;
use crate::api::Pod;
use crate::api::pods;
use crate::api::quantity::{self, ResourceList};
use crate::api::time::{self, Ms};
use k8s_openapi::api::core::v1::{Container, PodSpec};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Which of a container's two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amounts {
    /// What it is promised.
    Requests,
    /// What it may not go beyond.
    Limits,
}

const COMPUTE: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// May pods use up the resource with this name?
pub(super) fn uses(resource: &str) -> bool {
    let base = ["requests.", "limits."]
        .iter()
        .find_map(|prefix| resource.strip_prefix(prefix));
    let compute = COMPUTE.contains(&base.unwrap_or(resource));
    let huge = resource.starts_with("hugepages-") || resource.starts_with("requests.hugepages-");
    let extended = resource.starts_with("requests.")
        && resource.contains('/')
        && !resource.contains("kubernetes.io/");
    resource == "pods" || compute || huge || extended
}

/// Adds what the pod costs. One that has ended costs nothing but its place in the store.
pub(super) fn add_usage(pod: &Pod, now_ms: Ms, usage: &mut ResourceList) {
    if !is_charged(pod, now_ms) {
        return;
    }
    let empty = PodSpec::default();
    let spec = pod.spec.as_deref().unwrap_or(&empty);
    let mut requests = of_pod(spec, Amounts::Requests);
    let mut limits = of_pod(spec, Amounts::Limits);
    for (name, amount) in spec.overhead.iter().flatten() {
        let one = BTreeMap::from([(name.clone(), amount.clone())]);
        super::add(&mut requests, &one);
        if limits.contains_key(name) {
            super::add(&mut limits, &one);
        }
    }
    usage.insert("pods".to_owned(), number(1));
    usage.extend(under_quota_names(&requests, &limits));
}

/// `QuotaV1Pod`: has the pod neither ended nor outstayed its grace?
fn is_charged(pod: &Pod, now_ms: Ms) -> bool {
    let meta = &pod.metadata;
    let grace = meta.deletion_grace_period_seconds;
    if let (Some(deletion), Some(grace)) = (&meta.deletion_timestamp, grace) {
        let grace_ms = u64::try_from(grace).unwrap_or(0).saturating_mul(1000);
        if now_ms > time::ms(deletion).saturating_add(grace_ms) {
            return false;
        }
    }
    !pods::is_finished(pod)
}

/// Requests and limits under the names that quotas give them.
fn under_quota_names(requests: &ResourceList, limits: &ResourceList) -> ResourceList {
    let mut named = ResourceList::new();
    for (name, amount) in requests {
        let extended = name.contains('/') && !name.contains("kubernetes.io/");
        if COMPUTE.contains(&name.as_str()) || name.starts_with("hugepages-") {
            named.insert(name.clone(), amount.clone());
        } else if !extended {
            continue;
        }
        named.insert(format!("requests.{name}"), amount.clone());
    }
    for name in COMPUTE {
        if let Some(amount) = limits.get(name) {
            named.insert(format!("limits.{name}"), amount.clone());
        }
    }
    named
}

/// What all containers of a pod together request, or are limited to: init containers run one after another, before or beside the rest.
#[must_use]
pub fn of_pod(spec: &PodSpec, which: Amounts) -> ResourceList {
    let mut sum = ResourceList::new();
    for container in &spec.containers {
        super::add(&mut sum, of_container(container, which));
    }
    let mut beside = ResourceList::new();
    let mut before = ResourceList::new();
    for container in spec.init_containers.iter().flatten() {
        let own = of_container(container, which);
        if container.restart_policy.as_deref() == Some("Always") {
            super::add(&mut sum, own);
            super::add(&mut beside, own);
            raise(&mut before, &beside);
        } else {
            let mut together = own.clone();
            super::add(&mut together, &beside);
            raise(&mut before, &together);
        }
    }
    raise(&mut sum, &before);
    sum
}

fn of_container(container: &Container, which: Amounts) -> &ResourceList {
    static NONE: ResourceList = ResourceList::new();
    let resources = container.resources.as_ref();
    let list = match which {
        Amounts::Requests => resources.and_then(|r| r.requests.as_ref()),
        Amounts::Limits => resources.and_then(|r| r.limits.as_ref()),
    };
    list.unwrap_or(&NONE)
}

fn raise(list: &mut ResourceList, at_least: &ResourceList) {
    for (name, amount) in at_least {
        let lower = list
            .get(name)
            .is_none_or(|there| quantity::compare(there, amount) == Ordering::Less);
        if lower {
            list.insert(name.clone(), amount.clone());
        }
    }
}

/// If a quota limits cpu or memory, every container must say what it wants of it.
pub(super) fn check_constraints(pod: &Pod, resources: &[&str]) -> Result<(), String> {
    let asked = |name: &&&str| {
        let base = ["requests.", "limits."]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix));
        matches!(base.unwrap_or(name), "cpu" | "memory")
    };
    let required: Vec<&str> = resources.iter().filter(asked).copied().collect();
    let mut missing: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let spec = pod.spec.as_ref();
    let containers = spec.into_iter().flat_map(|s| {
        let init = s.init_containers.iter().flatten();
        s.containers.iter().chain(init)
    });
    for container in containers {
        let requests = of_container(container, Amounts::Requests);
        let given = under_quota_names(requests, of_container(container, Amounts::Limits));
        for name in required.iter().filter(|name| !given.contains_key(**name)) {
            missing.entry(name).or_default().insert(&container.name);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let texts: Vec<String> = missing
        .into_iter()
        .map(|(name, containers)| {
            let containers: Vec<&str> = containers.into_iter().collect();
            format!("{name} for: {}", containers.join(","))
        })
        .collect();
    Err(format!("must specify {}", texts.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::quota::in_words;
    use serde_json::{Value, json};

    fn container(name: &str, cpu: &str) -> Value {
        json!({"name": name, "resources": {"requests": {"cpu": cpu}}})
    }

    #[test]
    fn init_containers_count_at_their_highest() {
        let mut sidecar = container("s", "1");
        sidecar["restartPolicy"] = json!("Always");
        for (name, init, want) in [
            ("none", json!([]), "cpu=3"),
            ("small", json!([container("i", "2")]), "cpu=3"),
            (
                "large",
                json!([container("i", "5"), container("j", "4")]),
                "cpu=5",
            ),
            ("beside", json!([sidecar, container("i", "5")]), "cpu=6"),
        ] {
            let spec = json!({"containers": [container("a", "1"), container("b", "2")], "initContainers": init});
            let spec: PodSpec = serde_json::from_value(spec).expect("a spec");
            assert_eq!(in_words(&of_pod(&spec, Amounts::Requests)), want, "{name}");
        }
    }

    #[test]
    fn containers_must_say_what_they_want() {
        let spec = json!({"containers": [container("a", "1"), {"name": "b"}]});
        let pod: Pod = serde_json::from_value(json!({ "spec": spec })).expect("a pod");
        for (resources, want) in [
            (vec!["pods"], ""),
            (
                vec!["requests.cpu", "pods"],
                "must specify requests.cpu for: b",
            ),
            (
                vec!["memory", "limits.cpu"],
                "must specify limits.cpu for: a,b; memory for: a,b",
            ),
            (vec!["requests.ephemeral-storage"], ""),
        ] {
            let got = check_constraints(&pod, &resources)
                .err()
                .unwrap_or_default();
            assert_eq!(got, want, "{resources:?}");
        }
    }
}
