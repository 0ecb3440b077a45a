//! What is written: objects that only clients touch (ConfigMaps, custom resources) and objects that the cluster goes on with (Pods, Deployments).

use super::connection::Connection;
use serde_json::{Value, json};

pub(crate) const NAMESPACES: [&str; 4] = ["load-a", "load-b", "load-c", "load-d"];

pub(crate) const RESOURCES: &[Resource] = &[
    Resource::ConfigMap,
    Resource::Widget,
    Resource::Pod,
    Resource::Deployment,
];

/// The label by which some watches choose; its value changes all the time.
pub(crate) const SELECTOR: &str = "half%3Dleft";

/// The name of what is written last.
pub(crate) const LAST: &str = "last";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    ConfigMap,
    Widget,
    Pod,
    Deployment,
}

impl Resource {
    /// Does nobody but clients write it?
    pub(crate) fn is_exclusive(self) -> bool {
        matches!(self, Self::ConfigMap | Self::Widget)
    }

    pub(crate) fn everywhere(self) -> &'static str {
        match self {
            Self::ConfigMap => "/api/v1/configmaps",
            Self::Widget => "/apis/load.example.com/v1/widgets",
            Self::Pod => "/api/v1/pods",
            Self::Deployment => "/apis/apps/v1/deployments",
        }
    }

    pub(crate) fn within(self, namespace: &str) -> String {
        let (base, plural) = self.everywhere().rsplit_once('/').expect("a path");
        format!("{base}/namespaces/{namespace}/{plural}")
    }

    /// An object of this kind; `version` is a number that shows in it.
    pub(crate) fn object(self, name: &str, version: u64) -> Value {
        let half = if version.is_multiple_of(2) {
            "left"
        } else {
            "right"
        };
        let metadata = json!({"name": name, "labels": {"half": half, "app": name}});
        let pod = json!({"terminationGracePeriodSeconds": 1, "containers": [{"name": "c", "image": "nginx:1.14.2"}]});
        match self {
            Self::ConfigMap => {
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"version": version.to_string(), "text": "x".repeat(200)}})
            }
            Self::Widget => {
                json!({"apiVersion": "load.example.com/v1", "kind": "Widget", "metadata": metadata, "spec": {"version": version, "parts": ["a", "b", "c"]}})
            }
            Self::Pod => {
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod})
            }
            Self::Deployment => {
                json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {
                    "replicas": 1 + version % 2,
                    "selector": {"matchLabels": {"app": name}},
                    "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
                }})
            }
        }
    }

    /// A merge patch to this version.
    pub(crate) fn patch(self, version: u64) -> Value {
        let object = self.object("", version);
        let labels = json!({"half": object["metadata"]["labels"]["half"]});
        let metadata = json!({"labels": labels, "annotations": {"version": version.to_string()}});
        match self {
            Self::ConfigMap => json!({"metadata": metadata, "data": object["data"]}),
            Self::Widget => json!({"metadata": metadata, "spec": object["spec"]}),
            Self::Pod => json!({"metadata": metadata}),
            Self::Deployment => {
                json!({"metadata": metadata, "spec": {"replicas": object["spec"]["replicas"]}})
            }
        }
    }
}

/// What a watch is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) resource: Resource,
    /// `None`: all of them.
    pub(crate) namespace: Option<&'static str>,
    pub(crate) selects: bool,
}

impl Scope {
    /// What the client of this number watches: the first sixteen have every resource in every namespace between them.
    pub(crate) fn of(index: usize) -> Self {
        let everywhere = index >= 16 && index % 10 == 7;
        Self {
            resource: RESOURCES[(index / 4) % RESOURCES.len()],
            namespace: (!everywhere).then_some(NAMESPACES[index % NAMESPACES.len()]),
            selects: index >= 16 && index % 5 == 3,
        }
    }

    pub(crate) fn path(self) -> String {
        let path = match self.namespace {
            Some(namespace) => self.resource.within(namespace),
            None => self.resource.everywhere().to_owned(),
        };
        let selector = if self.selects { SELECTOR } else { "" };
        format!("{path}?watch=true&labelSelector={selector}")
    }

    pub(crate) fn has(self, namespace: &str) -> bool {
        self.namespace.is_none_or(|own| own == namespace)
    }
}

/// Makes what clients need: namespaces, and the definition of the custom resource.
pub(crate) async fn prepare(admin: &mut Connection) {
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
        "version": {"type": "integer"}, "parts": {"type": "array", "items": {"type": "string"}},
    }}}});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.load.example.com"},
        "spec": {
            "group": "load.example.com", "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}],
        },
    });
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    admin.create(path, &definition).await;
    for name in NAMESPACES {
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        admin.create("/api/v1/namespaces", &namespace).await;
    }
    admin.settle().await;
}

/// Writes what every watch ends with, and says at which revision that is in each scope.
pub(crate) async fn close(admin: &mut Connection) -> Vec<(Resource, &'static str, u64)> {
    let mut last = Vec::new();
    for resource in RESOURCES {
        for namespace in NAMESPACES {
            let object = resource.object(LAST, 0);
            let made = admin.create(&resource.within(namespace), &object).await;
            last.push((*resource, namespace, super::connection::revision_of(&made)));
        }
    }
    last
}
