//! What Go writes of a field though nobody has set it: `creationTimestamp: null`, `lastState: {}`. Clients see it in every answer.
//!
//! The real thing: encoding/json's `omitempty`, which leaves out neither structs nor times; the JSON tags of staging/src/k8s.io/api/*/v1/types.go.
//! Nothing of this is stored: whoever shows an object fills it in.

use super::{Kind, Object};
use serde_json::{Map, Value, json};

/// What a field that is not set is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zero {
    /// A time, or a list: `null`. An empty list is none, too: etcd does not tell them apart.
    Null,
    /// A text: `""`.
    Text,
    /// A struct: `{}`.
    Struct,
    /// A number: `0`.
    Number,
}

impl Zero {
    fn fill_in(self, field: &str, fields: &mut Map<String, Value>) {
        let value = fields.entry(field).or_insert(Value::Null);
        let is_set = match &value {
            Value::Null => false,
            Value::Array(list) => self != Self::Null || !list.is_empty(),
            _ => true,
        };
        if !is_set {
            *value = match self {
                Self::Null => Value::Null,
                Self::Text => "".into(),
                Self::Struct => json!({}),
                Self::Number => 0.into(),
            };
        }
    }
}

/// A place (`[]` stands for every entry of a list), and a field that is always written there.
type Rule = (&'static str, &'static str, Zero);

const CREATED: &str = "creationTimestamp";

/// Fields that kinds have of their own.
fn rules(kind: Kind) -> &'static [Rule] {
    use Zero::{Null, Number, Struct, Text};
    match kind {
        Kind::Pod => &[
            ("status.conditions[]", "lastProbeTime", Null),
            ("status.containerStatuses[]", "lastState", Struct),
            ("status.containerStatuses[]", "state", Struct),
            ("status.initContainerStatuses[]", "lastState", Struct),
            ("status.initContainerStatuses[]", "state", Struct),
            ("status.ephemeralContainerStatuses[]", "lastState", Struct),
            ("status.ephemeralContainerStatuses[]", "state", Struct),
        ],
        Kind::Node => &[
            ("status.conditions[]", "lastHeartbeatTime", Null),
            ("status", "daemonEndpoints", Struct),
            ("status.daemonEndpoints", "kubeletEndpoint", Struct),
            ("status.daemonEndpoints.kubeletEndpoint", "Port", Number),
            ("status", "nodeInfo", Struct),
            ("status.nodeInfo", "machineID", Text),
            ("status.nodeInfo", "systemUUID", Text),
            ("status.nodeInfo", "bootID", Text),
            ("status.nodeInfo", "kernelVersion", Text),
            ("status.nodeInfo", "osImage", Text),
            ("status.nodeInfo", "containerRuntimeVersion", Text),
            ("status.nodeInfo", "kubeletVersion", Text),
            ("status.nodeInfo", "kubeProxyVersion", Text),
            ("status.nodeInfo", "operatingSystem", Text),
            ("status.nodeInfo", "architecture", Text),
        ],
        Kind::Deployment => &[("status.conditions[]", "lastUpdateTime", Null)],
        Kind::StatefulSet => &[
            ("spec.volumeClaimTemplates[]", "metadata", Struct),
            ("spec.volumeClaimTemplates[].metadata", CREATED, Null),
        ],
        Kind::Job | Kind::PersistentVolumeClaim => {
            &[("status.conditions[]", "lastProbeTime", Null)]
        }
        Kind::CronJob => &[
            ("spec.jobTemplate", "metadata", Struct),
            ("spec.jobTemplate.metadata", CREATED, Null),
        ],
        Kind::HorizontalPodAutoscaler => &[("status", "currentMetrics", Null)],
        Kind::Event => &[
            ("", "eventTime", Null),
            ("", "firstTimestamp", Null),
            ("", "lastTimestamp", Null),
            ("", "source", Struct),
            ("", "reportingComponent", Text),
            ("", "reportingInstance", Text),
        ],
        Kind::Role | Kind::ClusterRole => &[("", "rules", Null)],
        Kind::EndpointSlice => &[
            ("", "endpoints", Null),
            ("endpoints[]", "conditions", Struct),
            ("", "ports", Null),
        ],
        Kind::LimitRange => &[("spec", "limits", Null)],
        Kind::CSINode => &[("spec", "drivers", Null)],
        Kind::Lease | Kind::IngressClass | Kind::IPAddress => &[("", "spec", Struct)],
        Kind::ServiceCIDR => &[("", "spec", Struct), ("", "status", Struct)],
        Kind::CustomResourceDefinition => &[
            ("", "status", Struct),
            ("status", "acceptedNames", Struct),
            ("status.acceptedNames", "kind", Text),
            ("status.acceptedNames", "plural", Text),
            ("status", "conditions", Null),
            ("status", "storedVersions", Null),
        ],
        _ => &[],
    }
}

/// Where a kind has a template of pods, if it has one.
fn template_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::PodTemplate => Some("template"),
        Kind::CronJob => Some("spec.jobTemplate.spec.template"),
        Kind::ReplicationController
        | Kind::ReplicaSet
        | Kind::Deployment
        | Kind::StatefulSet
        | Kind::DaemonSet
        | Kind::Job => Some("spec.template"),
        _ => None,
    }
}

/// Writes what Go would write into the JSON of an object.
pub fn fill_in(object: &Object, value: &mut Value) {
    let kind = object.kind();
    if matches!(kind, Kind::Custom(_)) {
        return;
    }
    for (place, field, zero) in rules(kind) {
        at(value, place, &mut |fields| zero.fill_in(field, fields));
    }
    at(value, "status.conditions[]", &mut |condition| {
        Zero::Null.fill_in("lastTransitionTime", condition);
    });
    if let Some(place) = template_of(kind) {
        at(value, place, &mut |template| {
            Zero::Struct.fill_in("metadata", template);
            if let Some(Value::Object(metadata)) = template.get_mut("metadata") {
                Zero::Null.fill_in(CREATED, metadata);
            }
            if let Some(spec) = template.get_mut("spec") {
                volumes(spec);
            }
        });
    }
    if let (Kind::Pod, Some(spec)) = (kind, value.get_mut("spec")) {
        volumes(spec);
    }
}

/// Claims that are made for one pod have metadata without a time.
fn volumes(spec: &mut Value) {
    let place = "volumes[].ephemeral.volumeClaimTemplate";
    at(spec, place, &mut |template| {
        Zero::Struct.fill_in("metadata", template);
        if let Some(Value::Object(metadata)) = template.get_mut("metadata") {
            Zero::Null.fill_in(CREATED, metadata);
        }
    });
}

/// Shows every struct at this place.
fn at(value: &mut Value, place: &str, change: &mut dyn FnMut(&mut Map<String, Value>)) {
    let (step, rest) = place.split_once('.').unwrap_or((place, ""));
    if step.is_empty() {
        if let Value::Object(fields) = value {
            change(fields);
        }
        return;
    }
    if let Some(list) = step.strip_suffix("[]") {
        let entries = value.get_mut(list).and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten() {
            at(entry, rest, change);
        }
    } else if let Some(inner) = value.get_mut(step) {
        at(inner, rest, change);
    }
}

#[cfg(test)]
mod tests {
    use crate::api::decode::decode;
    use crate::api::{Kind, managed_fields};
    use serde_json::{Value, json};

    /// What a client sees at this place of the object that the document makes.
    fn shown(document: &Value, place: &str) -> Value {
        let text = |field: &str| document[field].as_str().expect("every case says it");
        let kind = Kind::of(text("apiVersion"), text("kind")).expect("a kind that is stored");
        let json = managed_fields::to_json(&decode(kind, document).object);
        json.pointer(place).cloned().unwrap_or("not there".into())
    }

    #[test]
    fn what_is_not_set_is_written_as_go_writes_it() {
        let null = Value::Null;
        let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [], "volumes":
            [{"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": {}}}}]}});
        let of = |kind: &str, version: &str, rest: Value| {
            let mut document = json!({"apiVersion": version, "kind": kind});
            let fields = rest.as_object().expect("every case has fields").clone();
            document.as_object_mut().expect("just made").extend(fields);
            document
        };
        let deployment = of(
            "Deployment",
            "apps/v1",
            json!({"spec": {"template": template}}),
        );
        let job = json!({"spec": {"template": {"spec": {}}}});
        let nightly = of("CronJob", "batch/v1", json!({"spec": {"jobTemplate": job}}));
        let set = json!({"spec": {"template": template, "volumeClaimTemplates": [{"metadata": {"name": "v"}}]}});
        let set = of("StatefulSet", "apps/v1", set);
        let status = json!({"status": {"conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "c", "ready": false, "restartCount": 0, "image": "i", "imageID": "",
                "state": {"waiting": {"reason": "x"}}}]}});
        let pod = of("Pod", "v1", status);
        let node = of("Node", "v1", json!({"status": {}}));
        let event = of("Event", "v1", json!({"involvedObject": {}}));
        let role = "rbac.authorization.k8s.io/v1";
        let slice =
            json!({"addressType": "IPv4", "endpoints": [{"addresses": ["1.2.3.4"]}], "ports": []});
        let slice = of("EndpointSlice", "discovery.k8s.io/v1", slice);
        let cases = [
            (
                &deployment,
                "/spec/template/metadata",
                json!({"labels": {"a": "b"}, "creationTimestamp": null}),
            ),
            (
                &deployment,
                "/spec/template/spec/volumes/0/ephemeral/volumeClaimTemplate/metadata",
                json!({"creationTimestamp": null}),
            ),
            (
                &nightly,
                "/spec/jobTemplate/metadata",
                json!({"creationTimestamp": null}),
            ),
            (
                &nightly,
                "/spec/jobTemplate/spec/template/metadata",
                json!({"creationTimestamp": null}),
            ),
            (
                &set,
                "/spec/volumeClaimTemplates/0/metadata/creationTimestamp",
                null.clone(),
            ),
            (&pod, "/status/conditions/0/lastProbeTime", null.clone()),
            (
                &pod,
                "/status/conditions/0/lastTransitionTime",
                null.clone(),
            ),
            (&pod, "/status/containerStatuses/0/lastState", json!({})),
            (
                &pod,
                "/status/containerStatuses/0/state",
                json!({"waiting": {"reason": "x"}}),
            ),
            (&pod, "/metadata/creationTimestamp", json!("not there")),
            (&node, "/status/nodeInfo/kubeletVersion", json!("")),
            (
                &node,
                "/status/daemonEndpoints",
                json!({"kubeletEndpoint": {"Port": 0}}),
            ),
            (&event, "/eventTime", null.clone()),
            (&event, "/reportingInstance", json!("")),
            (&of("Role", role, json!({})), "/rules", null.clone()),
            (
                &of("ClusterRole", role, json!({"rules": []})),
                "/rules",
                null.clone(),
            ),
            (&slice, "/endpoints/0/conditions", json!({})),
            (&slice, "/ports", null.clone()),
            (
                &of("Lease", "coordination.k8s.io/v1", json!({})),
                "/spec",
                json!({}),
            ),
            (
                &of(
                    "HorizontalPodAutoscaler",
                    "autoscaling/v2",
                    json!({"status": {"desiredReplicas": 0}}),
                ),
                "/status/currentMetrics",
                null,
            ),
        ];
        for (document, place, want) in cases {
            assert_eq!(shown(document, place), want, "{} {place}", document["kind"]);
        }
    }
}
