//! Where a custom object has its replicas: the paths that its definition names.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/etcd.go (`scaleFromCustomResource`).

use crate::api::{CustomObject, Scale};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceSubresourceScale;
use serde_json::{Map, Value};

/// What an object that never said how many replicas it wants says to a patch.
const UNSET: i32 = i32::MIN;

/// The paths of the scale subresource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalePaths {
    /// `.spec.replicas`.
    pub spec_replicas: String,
    /// `.status.replicas`.
    pub status_replicas: String,
    /// `.status.selector`, if there is one.
    pub label_selector: Option<String>,
}

impl ScalePaths {
    pub(super) fn of(scale: &CustomResourceSubresourceScale) -> Self {
        Self {
            spec_replicas: scale.spec_replicas_path.clone(),
            status_replicas: scale.status_replicas_path.clone(),
            label_selector: scale.label_selector_path.clone(),
        }
    }

    /// The object's scale, and whether the object says how many replicas it wants at all.
    ///
    /// # Errors
    /// What stands at a path is of another type.
    pub fn scale(&self, object: &CustomObject) -> Result<(Scale, bool), String> {
        let wanted = count(object, &self.spec_replicas)?;
        let is = count(object, &self.status_replicas)?.unwrap_or(0);
        let mut selector = String::new();
        if let Some(path) = &self.label_selector
            && let Some(found) = object.at(&steps(path))
        {
            let text = found.as_str().ok_or_else(|| wrong(path, found, "string"))?;
            text.clone_into(&mut selector);
        }
        let scale = Scale {
            wanted: wanted.unwrap_or(UNSET),
            is,
            selector,
        };
        Ok((scale, wanted.is_some()))
    }

    /// Sets the wanted replicas; a way that is not there is made.
    ///
    /// # Errors
    /// They were to be left out, or something else is in the way.
    pub fn set(&self, object: &mut CustomObject, replicas: i32) -> Result<(), String> {
        let path = &self.spec_replicas;
        if replicas == UNSET {
            return Err(format!("the spec replicas field {path:?} cannot be empty"));
        }
        let path = steps(path);
        let Some((last, way)) = path.split_last() else {
            return Ok(());
        };
        let mut at = &mut object.content;
        for step in way {
            let inner = at.entry(*step).or_insert_with(|| Value::Object(Map::new()));
            at = inner.as_object_mut().ok_or_else(|| {
                format!(
                    "value cannot be set because .{} is not a map[string]interface{{}}",
                    way.join(".")
                )
            })?;
        }
        at.insert((*last).to_owned(), replicas.into());
        at.sort_keys();
        object.content.sort_keys();
        Ok(())
    }
}

/// A number of replicas; `None` if nothing is there.
fn count(object: &CustomObject, path: &str) -> Result<Option<i32>, String> {
    let Some(value) = object.at(&steps(path)) else {
        return Ok(None);
    };
    let number = value.as_i64().ok_or_else(|| wrong(path, value, "int64"))?;
    Ok(Some(i32::try_from(number).unwrap_or(i32::MAX)))
}

fn wrong(path: &str, value: &Value, wanted: &str) -> String {
    let shown = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    format!(
        "{path} accessor error: {shown} is of the type {}, expected {wanted}",
        type_name(value)
    )
}

/// `.spec.replicas`, in steps.
#[must_use]
pub fn steps(path: &str) -> Vec<&str> {
    path.trim_start_matches('.').split('.').collect()
}

/// The Go type of a value, as messages about paths name it.
#[must_use]
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}
