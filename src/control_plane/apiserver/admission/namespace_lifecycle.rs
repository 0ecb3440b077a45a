//! NamespaceLifecycle: nothing is made in a namespace that is not there or goes; three namespaces stay.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go.

use super::{Attributes, Operation, Plugin, World};
use crate::api::{Cause, Kind, Object, Status, Stored};
use k8s_openapi::api::core::v1::Namespace;

/// Namespaces that cannot be deleted.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

/// See the file.
pub(super) struct NamespaceLifecycle;

impl Plugin for NamespaceLifecycle {
    fn admit(
        &self,
        attributes: &Attributes<'_>,
        object: &mut Object,
        world: &World<'_>,
    ) -> Result<(), Status> {
        let whole = attributes.subresource.is_none();
        let makes = attributes.operation == Operation::Create && whole;
        if !makes || !attributes.kind.info().namespaced {
            return Ok(());
        }
        let namespace = attributes.namespace;
        let table = world.head.table(Kind::Namespace);
        let Some(stored) = table.get("", namespace).and_then(Namespace::of) else {
            return Err(Status::not_found(Kind::Namespace, namespace));
        };
        let phase = stored.status.as_ref().and_then(|s| s.phase.as_deref());
        if phase != Some("Terminating") && stored.metadata.deletion_timestamp.is_none() {
            return Ok(());
        }
        let why = format!(
            "unable to create new content in namespace {namespace} because it is being terminated"
        );
        let mut status = attributes.forbidden(Some(object), &why);
        status.causes.push(Cause {
            reason: "NamespaceTerminating".to_owned(),
            message: format!("namespace {namespace} is being terminated"),
            field: "metadata.namespace".to_owned(),
        });
        Err(status)
    }

    fn validate(
        &self,
        attributes: &Attributes<'_>,
        _object: Option<&Object>,
        _world: &World<'_>,
    ) -> Result<Vec<Object>, Status> {
        let removes = attributes.operation == Operation::Delete;
        let immortal = IMMORTAL.contains(&attributes.name);
        if removes && attributes.kind == Kind::Namespace && immortal {
            return Err(attributes.forbidden(None, "this namespace may not be deleted"));
        }
        Ok(Vec::new())
    }
}
