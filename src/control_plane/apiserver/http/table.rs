//! Objects as rows: what `kubectl get` prints is made by the server.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/registry/rest/table.go, pkg/printers/tablegenerator.go, handlers/response.go (`asTable`).

use super::answer::{Form, metadata_of};
use super::options;
use crate::api::time::{self, Ms};
use crate::api::{Kind, Object, Status};
use crate::control_plane::apiserver::scale;
use serde_json::{Value, json};

/// How much of each object comes with its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncludeObject {
    /// Nothing.
    None,
    /// Its metadata.
    Metadata,
    /// All of it.
    Object,
}

impl IncludeObject {
    pub(super) fn of(text: &str) -> Result<Self, Status> {
        match text {
            "" | "Metadata" => Ok(Self::Metadata),
            "None" => Ok(Self::None),
            "Object" => Ok(Self::Object),
            other => Err(options::invalid(
                "TableOptions",
                &format!(
                    "includeObject: Invalid value: {other:?}: must be 'Metadata', 'Object', 'None', or empty"
                ),
            )),
        }
    }
}

/// What the column NAME says of itself, as the type's own documentation has it.
const NAME_DESCRIPTION: &str = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

/// The table of these objects, without its metadata.
pub(super) fn table(form: &Form, objects: &[Object], now_ms: Ms) -> Value {
    if form.subresource == "scale"
        && let [object] = objects
        && let Ok(document) = scale::document(object)
    {
        return scaled(object, &document, now_ms);
    }
    let kind = form
        .resource
        .stored_as
        .expect("only stored kinds have rows");
    let rows: Vec<Value> = objects
        .iter()
        .map(|object| row(form, kind, object, now_ms))
        .collect();
    json!({
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {},
        "columnDefinitions": columns(form, kind),
        "rows": rows,
    })
}

/// The table of what is answered and not stored: columns by name, type and format, then cells and object of each row.
#[must_use]
pub fn plain_table(columns: &[(&str, &str, &str)], rows: Vec<(Vec<Value>, Value)>) -> Value {
    let columns: Vec<Value> = columns
        .iter()
        .map(|(name, type_, format)| {
            json!({"name": name, "type": type_, "format": format, "description": "", "priority": 0})
        })
        .collect();
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|(cells, object)| json!({"cells": cells, "object": metadata_of(&object)}))
        .collect();
    json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {}, "columnDefinitions": columns, "rows": rows})
}

/// The table of a scale.
fn scaled(object: &Object, document: &Value, now_ms: Ms) -> Value {
    let number = |path: &str| document.pointer(path).cloned().unwrap_or_else(|| 0.into());
    let created = object.metadata().creation_timestamp.as_ref();
    let age = created.map_or("<unknown>".to_owned(), |created| {
        time::human_duration(now_ms.saturating_sub(time::ms(created)))
    });
    let cells = vec![
        object.name().as_str().into(),
        number("/spec/replicas"),
        number("/status/replicas"),
        age.into(),
    ];
    let columns = [
        ("Name", "string", "name"),
        ("Desired", "integer", ""),
        ("Available", "integer", ""),
        ("Age", "string", ""),
    ];
    plain_table(&columns, vec![(cells, document.clone())])
}

fn columns(form: &Form, kind: Kind) -> Vec<Value> {
    let define = |name: &str, type_: &str, format: &str, description: &str, wide: bool| json!({"name": name, "type": type_, "format": format, "description": description, "priority": i32::from(wide)});
    let name = define(
        "Name",
        "string",
        "name",
        NAME_DESCRIPTION,
        !kind.name_first(),
    );
    if matches!(kind, Kind::Custom(_)) {
        let own = form.columns.iter().map(|c| json!({"name": c.name, "type": c.type_, "format": c.format, "description": c.description, "priority": c.priority}));
        return std::iter::once(name).chain(own).collect();
    }
    let own = kind.columns().iter().map(|column| {
        let type_ = if column.is_number {
            "integer"
        } else {
            "string"
        };
        define(column.name, type_, "", "", column.wide)
    });
    if kind.name_first() {
        std::iter::once(name).chain(own).collect()
    } else {
        own.chain(std::iter::once(name)).collect()
    }
}

fn row(form: &Form, kind: Kind, object: &Object, now_ms: Ms) -> Value {
    if matches!(kind, Kind::Custom(_)) {
        let plain = form.plain(object);
        let own = form
            .columns
            .iter()
            .map(|column| column.cell(&plain, now_ms));
        let name = Value::from(object.name().as_str());
        return with_object(form, object, std::iter::once(name).chain(own).collect());
    }
    let own = kind
        .columns()
        .iter()
        .zip(object.row(now_ms))
        .map(|(column, cell)| match cell.parse::<i64>() {
            Ok(number) if column.is_number => Value::from(number),
            _ => Value::from(cell),
        });
    let name = Value::from(object.name_cell());
    let cells: Vec<Value> = if kind.name_first() {
        std::iter::once(name).chain(own).collect()
    } else {
        own.chain(std::iter::once(name)).collect()
    };
    with_object(form, object, cells)
}

/// The row, with as much of its object as was asked for.
fn with_object(form: &Form, object: &Object, cells: Vec<Value>) -> Value {
    match form.include {
        IncludeObject::None => json!({"cells": cells}),
        IncludeObject::Metadata => {
            json!({"cells": cells, "object": metadata_of(&form.plain(object))})
        }
        IncludeObject::Object => json!({"cells": cells, "object": form.plain(object)}),
    }
}
