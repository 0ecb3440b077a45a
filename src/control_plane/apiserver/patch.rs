//! `patch`: JSON patch, merge patch and strategic merge patch, of an object, its status or its scale. Configurations to apply go to `apply.rs`.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
//! Left out: retries after conflicts (nothing comes between reading and writing here).

use super::admission::{self, Operation};
use super::{Call, apply, scale, update};
use crate::api::decode::{self, Decoded, Flaw, Problem};
use crate::api::field::FieldError;
use crate::api::managed_fields;
use crate::api::strategic::{self, GoValue, PatchError, keys};
use crate::api::{
    Body, FieldValidation, Kind, Object, Patch, PatchType, Reason, Reply, Status, Subresource,
};
use serde_json::Value;

pub(super) fn patch(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let Body::Patch(patch) = &call.request.body else {
        return Err(Status::bad_request("the request has no patch in its body"));
    };
    if patch.kind == PatchType::Apply {
        return apply::apply(call, patch);
    }
    let old = call.existing()?.clone();
    if call.request.subresource == Some(Subresource::Scale) {
        let scale = scale::document_in(call, &old)?;
        let scaled = patched(call, scale, patch, "Scale")?;
        let wanted = scaled.pointer("/spec/replicas").and_then(Value::as_i64);
        return scale::scale_to(call, old, wanted.unwrap_or(0));
    }
    let shown = match &call.custom {
        Some(custom) => custom.shown(old.clone()),
        None => old.clone(),
    };
    let document = if patch.body.to_string().contains("managedFields") {
        managed_fields::to_json(&shown)
    } else {
        shown.to_json()
    };
    let document = patched(call, document, patch, keys::root(old.kind()))?;
    let mut object = typed(call, old.kind(), &document, patch)?;
    update::check_revision(&object, &old)?;
    if call.request.subresource.is_none() {
        object.set_defaults();
        admission::admit(call, Operation::Update, &mut object, Some(&old))?;
    }
    update::replace(call, object, &old)
}

/// The document after the patch. A JSON patch that does not fit is refused without a word about why; we say it in a warning.
fn patched(
    call: &mut Call<'_, '_>,
    mut document: Value,
    patch: &Patch,
    root: &str,
) -> Result<Value, Status> {
    let body = (*patch.body).clone();
    match patch.kind {
        PatchType::Json => {
            let operations: json_patch::Patch =
                serde_json::from_value(body).map_err(|e| Status::bad_request(e.to_string()))?;
            if let Err(why) = json_patch::patch(&mut document, &operations) {
                call.warnings.push(why.to_string());
                let why = "the server rejected our request due to an error in our request";
                return Err(Status::new(Reason::Invalid, why));
            }
            Ok(document)
        }
        PatchType::Merge => {
            json_patch::merge(&mut document, &body);
            Ok(document)
        }
        PatchType::Apply => unreachable!("configurations were handed on"),
        PatchType::StrategicMerge => {
            strategic::merge(document, body, root).map_err(|error| match error {
                PatchError::Malformed(text) => Status::bad_request(text),
                PatchError::Unfit(text) => Status::new(Reason::InternalError, text),
            })
        }
    }
}

/// The patched document as an object, checked as strictly as the request asks.
fn typed(
    call: &mut Call<'_, '_>,
    kind: Kind,
    patched: &Value,
    patch: &Patch,
) -> Result<Object, Status> {
    if let Some(custom) = call.custom.clone() {
        let (object, problems) = custom.read(patched)?;
        return accepted(call, kind, object, problems, patched, patch);
    }
    let info = kind.info();
    let text = |field: &str| {
        patched
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    if (text("apiVersion"), text("kind")) != (info.api_version, info.name) {
        // Decoding says what is wrong with that.
        decode::decode_body(kind, patched, FieldValidation::Ignore)?;
    }
    let Decoded { object, problems } = decode::decode(kind, patched);
    accepted(call, kind, object, problems, patched, patch)
}

/// The object, unless its problems are such that the request does not want it.
fn accepted(
    call: &mut Call<'_, '_>,
    kind: Kind,
    object: Object,
    problems: Vec<Problem>,
    patched: &Value,
    patch: &Patch,
) -> Result<Object, Status> {
    let refusal = |why: &str| {
        let shown = match patch.kind {
            PatchType::StrategicMerge => GoValue(&patch.body).to_string(),
            PatchType::Json | PatchType::Merge | PatchType::Apply => patched.to_string(),
        };
        let error = FieldError::invalid("patch", shown, why);
        Status {
            message: format!(" \"\" is invalid: {error}"),
            kind: None,
            ..Status::invalid(kind, "", &[error])
        }
    };
    if let Some(wrong) = problems.iter().find(|p| p.flaw == Flaw::WrongType) {
        return Err(refusal(&wrong.message));
    }
    if problems.is_empty() || call.request.field_validation == FieldValidation::Ignore {
        return Ok(object);
    }
    if call.request.field_validation == FieldValidation::Strict {
        return Err(refusal(&decode::strict_error(&problems)));
    }
    call.warnings
        .extend(problems.into_iter().map(|p| p.message));
    Ok(object)
}
