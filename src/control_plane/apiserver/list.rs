//! `list`: the objects of a kind that selectors choose.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go (`ListPredicate`), pkg/endpoints/handlers/get.go;
//! pkg/apis/core/v1/conversion.go (`AddFieldLabelConversionsFor…`).
//! Left out: chunks (`limit`, `continue`); every list is whole.

use super::Call;
use crate::api::selectors::{FieldSelector, FieldTerm, LabelSelector, Sense};
use crate::api::{Kind, Object, Reply, Status};

const NAME: &str = "metadata.name";
const NAMESPACE: &str = "metadata.namespace";
const NODE: &str = "spec.nodeName";

pub(super) fn list(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let objects = selected(call)?;
    Ok(Reply::List(objects, call.context.store.revision()))
}

/// The objects that the request's namespace and selectors choose, by namespace and name.
pub(super) fn selected(call: &Call<'_, '_>) -> Result<Vec<Object>, Status> {
    let (kind, select) = (call.key().kind, &call.request.select);
    let namespace = call.key().namespace.as_str();
    let labels = LabelSelector::parse(&select.label_selector).map_err(Status::bad_request)?;
    let fields = FieldSelector::parse(&select.field_selector).map_err(Status::bad_request)?;
    for term in &fields.terms {
        check_field(kind, &term.field)?;
    }
    let table = call.context.store.head().table(kind);
    let fits = |object: &&Object| {
        let in_namespace =
            namespace.is_empty() || object.metadata().namespace.as_deref() == Some(namespace);
        in_namespace
            && labels.matches(object.metadata().labels.as_ref())
            && fields.terms.iter().all(|term| holds(term, object))
    };
    if kind == Kind::Pod
        && let Some(node) = fields.exact(NODE)
    {
        return Ok(table.on_node(node).filter(fits).cloned().collect());
    }
    match labels.exact() {
        Some((key, value)) if !namespace.is_empty() && is_label_indexed(kind) => Ok(table
            .with_label(namespace, key, value)
            .filter(fits)
            .cloned()
            .collect()),
        _ => Ok(table
            .in_namespace(namespace)
            .filter(fits)
            .cloned()
            .collect()),
    }
}

/// Kinds whose table keeps no index by label.
fn is_label_indexed(kind: Kind) -> bool {
    !matches!(kind, Kind::Event | Kind::Lease)
}

fn check_field(kind: Kind, field: &str) -> Result<(), Status> {
    let own = kind.selectable_fields();
    if field == NAME || own.contains(&field) {
        return Ok(());
    }
    if own.is_empty() {
        let known = field == NAMESPACE;
        let why =
            || format!("{field:?} is not a known field selector: only {NAME:?}, {NAMESPACE:?}");
        return if known {
            Ok(())
        } else {
            Err(Status::bad_request(why()))
        };
    }
    if field == NAMESPACE && kind.info().namespaced {
        return Ok(());
    }
    Err(Status::bad_request(format!(
        "field label not supported: {field}"
    )))
}

fn holds(term: &FieldTerm, object: &Object) -> bool {
    let is = match term.field.as_str() {
        NAME => object.metadata().name.as_deref() == Some(&*term.value),
        NAMESPACE => object.metadata().namespace.as_deref().unwrap_or_default() == term.value,
        other => object.selectable_field(other).unwrap_or_default() == term.value,
    };
    is == (term.sense == Sense::Is)
}
