//! `patch` with a configuration to apply: server-side apply.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go (`applyPatcher`),
//! staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/{fieldmanager,versioncheck,lastappliedmanager,lastappliedupdater}.go.

use super::custom::Custom;
use super::{Call, create, field_managers, metadata, scale, update};
use crate::api::custom::steps;
use crate::api::decode;
use crate::api::field::FieldError;
use crate::api::json::name_of;
use crate::api::managed_fields::apply::{Application, refusal, still_as_last_applied};
use crate::api::managed_fields::ledger::{self, reset};
use crate::api::managed_fields::managers::{Identity, Managers, Operation};
use crate::api::managed_fields::set::Set;
use crate::api::managed_fields::{self, validate};
use crate::api::{Body, FieldValidation, Kind, Object, Patch, Reason, Reply, Status, Subresource};
use serde_json::{Map, Value, json};

/// Where client-side apply keeps what it applied last.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The manager whose applications keep client-side apply's annotation up to date, and may take over from it.
const KUBECTL: &str = "kubectl";

/// Applies the configuration in the body of a patch.
pub(super) fn apply(call: &mut Call<'_, '_>, patch: &Patch) -> Result<Reply, Status> {
    let body = &*patch.body;
    check_options(call)?;
    let live = call.context.store.head().get(call.key()).cloned();
    if live.is_none() && call.request.subresource.is_some() {
        let key = call.key();
        return Err(Status::not_found(key.kind, &key.name));
    }
    let kind = call.key().kind;
    let config = match (call.request.subresource, &live) {
        (Some(Subresource::Scale), Some(live)) => scale_config(call, kind, body, live)?,
        _ => body.clone(),
    };
    check_config(kind, &config, call)?;
    match live {
        Some(live) => apply_to(call, &config, &live),
        None => create_from(call, &config),
    }
}

/// What becomes of keys that stand twice in the configuration; asked only once it has been merged.
fn check_repeats(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let Some(why) = call.request.repeats.as_ref().and_then(|r| r.yaml_error()) else {
        return Ok(());
    };
    let why = format!("error converting YAML to JSON: {why}");
    match call.request.field_validation {
        FieldValidation::Strict => Err(Status::bad_request(format!(
            "error strict decoding YAML: {why}"
        ))),
        FieldValidation::Warn => {
            call.warnings.extend(decode::warnings_of(&why));
            Ok(())
        }
        FieldValidation::Ignore => Ok(()),
    }
}

/// What the request must say besides the configuration. The real thing: apimachinery's `ValidatePatchOptions`.
fn check_options(call: &Call<'_, '_>) -> Result<(), Status> {
    if !call.request.field_manager.is_empty() {
        return Ok(());
    }
    let error = FieldError::required("fieldManager", "is required for apply patch");
    Err(Status {
        message: format!("PatchOptions.meta.k8s.io \"\" is invalid: {error}"),
        kind: None,
        ..Status::invalid(call.key().kind, "", &[error])
    })
}

fn check_config(kind: Kind, config: &Value, call: &Call<'_, '_>) -> Result<(), Status> {
    if !config.is_object() {
        let why = format!(
            "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
            name_of(config)
        );
        return Err(Status::bad_request(why));
    }
    let text = |path: &str| {
        let value = config.pointer(path).and_then(Value::as_str);
        value.unwrap_or_default()
    };
    let info = kind.info();
    let (version, name) = (text("/apiVersion"), text("/kind"));
    let custom = call.custom.as_ref().map(Custom::api_version);
    let wanted = custom.as_deref().unwrap_or(info.api_version);
    if (version, name) != (wanted, info.name) {
        let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
        return Err(Status::bad_request(format!(
            "invalid object type: {group}/{version}, Kind={name}"
        )));
    }
    if config
        .pointer("/metadata/managedFields")
        .is_some_and(|m| !m.is_null())
    {
        return Err(Status::bad_request("metadata.managedFields must be nil"));
    }
    let Some(errors) = validate::errors(
        kind,
        config,
        field_managers::schema(kind, call.custom.as_ref()),
    ) else {
        return Ok(());
    };
    let namespace = text("/metadata/namespace");
    let name = match text("/metadata/name") {
        "" => &call.key().name,
        name => name,
    };
    Err(Status::new(
        Reason::Unknown,
        format!(
            "failed to create typed patch object ({namespace}/{name}; {}/{}, Kind={}): {errors}",
            info.group,
            wanted.rsplit('/').next().unwrap_or_default(),
            info.name
        ),
    ))
}

/// The configuration of a scale as one of the object behind it.
fn scale_config(
    call: &Call<'_, '_>,
    kind: Kind,
    body: &Value,
    live: &Object,
) -> Result<Value, Status> {
    scale::document_in(call, live)?;
    let is_scale = body.get("kind") == Some(&json!("Scale"))
        && body.get("apiVersion") == Some(&json!("autoscaling/v1"));
    if !is_scale {
        return Err(Status::bad_request(
            "invalid object type: want autoscaling/v1, Kind=Scale",
        ));
    }
    let info = kind.info();
    let custom = call.custom.as_ref();
    let api_version = custom.map_or(info.api_version.to_owned(), Custom::api_version);
    let mut config =
        json!({"apiVersion": api_version, "kind": info.name, "metadata": {"name": live.name()}});
    let paths = custom.and_then(Custom::scale);
    let path = paths.map_or(".spec.replicas".to_owned(), |paths| paths.spec_replicas);
    if let Some(replicas) = body.pointer("/spec/replicas") {
        let mut at = &mut config;
        for step in steps(&path) {
            at = &mut at[step];
        }
        *at = replicas.clone();
    }
    Ok(config)
}

fn application<'a>(
    call: &Call<'_, '_>,
    custom: Option<&'a Custom>,
    kind: Kind,
    config: &'a Value,
) -> Application<'a> {
    let subresource = call.request.subresource;
    let version = config.get("apiVersion").and_then(Value::as_str);
    Application {
        config,
        schema: field_managers::schema(kind, custom),
        identity: Identity {
            name: call.request.field_manager.to_string(),
            operation: Operation::Apply,
            api_version: version.unwrap_or_default().to_owned(),
            subresource: subresource.map_or("", Subresource::name).to_owned(),
        },
        reset: reset(kind, subresource),
        force: matches!(&call.request.body, Body::Patch(patch) if patch.forces),
        now_ms: call.context.now_ms,
    }
}

fn create_from(call: &mut Call<'_, '_>, config: &Value) -> Result<Reply, Status> {
    super::authorization::permit_create(call.request, call.context.store.head())?;
    let kind = call.key().kind;
    let nothing = Value::Object(Map::new());
    let custom = call.custom.clone();
    let application = application(call, custom.as_ref(), kind, config);
    let (new, managers) = application
        .to(&nothing, Managers::default())
        .map_err(|conflicts| refusal(&conflicts))?;
    check_repeats(call)?;
    let document = new.unwrap_or(nothing);
    let mut object = decoded(call, kind, &document)?;
    if let Some(uid) = object.metadata().uid.as_deref().filter(|u| !u.is_empty()) {
        let why = format!(
            "uid mismatch: the provided object specified uid {uid}, and no existing object was found"
        );
        return Err(Status::conflict(kind, &call.key().name, &why));
    }
    create::accept_address(call, &mut object)?;
    object.set_defaults();
    ledger::store(&mut object, managers);
    create::insert(call, object)
}

fn apply_to(call: &mut Call<'_, '_>, config: &Value, live: &Object) -> Result<Reply, Status> {
    let kind = live.kind();
    let managers = ledger::managers_before_apply(live, field_managers::write(call));
    let document = match &call.custom {
        Some(custom) => managed_fields::to_json_without(&custom.shown(live.clone())),
        None => managed_fields::to_json_without(live),
    };
    let custom = call.custom.clone();
    let mut application = application(call, custom.as_ref(), kind, config);
    let mut result = application.to(&document, managers.clone());
    if let Err(conflicts) = &mut result
        && application.identity.name == KUBECTL
        && let Some(allowed) = allowed_by_last_applied(&application, &document)
    {
        conflicts.retain(|conflict| {
            let mut field = Set::default();
            field.insert(&conflict.path);
            !field.difference(&allowed).is_empty()
        });
        if conflicts.is_empty() {
            application.force = true;
            result = application.to(&document, managers);
        }
    }
    let (new, managers) = result.map_err(|conflicts| refusal(&conflicts))?;
    check_repeats(call)?;
    let mut document = new.unwrap_or(document);
    if application.identity.name == KUBECTL {
        renew_last_applied(&mut document, config);
    }
    let mut object = decoded(call, kind, &document)?;
    let key = call.key();
    metadata::agree_on_namespace(key, &mut object)?;
    if object.name() != key.name {
        return Err(metadata::name_mismatch(&object.name(), &key.name));
    }
    update::check_revision(&object, live)?;
    update::complete(call, &mut object, live)?;
    update::prepare(call, &mut object, live);
    object.metadata_mut().managed_fields = None;
    if same_but_for_managers(&object, live) && managers.same_but_for_times(&ledger::managers(live))
    {
        return Ok(Reply::Object(live.clone()));
    }
    ledger::store(&mut object, managers);
    update::finish(call, object, live)
}

/// The merged document as an object; a custom one as its definition reads it.
fn decoded(call: &Call<'_, '_>, kind: Kind, document: &Value) -> Result<Object, Status> {
    match &call.custom {
        Some(custom) => Ok(custom.read(document)?.0),
        None => Ok(decode::decode(kind, document).object),
    }
}

fn same_but_for_managers(object: &Object, live: &Object) -> bool {
    let mut live = live.clone();
    live.metadata_mut().managed_fields = None;
    *object == live
}

/// The fields that kubectl may take without force, because its own client-side apply has set them.
fn allowed_by_last_applied(application: &Application<'_>, live: &Value) -> Option<Set> {
    let text = last_applied(live)?;
    let last: Value = serde_json::from_str(text).ok()?;
    let same_version = last.get("apiVersion") == application.config.get("apiVersion");
    same_version.then(|| still_as_last_applied(&last, live, application.schema))
}

fn last_applied(document: &Value) -> Option<&str> {
    let annotations = document.get("metadata")?.get("annotations")?;
    let text = annotations.get(LAST_APPLIED)?.as_str()?;
    (!text.is_empty()).then_some(text)
}

/// Keeps client-side apply's annotation, if there is one, in step with what was applied.
fn renew_last_applied(document: &mut Value, config: &Value) {
    if last_applied(document).is_none() {
        return;
    }
    let mut config = config.clone();
    let annotations = config.pointer_mut("/metadata/annotations");
    if let Some(Value::Object(annotations)) = annotations {
        annotations.shift_remove(LAST_APPLIED);
    }
    let annotations = document.pointer_mut("/metadata/annotations");
    if let Some(Value::Object(annotations)) = annotations {
        // With a line's end, as Go's encoder writes it, and keys sorted.
        let text = format!("{}\n", sorted(&config));
        annotations.insert(LAST_APPLIED.to_owned(), Value::String(text));
    }
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            let fields = fields.into_iter().map(|(k, v)| (k.clone(), sorted(v)));
            Value::Object(fields.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        plain => plain.clone(),
    }
}
