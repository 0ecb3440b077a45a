//! What is often asked of a definition and its versions.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apihelpers/helpers.go.

use crate::api::typed::to_json;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceDefinitionCondition, CustomResourceDefinitionVersion,
    JSONSchemaProps,
};
use serde_json::Value;

/// Questions to a CustomResourceDefinition.
pub trait DefinitionFacts {
    /// The version in which objects are stored.
    fn storage_version(&self) -> Option<&str>;

    /// The condition of this type, if it has been told.
    fn condition(&self, type_: &str) -> Option<&CustomResourceDefinitionCondition>;

    /// Is the condition of this type True?
    fn is(&self, type_: &str) -> bool {
        self.condition(type_).is_some_and(|c| c.status == "True")
    }
}

impl DefinitionFacts for CustomResourceDefinition {
    fn storage_version(&self) -> Option<&str> {
        let mut versions = self.spec.versions.iter();
        versions.find(|v| v.storage).map(|v| v.name.as_str())
    }

    fn condition(&self, type_: &str) -> Option<&CustomResourceDefinitionCondition> {
        let conditions = self.status.as_ref()?.conditions.as_ref()?;
        conditions.iter().find(|c| c.type_ == type_)
    }
}

/// Questions to a version of a CustomResourceDefinition.
pub trait VersionFacts {
    /// Its schema, if it has one.
    fn schema_props(&self) -> Option<&JSONSchemaProps>;

    /// Its schema as JSON, for [`crate::api::custom::Schema`] to read.
    fn schema_json(&self) -> Option<Value> {
        self.schema_props().map(|props| to_json(props))
    }

    /// Has it a status of its own, which only `…/status` changes?
    fn has_status(&self) -> bool;
}

impl VersionFacts for CustomResourceDefinitionVersion {
    fn schema_props(&self) -> Option<&JSONSchemaProps> {
        self.schema.as_ref()?.open_api_v3_schema.as_ref()
    }

    fn has_status(&self) -> bool {
        self.subresources
            .as_ref()
            .is_some_and(|s| s.status.is_some())
    }
}
