//! Resizing a pod in place: what `pods/x/resize` may change, and what a pod counts as while its kubelet has not granted it.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidatePodResize`), pkg/registry/core/pod/strategy.go (`podResizeStrategy`),
//! staging/src/k8s.io/component-helpers/resource/helpers.go (`determineContainerReqs`).

use super::super::normal::list;
use super::{qos, update, validation};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::pods;
use crate::api::quantity::{self, ResourceList};
use crate::api::{Pod, Shared};
use k8s_openapi::api::core::v1::{Container, ContainerStatus, PodSpec, ResourceRequirements};
use std::borrow::Cow;
use std::cmp::Ordering;

const SPEC: Path<'static> = Path::root("spec");
const MUTABLE: [&str; 2] = ["cpu", "memory"];
const ONLY_THOSE: &str = "only cpu and memory resources are mutable";

/// The old pod with the resources and resize policies of the new one's containers: whatever else somebody sends there is not looked at.
/// Containers in another order stay as they are sent; validation refuses them.
#[must_use]
pub fn updated(new: Pod, old: &Pod) -> Pod {
    let mut pod = update::unchanged(new.metadata, old);
    let (Some(sent), Some(spec)) = (new.spec.map(Shared::into_inner), pod.spec.as_deref_mut())
    else {
        return pod;
    };
    spec.containers = with_resources(sent.containers, &spec.containers);
    if let Some(sent) = sent.init_containers {
        let init = with_resources(sent, list(&spec.init_containers));
        spec.init_containers = Some(init).filter(|all| !all.is_empty());
    }
    pod
}

fn with_resources(sent: Vec<Container>, old: &[Container]) -> Vec<Container> {
    let in_order = sent.len() == old.len() && sent.iter().zip(old).all(|(a, b)| a.name == b.name);
    if !in_order {
        return sent;
    }
    let merged = sent.into_iter().zip(old).map(|(sent, old)| Container {
        resources: sent.resources,
        resize_policy: sent.resize_policy,
        ..old.clone()
    });
    merged.collect()
}

/// Everything wrong with a resize.
#[must_use]
pub fn validate_update(pod: &Pod, old: &Pod) -> Vec<FieldError> {
    let mut errors = Errors::new();
    let refused = if update::is_static(old) {
        Some("static pods cannot be resized")
    } else if is_windows(old) {
        Some("windows pods cannot be resized")
    } else {
        None
    };
    if let Some(detail) = refused {
        errors.forbidden(&Path::root(""), detail);
        return errors.into_list();
    }
    validation::whole_spec(pod, &mut errors);
    if let (Some(spec), Some(old_spec)) = (&pod.spec, &old.spec) {
        specs(spec, old_spec, old, &mut errors);
    }
    errors.into_list()
}

fn is_windows(pod: &Pod) -> bool {
    let os = pod.spec.as_ref().and_then(|spec| spec.os.as_ref());
    os.is_some_and(|os| os.name == "windows")
}

fn specs(spec: &PodSpec, old_spec: &PodSpec, old: &Pod, errors: &mut Errors) {
    let was = old.status.as_ref().and_then(|s| s.qos_class.as_deref());
    let was = was.unwrap_or_else(|| qos::class(old_spec));
    if qos::class(spec) != was {
        let detail = "Pod QOS Class may not change as a result of resizing";
        errors.invalid(&SPEC, was, detail);
    }
    if !is_supported(old) {
        errors.forbidden(&SPEC, "Pod running on node without support for resize");
    }
    let (init, old_init) = (list(&spec.init_containers), list(&old_spec.init_containers));
    let regular = is_in_order("containers", &spec.containers, &old_spec.containers, errors);
    if !is_in_order("initContainers", init, old_init, errors) || !regular {
        return;
    }
    for (field, new, old) in [
        ("initContainers", init, old_init),
        ("containers", &spec.containers[..], &old_spec.containers[..]),
    ] {
        for (index, (new, old)) in new.iter().zip(old).enumerate() {
            removed(new, old, &SPEC.child(field).index(index), errors);
        }
    }
    for (new, old) in spec.containers.iter().zip(&old_spec.containers) {
        if !changes_only_mutable(new, old) {
            errors.forbidden(&SPEC, ONLY_THOSE);
        }
    }
    for (new, old) in init.iter().zip(old_init) {
        let is_sidecar = new.restart_policy.as_deref() == Some("Always");
        if is_sidecar && !changes_only_mutable(new, old) {
            let detail = "only cpu and memory resources for sidecar containers are mutable";
            errors.forbidden(&SPEC, detail);
        } else if !is_sidecar && new != old {
            let detail = "resources for non-sidecar init containers are immutable";
            errors.forbidden(&SPEC, detail);
        }
    }
}

/// A kubelet that knows of resizing says what its containers have.
fn is_supported(pod: &Pod) -> bool {
    let statuses = pod.status.iter().flat_map(|s| list(&s.container_statuses));
    let is_running = |status: &&ContainerStatus| {
        let state = status.state.as_ref();
        state.is_some_and(|state| state.running.is_some())
    };
    let mut running = statuses.filter(is_running);
    running.next().is_none_or(|first| first.resources.is_some())
}

fn is_in_order(field: &str, new: &[Container], old: &[Container], errors: &mut Errors) -> bool {
    let path = SPEC.child(field);
    if new.len() != old.len() {
        let detail = format!("{field} may not be added or removed on resize");
        errors.forbidden(&path, &detail);
        return false;
    }
    let mut is_in_order = true;
    for (index, (new, old)) in new.iter().zip(old).enumerate() {
        if new.name != old.name {
            let detail = format!("{field} may not be renamed or reordered on resize");
            errors.forbidden(&path.index(index).child("name"), &detail);
            is_in_order = false;
        }
    }
    is_in_order
}

/// Amounts may change, but whoever asked for some of a resource goes on doing so.
fn removed(new: &Container, old: &Container, path: &Path<'_>, errors: &mut Errors) {
    let path = path.child("resources");
    let lists = |container: &Container| {
        let resources = container.resources.clone().unwrap_or_default();
        [resources.requests, resources.limits].map(Option::unwrap_or_default)
    };
    let both = lists(new).into_iter().zip(lists(old));
    for (field, (new, old)) in ["requests", "limits"].into_iter().zip(both) {
        if old.keys().any(|name| !new.contains_key(name)) {
            let detail = format!("resource {field} cannot be removed");
            errors.forbidden(&path.child(field), &detail);
        }
    }
}

/// Are the two the same, CPU and memory set aside?
fn changes_only_mutable(new: &Container, old: &Container) -> bool {
    let rest = |container: &Container| {
        let mut rest = container.clone();
        let resources = rest.resources.get_or_insert_default();
        for amounts in [&mut resources.requests, &mut resources.limits] {
            let others = amounts.take().unwrap_or_default().into_iter();
            let others: ResourceList = others
                .filter(|(name, _)| !MUTABLE.contains(&name.as_str()))
                .collect();
            *amounts = Some(others);
        }
        rest
    };
    rest(new) == rest(old)
}

/// What a pod asks of its node for the time being: where its kubelet has granted other amounts than the spec has now, the larger of the two;
/// what the node can never have does not count.
#[must_use]
pub fn counted(pod: &Pod) -> Option<Cow<'_, PodSpec>> {
    let spec = pod.spec.as_ref()?;
    let is_infeasible = || {
        let pending = pods::condition(pod, PENDING);
        pending.is_some_and(|c| c.reason.as_deref() == Some(INFEASIBLE))
    };
    blended(pod, spec, |asked, granted| {
        if is_infeasible() {
            granted.clone()
        } else {
            larger(asked, granted)
        }
    })
}

/// What a pod's kubelet has granted it; what it asks for, as long as nobody has granted anything.
#[must_use]
pub fn granted(pod: &Pod) -> Option<Cow<'_, PodSpec>> {
    blended(pod, pod.spec.as_ref()?, |_, granted| granted.clone())
}

/// The type of the condition of a resize that the kubelet has not granted.
pub const PENDING: &str = "PodResizePending";
/// The type of the condition of one that it carries out.
pub const IN_PROGRESS: &str = "PodResizeInProgress";
/// Why one is pending: the node is too small for it.
pub const INFEASIBLE: &str = "Infeasible";
/// Why one is pending: others have what it takes.
pub const DEFERRED: &str = "Deferred";

/// The spec with other requests for containers that were granted others than they ask for.
fn blended<'a>(
    pod: &Pod,
    spec: &'a PodSpec,
    blend: impl Fn(&ResourceList, &ResourceList) -> ResourceList,
) -> Option<Cow<'a, PodSpec>> {
    let empty = ResourceList::new();
    let mut result = Cow::Borrowed(spec);
    let status = pod.status.as_ref();
    let statuses = status.map_or(&[][..], |status| list(&status.container_statuses));
    let init = status.map_or(&[][..], |status| list(&status.init_container_statuses));
    for status in statuses.iter().chain(init) {
        let (Some(granted), Some(container)) =
            (&status.allocated_resources, container(spec, &status.name))
        else {
            continue;
        };
        let resources = container.resources.as_ref();
        let asked = resources.and_then(|r| r.requests.as_ref());
        if asked == Some(granted) {
            continue;
        }
        let requests = blend(asked.unwrap_or(&empty), granted);
        if let Some(container) = container_mut(result.to_mut(), &status.name) {
            container.resources.get_or_insert_default().requests = Some(requests);
        }
    }
    Some(result)
}

fn container<'a>(spec: &'a PodSpec, name: &str) -> Option<&'a Container> {
    let all = spec.containers.iter().chain(list(&spec.init_containers));
    let mut named = all.filter(|container| container.name == name);
    named.next()
}

fn container_mut<'a>(spec: &'a mut PodSpec, name: &str) -> Option<&'a mut Container> {
    let init = spec.init_containers.iter_mut().flatten();
    let mut all = spec.containers.iter_mut().chain(init);
    all.find(|container| container.name == name)
}

fn larger(a: &ResourceList, b: &ResourceList) -> ResourceList {
    let mut sum = a.clone();
    for (name, amount) in b {
        let is_more = |mine| quantity::compare(amount, mine) == Ordering::Greater;
        if sum.get(name).is_none_or(is_more) {
            sum.insert(name.clone(), amount.clone());
        }
    }
    sum
}

/// Do containers of both have the same resources?
#[must_use]
pub fn same_resources(a: &PodSpec, b: &PodSpec) -> bool {
    let of = |spec: &PodSpec| -> Vec<Option<ResourceRequirements>> {
        let all = spec.containers.iter().chain(list(&spec.init_containers));
        all.map(|container| container.resources.clone()).collect()
    };
    of(a) == of(b)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{pod, texts};
    use super::*;
    use crate::api::Stored as _;
    use serde_json::{Value, json};

    fn sized(containers: &Value) -> Pod {
        let mut pod = pod(json!({
            "containers": containers,
            "initContainers": [
                {"name": "once", "image": "busybox", "resources": {"requests": {"cpu": "1"}}},
                {"name": "side", "image": "busybox", "restartPolicy": "Always", "resources": {"requests": {"cpu": "1"}}},
            ],
        }));
        pod.set_defaults();
        pod
    }

    fn cpu(request: &str, limit: &str) -> Value {
        json!({"requests": {"cpu": request}, "limits": {"cpu": limit}})
    }

    #[test]
    fn only_cpu_and_memory_change_and_not_the_class() {
        let with =
            |resources: Value| json!([{"name": "c", "image": "nginx:1", "resources": resources}]);
        let old = sized(&with(cpu("100m", "200m")));
        let qos = "spec: Invalid value: \"Burstable\": Pod QOS Class may not change as a result of resizing";
        let table: &[(&str, Value, &[&str])] = &[
            ("more", with(cpu("150m", "300m")), &[]),
            (
                "less, and memory",
                with(
                    json!({"requests": {"cpu": "50m", "memory": "1Gi"}, "limits": {"cpu": "200m"}}),
                ),
                &[],
            ),
            (
                "another image is not looked at",
                json!([{"name": "c", "image": "nginx:2", "resources": cpu("1", "2")}]),
                &[],
            ),
            (
                "no limit",
                with(json!({"requests": {"cpu": "100m"}})),
                &[
                    "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed",
                ],
            ),
            (
                "nothing",
                with(json!({})),
                &[
                    "spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed",
                    "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed",
                ],
            ),
            (
                "disk",
                with(
                    json!({"requests": {"cpu": "100m", "ephemeral-storage": "1Gi"}, "limits": {"cpu": "200m"}}),
                ),
                &["spec: Forbidden: only cpu and memory resources are mutable"],
            ),
            (
                "a policy",
                json!([{"name": "c", "image": "nginx:1", "resources": cpu("1", "2"), "resizePolicy": [{"resourceName": "cpu", "restartPolicy": "RestartContainer"}]}]),
                &["spec: Forbidden: only cpu and memory resources are mutable"],
            ),
            (
                "above the limit",
                with(cpu("300m", "200m")),
                &[
                    "spec.containers[0].resources.requests: Invalid value: \"300m\": must be less than or equal to cpu limit of 200m",
                ],
            ),
            (
                "another name",
                json!([{"name": "d", "image": "nginx:1", "resources": cpu("1", "2")}]),
                &[
                    "spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize",
                ],
            ),
            (
                "one more",
                json!([{"name": "c", "image": "nginx:1", "resources": cpu("1", "2")}, {"name": "d", "image": "nginx:1"}]),
                &["spec.containers: Forbidden: containers may not be added or removed on resize"],
            ),
        ];
        for (name, containers, want) in table {
            let new = updated(sized(containers), &old);
            assert_eq!(texts(&validate_update(&new, &old)), *want, "{name}");
        }
        let mut guaranteed = pod(json!({"containers": with(cpu("100m", "200m"))}));
        guaranteed.prepare_create();
        let mut new = guaranteed.clone();
        let amounts = json!({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}});
        let resources = serde_json::from_value(amounts).expect("resources");
        new.spec.as_mut().expect("a spec").containers[0].resources = resources;
        assert_eq!(texts(&validate_update(&new, &guaranteed)), [qos]);
    }

    #[test]
    fn init_containers_are_as_they_are_but_for_sidecars() {
        let old = sized(&json!([{"name": "c", "image": "nginx:1"}]));
        let table: [(usize, &str, &[&str]); 3] = [
            (
                0,
                "cpu",
                &["spec: Forbidden: resources for non-sidecar init containers are immutable"],
            ),
            (1, "cpu", &[]),
            (
                1,
                "ephemeral-storage",
                &[
                    "spec: Forbidden: only cpu and memory resources for sidecar containers are mutable",
                ],
            ),
        ];
        for (index, resource, want) in table {
            let mut new = old.clone();
            let init = new.spec.as_mut().and_then(|s| s.init_containers.as_mut());
            let container = &mut init.expect("there are two")[index];
            let requests = container
                .resources
                .get_or_insert_default()
                .requests
                .get_or_insert_default();
            requests.insert(
                resource.to_owned(),
                k8s_openapi::apimachinery::pkg::api::resource::Quantity("2".to_owned()),
            );
            let new = updated(new, &old);
            assert_eq!(
                texts(&validate_update(&new, &old)),
                *want,
                "{index} {resource}"
            );
        }
    }

    #[test]
    fn pods_count_as_what_they_may_get_or_have() {
        let requests = |pod: Option<Cow<'_, PodSpec>>| {
            let spec = pod.expect("a spec").into_owned();
            let resources = spec.containers[0].resources.clone().expect("resources");
            serde_json::to_value(resources.requests).expect("plain data")
        };
        let mut pod = pod(
            json!({"containers": [{"name": "c", "image": "a", "resources": {"requests": {"cpu": "2", "memory": "1Gi"}}}]}),
        );
        let has = json!({"containerStatuses": [{"name": "c", "image": "a", "imageID": "", "ready": true, "restartCount": 0,
            "allocatedResources": {"cpu": "1", "memory": "2Gi"}}]});
        let mut status: k8s_openapi::api::core::v1::PodStatus =
            serde_json::from_value(has).expect("a status");
        let small = json!({"cpu": "1", "memory": "2Gi"});
        pod.status = Some(status.clone().into());
        assert_eq!(
            requests(counted(&pod)),
            json!({"cpu": "2", "memory": "2Gi"})
        );
        assert_eq!(requests(granted(&pod)), small);
        let pending = json!([{"type": PENDING, "status": "True", "reason": INFEASIBLE}]);
        status.conditions = serde_json::from_value(pending).expect("conditions");
        pod.status = Some(status.into());
        assert_eq!(requests(counted(&pod)), small);
    }
}
