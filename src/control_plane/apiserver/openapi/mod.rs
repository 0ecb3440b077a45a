//! OpenAPI documents: what `kubectl explain` prints, what `kubectl apply` merges lists by, and where kubectl looks whether a server can
//! validate fields and do dry runs. One document (v3) for each group and version, and one (v2) for everything.
//!
//! Fields, types and descriptions are k8s-openapi's; which resources, paths and verbs there are follows from what is served. Documents of
//! built-in groups are made once, when they are first asked for.
//!
//! The real thing: k8s.io/kube-openapi (pkg/builder, pkg/builder3, pkg/handler, pkg/handler3),
//! staging/src/k8s.io/apiserver/pkg/endpoints/openapi.
//! Left out: `default`s of fields; the deprecated `/watch/` paths; the documents of `/api`, `/apis`, `/version` and of groups as such; the v3
//! documents as protobuf.

mod extensions;
mod gnostic;
mod metrics;
mod operations;
mod paths;
mod schemas;
#[cfg(test)]
mod tests;

use super::resources::{Resource, Served};
use schemas::Definitions;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha512};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

/// The schema of a custom resource, as its definition has it (`openAPIV3Schema`).
pub type SchemaOf<'a> = &'a dyn Fn(&Resource) -> Option<Value>;

/// One document, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its JSON.
    pub json: String,
    /// SHA-512 of its JSON in upper-case hexadecimals: its `ETag`, and what the index says in `?hash=`. The same hash, the same document.
    pub hash: String,
}

impl Document {
    fn new(value: &Value) -> Arc<Self> {
        let json = value.to_string();
        let mut hash = String::with_capacity(128);
        for byte in Sha512::digest(&json) {
            write!(hash, "{byte:02X}").expect("a String takes everything");
        }
        Arc::new(Self { json, hash })
    }
}

/// The two versions of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    V2,
    V3,
}

impl Dialect {
    /// Where definitions stand in a document.
    fn definitions(self) -> &'static str {
        match self {
            Self::V2 => "/definitions",
            Self::V3 => "/components/schemas",
        }
    }

    fn reference(self, name: &str) -> Value {
        json!({ "$ref": format!("#{}/{name}", self.definitions()) })
    }
}

/// `/openapi/v3`: where the document of each group and version is, and by which hash one knows that it has not changed.
#[must_use]
pub fn index(served: Served<'_>, schema_of: SchemaOf<'_>) -> Value {
    let mut paths = Map::new();
    for (group, version) in group_versions(served.iter()) {
        let document = v3(served, schema_of, group, version).expect("it is served");
        let path = path(group, version);
        let url = format!("/openapi/v3/{path}?hash={}", document.hash);
        paths.insert(path, json!({ "serverRelativeURL": url }));
    }
    json!({ "paths": paths })
}

/// `/openapi/v3/api/v1`, `/openapi/v3/apis/{group}/{version}`; `None` if nothing of such a version is served.
#[must_use]
pub fn v3(
    served: Served<'_>,
    schema_of: SchemaOf<'_>,
    group: &str,
    version: &str,
) -> Option<Arc<Document>> {
    if let Some(built) = builtin().get(&(group, version)) {
        let document = built
            .get_or_init(|| make_v3(&of_version(Served::builtin(), group, version), &|_| None));
        return Some(document.clone());
    }
    let resources = of_version(served, group, version);
    (!resources.is_empty()).then(|| make_v3(&resources, schema_of))
}

/// `/openapi/v2`: all groups and versions in one document.
#[must_use]
pub fn v2(served: Served<'_>, schema_of: SchemaOf<'_>) -> Arc<Document> {
    static BUILTIN: OnceLock<Arc<Document>> = OnceLock::new();
    let resources: Vec<&Resource> = served.iter().collect();
    if resources.len() == Resource::all().len() {
        return BUILTIN
            .get_or_init(|| make_v2(&resources, schema_of))
            .clone();
    }
    make_v2(&resources, schema_of)
}

/// The same as protobuf, which is all that kubectl reads of it.
#[must_use]
pub fn v2_protobuf(served: Served<'_>, schema_of: SchemaOf<'_>) -> Arc<[u8]> {
    static BUILTIN: OnceLock<Arc<[u8]>> = OnceLock::new();
    let resources: Vec<&Resource> = served.iter().collect();
    let make = || gnostic::document(&value_v2(&resources, schema_of)).into();
    if resources.len() == Resource::all().len() {
        return BUILTIN.get_or_init(make).clone();
    }
    make()
}

/// The documents of the built-in groups, each made when it is asked for. A custom group cannot have the name of one of them.
fn builtin() -> &'static BTreeMap<(&'static str, &'static str), OnceLock<Arc<Document>>> {
    static DOCUMENTS: OnceLock<BTreeMap<(&str, &str), OnceLock<Arc<Document>>>> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        let versions = group_versions(Resource::all().iter());
        versions
            .into_iter()
            .map(|version| (version, OnceLock::new()))
            .collect()
    })
}

fn make_v3(resources: &[&Resource], schema_of: SchemaOf<'_>) -> Arc<Document> {
    let definitions = Definitions::of(Dialect::V3, resources, schema_of);
    let paths = paths::paths(Dialect::V3, resources, &definitions);
    Document::new(&json!({
        "openapi": "3.0.0",
        "info": { "title": "Kubernetes", "version": "unversioned" },
        "paths": paths,
        "components": { "schemas": definitions.all },
    }))
}

fn make_v2(resources: &[&Resource], schema_of: SchemaOf<'_>) -> Arc<Document> {
    Document::new(&value_v2(resources, schema_of))
}

fn value_v2(resources: &[&Resource], schema_of: SchemaOf<'_>) -> Value {
    let definitions = Definitions::of(Dialect::V2, resources, schema_of);
    let paths = paths::paths(Dialect::V2, resources, &definitions);
    json!({
        "swagger": "2.0",
        "info": { "title": "Kubernetes", "version": "unversioned" },
        "paths": paths,
        "definitions": definitions.all,
    })
}

/// All groups and versions, each once, in alphabetical order.
fn group_versions<'a>(resources: impl Iterator<Item = &'a Resource>) -> Vec<(&'a str, &'a str)> {
    let mut versions: Vec<(&str, &str)> = resources.map(|r| (&*r.group, &*r.version)).collect();
    versions.sort_unstable();
    versions.dedup();
    versions
}

fn of_version<'a>(served: Served<'a>, group: &str, version: &str) -> Vec<&'a Resource> {
    let of_version = |r: &&Resource| r.group == group && r.version == version;
    served.iter().filter(of_version).collect()
}

/// `api/v1`, `apis/apps/v1`.
fn path(group: &str, version: &str) -> String {
    match group {
        "" => format!("api/{version}"),
        _ => format!("apis/{group}/{version}"),
    }
}
