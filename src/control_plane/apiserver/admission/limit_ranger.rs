//! LimitRanger: fills a LimitRange's defaults into containers, and refuses pods and claims outside of its bounds.
//!
//! The real thing: plugin/pkg/admission/limitranger/admission.go.

use super::{Attributes, Operation, Plugin, World};
use crate::api::quantity::{self, ResourceList};
use crate::api::quota::{Amounts, of_pod};
use crate::api::{Kind, Object, Pod, Status, Stored, Subresource};
use k8s_openapi::api::core::v1::{
    Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, PodSpec,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::cmp::Ordering;

/// Where a pod says what was filled in.
const ANNOTATION: &str = "kubernetes.io/limit-ranger";

/// See the file.
pub(super) struct LimitRanger;

impl Plugin for LimitRanger {
    fn admit(
        &self,
        attributes: &Attributes<'_>,
        object: &mut Object,
        world: &World<'_>,
    ) -> Result<(), Status> {
        if attributes.creates(Kind::Pod) {
            for range in ranges(attributes, world) {
                fill(range, object);
            }
        }
        Ok(())
    }

    fn validate(
        &self,
        attributes: &Attributes<'_>,
        object: Option<&Object>,
        world: &World<'_>,
    ) -> Result<Vec<Object>, Status> {
        let updates = attributes.operation == Operation::Update && attributes.subresource.is_none();
        let resizes = updates && attributes.kind == Kind::PersistentVolumeClaim
            || attributes.subresource == Some(Subresource::Resize);
        let creates =
            attributes.creates(Kind::Pod) || attributes.creates(Kind::PersistentVolumeClaim);
        let Some(object) = object.filter(|_| creates || resizes) else {
            return Ok(Vec::new());
        };
        if object.metadata().deletion_timestamp.is_some() {
            return Ok(Vec::new());
        }
        for range in ranges(attributes, world) {
            let wrong = outside(range, object);
            if !wrong.is_empty() {
                return Err(attributes.forbidden(Some(object), &together(&wrong)));
            }
        }
        Ok(Vec::new())
    }
}

/// Several errors as Go's `NewAggregate` prints them.
fn together(errors: &[String]) -> String {
    match errors {
        [one] => one.clone(),
        all => format!("[{}]", all.join(", ")),
    }
}

fn ranges<'a>(
    attributes: &'a Attributes<'_>,
    world: &World<'a>,
) -> impl Iterator<Item = &'a LimitRange> + use<'a> {
    let table = world.head.table(Kind::LimitRange);
    let some = !table.is_empty();
    let objects = some.then(|| table.in_namespace(attributes.namespace));
    objects.into_iter().flatten().filter_map(LimitRange::of)
}

fn items(range: &LimitRange) -> &[LimitRangeItem] {
    range.spec.as_ref().map_or(&[], |s| &s.limits)
}

/// Fills in what the range has for containers that say nothing of a resource.
fn fill(range: &LimitRange, object: &mut Object) {
    let (mut limits, mut requests) = (ResourceList::new(), ResourceList::new());
    for item in items(range).iter().filter(|i| i.type_ == "Container") {
        limits.extend(item.default.clone().unwrap_or_default());
        requests.extend(item.default_request.clone().unwrap_or_default());
    }
    if limits.is_empty() && requests.is_empty() {
        return;
    }
    let Some(pod) = Pod::of_mut(object) else {
        return;
    };
    let spec = pod.spec.get_or_insert_default();
    let mut notes = Vec::new();
    for container in &mut spec.containers {
        fill_container(container, "container", (&requests, &limits), &mut notes);
    }
    for container in spec.init_containers.iter_mut().flatten() {
        fill_container(
            container,
            "init container",
            (&requests, &limits),
            &mut notes,
        );
    }
    if !notes.is_empty() {
        let text = format!("LimitRanger plugin set: {}", notes.join("; "));
        let annotations = pod.metadata.annotations.get_or_insert_default();
        annotations.insert(ANNOTATION.to_owned(), text);
    }
}

fn fill_container(
    container: &mut Container,
    what: &str,
    (requests, limits): (&ResourceList, &ResourceList),
    notes: &mut Vec<String>,
) {
    let resources = container.resources.get_or_insert_default();
    for (defaults, own, word) in [
        (requests, &mut resources.requests, "request"),
        (limits, &mut resources.limits, "limit"),
    ] {
        let lacks = |name: &&String| own.as_ref().is_none_or(|own| !own.contains_key(*name));
        let missing: Vec<&String> = defaults.keys().filter(lacks).collect();
        if missing.is_empty() {
            continue;
        }
        let names: Vec<&str> = missing.iter().map(|name| name.as_str()).collect();
        let names = names.join(", ");
        notes.push(format!("{names} {word} for {what} {}", container.name));
        let own = own.get_or_insert_default();
        for name in missing {
            own.insert(name.clone(), defaults[name].clone());
        }
    }
}

/// Everything in which the object goes beyond the range, in upstream's words.
fn outside(range: &LimitRange, object: &Object) -> Vec<String> {
    let mut wrong = Vec::new();
    for item in items(range) {
        if let Some(claim) = PersistentVolumeClaim::of(object) {
            if item.type_ == "PersistentVolumeClaim" {
                claim_outside(item, claim, &mut wrong);
            }
        } else if let Some(spec) = Pod::of(object).and_then(|p| p.spec.as_ref()) {
            pod_outside(item, spec, &mut wrong);
        }
    }
    wrong
}

fn pod_outside(item: &LimitRangeItem, spec: &PodSpec, wrong: &mut Vec<String>) {
    match item.type_.as_str() {
        "Container" => {
            let init = spec.init_containers.iter().flatten();
            for container in spec.containers.iter().chain(init) {
                let resources = container.resources.clone().unwrap_or_default();
                let asked = Asked {
                    kind: "Container",
                    requests: resources.requests.unwrap_or_default(),
                    limits: resources.limits.unwrap_or_default(),
                };
                asked.check(item, wrong);
            }
        }
        "Pod" => {
            let asked = Asked {
                kind: "Pod",
                requests: of_pod(spec, Amounts::Requests),
                limits: of_pod(spec, Amounts::Limits),
            };
            asked.check(item, wrong);
        }
        _ => {}
    }
}

fn claim_outside(item: &LimitRangeItem, claim: &PersistentVolumeClaim, wrong: &mut Vec<String>) {
    let resources = claim.spec.as_ref().and_then(|s| s.resources.clone());
    let asked = Asked {
        kind: "PersistentVolumeClaim",
        requests: resources.and_then(|r| r.requests).unwrap_or_default(),
        limits: ResourceList::new(),
    };
    for (name, bound) in item.min.iter().flatten() {
        wrong.extend(asked.below(name, bound));
    }
    for (name, bound) in item.max.iter().flatten() {
        let usage = format!("maximum {name} usage per {} is {}", asked.kind, bound.0);
        match asked.requests.get(name) {
            None => wrong.push(format!("{usage}.  No request is specified")),
            Some(request) if is_more(request, bound) => {
                wrong.push(format!("{usage}, but request is {}", request.0));
            }
            Some(_) => {}
        }
    }
}

/// What a container, a pod or a claim asks for.
struct Asked {
    kind: &'static str,
    requests: ResourceList,
    limits: ResourceList,
}

impl Asked {
    fn check(&self, item: &LimitRangeItem, wrong: &mut Vec<String>) {
        for (name, bound) in item.min.iter().flatten() {
            wrong.extend(self.below(name, bound));
        }
        for (name, bound) in item.max.iter().flatten() {
            wrong.extend(self.above(name, bound));
        }
        for (name, bound) in item.max_limit_request_ratio.iter().flatten() {
            wrong.extend(self.unbalanced(name, bound));
        }
    }

    fn below(&self, name: &str, bound: &Quantity) -> Option<String> {
        let usage = format!("minimum {name} usage per {} is {}", self.kind, bound.0);
        let Some(request) = self.requests.get(name) else {
            return Some(format!("{usage}.  No request is specified"));
        };
        if is_more(bound, request) {
            return Some(format!("{usage}, but request is {}", request.0));
        }
        let limit = self
            .limits
            .get(name)
            .filter(|limit| is_more(bound, limit))?;
        Some(format!("{usage}, but limit is {}", limit.0))
    }

    fn above(&self, name: &str, bound: &Quantity) -> Option<String> {
        let usage = format!("maximum {name} usage per {} is {}", self.kind, bound.0);
        let Some(limit) = self.limits.get(name) else {
            return Some(format!("{usage}.  No limit is specified"));
        };
        if is_more(limit, bound) {
            return Some(format!("{usage}, but limit is {}", limit.0));
        }
        let request = self.requests.get(name).filter(|r| is_more(r, bound))?;
        Some(format!("{usage}, but request is {}", request.0))
    }

    fn unbalanced(&self, name: &str, bound: &Quantity) -> Option<String> {
        let usage = format!(
            "{name} max limit to request ratio per {} is {}, but",
            self.kind, bound.0
        );
        let some = |list: &ResourceList| list.get(name).map_or(0, quantity::cpu_milli);
        let (request, limit) = (some(&self.requests), some(&self.limits));
        if request == 0 {
            return Some(format!("{usage} no request is specified or request is 0"));
        }
        if limit == 0 {
            return Some(format!("{usage} no limit is specified or limit is 0"));
        }
        let millionths = i128::from(limit) * 1_000_000 / i128::from(request);
        let allowed = i128::from(quantity::cpu_milli(bound)) * 1000;
        (millionths > allowed).then(|| {
            format!(
                "{usage} provided ratio is {}.{:06}",
                millionths / 1_000_000,
                millionths % 1_000_000
            )
        })
    }
}

fn is_more(a: &Quantity, b: &Quantity) -> bool {
    quantity::compare(a, b) == Ordering::Greater
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, admit, object, snapshot, validate};
    use super::*;
    use crate::api::Snapshot;
    use serde_json::{Value, json};

    fn range(item: Value) -> Snapshot {
        let json = json!({"metadata": {"name": "limits", "namespace": "default"}, "spec": {"limits": [item]}});
        snapshot([object::<LimitRange>(json).into()])
    }

    fn pod(resources: &Value) -> Pod {
        object(
            json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "nginx", "resources": resources}]}}),
        )
    }

    #[test]
    fn defaults_are_filled_in_and_noted() {
        let head = range(
            json!({"type": "Container", "default": {"cpu": "1", "memory": "1Gi"}, "defaultRequest": {"cpu": "500m"}}),
        );
        let set = "LimitRanger plugin set: ";
        for (name, given, want, note) in [
            (
                "nothing said",
                json!({}),
                json!({"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}}),
                Some("cpu, memory request for container c; cpu, memory limit for container c"),
            ),
            (
                "a part said",
                json!({"requests": {"cpu": "100m", "memory": "2Gi"}, "limits": {"memory": "2Gi"}}),
                json!({"requests": {"cpu": "100m", "memory": "2Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}),
                Some("cpu limit for container c"),
            ),
        ] {
            let got = admit(&LimitRanger, &Case::create(), pod(&given), &head);
            let got = got.expect("never refused").to_json();
            assert_eq!(got["spec"]["containers"][0]["resources"], want, "{name}");
            let noted = got["metadata"]["annotations"][ANNOTATION].as_str();
            assert_eq!(noted.and_then(|n| n.strip_prefix(set)), note, "{name}");
        }
    }

    #[test]
    fn what_is_outside_is_refused() {
        let refused = "pods \"p\" is forbidden: ";
        let requests = |cpu: &str| json!({"requests": {"cpu": cpu}, "limits": {"cpu": cpu}});
        for (name, item, resources, want) in [
            (
                "inside",
                json!({"type": "Container", "min": {"cpu": "50m"}, "max": {"cpu": "100m"}}),
                requests("75m"),
                "",
            ),
            (
                "below",
                json!({"type": "Container", "min": {"cpu": "50m"}}),
                requests("40m"),
                "minimum cpu usage per Container is 50m, but request is 40m",
            ),
            (
                "nothing said",
                json!({"type": "Pod", "min": {"memory": "50Mi"}}),
                requests("40m"),
                "minimum memory usage per Pod is 50Mi.  No request is specified",
            ),
            (
                "above",
                json!({"type": "Container", "max": {"cpu": "100m"}}),
                requests("200m"),
                "maximum cpu usage per Container is 100m, but limit is 200m",
            ),
            (
                "no limit",
                json!({"type": "Pod", "max": {"memory": "1Gi"}}),
                requests("200m"),
                "maximum memory usage per Pod is 1Gi.  No limit is specified",
            ),
            (
                "two at once",
                json!({"type": "Pod", "max": {"memory": "1Gi", "cpu": "100m"}}),
                requests("200m"),
                "[maximum cpu usage per Pod is 100m, but limit is 200m, maximum memory usage per Pod is 1Gi.  No limit is specified]",
            ),
            (
                "ratio",
                json!({"type": "Pod", "maxLimitRequestRatio": {"cpu": "1500m"}}),
                json!({"requests": {"cpu": "100m"}, "limits": {"cpu": "200m"}}),
                "cpu max limit to request ratio per Pod is 1500m, but provided ratio is 2.000000",
            ),
            (
                "ratio of nothing",
                json!({"type": "Pod", "maxLimitRequestRatio": {"cpu": "2"}}),
                json!({}),
                "cpu max limit to request ratio per Pod is 2, but no request is specified or request is 0",
            ),
        ] {
            let got = validate(&LimitRanger, &Case::create(), pod(&resources), &range(item));
            let got = got.err().unwrap_or_default();
            assert_eq!(
                got.strip_prefix(refused).unwrap_or_default(),
                want,
                "{name}"
            );
        }
    }

    #[test]
    fn claims_have_bounds() {
        let head = range(
            json!({"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "5Gi"}}),
        );
        let refused = "persistentvolumeclaims \"c\" is forbidden: ";
        for (size, want) in [
            ("1Gi", ""),
            (
                "500Mi",
                "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi",
            ),
            (
                "10Gi",
                "maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi",
            ),
        ] {
            let claim: PersistentVolumeClaim = object(
                json!({"metadata": {"name": "c"}, "spec": {"resources": {"requests": {"storage": size}}}}),
            );
            let got = validate(&LimitRanger, &Case::create(), claim, &head);
            let got = got.err().unwrap_or_default();
            assert_eq!(
                got.strip_prefix(refused).unwrap_or_default(),
                want,
                "{size}"
            );
        }
    }
}
