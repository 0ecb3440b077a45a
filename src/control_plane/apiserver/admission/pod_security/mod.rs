//! PodSecurity: refuses pods that break the standard of their namespace, and warns of those that would break it.
//!
//! The real thing: staging/src/k8s.io/pod-security-admission/admission/admission.go, plugin/pkg/admission/security/podsecurity.
//! Left out: exemptions and defaults of the plugin's configuration, which are none; of the pods of a namespace that is made stricter all
//! are looked at.

mod baseline;
mod checks;
mod policy;
mod restricted;

use super::{Attributes, Operation, Plugin, World};
use crate::api::{Key, Kind, Object, Pod, Status, Stored, Subresource};
use checks::{Broken, Subject};
use k8s_openapi::api::core::v1::{Namespace, PodTemplateSpec};
use policy::{Level, Policy, Standard};
use std::collections::BTreeMap;

/// See the file.
pub(super) struct PodSecurity;

impl Plugin for PodSecurity {
    fn validate(
        &self,
        attributes: &Attributes<'_>,
        object: Option<&Object>,
        world: &World<'_>,
    ) -> Result<Vec<Object>, Status> {
        match object {
            Some(object) if attributes.kind == Kind::Namespace => labels(attributes, object)?,
            Some(Object::Pod(pod)) if changes_much(attributes, pod) => {
                let enforce = policy_in(attributes, world).enforce;
                let broken = broken(enforce, pod);
                if !broken.is_empty() {
                    let details = checks::in_detail(&broken);
                    let why = format!("violates PodSecurity \"{enforce}\": {details}");
                    return Err(attributes.forbidden(object, &why));
                }
            }
            _ => {}
        }
        Ok(Vec::new())
    }

    fn warnings(
        &self,
        attributes: &Attributes<'_>,
        object: &Object,
        world: &World<'_>,
    ) -> Vec<String> {
        if attributes.kind == Kind::Namespace {
            return of_existing_pods(attributes, object, world);
        }
        let subject = match object {
            Object::Pod(pod) if changes_much(attributes, pod) => subject(pod),
            Object::Pod(_) => None,
            _ if attributes.subresource.is_some() => None,
            other => template(other).and_then(|template| {
                Some(Subject {
                    annotations: template
                        .metadata
                        .as_ref()
                        .and_then(|m| m.annotations.as_ref()),
                    spec: template.spec.as_ref()?,
                })
            }),
        };
        let Some(subject) = subject else {
            return Vec::new();
        };
        let warn = policy_in(attributes, world).warn;
        let broken = checks::broken(warn, subject);
        if broken.is_empty() {
            return Vec::new();
        }
        let details = checks::in_detail(&broken);
        vec![format!("would violate PodSecurity \"{warn}\": {details}")]
    }
}

/// The policy for what is in this namespace; errors in it were told to whoever made them.
fn policy_in(attributes: &Attributes<'_>, world: &World<'_>) -> Policy {
    let key = Key::new(Kind::Namespace, "", attributes.namespace);
    policy_of(world.head.get(&key))
}

fn policy_of(namespace: Option<&Object>) -> Policy {
    policy::of(namespace.and_then(|n| n.metadata().labels.as_ref())).0
}

fn subject(pod: &Pod) -> Option<Subject<'_>> {
    Some(Subject {
        annotations: pod.metadata.annotations.as_ref(),
        spec: pod.spec.as_ref()?,
    })
}

fn broken(standard: Standard, pod: &Pod) -> Vec<Broken> {
    subject(pod).map_or_else(Vec::new, |subject| checks::broken(standard, subject))
}

/// The template of pods in an object that has one.
fn template(object: &Object) -> Option<&PodTemplateSpec> {
    match object {
        Object::PodTemplate(o) => o.template.as_ref(),
        Object::ReplicationController(o) => o.spec.as_ref()?.template.as_ref(),
        Object::ReplicaSet(o) => o.spec.as_ref()?.template.as_ref(),
        Object::Deployment(o) => Some(&o.spec.as_ref()?.template),
        Object::StatefulSet(o) => Some(&o.spec.as_ref()?.template),
        Object::DaemonSet(o) => Some(&o.spec.as_ref()?.template),
        Object::Job(o) => Some(&o.spec.as_ref()?.template),
        Object::CronJob(o) => Some(&o.spec.as_ref()?.job_template.spec.as_ref()?.template),
        _ => None,
    }
}

/// Is a pod made, or changed in what the standards look at? Of a pod's spec, only images and ephemeral containers can change.
fn changes_much(attributes: &Attributes<'_>, pod: &Pod) -> bool {
    let ignored = [
        Subresource::Binding,
        Subresource::Eviction,
        Subresource::Status,
    ];
    if attributes
        .subresource
        .is_some_and(|part| ignored.contains(&part))
    {
        return false;
    }
    let Some(old) = attributes.old.and_then(Pod::of) else {
        return attributes.operation == Operation::Create;
    };
    attributes.operation == Operation::Update && images(pod) != images(old)
}

fn images(pod: &Pod) -> Vec<Option<&String>> {
    let Some(spec) = &pod.spec else {
        return Vec::new();
    };
    let first = spec.init_containers.iter().flatten();
    let all = first.chain(&spec.containers).map(|c| c.image.as_ref());
    let ephemeral = spec.ephemeral_containers.iter().flatten();
    all.chain(ephemeral.map(|c| c.image.as_ref())).collect()
}

/// A namespace's labels must be right when they are new.
fn labels(attributes: &Attributes<'_>, namespace: &Object) -> Result<(), Status> {
    if attributes.subresource.is_some() {
        return Ok(());
    }
    let (_, errors) = policy::of(namespace.metadata().labels.as_ref());
    let before = attributes
        .old
        .map(|old| policy::of(old.metadata().labels.as_ref()).1);
    if errors.is_empty() || before.is_some_and(|before| before == errors) {
        return Ok(());
    }
    Err(Status::invalid(Kind::Namespace, &namespace.name(), &errors))
}

/// Which pods would not be let in any more, now that their namespace is stricter.
fn of_existing_pods(
    attributes: &Attributes<'_>,
    namespace: &Object,
    world: &World<'_>,
) -> Vec<String> {
    let Some(old) = attributes.old.filter(|_| attributes.subresource.is_none()) else {
        return Vec::new();
    };
    if Namespace::of(namespace).is_none() {
        return Vec::new();
    }
    let (new, old) = (
        policy_of(Some(namespace)).enforce,
        policy_of(Some(old)).enforce,
    );
    let is_looser = new.version == old.version && new.level <= old.level;
    if new.level == Level::Privileged || is_looser {
        return Vec::new();
    }
    let name = namespace.name();
    let broken = reasons(new, &name, world);
    if broken.is_empty() {
        return Vec::new();
    }
    let mut pods: Vec<String> = broken
        .iter()
        .map(|(reason, (first, count))| match count {
            1 => format!("{first}: {reason}"),
            2 => format!("{first} (and 1 other pod): {reason}"),
            count => format!("{first} (and {} other pods): {reason}", count - 1),
        })
        .collect();
    pods.sort();
    let head = format!(
        "existing pods in namespace {:?} violate the new PodSecurity enforce level \"{new}\"",
        &*name
    );
    pods.insert(0, head);
    pods
}

/// What pods break, with the first of them by name, and how many they are.
fn reasons(
    standard: Standard,
    namespace: &str,
    world: &World<'_>,
) -> BTreeMap<String, (String, usize)> {
    let mut all: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let pods = world.head.table(Kind::Pod).in_namespace(namespace);
    for pod in pods.filter_map(Pod::of) {
        let broken = broken(standard, pod);
        if broken.is_empty() {
            continue;
        }
        let reasons: Vec<&str> = broken.iter().map(|b| b.reason).collect();
        let name = pod.metadata.name.clone().unwrap_or_default();
        let entry = all
            .entry(reasons.join(", "))
            .or_insert_with(|| (name.clone(), 0));
        if name < entry.0 {
            entry.0 = name;
        }
        entry.1 += 1;
    }
    all
}

#[cfg(test)]
mod tests;
