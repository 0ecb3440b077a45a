//! `patch`: JSON patch, merge patch and strategic merge patch, of an object, its status or its scale. Configurations to apply go to `apply.rs`.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
//! Left out: retries after conflicts (nothing comes between reading and writing here).

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
    update::complete(call, &mut object, &old)?;
    update::replace(call, object, &old)
}

/// The document after the patch, and what the patch itself has twice. A JSON patch that does not fit is refused without a word about why.
fn patched(
    call: &Call<'_, '_>,
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
                if !matches!(refusal, json_patch::Refusal::Unfit(_)) {
                    return Err(refusal.into());
                }
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
                    PatchError::Unfit(text) => Status::new(Reason::Unknown, text),
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

/// What is wrong with a value's type, in the words of the converter that reads patched objects rather than in the JSON decoder's.
/// The real thing: staging/src/k8s.io/apimachinery/pkg/runtime/converter.go (`fromUnstructured`).
fn converter_words(decoder_words: &str) -> String {
    const NUMBERS: &[&str] = &["int32", "int64", "uint32", "uint64", "float64"];
    let rest = decoder_words.strip_prefix("json: cannot unmarshal ");
    let Some((is, wanted)) = rest.and_then(|rest| rest.rsplit_once(" of type ")) else {
        return decoder_words.to_owned();
    };
    let is = is.split(" into ").next().unwrap_or(is);
    let (is, number) = is.split_once(' ').unwrap_or((is, ""));
    let is = match is {
        "number" if number.contains('.') => "float64",
        "number" => "int64",
        "object" => "map",
        "array" => "slice",
        other => other,
    };
    if wanted.starts_with("[]") {
        format!("cannot restore slice from {is}")
    } else if wanted.starts_with("map[") {
        format!("cannot restore map from {is}")
    } else if is == "float64" && NUMBERS.contains(&wanted) || is == "int64" && wanted == "string" {
        format!("cannot convert {is} to {wanted}")
    } else if wanted == "string" || wanted == "bool" || NUMBERS.contains(&wanted) {
        format!("unrecognized type: {wanted}")
    } else if is == "int64" {
        // Named strings are the only types with a name that numbers are tried on in earnest.
        format!("cannot convert int64 to {wanted}")
    } else {
        format!("cannot restore struct from: {is}")
    }
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
        return Err(match patch.kind {
            PatchType::StrategicMerge => refusal(&converter_words(&wrong.message)),
            _ => refusal(&wrong.message),
        });
    }
    let problems: Vec<Problem> = flaws.into_iter().chain(problems).collect();
    let strictness = call.request.strictness();
    let warnings = strictness.judge(&problems).map_err(|why| refusal(&why))?;
    call.warnings.extend(warnings);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_converter_has_words_of_its_own() {
        let cases = [
            (
                "string into Go struct field A.b of type int32",
                "unrecognized type: int32",
            ),
            (
                "number into Go struct field A.b of type string",
                "cannot convert int64 to string",
            ),
            (
                "bool into Go struct field A.b of type string",
                "unrecognized type: string",
            ),
            (
                "number 1.5 into Go struct field A.b of type int32",
                "cannot convert float64 to int32",
            ),
            (
                "number into Go struct field A.b of type v1.Protocol",
                "cannot convert int64 to v1.Protocol",
            ),
            (
                "object into Go struct field A.b of type []v1.Container",
                "cannot restore slice from map",
            ),
            (
                "string into Go struct field A.b of type map[string]string",
                "cannot restore map from string",
            ),
            (
                "string into Go struct field A.b of type v1.PodSpec",
                "cannot restore struct from: string",
            ),
        ];
        for (decoder, want) in cases {
            let decoder = format!("json: cannot unmarshal {decoder}");
            assert_eq!(converter_words(&decoder), want, "{decoder}");
        }
        let other = "quantities must match the regular expression";
        assert_eq!(converter_words(other), other);
    }
}
