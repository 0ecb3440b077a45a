//! Priority: a pod's priority is that of its PriorityClass, and nothing else.
//!
//! The real thing: plugin/pkg/admission/priority/admission.go.

use super::{Attributes, Operation, Plugin, World};
use crate::api::{Kind, Object, Pod, Snapshot, Status, Stored};
use k8s_openapi::api::scheduling::v1::PriorityClass;

/// What pods without a class do about preemption, where no class is the default.
const PREEMPT: &str = "PreemptLowerPriority";

/// See the file.
pub(super) struct Priority;

impl Plugin for Priority {
    fn admit(
        &self,
        attributes: &Attributes<'_>,
        object: &mut Object,
        world: &World<'_>,
    ) -> Result<(), Status> {
        if attributes.kind != Kind::Pod || attributes.subresource.is_some() {
            return Ok(());
        }
        match attributes.operation {
            Operation::Create => set(attributes, object, world.head),
            Operation::Update => {
                keep(object, attributes.old);
                Ok(())
            }
            Operation::Delete => Ok(()),
        }
    }

    fn validate(
        &self,
        attributes: &Attributes<'_>,
        object: Option<&Object>,
        world: &World<'_>,
    ) -> Result<Vec<Object>, Status> {
        let Some(class) = object.and_then(PriorityClass::of) else {
            return Ok(Vec::new());
        };
        if class.global_default != Some(true) {
            return Ok(Vec::new());
        }
        let name = class.metadata.name.as_deref().unwrap_or_default();
        let default = default_class(world.head).and_then(|c| c.metadata.name.as_deref());
        let Some(default) = default else {
            return Ok(Vec::new());
        };
        if attributes.operation == Operation::Update && default == name {
            return Ok(Vec::new());
        }
        let why = format!(
            "PriorityClass {default} is already marked as default. Only one default can exist"
        );
        Err(attributes.forbidden(object, &why))
    }
}

/// The class of pods that name none; of several, made at the same time, the one with the lowest value.
fn default_class(head: &Snapshot) -> Option<&PriorityClass> {
    let classes = head.table(Kind::PriorityClass).iter();
    classes
        .filter_map(PriorityClass::of)
        .filter(|class| class.global_default == Some(true))
        .min_by_key(|class| class.value)
}

fn set(attributes: &Attributes<'_>, object: &mut Object, head: &Snapshot) -> Result<(), Status> {
    let Some(pod) = Pod::of(object) else {
        return Ok(());
    };
    let spec = pod.spec.as_ref();
    let named = spec.and_then(|s| s.priority_class_name.as_deref());
    let named = named.filter(|n| !n.is_empty());
    let class = match named {
        None => default_class(head),
        Some(name) => {
            let stored = head.table(Kind::PriorityClass).get("", name);
            let Some(class) = stored.and_then(PriorityClass::of) else {
                let why = format!("no PriorityClass with name {name} was found");
                return Err(attributes.forbidden(Some(object), &why));
            };
            Some(class)
        }
    };
    let priority = class.map_or(0, |c| c.value);
    let policy = class.map_or(Some(PREEMPT), |c| c.preemption_policy.as_deref());
    let given = spec.and_then(|s| s.priority);
    if let Some(given) = given.filter(|given| *given != priority) {
        let why = format!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name"
        );
        return Err(attributes.forbidden(Some(object), &why));
    }
    let given = spec.and_then(|s| s.preemption_policy.as_deref());
    if let (Some(given), Some(policy)) = (given, policy)
        && given != policy
    {
        let why = format!(
            "the string value of PreemptionPolicy ({given}) must not be provided in pod spec; priority admission controller computed {policy} from the given PriorityClass name"
        );
        return Err(attributes.forbidden(Some(object), &why));
    }
    let name = class.and_then(|c| c.metadata.name.clone());
    let policy = policy.map(str::to_owned);
    let pod = Pod::of_mut(object).expect("it was a pod a moment ago");
    let spec = pod.spec.get_or_insert_default();
    spec.priority = Some(priority);
    if name.is_some() {
        spec.priority_class_name = name;
    }
    if policy.is_some() {
        spec.preemption_policy = policy;
    }
    Ok(())
}

/// An update that leaves out what creation filled in does not mean to remove it.
fn keep(object: &mut Object, old: Option<&Object>) {
    let old = old.and_then(Pod::of).and_then(|p| p.spec.as_ref());
    let new = Pod::of(object).and_then(|p| p.spec.as_ref());
    let (Some(old), Some(new)) = (old, new) else {
        return;
    };
    let lacks_priority = new.priority.is_none() && old.priority.is_some();
    let lacks_policy = new.preemption_policy.is_none() && old.preemption_policy.is_some();
    if !lacks_priority && !lacks_policy {
        return;
    }
    let pod = Pod::of_mut(object).expect("it was a pod a moment ago");
    let spec = pod.spec.get_or_insert_default();
    if lacks_priority {
        spec.priority = old.priority;
    }
    if lacks_policy {
        spec.preemption_policy.clone_from(&old.preemption_policy);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, admit, object, snapshot, validate};
    use super::*;
    use serde_json::{Value, json};

    fn class(name: &str, value: i32, rest: &Value) -> Object {
        let mut json = json!({"metadata": {"name": name}, "value": value});
        for (field, value) in rest.as_object().expect("fields") {
            json[field] = value.clone();
        }
        object::<PriorityClass>(json).into()
    }

    fn pod(spec: &Value) -> Pod {
        let mut json = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
        for (field, value) in spec.as_object().expect("fields") {
            json["spec"][field] = value.clone();
        }
        object(json)
    }

    #[test]
    fn the_class_gives_the_priority() {
        let high = || class("high", 1000, &json!({"preemptionPolicy": "Never"}));
        let usual = || class("usual", 10, &json!({"globalDefault": true}));
        let low = || class("low", 5, &json!({"globalDefault": true}));
        let cases = [
            (
                "no class",
                vec![],
                json!({}),
                Ok((0, None, "PreemptLowerPriority")),
            ),
            (
                "a class",
                vec![high()],
                json!({"priorityClassName": "high"}),
                Ok((1000, Some("high"), "Never")),
            ),
            (
                "the default",
                vec![high(), usual()],
                json!({}),
                Ok((10, Some("usual"), "PreemptLowerPriority")),
            ),
            (
                "two defaults",
                vec![low(), usual()],
                json!({}),
                Ok((5, Some("low"), "PreemptLowerPriority")),
            ),
            (
                "unknown",
                vec![],
                json!({"priorityClassName": "high"}),
                Err("pods \"p\" is forbidden: no PriorityClass with name high was found"),
            ),
            (
                "another number",
                vec![high()],
                json!({"priorityClassName": "high", "priority": 7}),
                Err(
                    "pods \"p\" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name",
                ),
            ),
            (
                "another policy",
                vec![],
                json!({"preemptionPolicy": "Never"}),
                Err(
                    "pods \"p\" is forbidden: the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name",
                ),
            ),
        ];
        for (name, classes, spec, want) in cases {
            let got = admit(&Priority, &Case::create(), pod(&spec), &snapshot(classes));
            let got = got.map(|object| {
                let spec = Pod::of(&object).and_then(|p| p.spec.clone());
                let spec = spec.expect("a spec").into_inner();
                (
                    spec.priority,
                    spec.priority_class_name,
                    spec.preemption_policy,
                )
            });
            let want = want.map(|(priority, class, policy)| {
                (
                    Some(priority),
                    class.map(str::to_owned),
                    Some(policy.to_owned()),
                )
            });
            assert_eq!(got, want.map_err(str::to_owned), "{name}");
        }
    }

    #[test]
    fn only_one_class_is_the_default() {
        let usual = || class("usual", 10, &json!({"globalDefault": true}));
        let head = snapshot([usual()]);
        let other = class("other", 5, &json!({"globalDefault": true}));
        let want = "priorityclasses.scheduling.k8s.io \"other\" is forbidden: PriorityClass usual is already marked as default. Only one default can exist";
        let got = validate(&Priority, &Case::create(), other, &head);
        assert_eq!(got, Err(want.to_owned()));
        let again = Case {
            operation: Operation::Update,
            ..Case::create()
        };
        assert_eq!(validate(&Priority, &again, usual(), &head), Ok(Vec::new()));
    }
}
