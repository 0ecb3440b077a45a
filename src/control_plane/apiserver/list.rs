//! `list`: the objects of a kind that selectors choose.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go (`ListPredicate`), pkg/endpoints/handlers/get.go;
//! pkg/apis/core/v1/conversion.go (`AddFieldLabelConversionsFor…`).
//! Left out: waiting for a revision that is yet to come (it is refused at once).

use super::{Call, chunk};
use crate::api::selectors::{FieldSelector, FieldTerm, LabelSelector, Sense};
use crate::api::{Kind, ListOptions, Name, Object, Reason, Reply, Request, Status, Table};

const NAME: &str = "metadata.name";
const NAMESPACE: &str = "metadata.namespace";
const NODE: &str = "spec.nodeName";

pub(super) fn list(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let select = &call.request.select;
    let kind = call.key().kind;
    let store = &call.context.store;
    if !select.continue_token.is_empty() || wants_exactly(select)? {
        let begun = chunk::begun(select, store.revision())?;
        let table = store
            .table_at(kind, begun.revision)
            .ok_or_else(|| chunk::too_old(select, &begun))?;
        let selector = Selector::of(call.request)?;
        let objects = selector.choose(&table);
        return Ok(Reply::List(chunk::cut(objects, select, &begun)));
    }
    let oldest = chunk::revision(&select.resource_version)?;
    if oldest > store.revision() {
        return Err(chunk::yet_to_come(oldest, store.revision()));
    }
    let objects = selected(call)?;
    let begun = chunk::Begun::at(store.revision());
    Ok(Reply::List(chunk::cut(objects, select, &begun)))
}

/// Does the client want the list as it was at one revision? A revision that is yet to come is waited for upstream, and refused after three seconds.
fn wants_exactly(select: &ListOptions) -> Result<bool, Status> {
    let given = select.resource_version.as_str();
    match select.version_match.as_str() {
        "" => Ok(select.limit > 0 && !matches!(given, "" | "0")),
        _ if given.is_empty() => Err(options_refused(
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
        )),
        "Exact" if given == "0" => Err(options_refused(
            "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
        )),
        "Exact" => Ok(true),
        "NotOlderThan" => Ok(false),
        other => Err(options_refused(&format!(
            "resourceVersionMatch: Unsupported value: {other:?}: supported values: \"Exact\", \"NotOlderThan\", \"\""
        ))),
    }
}

fn options_refused(why: &str) -> Status {
    Status::new(
        Reason::Invalid,
        format!("ListOptions.meta.k8s.io \"\" is invalid: {why}"),
    )
}

/// The objects that the request's namespace and selectors choose, by namespace and name.
pub(super) fn selected(call: &Call<'_, '_>) -> Result<Vec<Object>, Status> {
    let selector = Selector::of(call.request)?;
    Ok(selector.choose(call.context.store.head().table(call.key().kind)))
}

/// Which objects of a kind a list or a watch is about.
#[derive(Clone, Debug)]
pub struct Selector {
    kind: Kind,
    namespace: Name,
    labels: LabelSelector,
    fields: FieldSelector,
}

impl Selector {
    /// What the request's address and options select.
    ///
    /// # Errors
    /// `400` if a selector cannot be read or names a field that the kind is not selected by.
    pub fn of(request: &Request) -> Result<Self, Status> {
        let (kind, select) = (request.key.kind, &request.select);
        let labels = LabelSelector::parse(&select.label_selector).map_err(Status::bad_request)?;
        let fields = FieldSelector::parse(&select.field_selector).map_err(Status::bad_request)?;
        for term in &fields.terms {
            check_field(kind, &term.field)?;
        }
        let namespace = request.key.namespace.clone();
        Ok(Self {
            kind,
            namespace,
            labels,
            fields,
        })
    }

    /// Is this object, of the kind, one of them?
    #[must_use]
    pub fn fits(&self, object: &Object) -> bool {
        let in_namespace = self.namespace.is_empty()
            || object.metadata().namespace.as_deref() == Some(&*self.namespace);
        in_namespace
            && self.labels.matches(object.metadata().labels.as_ref())
            && self.fields.terms.iter().all(|term| holds(term, object))
    }

    /// All of them, by namespace and name.
    #[must_use]
    pub fn choose(&self, table: &Table) -> Vec<Object> {
        let fits = |object: &&Object| self.fits(object);
        let namespace = self.namespace.as_str();
        if let Some(name) = self.fields.exact(NAME)
            && (!namespace.is_empty() || !self.kind.info().namespaced)
        {
            return table
                .get(namespace, name)
                .into_iter()
                .filter(fits)
                .cloned()
                .collect();
        }
        if self.kind == Kind::Pod
            && let Some(node) = self.fields.exact(NODE)
        {
            return table.on_node(node).filter(fits).cloned().collect();
        }
        match self.labels.exact() {
            Some((key, value)) if !namespace.is_empty() && is_label_indexed(self.kind) => table
                .with_label(namespace, key, value)
                .filter(fits)
                .cloned()
                .collect(),
            _ => table
                .in_namespace(namespace)
                .filter(fits)
                .cloned()
                .collect(),
        }
    }
}

/// Kinds whose table keeps no index by label.
fn is_label_indexed(kind: Kind) -> bool {
    !matches!(kind, Kind::Event | Kind::Lease)
}

fn check_field(kind: Kind, field: &str) -> Result<(), Status> {
    if matches!(kind, Kind::Custom(_)) {
        return Ok(());
    }
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
    Err(Status::bad_request(kind.no_such_field(field)))
}

/// What a field selector compares. Which fields of a custom kind may be named was looked at when the request came.
fn field_of(object: &Object, path: &str) -> Option<String> {
    match object {
        Object::Custom(custom) => {
            let steps: Vec<&str> = path.split('.').collect();
            match custom.at(&steps)? {
                serde_json::Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            }
        }
        built_in => built_in.selectable_field(path),
    }
}

fn holds(term: &FieldTerm, object: &Object) -> bool {
    let is = match term.field.as_str() {
        NAME => object.metadata().name.as_deref() == Some(&*term.value),
        NAMESPACE => object.metadata().namespace.as_deref().unwrap_or_default() == term.value,
        other => field_of(object, other).unwrap_or_default() == term.value,
    };
    is == (term.sense == Sense::Is)
}
