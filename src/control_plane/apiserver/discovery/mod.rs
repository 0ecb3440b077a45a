//! Discovery: what a client asks first, to learn which resources there are and how they are called.
//!
//! Two forms of the same list: one document per group and version, and all of it in one (aggregated discovery, which kubectl prefers).
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/discovery.
//! Left out: protobuf answers (clients that ask for them accept JSON too), APIService objects and extension API servers.

#[cfg(test)]
mod tests;

use super::resources::{Part, Resource, Served, api_version};
use base64::Engine as _;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// Which half of the API an aggregated document is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// `/api`: the core group.
    Api,
    /// `/apis`: all other groups.
    Apis,
}

/// In which version of `apidiscovery.k8s.io` an aggregated document is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Since Kubernetes 1.30.
    V2,
    /// For clients before that.
    V2beta1,
}

impl Form {
    /// The version, as `v=` in an `Accept` header says it.
    #[must_use]
    pub fn version(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::V2beta1 => "v2beta1",
        }
    }

    /// The `Content-Type` of the answer.
    #[must_use]
    pub fn content_type(self) -> String {
        let version = self.version();
        format!("application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList")
    }
}

/// `/api`, not aggregated. `server_address` is where clients of this server reach it: host and port.
#[must_use]
pub fn core_versions(server_address: &str) -> Value {
    json!({
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{ "clientCIDR": "0.0.0.0/0", "serverAddress": server_address }],
    })
}

/// `/apis`, not aggregated.
#[must_use]
pub fn groups(served: Served<'_>) -> Value {
    let groups: Vec<Value> = Group::all(served, Root::Apis)
        .iter()
        .map(|group| Value::Object(group.entry()))
        .collect();
    json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups })
}

/// `/apis/{group}`; `None` if nothing of such a group is served.
#[must_use]
pub fn group(served: Served<'_>, name: &str) -> Option<Value> {
    let groups = Group::all(served, Root::Apis);
    let group = groups.iter().find(|group| group.name == name)?;
    let mut document = object(json!({ "kind": "APIGroup", "apiVersion": "v1" }));
    document.extend(group.entry());
    Some(Value::Object(document))
}

/// `/api/v1` and `/apis/{group}/{version}`; `None` if nothing of such a version is served.
#[must_use]
pub fn resources(served: Served<'_>, group: &str, version: &str) -> Option<Value> {
    let of_version: Vec<&Resource> = served
        .in_order()
        .into_iter()
        .filter(|r| r.group == group && r.version == version)
        .collect();
    if of_version.is_empty() {
        return None;
    }
    let mut document = object(json!({ "kind": "APIResourceList" }));
    // The core group is older than the field.
    if !group.is_empty() {
        document.insert("apiVersion".to_owned(), json!("v1"));
    }
    document.insert(
        "groupVersion".to_owned(),
        json!(api_version(group, version)),
    );
    let entries = of_version.into_iter().flat_map(entries);
    document.insert("resources".to_owned(), entries.collect());
    Some(Value::Object(document))
}

/// `/api` or `/apis`, aggregated: groups, versions and resources in one document.
#[must_use]
pub fn aggregated(served: Served<'_>, root: Root, form: Form) -> Value {
    let items: Vec<Value> = Group::all(served, root)
        .iter()
        .map(Group::aggregated)
        .collect();
    json!({
        "kind": "APIGroupDiscoveryList",
        "apiVersion": format!("apidiscovery.k8s.io/{}", form.version()),
        "metadata": {},
        "items": items,
    })
}

/// One group and its versions, the preferred one first.
struct Group<'a> {
    name: &'a str,
    versions: Vec<(&'a str, Vec<&'a Resource>)>,
}

impl<'a> Group<'a> {
    fn all(served: Served<'a>, root: Root) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for resource in served.in_order() {
            if resource.group.is_empty() != (root == Root::Api) {
                continue;
            }
            if groups.last().is_none_or(|last| last.name != resource.group) {
                groups.push(Self {
                    name: &resource.group,
                    versions: Vec::new(),
                });
            }
            let group = groups.last_mut().expect("it was pushed");
            match group.versions.last_mut() {
                Some((version, resources)) if *version == resource.version => {
                    resources.push(resource);
                }
                _ => group.versions.push((&resource.version, vec![resource])),
            }
        }
        groups
    }

    /// As in `APIGroupList` and `APIGroup`.
    fn entry(&self) -> Map<String, Value> {
        let version = |version: &str| json!({ "groupVersion": api_version(self.name, version), "version": version });
        let versions: Vec<Value> = self
            .versions
            .iter()
            .map(|(name, _)| version(name))
            .collect();
        object(json!({
            "name": self.name,
            "versions": versions,
            "preferredVersion": versions.first(),
        }))
    }

    fn aggregated(&self) -> Value {
        let mut metadata = Map::new();
        if !self.name.is_empty() {
            metadata.insert("name".to_owned(), json!(self.name));
        }
        metadata.insert("creationTimestamp".to_owned(), Value::Null);
        let versions: Vec<Value> = self
            .versions
            .iter()
            .map(|(version, resources)| {
                let resources: Vec<Value> = resources.iter().map(|r| aggregated_entry(r)).collect();
                json!({ "version": version, "resources": resources, "freshness": "Current" })
            })
            .collect();
        json!({ "metadata": metadata, "versions": versions })
    }
}

/// A resource and its subresources, as in `APIResourceList`.
fn entries(resource: &Resource) -> Vec<Value> {
    let mut entry = object(json!({
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": resource.verbs,
    }));
    add_names(&mut entry, resource);
    if let Some(kind) = resource.stored_as {
        let hash = storage_version_hash(kind.info().group, kind.info().version, &resource.kind);
        entry.insert("storageVersionHash".to_owned(), json!(hash));
    }
    let parts = resource.subresources.iter().map(|part| {
        let mut entry = object(json!({
            "name": format!("{}/{}", resource.plural, part.name),
            "singularName": "",
            "namespaced": resource.namespaced,
        }));
        if is_foreign(part, resource) {
            entry.insert("group".to_owned(), json!(part.group));
            entry.insert("version".to_owned(), json!(part.version));
        }
        entry.insert("kind".to_owned(), json!(part.kind));
        entry.insert("verbs".to_owned(), json!(part.verbs));
        Value::Object(entry)
    });
    std::iter::once(Value::Object(entry)).chain(parts).collect()
}

fn aggregated_entry(resource: &Resource) -> Value {
    let mut entry = object(json!({
        "resource": resource.plural,
        "responseKind": { "group": "", "version": "", "kind": resource.kind },
        "scope": if resource.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": resource.singular,
        "verbs": resource.verbs,
    }));
    add_names(&mut entry, resource);
    let parts: Vec<Value> = resource
        .subresources
        .iter()
        .map(|part| {
            // Empty: the group and version that it is listed in.
            let (group, version) = if is_foreign(part, resource) {
                (&*part.group, &*part.version)
            } else {
                ("", "")
            };
            json!({
                "subresource": part.name,
                "responseKind": { "group": group, "version": version, "kind": part.kind },
                "verbs": part.verbs,
            })
        })
        .collect();
    if !parts.is_empty() {
        entry.insert("subresources".to_owned(), Value::Array(parts));
    }
    Value::Object(entry)
}

/// Short names and categories, where there are any.
fn add_names(entry: &mut Map<String, Value>, resource: &Resource) {
    if !resource.short_names.is_empty() {
        entry.insert("shortNames".to_owned(), json!(resource.short_names));
    }
    if !resource.categories.is_empty() {
        entry.insert("categories".to_owned(), json!(resource.categories));
    }
}

/// Is the subresource's body of another group or version than the resource?
fn is_foreign(part: &Part, resource: &Resource) -> bool {
    (&part.group, &part.version) != (&resource.group, &resource.version)
}

/// What a storage migrator compares: it changes when objects are stored in another version. The real thing:
/// staging/src/k8s.io/apiserver/pkg/endpoints/discovery/storageversionhash.go.
fn storage_version_hash(group: &str, version: &str, kind: &str) -> String {
    let digest = Sha256::digest(format!("{group}/{version}/{kind}"));
    base64::engine::general_purpose::STANDARD.encode(&digest[..8])
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => unreachable!("it is written as an object"),
    }
}
