//! What holds for every kind, so that a new line in the table is tested at once.

use super::{Kind, Object};
use serde_json::{Value, json};

/// A small, right object of each kind, as an author would write it.
fn sample(kind: Kind) -> Object {
    let pods = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
    let once = json!({"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}]}});
    let workload = json!({"spec": {"selector": {"matchLabels": {"app": "web"}}, "template": pods}});
    let rest = match kind {
        Kind::Namespace | Kind::ServiceAccount => json!({}),
        Kind::Node => {
            json!({"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}, "status": {"capacity": {"cpu": "4000m", "memory": "8192Mi", "pods": 110}}})
        }
        Kind::Pod => {
            json!({"spec": {"hostNetwork": false, "volumes": [{"name": "v"}], "containers": [{
                "name": "c", "image": "nginx", "volumeMounts": [{"name": "v", "mountPath": "/x"}], "resources": {"limits": {"cpu": 0.5}},
                "ports": [{"containerPort": 80}], "livenessProbe": {"httpGet": {"port": 80}},
                "env": [{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}],
            }]}})
        }
        Kind::Service => json!({"spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}),
        Kind::Endpoints => {
            json!({"subsets": [{"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}]})
        }
        Kind::EndpointSlice => {
            json!({"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}], "ports": [{"port": 80}]})
        }
        Kind::ConfigMap => json!({"data": {"a": "1"}}),
        Kind::Secret => json!({"stringData": {"a": "1"}}),
        Kind::Event => {
            json!({"involvedObject": {"kind": "Pod", "name": "web", "namespace": "default"}, "reason": "Scheduled", "type": "Normal"})
        }
        Kind::Lease => json!({"spec": {"leaseDurationSeconds": 40, "holderIdentity": "n1"}}),
        Kind::Role | Kind::ClusterRole => {
            json!({"rules": [{"apiGroups": [""], "resources": ["pods"], "resourceNames": [], "verbs": ["get"]}]})
        }
        Kind::RoleBinding | Kind::ClusterRoleBinding => {
            json!({"roleRef": {"kind": "ClusterRole", "name": "view"}, "subjects": [{"kind": "User", "name": "jane", "apiGroup": ""}]})
        }
        Kind::CustomResourceDefinition => json!({"spec": {
            "group": "example.com", "scope": "Namespaced", "names": {"kind": "Web", "plural": "webs"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer", "default": 3}}}},
            }}}],
        }}),
        Kind::Custom(_) => unreachable!("built-in kinds only"),
        Kind::PersistentVolume => {
            json!({"spec": {"capacity": {"storage": "1024Mi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/data"}}})
        }
        Kind::PersistentVolumeClaim => {
            json!({"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1024Mi"}}}})
        }
        Kind::LimitRange => {
            json!({"spec": {"limits": [{"type": "Container", "max": {"cpu": 0.5}}]}})
        }
        Kind::ResourceQuota => json!({"spec": {"hard": {"pods": 2, "requests.cpu": 0.5}}}),
        Kind::Ingress => {
            json!({"spec": {"rules": [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}})
        }
        Kind::IngressClass => json!({"spec": {"controller": "example.com/ingress"}}),
        Kind::NetworkPolicy => {
            json!({"spec": {"podSelector": {}, "egress": [{"ports": [{"port": 53}]}]}})
        }
        Kind::IPAddress => {
            json!({"spec": {"parentRef": {"resource": "services", "namespace": "default", "name": "web"}}})
        }
        Kind::ServiceCIDR => json!({"spec": {"cidrs": ["10.0.0.0/16"]}}),
        Kind::StorageClass => json!({"provisioner": "example.com/disk"}),
        Kind::VolumeAttachment => {
            json!({"spec": {"attacher": "csi.example.com", "nodeName": "n1", "source": {"persistentVolumeName": "pv1"}}})
        }
        Kind::CSIDriver => json!({"spec": {}}),
        Kind::CSINode => {
            json!({"spec": {"drivers": [{"name": "csi.example.com", "nodeID": "n1"}]}})
        }
        Kind::CSIStorageCapacity => json!({"storageClassName": "fast", "capacity": "1024Mi"}),
        Kind::PriorityClass => json!({"value": 1000}),
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet => workload,
        Kind::ControllerRevision => json!({"data": {"spec": {"replicas": 1}}, "revision": 1}),
        Kind::Job => json!({"spec": {"template": once}}),
        Kind::CronJob => {
            json!({"spec": {"schedule": "*/5 * * * *", "jobTemplate": {"spec": {"template": once}}}})
        }
        Kind::HorizontalPodAutoscaler => {
            json!({"spec": {"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}})
        }
        Kind::PodDisruptionBudget => json!({"spec": {"maxUnavailable": 1, "selector": {}}}),
        Kind::PodTemplate => json!({"template": pods}),
        Kind::ReplicationController => json!({"spec": {"template": pods}}),
    };
    let info = kind.info();
    let name = match kind {
        Kind::CustomResourceDefinition => "webs.example.com",
        _ => "web",
    };
    let mut metadata =
        json!({"name": name, "uid": "u-1", "creationTimestamp": "2025-01-01T00:00:00Z"});
    if info.namespaced {
        metadata["namespace"] = json!("default");
    }
    let mut object =
        json!({"apiVersion": info.api_version, "kind": info.name, "metadata": metadata});
    let fields = object.as_object_mut().expect("a map");
    if let Value::Object(rest) = rest {
        fields.extend(rest);
    }
    kind.deserialize(object).expect("a sample of its kind")
}

#[test]
fn json_goes_there_and_back() {
    for &kind in Kind::ALL {
        let object = sample(kind);
        let json = object.to_json();
        assert_eq!(json["kind"], kind.info().name);
        assert_eq!(json["apiVersion"], kind.info().api_version);
        assert_eq!(
            kind.deserialize(json).expect("its own output"),
            object,
            "{kind:?}"
        );
    }
}

#[test]
fn defaulting_twice_changes_nothing_more() {
    for &kind in Kind::ALL {
        let mut once = sample(kind);
        once.set_defaults();
        let mut twice = once.clone();
        twice.set_defaults();
        assert_eq!(once.to_json(), twice.to_json(), "{kind:?}");
    }
}

#[test]
fn a_right_object_is_accepted_and_may_stay_as_it_is() {
    for &kind in Kind::ALL {
        let mut object = sample(kind);
        object.set_defaults();
        object.prepare_create();
        assert_eq!(object.validate(), [], "{kind:?}");
        let mut same = object.clone();
        same.prepare_update(&object);
        assert_eq!(same, object, "{kind:?}");
        assert_eq!(same.validate_update(&object), [], "{kind:?}");
        same.prepare_status_update(&object);
        assert_eq!(same, object, "{kind:?}");
        assert_eq!(same.validate_status_update(&object), [], "{kind:?}");
    }
}

#[test]
fn a_row_has_a_cell_for_each_column() {
    for &kind in Kind::ALL {
        let mut object = sample(kind);
        let (columns, row) = (kind.columns(), object.row(65_000));
        assert_eq!(columns.len(), row.len(), "{kind:?}");
        object.set_defaults();
        object.prepare_create();
        assert_eq!(columns.len(), object.row(65_000).len(), "{kind:?}");
        let age = columns.iter().position(|c| c.name == "Age");
        match age {
            Some(age) => assert_eq!(row[age], "65s", "{kind:?}"),
            None => assert!(
                matches!(
                    kind,
                    Kind::Event
                        | Kind::LimitRange
                        | Kind::CSIStorageCapacity
                        | Kind::Role
                        | Kind::ClusterRole
                        | Kind::PodTemplate
                        | Kind::CustomResourceDefinition
                ),
                "{kind:?}"
            ),
        }
    }
}

#[test]
fn selectable_fields_can_be_selected() {
    for &kind in Kind::ALL {
        let object = sample(kind);
        for field in kind.selectable_fields() {
            assert!(object.selectable_field(field).is_some(), "{kind:?} {field}");
        }
        assert_eq!(object.selectable_field("spec.colour"), None, "{kind:?}");
    }
}

#[test]
fn names_follow_the_kinds_own_rule() {
    for (kind, name, fine) in [
        (Kind::Pod, "web.1", true),
        (Kind::Pod, "Web", false),
        (Kind::Namespace, "team-a", true),
        (Kind::Namespace, "team.a", false),
        (Kind::Service, "web", true),
        (Kind::Service, "1web", false),
        (Kind::StatefulSet, "web", true),
        (Kind::StatefulSet, "web.1", false),
        (Kind::Job, "web.1", true),
        (Kind::CronJob, "web.1", true),
    ] {
        assert_eq!(kind.validate_name(name).is_none(), fine, "{kind:?} {name}");
    }
}

#[test]
fn a_scaled_object_shows_what_it_was_scaled_to() {
    for &kind in Kind::ALL {
        let mut object = sample(kind);
        object.set_defaults();
        if object.scale().is_none() {
            continue;
        }
        object.set_replicas(7);
        assert_eq!(object.scale().map(|s| s.wanted), Some(7), "{kind:?}");
        assert_eq!(object.to_json()["spec"]["replicas"], 7, "{kind:?}");
    }
}
