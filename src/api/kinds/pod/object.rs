//! The Pod itself: k8s-openapi's, but for its parts, which its versions share.
//!
//! The real thing: staging/src/k8s.io/api/core/v1/types.go.

use crate::api::Shared;
use crate::api::typed::types;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A pod. It reads as k8s-openapi's does. Its spec, two thirds of it, changes twice in its life; metadata and status are shared by what a
/// kubelet sends and what the API server makes of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pod {
    /// Its metadata.
    pub metadata: Shared<ObjectMeta>,
    /// What is wanted.
    pub spec: Option<Shared<core::PodSpec>>,
    /// What is there.
    pub status: Option<Shared<core::PodStatus>>,
}

mod of {
    pub(super) use super::Pod;
}

types! {
    Pod "v1/Pod metadata spec status"
        { metadata spec status }
}

impl k8s_openapi::Resource for Pod {
    const API_VERSION: &'static str = core::Pod::API_VERSION;
    const GROUP: &'static str = core::Pod::GROUP;
    const KIND: &'static str = core::Pod::KIND;
    const VERSION: &'static str = core::Pod::VERSION;
    const URL_PATH_SEGMENT: &'static str = core::Pod::URL_PATH_SEGMENT;
    type Scope = k8s_openapi::NamespaceResourceScope;
}

impl k8s_openapi::Metadata for Pod {
    type Ty = ObjectMeta;

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

impl From<core::Pod> for Pod {
    fn from(pod: core::Pod) -> Self {
        Self {
            metadata: pod.metadata.into(),
            spec: pod.spec.map(Shared::from),
            status: pod.status.map(Shared::from),
        }
    }
}

impl From<Pod> for core::Pod {
    fn from(pod: Pod) -> Self {
        Self {
            metadata: pod.metadata.into_inner(),
            spec: pod.spec.map(Shared::into_inner),
            status: pod.status.map(Shared::into_inner),
        }
    }
}

impl Serialize for Pod {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        core::Pod::from(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Pod {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        core::Pod::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "cli")]
impl schemars::JsonSchema for Pod {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        <core::Pod as schemars::JsonSchema>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        core::Pod::json_schema(generator)
    }
}
