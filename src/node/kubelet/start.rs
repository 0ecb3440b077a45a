//! Making and starting one container.
//!
//! The real thing: pkg/kubelet/kuberuntime/kuberuntime_container.go (`startContainer`).

use super::pass::Pass;
use crate::api::Name;
use crate::component::{ContainerId, Datum, Note, RuntimeCall};
use k8s_openapi::api::core::v1::Container as ContainerSpec;

/// Makes and starts a container whose image is here.
pub(super) fn container(pass: &mut Pass<'_>, spec: &ContainerSpec, actual: Datum) {
    let closes = pass.turn.differs(
        pass.view.key.clone(),
        format!("spec.containers{{{}}}", spec.name),
        "Running",
        actual,
        "ContainerNotRunning",
    );
    // The machine keeps the newest ended container of each name, and this start makes one more.
    let old: Vec<ContainerId> = pass
        .view
        .attempts(&spec.name)
        .skip(1)
        .map(|(id, _)| id)
        .collect();
    for container in old {
        pass.turn
            .act(closes, RuntimeCall::RemoveContainer { container });
    }
    let words = spec
        .command
        .iter()
        .flatten()
        .chain(spec.args.iter().flatten());
    let call = RuntimeCall::StartContainer {
        pod_uid: pass.view.uid,
        pod: pass.view.name(),
        name: spec.name.as_str().into(),
        image: super::super::container_runtime::image::full_name(
            spec.image.as_deref().unwrap_or_default(),
        ),
        command: words.map(|word| Name::from(word.as_str())).collect(),
        ports: spec
            .ports
            .iter()
            .flatten()
            .map(|port| port.container_port)
            .collect(),
        annotations: annotations(pass, &spec.name),
    };
    pass.begin(closes, call);
    pass.memory.waits_no_more(&spec.name);
    pass.memory.starting.push(spec.name.as_str().into());
    let message = format!("Created container: {}", spec.name);
    pass.note(Note::normal(pass.view.object.clone(), "Created", message).of_container(&spec.name));
}

/// The pod's annotations under `kubeloop.dev/`, then those under `NAME.kubeloop.dev/`, without their prefixes.
fn annotations(pass: &Pass<'_>, container: &str) -> Vec<(Name, Name)> {
    let all = pass.view.pod.metadata.annotations.as_ref();
    let under = |own: bool| {
        all.into_iter().flatten().filter_map(move |(key, value)| {
            let (prefix, name) = key.split_once('/')?;
            let of = prefix.strip_suffix("kubeloop.dev")?;
            let is_wanted = if own {
                of.strip_suffix('.') == Some(container)
            } else {
                of.is_empty()
            };
            is_wanted.then(|| (Name::from(name), Name::from(value.as_str())))
        })
    };
    under(false).chain(under(true)).collect()
}
