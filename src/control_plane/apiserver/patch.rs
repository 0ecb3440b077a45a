//! `patch`: JSON patch, merge patch and strategic merge patch, of an object, its status or its scale. Configurations to apply go to `apply.rs`.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
//! Left out: retries after conflicts (nothing comes between reading and writing here).

use super::admission::{self, Operation};
use super::{Call, apply, json_patch, scale, update, versions};
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
        let (scaled, _) = patched(call, scale, patch, "Scale")?;
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
    let view = versions::view_of(call.request);
    let document = match view {
        Some(view) => versions::outward(view, document),
        None => document,
    };
    let (document, flaws) = patched(call, document, patch, keys::root(old.kind()))?;
    let document = match view {
        Some(view) => versions::inward(view, document)?,
        None => document,
    };
    let mut object = typed(call, old.kind(), &document, (patch, flaws))?;
    update::check_revision(&object, &old)?;
    if call.request.subresource.is_none() {
        object.set_defaults();
        admission::admit(call, Operation::Update, &mut object, Some(&old))?;
    }
    update::replace(call, object, &old)
}

/// The document after the patch, and what the patch itself has twice. A JSON patch that does not fit is refused without a word about why;
/// we say it in a warning.
fn patched(
    call: &mut Call<'_, '_>,
    mut document: Value,
    patch: &Patch,
    root: &str,
) -> Result<(Value, Vec<Problem>), Status> {
    let body = (*patch.body).clone();
    let flaws = || call.request.strictness().with_all_repeated(Vec::new());
    match patch.kind {
        PatchType::Json => {
            let flaws = json_patch::flaws(&body, call.request.strictness());
            if let Err(refusal) = json_patch::apply(&mut document, body) {
                let json_patch::Refusal::Unfit(why) = refusal else {
                    return Err(refusal.into());
                };
                call.warnings.push(why);
                let why = "the server rejected our request due to an error in our request";
                return Err(Status::new(Reason::Invalid, why));
            }
            Ok((document, flaws))
        }
        PatchType::Merge => {
            ::json_patch::merge(&mut document, &body);
            Ok((document, flaws()))
        }
        PatchType::Apply => unreachable!("configurations were handed on"),
        PatchType::StrategicMerge => {
            let flaws = flaws();
            let merged = strategic::merge(document, body, root);
            merged
                .map(|merged| (merged, flaws))
                .map_err(|error| match error {
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
    (patch, flaws): (&Patch, Vec<Problem>),
) -> Result<Object, Status> {
    if let Some(custom) = call.custom.clone() {
        let (object, problems) = custom.read(patched)?;
        accepted(call, kind, (problems, flaws), patched, patch)?;
        return Ok(object);
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
        decode::decode_body(kind, patched, FieldValidation::Ignore.into())?;
    }
    let Decoded { object, problems } = decode::decode(kind, patched);
    accepted(call, kind, (problems, flaws), patched, patch)?;
    Ok(object)
}

/// Refuses the object if its problems, or those of the patch, are such that the request does not want it.
fn accepted(
    call: &mut Call<'_, '_>,
    kind: Kind,
    (problems, flaws): (Vec<Problem>, Vec<Problem>),
    patched: &Value,
    patch: &Patch,
) -> Result<(), Status> {
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
    let problems: Vec<Problem> = flaws.into_iter().chain(problems).collect();
    let strictness = call.request.strictness();
    let warnings = strictness.judge(&problems).map_err(|why| refusal(&why))?;
    call.warnings.extend(warnings);
    Ok(())
}
