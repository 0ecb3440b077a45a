//! The Node authorizer: a kubelet may read only what its pods refer to, and write only what is its own.
//!
//! Upstream keeps a graph from objects to nodes. Here the pods of the node, which are indexed, are looked through when a kubelet asks for
//! a Secret, a ConfigMap or a volume: rarely, and never more pods than a node holds.
//!
//! The real thing: plugin/pkg/auth/authorizer/node/{node_authorizer,graph,graph_populator}.go.
//! Left out: ResourceClaims and ResourceSlices; Secrets that a PersistentVolume's driver needs; mirror pods are treated as any other.

use super::bootstrap;
use super::rbac::{Question, list, text};
use super::{Attributes, Grant, Resource, Target, Verdict};
use crate::api::identity::{NODE_PREFIX, NODES};
use crate::api::selectors::FieldSelector;
use crate::api::{Caller, Kind, Pod, Snapshot, Stored};
use k8s_openapi::api::core::v1::{EnvFromSource, EnvVar, PersistentVolume, PodSpec, Volume};
use k8s_openapi::api::storage::v1::VolumeAttachment;

/// Where the kubelets' Leases are.
const LEASES_IN: &str = "kube-node-lease";

const READ: &[&str] = &["get", "list", "watch"];
const OWN: &[&str] = &["get", "create", "update", "patch", "delete"];

/// To any object of the kind.
const EVERYWHERE: Verdict<'static> = Verdict::Allowed(Grant::Node { everywhere: true });
/// To this object.
const HERE: Verdict<'static> = Verdict::Allowed(Grant::Node { everywhere: false });

/// What a kubelet may do; without a word about anyone else.
pub(super) fn authorize(
    caller: &Caller<'_>,
    attributes: &Attributes<'_>,
    snapshot: &Snapshot,
) -> Verdict<'static> {
    let node = caller.name.strip_prefix(NODE_PREFIX);
    let Some(node) = node.filter(|_| caller.identity.is_in(NODES)) else {
        return no("");
    };
    if node.is_empty() {
        return no(&format!("unknown node for user {:?}", caller.name));
    }
    let Target::Resource(resource) = &attributes.target else {
        return by_rules(attributes);
    };
    let asked = Asked {
        node,
        verb: attributes.verb,
        resource,
        snapshot,
    };
    match (resource.group, resource.resource) {
        ("", "secrets") => asked.read(secrets),
        ("", "configmaps") => asked.read(config_maps),
        ("", "persistentvolumeclaims") => asked.claim(),
        ("", "persistentvolumes") => asked.get(Asked::volume_is_used),
        ("storage.k8s.io", "volumeattachments") => asked.get(Asked::attaches_here),
        ("", "serviceaccounts") => asked.token(),
        ("coordination.k8s.io", "leases") => asked.lease(),
        ("storage.k8s.io", "csinodes") => asked.csi_node(),
        ("", "nodes") => asked.node(),
        ("", "pods") => asked.pod(),
        _ => by_rules(attributes),
    }
}

fn no(why: &str) -> Verdict<'static> {
    Verdict::Denied(why.to_owned())
}

/// What is not subdivided by node: the rules of the ClusterRole `system:node`.
fn by_rules(attributes: &Attributes<'_>) -> Verdict<'static> {
    let question = Question::new(attributes);
    let rules = bootstrap::node_rules();
    if rules.iter().any(|rule| question.is_answered_by(rule)) {
        EVERYWHERE
    } else {
        no("")
    }
}

/// A question of one kubelet.
struct Asked<'a> {
    node: &'a str,
    verb: &'a str,
    resource: &'a Resource<'a>,
    snapshot: &'a Snapshot,
}

impl Asked<'_> {
    fn unrelated(&self) -> Verdict<'static> {
        no(&format!(
            "no relationship found between node '{}' and this object",
            self.node
        ))
    }

    /// The pods of the node in the object's namespace.
    fn pods(&self) -> impl Iterator<Item = &Pod> + '_ {
        let namespace = self.resource.namespace;
        let all = self.snapshot.table(Kind::Pod).on_node(self.node);
        all.filter_map(Pod::of)
            .filter(move |pod| text(&pod.metadata.namespace) == namespace)
    }

    /// Secrets and ConfigMaps: read by name, if a pod of the node refers to it.
    fn read(&self, refers: impl Fn(&PodSpec, &str) -> bool) -> Verdict<'static> {
        if !READ.contains(&self.verb) {
            return no("can only read resources of this type");
        }
        if !self.resource.subresource.is_empty() {
            return no("cannot read subresource");
        }
        if self.resource.namespace.is_empty() {
            return no("can only read namespaced object of this type");
        }
        self.related(|asked| {
            let mut specs = asked.pods().filter_map(|pod| pod.spec.as_ref());
            specs.any(|spec| refers(spec, &asked.resource.name))
        })
    }

    /// Volumes: one at a time.
    fn get(&self, related: impl Fn(&Self) -> bool) -> Verdict<'static> {
        if self.verb != "get" {
            return no("can only get individual resources of this type");
        }
        if !self.resource.subresource.is_empty() {
            return no("cannot get subresource");
        }
        self.related(related)
    }

    fn related(&self, related: impl Fn(&Self) -> bool) -> Verdict<'static> {
        if self.resource.name.is_empty() {
            return no("No Object name found");
        }
        if related(self) {
            HERE
        } else {
            self.unrelated()
        }
    }

    fn claim(&self) -> Verdict<'static> {
        let used = |asked: &Self| asked.claim_is_used(&asked.resource.name);
        if self.resource.subresource != "status" {
            return self.get(used);
        }
        match self.verb {
            "update" | "patch" => self.related(used),
            _ => no("can only update status"),
        }
    }

    fn claim_is_used(&self, claim: &str) -> bool {
        self.pods().any(|pod| {
            let volumes = pod.spec.iter().flat_map(|spec| list(&spec.volumes));
            let mut claims = volumes.filter_map(|volume| claim_of(pod, volume));
            claims.any(|used| used == claim)
        })
    }

    /// The volume is bound to a claim that a pod of the node uses.
    fn volume_is_used(&self) -> bool {
        let volume: Option<&PersistentVolume> = self.object();
        let claim = volume.and_then(|v| v.spec.as_ref()?.claim_ref.as_ref());
        claim.is_some_and(|claim| {
            let resource = &Resource {
                namespace: text(&claim.namespace),
                ..self.resource.clone()
            };
            Asked { resource, ..*self }.claim_is_used(text(&claim.name))
        })
    }

    fn attaches_here(&self) -> bool {
        let attachment: Option<&VolumeAttachment> = self.object();
        attachment.is_some_and(|attachment| attachment.spec.node_name == self.node)
    }

    /// The object itself, of a kind without namespaces.
    fn object<T: Stored>(&self) -> Option<&T> {
        let table = self.snapshot.table(T::STORED_AS);
        table.get("", &self.resource.name).and_then(T::of)
    }

    /// Tokens for the accounts of the node's pods.
    fn token(&self) -> Verdict<'static> {
        if self.verb != "create" || self.resource.subresource != "token" {
            return no("can only create tokens for individual service accounts");
        }
        self.related(|asked| {
            let mut specs = asked.pods().filter_map(|pod| pod.spec.as_ref());
            specs.any(|spec| spec.service_account_name.as_deref() == Some(&*asked.resource.name))
        })
    }

    fn lease(&self) -> Verdict<'static> {
        if !OWN.contains(&self.verb) {
            return no("can only get, create, update, patch, or delete a node lease");
        }
        if self.resource.namespace != LEASES_IN {
            let why = format!("can only access leases in the {LEASES_IN:?} system namespace");
            return no(&why);
        }
        if self.verb != "create" && self.resource.name != self.node {
            return no("can only access node lease with the same name as the requesting node");
        }
        HERE
    }

    fn csi_node(&self) -> Verdict<'static> {
        if !OWN.contains(&self.verb) {
            return no("can only get, create, update, patch, or delete a CSINode");
        }
        if !self.resource.subresource.is_empty() {
            return no("cannot authorize CSINode subresources");
        }
        if self.verb != "create" && self.resource.name != self.node {
            return no("can only access CSINode with the same name as the requesting node");
        }
        HERE
    }

    /// Its own Node; writes to others' are the NodeRestriction admission plugin's to refuse.
    fn node(&self) -> Verdict<'static> {
        match (self.resource.subresource, self.verb) {
            ("", "create" | "update" | "patch") | ("status", "update" | "patch") => EVERYWHERE,
            ("", "get" | "list" | "watch") => match &*self.resource.name {
                "" => no(&format!(
                    "node '{}' cannot read all nodes, only its own Node object",
                    self.node
                )),
                name if name == self.node => HERE,
                name => no(&format!(
                    "node '{}' cannot read '{name}', only its own Node object",
                    self.node
                )),
            },
            _ => no(""),
        }
    }

    fn pod(&self) -> Verdict<'static> {
        match (self.resource.subresource, self.verb) {
            ("", "create" | "delete") | ("status", "update" | "patch") | ("eviction", "create") => {
                EVERYWHERE
            }
            ("", "get") => self.get(|asked| {
                let name = &*asked.resource.name;
                asked
                    .pods()
                    .any(|pod| pod.metadata.name.as_deref() == Some(name))
            }),
            ("", "list" | "watch") => {
                let fields = FieldSelector::parse(self.resource.field_selector).ok();
                if fields.as_ref().and_then(|f| f.exact("spec.nodeName")) == Some(self.node) {
                    HERE
                } else {
                    no("can only list/watch pods with spec.nodeName field selector")
                }
            }
            _ => no(""),
        }
    }
}

/// The claim behind a volume; that of an ephemeral one is named after the pod and the volume.
fn claim_of(pod: &Pod, volume: &Volume) -> Option<String> {
    if let Some(claim) = &volume.persistent_volume_claim {
        return Some(claim.claim_name.clone());
    }
    volume.ephemeral.as_ref()?;
    Some(format!("{}-{}", text(&pod.metadata.name), volume.name))
}

/// The environments of all containers.
fn environments(spec: &PodSpec) -> impl Iterator<Item = (&[EnvVar], &[EnvFromSource])> {
    let regular = list(&spec.init_containers).iter().chain(&spec.containers);
    let ephemeral = list(&spec.ephemeral_containers).iter();
    regular
        .map(|c| (list(&c.env), list(&c.env_from)))
        .chain(ephemeral.map(|c| (list(&c.env), list(&c.env_from))))
}

fn secrets(spec: &PodSpec, name: &str) -> bool {
    let pulls = list(&spec.image_pull_secrets)
        .iter()
        .any(|s| s.name == name);
    let reads = environments(spec).any(|(env, from)| {
        let key = |var: &EnvVar| {
            let source = var.value_from.as_ref();
            source
                .and_then(|s| s.secret_key_ref.as_ref())
                .is_some_and(|s| s.name == name)
        };
        let whole = |from: &EnvFromSource| from.secret_ref.as_ref().is_some_and(|s| s.name == name);
        env.iter().any(key) || from.iter().any(whole)
    });
    pulls || reads || list(&spec.volumes).iter().any(|v| mounts_secret(v, name))
}

fn mounts_secret(volume: &Volume, name: &str) -> bool {
    let secret = volume
        .secret
        .as_ref()
        .and_then(|s| s.secret_name.as_deref());
    let driver = volume
        .csi
        .as_ref()
        .and_then(|csi| csi.node_publish_secret_ref.as_ref());
    let sources = volume.projected.iter().flat_map(|p| list(&p.sources));
    let mut projected = sources.filter_map(|s| s.secret.as_ref());
    secret == Some(name)
        || driver.is_some_and(|s| s.name == name)
        || projected.any(|s| s.name == name)
}

fn config_maps(spec: &PodSpec, name: &str) -> bool {
    let reads = environments(spec).any(|(env, from)| {
        let key = |var: &EnvVar| {
            let source = var.value_from.as_ref();
            source
                .and_then(|s| s.config_map_key_ref.as_ref())
                .is_some_and(|s| s.name == name)
        };
        let whole =
            |from: &EnvFromSource| from.config_map_ref.as_ref().is_some_and(|s| s.name == name);
        env.iter().any(key) || from.iter().any(whole)
    });
    reads
        || list(&spec.volumes).iter().any(|volume| {
            let sources = volume.projected.iter().flat_map(|p| list(&p.sources));
            let mut projected = sources.filter_map(|s| s.config_map.as_ref());
            volume.config_map.as_ref().is_some_and(|s| s.name == name)
                || projected.any(|s| s.name == name)
        })
}
