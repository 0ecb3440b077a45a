//! Answers as HTTP responses.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/{writers,status,errors}.go, handlers/response.go.

use super::media::{self, Shape, Text, Wanted};
use super::options::Query;
use super::table::{self, IncludeObject};
use super::target::Target;
use super::watch::{Encoded, Side};
use crate::api::custom::{CustomColumn, ScalePaths};
use crate::api::time::Ms;
use crate::api::{Answer, Kind, List, Object, Reason, Reply, Status, managed_fields, yaml};
use crate::control_plane::apiserver::resources::Resource;
use crate::control_plane::apiserver::{scale, versions};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, USER_AGENT, WARNING};
use http::{HeaderValue, Method, Response, StatusCode};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// How an answer is to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub(super) wanted: Wanted,
    pub(super) include: IncludeObject,
    pub(super) is_pretty: bool,
    pub(super) is_stream: bool,
    pub(super) is_delete: bool,
    /// The resource that was asked for, in its version.
    pub(super) resource: Resource,
    pub(super) subresource: String,
    /// The columns that a custom resource's definition names.
    pub(super) columns: Vec<CustomColumn>,
    /// Where a custom resource has its replicas.
    pub(super) scale: Option<ScalePaths>,
}

impl Form {
    pub(super) fn new(
        request: &http::Request<Vec<u8>>,
        query: &Query,
        resource: &Resource,
        target: &Target,
    ) -> Result<Self, Status> {
        let wanted = media::wanted(request.headers())?;
        let agent = request.headers().get(USER_AGENT);
        let agent = agent.and_then(|a| a.to_str().ok()).unwrap_or_default();
        let is_person = ["curl", "Wget", "Mozilla/5.0"]
            .iter()
            .any(|browser| agent.starts_with(browser));
        let is_pretty = match query.get("pretty") {
            "" => is_person,
            _ => query.is_set("pretty"),
        };
        Ok(Self {
            wanted,
            include: IncludeObject::of(query.get("includeObject"))?,
            is_pretty,
            is_stream: false,
            is_delete: request.method() == Method::DELETE,
            resource: resource.clone(),
            subresource: target.subresource.clone(),
            columns: Vec::new(),
            scale: None,
        })
    }

    /// The resource that was asked for, in its version.
    #[must_use]
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// Writes the answer of [`crate::control_plane::apiserver::handle`]. `created`: did the request make the object? `encoded`: what was put
    /// into words before, if the answer is what is stored.
    #[must_use]
    pub fn write(
        &self,
        answer: &Answer,
        created: Created,
        now_ms: Ms,
        encoded: &dyn Encoded,
    ) -> Response<Vec<u8>> {
        let (code, text) = self.answer_text(answer, created, now_ms, encoded);
        let mut response = respond(code, self.wanted.text, text);
        warn(&mut response, &answer.warnings);
        response
    }

    fn answer_text(
        &self,
        answer: &Answer,
        created: Created,
        now_ms: Ms,
        encoded: &dyn Encoded,
    ) -> (StatusCode, Vec<u8>) {
        let (code, value) = match &answer.result {
            Err(status) => (code(status), status_json(status)),
            // Whoever takes away the last finalizer is answered with the object all the same.
            Ok(Reply::Deleted(object))
                if self.is_delete && !shows_what_it_deleted(object.kind()) =>
            {
                (StatusCode::OK, deleted(object))
            }
            Ok(Reply::Object(object)) if self.subresource == "scale" => {
                match scale::shown(object, self.scale.as_ref()) {
                    Ok(_) if self.wants_table() => (StatusCode::OK, self.one(object, now_ms)),
                    Ok(document) => (StatusCode::OK, document),
                    Err(status) => (code(&status), status_json(&status)),
                }
            }
            Ok(Reply::Object(_))
                if matches!(self.subresource.as_str(), "binding" | "eviction")
                    || self.resource.kind == "Binding" =>
            {
                (
                    StatusCode::CREATED,
                    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}),
                )
            }
            Ok(Reply::Object(object)) => {
                let code = created.code();
                if let Some(form) = self.shared() {
                    let mut text = self.shared_text(&form, object, encoded).to_vec();
                    text.push(b'\n');
                    return (code, text);
                }
                (code, self.one(object, now_ms))
            }
            Ok(Reply::Deleted(object)) => (created.code(), self.one(object, now_ms)),
            Ok(Reply::List(list)) => {
                if let Some(form) = self.shared() {
                    return (StatusCode::OK, self.list_text(&form, list, encoded));
                }
                (StatusCode::OK, self.list(list, now_ms))
            }
        };
        (code, self.text(&value))
    }

    /// What tells this form from others, if what it says of an object is the same whoever asks, and whenever.
    pub(super) fn shared(&self) -> Option<Arc<str>> {
        // Tables tell ages.
        let is_shared =
            self.wanted.shape != Shape::Table && self.wanted.text == Text::Json && !self.is_pretty;
        let (resource, shape) = (&self.resource, self.wanted.shape);
        is_shared
            .then(|| format!("{}/{} {shape:?}", resource.api_version(), resource.plural).into())
    }

    fn shared_text(&self, form: &Arc<str>, object: &Object, encoded: &dyn Encoded) -> Arc<[u8]> {
        let encode = || {
            let value = self.one(object, 0);
            serde_json::to_vec(&value).expect("JSON values can be written to memory")
        };
        encoded.text(object.revision(), Side::After, form, &encode)
    }

    /// A list, of the texts of what is in it.
    fn list_text(&self, form: &Arc<str>, list: &List, encoded: &dyn Encoded) -> Vec<u8> {
        let none = List {
            items: Vec::new(),
            ..list.clone()
        };
        let mut text = self.text(&self.list(&none, 0));
        let end = text.split_off(text.len() - b"]}\n".len());
        let is_plain = self.wanted.shape == Shape::Object && !self.is_custom();
        let item: Arc<str> = format!("{form} item").into();
        for (index, object) in list.items.iter().enumerate() {
            if index > 0 {
                text.push(b',');
            }
            if !is_plain {
                text.extend_from_slice(&self.shared_text(form, object, encoded));
                continue;
            }
            let encode = || {
                let value = bare(self.plain(object), false);
                serde_json::to_vec(&value).expect("JSON values can be written to memory")
            };
            let one = encoded.text(object.revision(), Side::After, &item, &encode);
            text.extend_from_slice(&one);
        }
        text.extend_from_slice(&end);
        text
    }

    fn is_custom(&self) -> bool {
        let stored = self.resource.stored_as;
        stored.is_some_and(|kind| !Kind::ALL.contains(&kind))
    }

    /// Is the answer to be a table?
    #[must_use]
    pub fn wants_table(&self) -> bool {
        self.wanted.shape == Shape::Table
    }

    /// A table of what is answered and not stored, with a warning if the resource is deprecated; or the document, if no table was asked
    /// for.
    #[must_use]
    pub fn answered(&self, value: &Value, table: impl FnOnce() -> Value) -> Response<Vec<u8>> {
        let mut response = if self.wants_table() {
            self.respond(StatusCode::OK, &table())
        } else {
            self.respond(StatusCode::OK, value)
        };
        warn(&mut response, self.resource.deprecation().as_slice());
        response
    }

    /// A document as it is.
    #[must_use]
    pub fn document(&self, code: StatusCode, value: &Value) -> Response<Vec<u8>> {
        self.respond(code, value)
    }

    fn respond(&self, code: StatusCode, value: &Value) -> Response<Vec<u8>> {
        respond(code, self.wanted.text, self.text(value))
    }

    fn text(&self, value: &Value) -> Vec<u8> {
        match (self.wanted.text, self.is_pretty) {
            (Text::Yaml, _) => yaml::to_yaml(value).into_bytes(),
            (Text::Json, true) => {
                serde_json::to_vec_pretty(value).expect("JSON values can be written")
            }
            (Text::Json, false) => {
                let mut text = serde_json::to_vec(value).expect("JSON values can be written");
                text.push(b'\n');
                text
            }
        }
    }

    /// One object in the form that was asked for.
    pub(super) fn one(&self, object: &Object, now_ms: Ms) -> Value {
        match self.wanted.shape {
            Shape::Object => self.plain(object),
            Shape::Metadata => metadata_of(&self.plain(object)),
            Shape::Table => {
                let mut table = table::table(self, std::slice::from_ref(object), now_ms);
                if !self.is_stream {
                    table["metadata"] =
                        json!({"resourceVersion": object.metadata().resource_version});
                }
                table
            }
        }
    }

    /// The object in the version that was asked for.
    pub(super) fn plain(&self, object: &Object) -> Value {
        versions::outward(&self.resource, managed_fields::to_json(object))
    }

    fn list(&self, list: &List, now_ms: Ms) -> Value {
        let mut metadata = Map::new();
        metadata.insert("resourceVersion".into(), list.revision.to_string().into());
        if !list.continue_token.is_empty() {
            metadata.insert("continue".into(), list.continue_token.clone().into());
        }
        if let Some(remaining) = list.remaining {
            metadata.insert("remainingItemCount".into(), remaining.into());
        }
        if self.wanted.shape == Shape::Table {
            let mut table = table::table(self, &list.items, now_ms);
            table["metadata"] = metadata.into();
            return table;
        }
        let plain = list.items.iter().map(|object| self.plain(object));
        let (kind, version, items): (String, String, Vec<Value>) =
            if self.wanted.shape == Shape::Metadata {
                let items = plain.map(|object| metadata_of(&object)).collect();
                (
                    "PartialObjectMetadataList".to_owned(),
                    "meta.k8s.io/v1".to_owned(),
                    items,
                )
            } else {
                let is_custom = self.is_custom();
                let items = plain.map(|object| bare(object, is_custom)).collect();
                (
                    self.resource.list_kind(),
                    self.resource.api_version(),
                    items,
                )
            };
        json!({"kind": kind, "apiVersion": version, "metadata": metadata, "items": items})
    }
}

/// Did the request make the object that it is answered with?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// 201.
    Yes,
    /// 200.
    No,
}

impl Created {
    fn code(self) -> StatusCode {
        match self {
            Self::Yes => StatusCode::CREATED,
            Self::No => StatusCode::OK,
        }
    }
}

/// Adds warnings, in the form of RFC 7234.
pub(super) fn warn<B, T: AsRef<str>>(response: &mut Response<B>, warnings: &[T]) {
    for warning in warnings {
        let text = format!("299 - {:?}", warning.as_ref());
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(WARNING, value);
        }
    }
}

/// A refusal as a response, in JSON whatever was asked for.
#[must_use]
pub fn refusal(status: &Status) -> Response<Vec<u8>> {
    let mut text = serde_json::to_vec(&status_json(status)).expect("JSON values can be written");
    text.push(b'\n');
    respond(code(status), Text::Json, text)
}

fn respond(code: StatusCode, text: Text, body: Vec<u8>) -> Response<Vec<u8>> {
    let media = match text {
        Text::Json => media::JSON,
        Text::Yaml => media::YAML,
    };
    let mut response = Response::new(body);
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    response
}

fn code(status: &Status) -> StatusCode {
    StatusCode::from_u16(status.code()).expect("reasons have codes of HTTP")
}

/// A `Status` as `v1` has it.
pub(super) fn status_json(status: &Status) -> Value {
    let mut json = json!({
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": status.message,
    });
    if !status.continue_token.is_empty() {
        json["metadata"]["continue"] = status.continue_token.as_str().into();
    }
    if status.reason != Reason::Unknown {
        json["reason"] = format!("{:?}", status.reason).into();
    }
    let mut details = Map::new();
    if !status.name.is_empty() {
        details.insert("name".into(), status.name.as_str().into());
    }
    if let Some(kind) = status.kind {
        let info = kind.info();
        if !info.group.is_empty() {
            details.insert("group".into(), info.group.into());
        }
        // Field errors are about a kind, everything else about a resource.
        let is_about_fields = status.reason == Reason::Invalid;
        let kind = if is_about_fields {
            info.name
        } else {
            info.plural
        };
        details.insert("kind".into(), kind.into());
    }
    let causes = status.causes.iter().map(|cause| {
        let mut json = json!({"reason": cause.reason, "message": cause.message});
        if !cause.field.is_empty() {
            json["field"] = cause.field.as_str().into();
        }
        json
    });
    let causes: Vec<Value> = causes.collect();
    if !causes.is_empty() {
        details.insert("causes".into(), causes.into());
    }
    let has_details = !matches!(
        status.reason,
        Reason::Unauthorized
            | Reason::UnsupportedMediaType
            | Reason::BadRequest
            | Reason::Expired
            | Reason::Unknown
    );
    if has_details || !details.is_empty() {
        json["details"] = details.into();
    }
    json["code"] = status.code().into();
    json
}

/// What is answered when an object is gone for good.
fn deleted(object: &Object) -> Value {
    let info = object.kind().info();
    let mut details =
        json!({"name": object.name(), "kind": info.plural, "uid": object.metadata().uid});
    if !info.group.is_empty() {
        details["group"] = info.group.into();
    }
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}

/// Kinds whose deletion is answered with the object as it was. The real thing: `ReturnDeletedObject` of the kind's store.
fn shows_what_it_deleted(kind: Kind) -> bool {
    const KINDS: [&str; 8] = [
        "PersistentVolume",
        "PersistentVolumeClaim",
        "Pod",
        "PodTemplate",
        "ResourceQuota",
        "Service",
        "ServiceAccount",
        "StorageClass",
    ];
    KINDS.contains(&kind.info().name)
}

/// The metadata alone.
pub(super) fn metadata_of(object: &Value) -> Value {
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object.get("metadata")})
}

/// An entry of a list: built-in types do not repeat in each what the list says of all.
fn bare(mut object: Value, is_custom: bool) -> Value {
    if !is_custom && let Some(fields) = object.as_object_mut() {
        fields.shift_remove("apiVersion");
        fields.shift_remove("kind");
    }
    object
}

/// `404`: no resource has this address.
pub(super) fn no_such_resource() -> Status {
    Status::new(
        Reason::NotFound,
        "the server could not find the requested resource",
    )
}

/// `405`.
pub(super) fn not_allowed() -> Status {
    Status::new(
        Reason::MethodNotAllowed,
        "the server does not allow this method on the requested resource",
    )
}
