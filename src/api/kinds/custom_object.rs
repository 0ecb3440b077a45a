//! An object of a custom kind: metadata as everywhere, and the rest as the JSON that its author wrote.
//!
//! The real thing: `Unstructured` of staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/unstructured/unstructured.go.

use super::{CustomKind, Object};
use crate::api::Name;
use crate::api::typed::to_json;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Map, Value};
use std::sync::Arc;

/// An object of a kind that a CustomResourceDefinition defines.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomObject {
    /// Its kind.
    pub kind: CustomKind,
    /// The version that it is written in: `v1`. In the store that is the storage version.
    pub version: Name,
    /// Its metadata.
    pub metadata: ObjectMeta,
    /// Everything but `apiVersion`, `kind` and `metadata`; keys sorted.
    pub content: Map<String, Value>,
}

impl CustomObject {
    /// One of which nothing is known yet.
    #[must_use]
    pub fn blank(kind: CustomKind) -> Self {
        Self {
            kind,
            version: Name::default(),
            metadata: ObjectMeta::default(),
            content: Map::new(),
        }
    }

    /// As its `apiVersion` spells it: `stable.example.com/v1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        format!("{}/{}", self.kind.info().group, self.version)
    }

    /// As JSON, with `apiVersion` and `kind`, keys sorted as Go's maps are written.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let metadata = to_json(&self.metadata);
        let own = [
            ("apiVersion", Value::from(self.api_version())),
            ("kind", Value::from(self.kind.info().name)),
            ("metadata", metadata),
        ];
        let own = own.into_iter().map(|(key, value)| (key.to_owned(), value));
        let rest = self.content.iter().map(|(k, v)| (k.clone(), v.clone()));
        let mut entries: Vec<(String, Value)> = own.chain(rest).collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Value::Object(entries.into_iter().collect())
    }

    /// What stands at this path of the content: `["spec", "replicas"]`.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        let first = self.content.get(*first)?;
        rest.iter().try_fold(first, |value, step| value.get(*step))
    }
}

impl From<CustomObject> for Object {
    fn from(object: CustomObject) -> Self {
        Self::Custom(Arc::new(object))
    }
}

impl Object {
    /// As its `apiVersion` spells it: `apps/v1`, `stable.example.com/v1beta1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        match self {
            Self::Custom(object) => object.api_version(),
            other => other.kind().info().api_version.to_owned(),
        }
    }
}
