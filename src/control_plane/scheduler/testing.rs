//! Pods and nodes for the scheduler's tests, written as YAML.

use super::framework::{FilterPlugin, PodToPlace, PreFilter, ScorePlugin};
use super::node_info::NodeInfo;
use super::requests::PodUse;
use crate::api::decode::decode;
use crate::api::{Kind, Pod, Stored, yaml};
use k8s_openapi::api::core::v1::Node;
use std::sync::Arc;

/// A pod from YAML; one without a uid gets its name as uid.
pub(super) fn pod(yaml: &str) -> Pod {
    let mut pod: Pod = read(Kind::Pod, yaml);
    let namespace = &mut pod.metadata.namespace;
    namespace.get_or_insert_with(|| "default".to_owned());
    if pod.metadata.uid.is_none() {
        pod.metadata.uid = pod.metadata.name.clone();
    }
    pod
}

/// A node from YAML.
pub(super) fn node(yaml: &str) -> Node {
    read(Kind::Node, yaml)
}

/// A pod whose containers ask for these resources: `cpu: 1, memory: 1Gi`.
pub(super) fn asking(resources: &[&str]) -> Pod {
    let containers: Vec<String> = resources
        .iter()
        .map(|r| format!("{{name: c, resources: {{requests: {{{r}}}}}}}"))
        .collect();
    pod_with(&format!("{{containers: [{}]}}", containers.join(", ")))
}

fn read<T: Stored>(kind: Kind, text: &str) -> T {
    let (documents, errors) = yaml::parse(text);
    assert_eq!(errors, [], "{text}");
    let decoded = decode(kind, &documents[0].value);
    assert_eq!(decoded.problems, [], "{text}");
    decoded.object.get::<T>().expect("of that kind").clone()
}

/// A pod `p` with this spec, as YAML in braces; one container if it names none.
pub(super) fn pod_with(spec: &str) -> Pod {
    let inner = spec.trim().trim_start_matches('{').trim_end_matches('}');
    let spec = match (spec.contains("containers:"), inner.trim().is_empty()) {
        (true, _) => spec.to_owned(),
        (false, true) => "{containers: [{name: c}]}".to_owned(),
        (false, false) => format!("{{containers: [{{name: c}}], {}", &spec.trim()[1..]),
    };
    pod(&format!("{{metadata: {{name: p}}, spec: {spec}}}"))
}

/// What the scheduler knows of a node from YAML on which these pods run.
pub(super) fn node_info(yaml: &str, pods: &[Pod]) -> NodeInfo {
    let node = node(yaml);
    let name = node.metadata.name.as_deref().unwrap_or("n").into();
    let mut info = NodeInfo::of_pods_only(name);
    info.set_node(Arc::new(node));
    for pod in pods {
        info.add_pod(&PodUse::of(pod.spec.as_ref().expect("a spec")));
    }
    info
}

/// What a filter plugin says of a pod on a node from YAML with these pods on it: its reasons, none if it has nothing against it.
pub(super) fn check(
    plugin: &dyn FilterPlugin,
    pod: &Pod,
    node: &str,
    on_it: &[Pod],
) -> Vec<String> {
    let spec = pod.spec.as_ref().expect("a spec");
    let used = PodUse::of(spec);
    let place = PodToPlace {
        pod,
        spec,
        used: &used,
    };
    let info = node_info(node, on_it);
    let refusal = match plugin.pre_filter(place) {
        PreFilter::Skip => None,
        PreFilter::Check(filter) | PreFilter::CheckOnly(_, filter) => filter.check(&info).err(),
        PreFilter::Refuse(refusal) => Some(refusal),
    };
    let reasons = refusal.iter().flat_map(|r| r.reasons.as_slice());
    reasons.map(ToString::to_string).collect()
}

/// The normalized scores of nodes from YAML with pods on them; `None` if the plugin has nothing to say about the pod.
pub(super) fn scores(
    plugin: &dyn ScorePlugin,
    pod: &Pod,
    nodes: &[(&str, &[Pod])],
) -> Option<Vec<i64>> {
    let spec = pod.spec.as_ref().expect("a spec");
    let used = PodUse::of(spec);
    let place = PodToPlace {
        pod,
        spec,
        used: &used,
    };
    let infos: Vec<NodeInfo> = nodes.iter().map(|(n, pods)| node_info(n, pods)).collect();
    let infos: Vec<&NodeInfo> = infos.iter().collect();
    let scorer = plugin.pre_score(place)?;
    let mut scores = vec![0; infos.len()];
    scorer.score(&infos, &mut scores);
    scorer.normalize(&mut scores);
    Some(scores)
}
