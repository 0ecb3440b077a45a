//! What an object costs a ResourceQuota, and whom a quota is about: what the API server and the quota controller must agree on.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/quota/v1/{resources.go,generic/evaluator.go}, pkg/quota/v1/evaluator/core.
//! Left out: quotas on device claims and on volume attributes classes.

mod pod;
mod scopes;

pub use pod::{Amounts, of_pod};

use super::quantity::{self, ResourceList};
use super::time::Ms;
use super::{Kind, Object, Stored};
use crate::api::Pod;
use k8s_openapi::api::core::v1::{PersistentVolumeClaim, ResourceQuota, Service};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::cmp::Ordering;
use std::collections::BTreeMap;

const CLASS_SUFFIX: &str = ".storageclass.storage.k8s.io/";

/// Are objects of this kind ever charged to a quota?
#[must_use]
pub fn is_countable(kind: Kind) -> bool {
    kind.info().namespaced && kind != Kind::Event
}

/// Does an update change what an object of this kind costs?
#[must_use]
pub fn is_charged_on_update(kind: Kind) -> bool {
    matches!(kind, Kind::Service | Kind::PersistentVolumeClaim)
}

/// May an object of this kind use up the resource with this name? The real thing: `MatchingResources`.
#[must_use]
pub fn concerns(kind: Kind, resource: &str) -> bool {
    if resource.strip_prefix("count/") == Some(&kind.info().resource()) {
        return true;
    }
    match kind {
        Kind::Pod => pod::uses(resource),
        Kind::Service => matches!(
            resource,
            "services" | "services.nodeports" | "services.loadbalancers"
        ),
        Kind::PersistentVolumeClaim => {
            let of_class = resource.split_once(CLASS_SUFFIX).map(|(_, rest)| rest);
            matches!(
                of_class.unwrap_or(resource),
                "persistentvolumeclaims" | "requests.storage"
            )
        }
        Kind::ConfigMap | Kind::Secret | Kind::ResourceQuota => resource == kind.info().plural,
        _ => false,
    }
}

/// What the object costs, by resource. The real thing: `Usage` of the evaluators.
#[must_use]
pub fn usage(object: &Object, now_ms: Ms) -> ResourceList {
    let kind = object.kind();
    let mut usage = ResourceList::new();
    usage.insert(format!("count/{}", kind.info().resource()), number(1));
    if let Some(pod) = Pod::of(object) {
        pod::add_usage(pod, now_ms, &mut usage);
    } else if let Some(service) = Service::of(object) {
        add_service(service, &mut usage);
    } else if let Some(claim) = PersistentVolumeClaim::of(object) {
        add_claim(claim, &mut usage);
    } else if matches!(kind, Kind::ConfigMap | Kind::Secret | Kind::ResourceQuota) {
        usage.insert(kind.info().plural.to_owned(), number(1));
    }
    usage
}

/// Is the quota about this object: does it limit anything that the object uses, and do all of its scopes hold?
#[must_use]
pub fn matches(quota: &ResourceQuota, object: &Object) -> bool {
    let hard = quota.status.as_ref().and_then(|s| s.hard.as_ref());
    let mut names = hard.into_iter().flat_map(ResourceList::keys);
    names.any(|name| concerns(object.kind(), name)) && scopes::hold(quota, object)
}

/// Do all scopes of the quota hold for the object?
#[must_use]
pub fn in_scope(quota: &ResourceQuota, object: &Object) -> bool {
    scopes::hold(quota, object)
}

/// What a pod must say of itself to be charged to a quota on these resources, and does not: `must specify limits.cpu for: c`.
///
/// # Errors
/// The words for what is missing.
pub fn check_constraints(object: &Object, resources: &[&str]) -> Result<(), String> {
    Pod::of(object).map_or(Ok(()), |pod| pod::check_constraints(pod, resources))
}

/// A whole number as a quantity.
#[must_use]
pub fn number(count: i64) -> Quantity {
    Quantity(count.to_string())
}

/// Adds every amount of `more` to `sum`.
pub fn add(sum: &mut ResourceList, more: &ResourceList) {
    for (name, amount) in more {
        let total = match sum.get(name) {
            Some(there) => quantity::add(there, amount),
            None => amount.clone(),
        };
        sum.insert(name.clone(), total);
    }
}

/// What of `a` is left when `b` is taken away; what would be negative or nothing is left out.
#[must_use]
pub fn less(a: &ResourceList, b: &ResourceList) -> ResourceList {
    let rest = |(name, amount): (&String, &Quantity)| {
        let left = match b.get(name) {
            Some(taken) => quantity::subtract(amount, taken),
            None => amount.clone(),
        };
        let some = !quantity::is_negative(&left) && !quantity::is_zero(&left);
        some.then(|| (name.clone(), left))
    };
    a.iter().filter_map(rest).collect()
}

/// Only the amounts of these resources.
#[must_use]
pub fn mask<'a>(list: &ResourceList, names: impl Iterator<Item = &'a String>) -> ResourceList {
    names
        .filter_map(|name| Some((name.clone(), list.get(name)?.clone())))
        .collect()
}

/// The resources of which `wanted` is more than `limit` allows.
#[must_use]
pub fn exceeded<'a>(wanted: &'a ResourceList, limit: &ResourceList) -> Vec<&'a String> {
    let over = |(name, amount): &(&String, &Quantity)| {
        let limit = limit.get(*name);
        limit.is_some_and(|limit| quantity::compare(amount, limit) == Ordering::Greater)
    };
    wanted.iter().filter(over).map(|(name, _)| name).collect()
}

/// Are these the same amounts of the same resources?
#[must_use]
pub fn equal(a: &ResourceList, b: &ResourceList) -> bool {
    let same = |((x, a), (y, b)): ((&String, &Quantity), (&String, &Quantity))| {
        x == y && quantity::compare(a, b) == Ordering::Equal
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

/// `cpu=1,pods=2`, as refusals list amounts.
#[must_use]
pub fn in_words(list: &ResourceList) -> String {
    let pairs: Vec<String> = list.iter().map(|(k, v)| format!("{k}={}", v.0)).collect();
    pairs.join(",")
}

fn add_service(service: &Service, usage: &mut ResourceList) {
    let spec = service.spec.clone().unwrap_or_default();
    let ports = spec.ports.unwrap_or_default();
    let count = |n: usize| number(i64::try_from(n).unwrap_or(i64::MAX));
    let (node_ports, balancers) = match spec.type_.as_deref() {
        Some("NodePort") => (ports.len(), 0),
        Some("LoadBalancer") if spec.allocate_load_balancer_node_ports == Some(false) => {
            let given = ports.iter().filter(|p| p.node_port.unwrap_or(0) != 0);
            (given.count(), 1)
        }
        Some("LoadBalancer") => (ports.len(), 1),
        _ => (0, 0),
    };
    usage.insert("services".to_owned(), number(1));
    usage.insert("services.nodeports".to_owned(), count(node_ports));
    usage.insert("services.loadbalancers".to_owned(), count(balancers));
}

fn add_claim(claim: &PersistentVolumeClaim, usage: &mut ResourceList) {
    let class = super::kinds::persistent_volume_claim::class_of(claim);
    let resources = claim.spec.as_ref().and_then(|s| s.resources.as_ref());
    let requests = resources.and_then(|r| r.requests.as_ref());
    let requested = requests.and_then(|r| r.get("storage"));
    let status = claim.status.as_ref();
    let allocated = status.and_then(|s| s.allocated_resources.as_ref()?.get("storage"));
    let storage = match (requested, allocated) {
        (Some(a), Some(b)) if quantity::compare(a, b) == Ordering::Less => Some(b),
        (Some(a), _) => Some(a),
        (None, _) => None,
    };
    let mut amounts: BTreeMap<&str, Quantity> = BTreeMap::new();
    amounts.insert("persistentvolumeclaims", number(1));
    if let Some(storage) = storage {
        amounts.insert("requests.storage", storage.clone());
    }
    for (name, amount) in amounts {
        if !class.is_empty() {
            usage.insert(format!("{class}{CLASS_SUFFIX}{name}"), amount.clone());
        }
        usage.insert(name.to_owned(), amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn object(kind: Kind, json: Value) -> Object {
        let mut object = kind.deserialize(json).expect("an object");
        object.set_defaults();
        object
    }

    #[test]
    fn objects_cost_what_upstream_charges() {
        let container = json!({"name": "c", "image": "a", "resources": {"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"cpu": "1", "example.com/gpu": 2}}});
        for (name, kind, json, want) in [
            (
                "a pod",
                Kind::Pod,
                json!({"spec": {"containers": [container, container]}}),
                "count/pods=1,cpu=200m,limits.cpu=2,memory=2Gi,pods=1,requests.cpu=200m,requests.example.com/gpu=4,requests.memory=2Gi",
            ),
            (
                "a finished pod",
                Kind::Pod,
                json!({"spec": {"containers": [container]}, "status": {"phase": "Succeeded"}}),
                "count/pods=1",
            ),
            (
                "a node port",
                Kind::Service,
                json!({"spec": {"type": "NodePort", "ports": [{"port": 1}, {"port": 2}]}}),
                "count/services=1,services=1,services.loadbalancers=0,services.nodeports=2",
            ),
            (
                "a balancer",
                Kind::Service,
                json!({"spec": {"type": "LoadBalancer", "ports": [{"port": 1}]}}),
                "count/services=1,services=1,services.loadbalancers=1,services.nodeports=1",
            ),
            (
                "a claim",
                Kind::PersistentVolumeClaim,
                json!({"spec": {"storageClassName": "fast", "resources": {"requests": {"storage": "5Gi"}}}}),
                "count/persistentvolumeclaims=1,fast.storageclass.storage.k8s.io/persistentvolumeclaims=1,fast.storageclass.storage.k8s.io/requests.storage=5Gi,persistentvolumeclaims=1,requests.storage=5Gi",
            ),
            (
                "a map",
                Kind::ConfigMap,
                json!({}),
                "configmaps=1,count/configmaps=1",
            ),
            (
                "another kind",
                Kind::Deployment,
                json!({"spec": {"selector": {}, "template": {}}}),
                "count/deployments.apps=1",
            ),
        ] {
            assert_eq!(in_words(&usage(&object(kind, json), 0)), want, "{name}");
        }
    }

    #[test]
    fn resources_belong_to_kinds() {
        for (kind, resource, want) in [
            (Kind::Pod, "pods", true),
            (Kind::Pod, "count/pods", true),
            (Kind::Pod, "limits.cpu", true),
            (Kind::Pod, "requests.nvidia.com/gpu", true),
            (Kind::Pod, "hugepages-2Mi", true),
            (Kind::Pod, "services", false),
            (Kind::Pod, "requests.storage", false),
            (Kind::PersistentVolumeClaim, "requests.storage", true),
            (
                Kind::PersistentVolumeClaim,
                "gold.storageclass.storage.k8s.io/requests.storage",
                true,
            ),
            (Kind::Deployment, "count/deployments.apps", true),
            (Kind::Deployment, "deployments", false),
            (Kind::Secret, "secrets", true),
        ] {
            assert_eq!(concerns(kind, resource), want, "{kind:?} {resource}");
        }
    }
}
