//! `kubectl apply`, client side: what the author changed since the last time is changed in the cluster, what others set stays.
//!
//! The configuration that is applied is kept in an annotation of the object; the patch is computed from that, the document and the live object.
//!
//! The real thing: kubectl's pkg/cmd/apply/{apply,patcher}.go, pkg/util/apply.go (`GetModifiedConfiguration`).
//! Left out: `--server-side`, `--prune`, `--force`, `--overwrite=false`; retries after conflicts.

use super::definitions;
use super::refusal::Refusal;
use crate::api::custom::Definitions;
use crate::api::decode;
use crate::api::json::sorted;
use crate::api::kinds::views;
use crate::api::strategic::{self, keys};
use crate::api::{
    Answer, Body, FieldValidation, Key, Kind, Name, Object, PatchType, Reason, Reply, Request,
    Status, Verb,
};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Where the configuration of the last `apply` is kept.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Under which name `apply` manages fields.
pub const FIELD_MANAGER: &str = "kubectl-client-side-apply";

/// How to apply.
#[derive(Clone, Debug)]
pub struct Options {
    /// The namespace of objects that name none: `-n`, or `default`.
    pub namespace: Name,
    /// Refuse objects that name another namespace: `-n` was given.
    pub enforce_namespace: bool,
    /// `--validate`.
    pub field_validation: FieldValidation,
    /// `--dry-run=server`: ask what would come of it.
    pub dry_run: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            namespace: "default".into(),
            enforce_namespace: false,
            field_validation: FieldValidation::Strict,
            dry_run: false,
        }
    }
}

/// What `apply` did to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is new.
    Created,
    /// It was patched.
    Configured,
    /// There was nothing to patch.
    Unchanged,
}

impl Effect {
    /// As kubectl prints it after the object's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Configured => "configured",
            Self::Unchanged => "unchanged",
        }
    }
}

/// One object, applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// Which.
    pub key: Key,
    /// What was done to it.
    pub effect: Effect,
    /// The object before; `None` if it is new.
    pub before: Option<Object>,
    /// The object after.
    pub after: Object,
    /// Warnings, of the API server and of kubectl itself.
    pub warnings: Vec<String>,
}

impl Applied {
    /// `deployment.apps/web created`.
    #[must_use]
    pub fn line(&self) -> String {
        let info = self.key.kind.info();
        let dot = if info.group.is_empty() { "" } else { "." };
        let (singular, group, name) = (info.singular, info.group, &self.key.name);
        format!("{singular}{dot}{group}/{name} {}", self.effect.name())
    }
}

/// A refusal, and what kubectl was doing when it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// Why.
    pub status: Status,
    /// When.
    pub during: Box<During>,
}

/// The steps of `apply`.
#[derive(Clone, Debug, PartialEq)]
pub enum During {
    /// Finding out what the document is.
    Reading,
    /// Finding out what is there.
    Getting(Key),
    /// Making a new object.
    Creating,
    /// Changing an object, with this patch.
    Patching(Key, Value),
}

impl Refused {
    /// Who refused: what fits into no URL is not asked for.
    #[must_use]
    pub fn why(&self) -> Refusal {
        match &*self.during {
            During::Getting(key) if Request::get(key.clone()).path_error().is_some() => {
                Refusal::Client(self.status.message.clone())
            }
            _ => Refusal::Server(self.status.clone()),
        }
    }

    /// What kubectl prints on stderr about the file `source`.
    #[must_use]
    pub fn text(&self, source: &str) -> String {
        let status = &self.status;
        match &*self.during {
            During::Reading if status.reason == Reason::NotFound => format!(
                "error: resource mapping not found for name: {:?} namespace: \"\" from {source:?}: {}\nensure CRDs are installed first",
                status.name, status.message
            ),
            During::Reading => format!(
                "error: {}",
                status.message.replace("SOURCE", &format!("{source:?}"))
            ),
            During::Getting(key) => {
                let doing = format!(
                    "retrieving current configuration of:\n{}\nfrom server for:",
                    described(key)
                );
                self.why().when(&doing, source).text()
            }
            During::Creating => self.why().when("creating", source).text(),
            During::Patching(key, patch) => {
                let inner = Status {
                    message: format!("error when patching {source:?}: {}", status.message),
                    ..status.clone()
                };
                let doing = format!(
                    "applying patch:\n{}\nto:\n{}\nfor:",
                    go_json(patch),
                    described(key)
                );
                Refusal::Server(inner).when(&doing, source).text()
            }
        }
    }
}

/// Two lines about an object, as cli-runtime's `Info` prints itself.
fn described(key: &Key) -> String {
    let info = key.kind.info();
    let (group, version) = (info.group, info.version);
    format!(
        "Resource: \"{group}/{version}, Resource={}\", GroupVersionKind: \"{group}/{version}, Kind={}\"\nName: {:?}, Namespace: {:?}",
        info.plural, info.name, key.name, key.namespace
    )
}

/// Applies one document through `send`. With `dry_run` this is the diff: `before` and `after` of the answer.
///
/// # Errors
/// [`Refused`]: the document says no kind that there is, or the API server refuses.
pub fn apply(
    document: &Value,
    options: &Options,
    send: &mut dyn FnMut(Request) -> Answer,
) -> Result<Applied, Refused> {
    let reading = |status| Refused {
        status,
        during: Box::new(During::Reading),
    };
    let kinds = kinds_for(document, send);
    let (key, mut modified) = identify(document, options, &kinds).map_err(reading)?;
    if key.name.is_empty() {
        return Err(nameless(document, key));
    }
    let said = document.get("apiVersion").and_then(Value::as_str);
    let said = said.unwrap_or_default().to_owned();
    // All requests are in the version in which the document speaks, if there is more than one.
    let mut send = |request: Request| send(request.speaking(&said));
    let send: &mut dyn FnMut(Request) -> Answer = &mut send;
    annotate(&mut modified);
    let (live, mut warnings) = get(&key, send)?;
    let Some(live) = live else {
        return create(key, modified, options, send, warnings);
    };
    let original = last_applied(&live);
    if original.is_none() {
        warnings.push(missing_annotation(&key));
    }
    let original = original.unwrap_or_else(|| Value::Object(Map::new()));
    let (patch_type, root) = match key.kind {
        // Nobody knows how to merge the lists of custom kinds.
        Kind::Custom(_) => (PatchType::Merge, ""),
        built_in => (PatchType::StrategicMerge, keys::root(built_in)),
    };
    let shown = shown_in(&said, &key, &live);
    let patch = strategic::three_way(&original, &modified, &shown, root);
    let patch = patch.map_err(|error| reading(Status::bad_request(error.to_string())))?;
    if patch.as_object().is_some_and(Map::is_empty) {
        return Ok(Applied {
            key,
            effect: Effect::Unchanged,
            before: Some(live.clone()),
            after: live,
            warnings,
        });
    }
    let request = Request {
        field_validation: options.field_validation,
        dry_run: options.dry_run,
        field_manager: FIELD_MANAGER.into(),
        ..Request::patch(key.clone(), patch_type, patch.clone())
    };
    let answer = send(request);
    warnings.extend(answer.warnings);
    let after = answer
        .result
        .and_then(one_object)
        .map_err(|status| Refused {
            status,
            during: Box::new(During::Patching(key.clone(), patch)),
        })?;
    Ok(Applied {
        key,
        effect: Effect::Configured,
        before: Some(live),
        after,
        warnings,
    })
}

/// An object as it is shown in this version.
fn shown_in(api_version: &str, key: &Key, object: &Object) -> Value {
    let kind = key.kind;
    match views::kind_of(api_version, kind.info().name) {
        Some(viewed) if viewed == kind => views::outward(kind, api_version, object.to_json()),
        _ => object.to_json(),
    }
}

fn create(
    key: Key,
    document: Value,
    options: &Options,
    send: &mut dyn FnMut(Request) -> Answer,
    mut warnings: Vec<String>,
) -> Result<Applied, Refused> {
    let request = Request {
        field_validation: options.field_validation,
        dry_run: options.dry_run,
        field_manager: FIELD_MANAGER.into(),
        ..Request::new(
            Verb::Create,
            key.clone(),
            Body::Document(Arc::new(sorted(document))),
        )
    };
    let answer = send(request);
    warnings.extend(answer.warnings);
    let after = answer
        .result
        .and_then(one_object)
        .map_err(|status| Refused {
            status,
            during: Box::new(During::Creating),
        })?;
    Ok(Applied {
        key,
        effect: Effect::Created,
        before: None,
        after,
        warnings,
    })
}

/// The object as it is, if it is there, and what the server warned of.
fn get(
    key: &Key,
    send: &mut dyn FnMut(Request) -> Answer,
) -> Result<(Option<Object>, Vec<String>), Refused> {
    let getting = |status| Refused {
        status,
        during: Box::new(During::Getting(key.clone())),
    };
    let request = Request::get(key.clone());
    if let Some(why) = request.path_error() {
        return Err(getting(Status::bad_request(why)));
    }
    let got = send(request);
    match got.result {
        Ok(reply) => Ok((reply.object().cloned(), got.warnings)),
        Err(status) if status.reason == Reason::NotFound => Ok((None, got.warnings)),
        Err(status) => Err(getting(status)),
    }
}

fn one_object(reply: Reply) -> Result<Object, Status> {
    match reply {
        Reply::Object(object) | Reply::Deleted(object) => Ok(object),
        Reply::List(_) => unreachable!("a create or patch is about one object"),
    }
}

/// The kinds that a document may be of: those of the cluster are asked for only if it is of no built-in one.
pub fn kinds_for(document: &Value, send: &mut dyn FnMut(Request) -> Answer) -> Definitions {
    match decode::kind_of(document) {
        Err(status) if status.reason == Reason::NotFound => definitions(send),
        _ => Definitions::default(),
    }
}

/// Which object a document is, and the document with its namespace. One without a name has a key without a name.
///
/// # Errors
/// The kind is missing or unknown, or the namespace is not the one that was asked for.
pub fn identify(
    document: &Value,
    options: &Options,
    kinds: &Definitions,
) -> Result<(Key, Value), Status> {
    let text = |field: &str| {
        document
            .pointer(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let name = text("/metadata/name");
    let named = decode::kind_in(document, kinds)
        .map_err(|status| as_kubectl_says(status, name, document))?;
    let kind = named.kind;
    let mut document = document.clone();
    let key = Key::new(
        kind,
        namespace_of(kind, text("/metadata/namespace"), options)?,
        name,
    );
    let metadata = document.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata.filter(|_| kind.info().namespaced) {
        let namespace = Value::from(key.namespace.as_str());
        metadata.insert("namespace".to_owned(), namespace);
    }
    Ok((key, document))
}

/// `apply` needs a name, and makes none.
fn nameless(document: &Value, key: Key) -> Refused {
    let base = document.pointer("/metadata/generateName");
    let base = base.and_then(Value::as_str).unwrap_or_default();
    let (message, during) = if base.is_empty() {
        let message = "resource name may not be empty".to_owned();
        (message, During::Getting(key))
    } else {
        let message = format!("from {base}: cannot use generate name with apply");
        (message, During::Reading)
    };
    Refused {
        status: Status::bad_request(message),
        during: Box::new(during),
    }
}

/// kubectl finds these before it sends anything.
fn as_kubectl_says(status: Status, name: &str, document: &Value) -> Status {
    let unset = document.is_object()
        && document
            .get("apiVersion")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .is_empty();
    let message = match status.reason {
        Reason::NotFound => status.message.clone(),
        _ if unset && document.get("kind").is_some_and(Value::is_string) => {
            "error validating SOURCE: error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false".to_owned()
        }
        _ => format!("unable to decode SOURCE: {}", status.message),
    };
    Status {
        message,
        name: name.into(),
        ..status
    }
}

fn namespace_of(kind: Kind, said: &str, options: &Options) -> Result<Name, Status> {
    if !kind.info().namespaced || said.is_empty() {
        return Ok(options.namespace.clone());
    }
    if options.enforce_namespace && said != options.namespace {
        return Err(Status::bad_request(format!(
            "the namespace from the provided object {said:?} does not match the namespace {:?}. You must pass '--namespace={said}' to perform this operation.",
            options.namespace
        )));
    }
    Ok(said.into())
}

/// Writes the document itself into its annotation.
fn annotate(document: &mut Value) {
    let metadata = &mut document["metadata"];
    if !metadata["annotations"].is_object() {
        metadata["annotations"] = Value::Object(Map::new());
    }
    let annotations = metadata["annotations"].as_object_mut();
    annotations.expect("made above").shift_remove(LAST_APPLIED);
    let text = format!("{}\n", go_json(document));
    document["metadata"]["annotations"][LAST_APPLIED] = Value::from(text);
}

/// The configuration that was applied last, if the object has one that can be read.
fn last_applied(object: &Object) -> Option<Value> {
    let annotations = object.metadata().annotations.as_ref()?;
    let value: Value = serde_json::from_str(annotations.get(LAST_APPLIED)?).ok()?;
    value.is_object().then_some(value)
}

fn missing_annotation(key: &Key) -> String {
    let info = key.kind.info();
    format!(
        "resource {}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.",
        info.plural, key.name
    )
}

/// JSON as Go writes it: keys sorted, no spaces, `<`, `>` and `&` escaped.
#[must_use]
pub fn go_json(value: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(entries) => {
                let mut entries: Vec<_> = entries
                    .iter()
                    .map(|(k, v)| (k.clone(), sorted(v)))
                    .collect();
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                Value::Object(entries.into_iter().collect())
            }
            Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
            plain => plain.clone(),
        }
    }
    let text = sorted(value).to_string();
    text.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;
