//! Custom objects: what the generic verbs must know of a kind that a definition in the store defines.
//!
//! A custom object lies in the store in its definition's storage version. Requests may come in any served version: on the way in the
//! version's schema prunes, fills in and judges; on the way out only the `apiVersion` is another (conversion `None`).
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go,
//! pkg/registry/customresource/{strategy,status_strategy,validator,etcd}.go.

use super::Call;
use crate::api::custom::{self, Definition, ScalePaths, Schema, steps, type_name};
use crate::api::decode::{self, Decoded, Flaw, Strictness};
use crate::api::field::FieldError;
use crate::api::kinds::{CustomResourceDefinitionVersion, VersionFacts};
use crate::api::selectors::FieldSelector;
use crate::api::{
    Body, CustomObject, Kind, Name, Object, PatchType, Reason, Reply, Request, Snapshot, Status,
    Subresource, Verb,
};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The definition behind a request for custom objects, and the version that the client speaks.
#[derive(Clone)]
pub(super) struct Custom {
    pub(super) definition: Arc<Definition>,
    version: Name,
}

impl Custom {
    /// What the request is about; `None` for built-in kinds.
    ///
    /// # Errors
    /// `404` if the kind or the version is not served or has no such subresource, `400` for an unknown field selector, `415` for a
    /// strategic merge patch.
    pub(super) fn of(request: &Request, head: &Snapshot) -> Result<Option<Self>, Status> {
        let Kind::Custom(kind) = request.key.kind else {
            return Ok(None);
        };
        let definition = head.definition(kind).ok_or_else(not_served)?.clone();
        let asked = request.api_version.rsplit('/').next().unwrap_or_default();
        let version = if asked.is_empty() {
            definition.storage_version()
        } else {
            asked
        };
        let version = Name::from(version);
        let this = Self {
            definition,
            version,
        };
        let served = this.definition.version(&this.version);
        let served = served.filter(|v| asked.is_empty() || v.served);
        let version = served.ok_or_else(not_served)?;
        let has = match request.subresource {
            None => true,
            Some(Subresource::Status) => version.has_status(),
            Some(Subresource::Scale) => scale(version).is_some(),
            Some(_) => false,
        };
        if !has {
            return Err(Status::not_found(request.key.kind, &request.key.name));
        }
        this.check_fields(request)?;
        if let Body::Patch(patch) = &request.body
            && patch.kind == PatchType::StrategicMerge
        {
            let why = "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
            return Err(Status::new(Reason::UnsupportedMediaType, why));
        }
        if request.verb == Verb::Create && this.definition.is_terminating() {
            let why = "create not allowed while custom resource definition is terminating";
            let name = request.key.name.as_str();
            return Err(Status::forbidden(request.key.kind, name, why));
        }
        Ok(Some(this))
    }

    fn check_fields(&self, request: &Request) -> Result<(), Status> {
        if request.select.field_selector.is_empty() {
            return Ok(());
        }
        let fields =
            FieldSelector::parse(&request.select.field_selector).map_err(Status::bad_request)?;
        let namespaced = request.key.kind.info().namespaced;
        for term in &fields.terms {
            let field = term.field.as_str();
            let mut own = self.definition.selectable_fields(&self.version);
            let is_known = field == "metadata.name"
                || field == "metadata.namespace" && namespaced
                || own.any(|path| path == field);
            if !is_known {
                let why = format!("field label not supported: {field}");
                return Err(Status::bad_request(why));
            }
        }
        Ok(())
    }

    fn spec(&self) -> &CustomResourceDefinitionVersion {
        let version = self.definition.version(&self.version);
        version.expect("it was there when the request came")
    }

    fn schema(&self) -> Option<Schema<'_>> {
        self.definition.schema(&self.version)
    }

    /// `stable.example.com/v1`, as the client speaks.
    pub(super) fn api_version(&self) -> String {
        format!("{}/{}", self.definition.kind.info().group, self.version)
    }

    /// The object as this client sees it.
    pub(super) fn shown(&self, mut object: Object) -> Object {
        let Object::Custom(custom) = &mut object else {
            return object;
        };
        if custom.version != self.version {
            Arc::make_mut(custom).version = self.version.clone();
        }
        // The definition may have learned defaults since.
        if self.definition.has_defaults(&self.version)
            && let Some(schema) = self.schema()
        {
            let mut content = custom.content.clone();
            custom::fill_in(&mut content, schema);
            if content != custom.content {
                Arc::make_mut(custom).content = content;
            }
        }
        object
    }

    /// The same for an answer.
    pub(super) fn reply(&self, reply: Reply) -> Reply {
        match reply {
            Reply::Object(object) => Reply::Object(self.shown(object)),
            Reply::Deleted(object) => Reply::Deleted(self.shown(object)),
            Reply::List(mut list) => {
                let items = std::mem::take(&mut list.items);
                list.items = items.into_iter().map(|o| self.shown(o)).collect();
                Reply::List(list)
            }
            #[allow(
                unreachable_patterns,
                reason = "answers of other shapes hold no custom objects"
            )]
            other => other,
        }
    }

    /// Reads a document: pruned, filled in, in the storage version. Returns the paths of unknown fields as well.
    pub(super) fn read(&self, document: &Value) -> Result<(Object, Vec<decode::Problem>), Status> {
        let info = self.definition.kind.info();
        let text = |field: &str| document.get(field).and_then(Value::as_str);
        let name = document.pointer("/metadata/name").and_then(Value::as_str);
        let wanted = self.api_version();
        if let Some(said) = text("apiVersion").filter(|said| *said != wanted) {
            return Err(Status::bad_request(format!(
                "the API version in the data ({said}) does not match the expected API version ({wanted})"
            )));
        }
        if let Some(said) = text("kind").filter(|said| *said != info.name) {
            let error = FieldError::invalid("kind", said, &format!("must be {}", info.name));
            let kind = Kind::Custom(self.definition.kind);
            return Err(Status::invalid(kind, name.unwrap_or_default(), &[error]));
        }
        let Decoded {
            mut object,
            mut problems,
        } = decode::decode(Kind::Custom(self.definition.kind), document);
        if let Some(wrong) = problems.iter().find(|p| p.flaw == Flaw::WrongType) {
            return Err(Status {
                causes: vec![decode::cause(wrong)],
                ..Status::bad_request(wrong.message.clone())
            });
        }
        let Object::Custom(custom) = &mut object else {
            unreachable!("a custom kind is read as a custom object");
        };
        let custom = Arc::make_mut(custom);
        let unknown = custom::prune_content(&mut custom.content, self.schema());
        let problem = |path: String| decode::Problem {
            message: format!("unknown field {path:?}"),
            path,
            flaw: Flaw::UnknownField,
            known: Vec::new(),
        };
        problems.splice(0..0, unknown.into_iter().map(problem));
        if let Some(schema) = self.schema() {
            custom::fill_in(&mut custom.content, schema);
        }
        custom.version = self.definition.storage_version().into();
        Ok((object, problems))
    }

    /// Reads the body of a create or an update.
    pub(super) fn read_body(
        &self,
        document: &Value,
        strictness: Strictness<'_>,
    ) -> Result<(Object, Vec<String>), Status> {
        let (object, problems) = self.read(document)?;
        let problems = strictness.with_all_repeated(problems);
        let warnings = strictness.judge(&problems).map_err(|why| {
            let info = self.definition.kind.info();
            Status {
                causes: problems.iter().map(decode::cause).collect(),
                ..Status::bad_request(format!(
                    "{} in version {:?} cannot be handled as a {}: {why}",
                    info.name, self.version, info.name
                ))
            }
        })?;
        Ok((object, warnings))
    }

    /// What a client may not set at creation.
    pub(super) fn prepare_create(&self, object: &mut Object) {
        let Object::Custom(custom) = object else {
            return;
        };
        let custom = Arc::make_mut(custom);
        if self.spec().has_status() {
            custom.content.shift_remove("status");
        }
        custom.metadata.generation = Some(1);
    }

    /// What an update of this part may not change.
    pub(super) fn prepare_update(
        &self,
        object: &mut Object,
        old: &Object,
        part: Option<Subresource>,
    ) {
        let (Object::Custom(new), Object::Custom(was)) = (&mut *object, old) else {
            return;
        };
        let new = Arc::make_mut(new);
        let with_status = |content: &mut Map<String, Value>, status: Option<Value>| match status {
            Some(status) => {
                content.insert("status".to_owned(), status);
                content.sort_keys();
            }
            None => {
                content.shift_remove("status");
            }
        };
        if part == Some(Subresource::Status) {
            let status = new.content.shift_remove("status");
            let managed_fields = new.metadata.managed_fields.take();
            let version = new.version.clone();
            *new = CustomObject::clone(was);
            new.version = version;
            new.metadata.managed_fields = managed_fields;
            with_status(&mut new.content, status);
            return;
        }
        if self.spec().has_status() {
            with_status(&mut new.content, was.content.get("status").cloned());
        }
        if new.content != was.content {
            let generation = was.metadata.generation.unwrap_or(0);
            new.metadata.generation = Some(generation + 1);
        }
    }

    /// Everything wrong with a new object.
    pub(super) fn validate(&self, object: &Object) -> Vec<FieldError> {
        let Object::Custom(custom) = object else {
            return Vec::new();
        };
        let mut errors = Vec::new();
        if let Some(schema) = self.schema() {
            errors.extend(custom::validate_content(&custom.content, None, schema));
        }
        errors.extend(self.validate_replicas(custom, Part::Spec));
        errors.extend(self.validate_replicas(custom, Part::Status));
        if let Some(schema) = self.schema() {
            errors.extend(custom::embedded(&custom.content, schema));
            errors.extend(custom::duplicates(&custom.content, schema));
        }
        errors
    }

    /// Everything wrong with replacing `old` by this.
    pub(super) fn validate_update(
        &self,
        object: &Object,
        old: &Object,
        part: Option<Subresource>,
    ) -> Vec<FieldError> {
        let (Object::Custom(new), Object::Custom(was)) = (object, old) else {
            return Vec::new();
        };
        let schema = self.schema();
        let twice = |content: &Map<String, Value>| {
            schema.map_or(Vec::new(), |schema| custom::duplicates(content, schema))
        };
        let mut errors = Vec::new();
        if part == Some(Subresource::Status) {
            let status = schema.and_then(|s| s.property("status"));
            if let (Some(status), Some(value)) = (status, new.content.get("status")) {
                let before = was.content.get("status");
                errors.extend(custom::validate_status(value, before, status));
            }
            errors.extend(self.validate_replicas(new, Part::Status));
        } else {
            if let Some(schema) = schema {
                let before = Some(&was.content);
                errors.extend(custom::validate_content(&new.content, before, schema));
            }
            errors.extend(self.validate_replicas(new, Part::Spec));
            errors.extend(self.validate_replicas(new, Part::Status));
            if let Some(schema) = schema {
                errors.extend(custom::embedded(&new.content, schema));
            }
        }
        if twice(&was.content).is_empty() {
            errors.extend(twice(&new.content));
        }
        errors
    }

    fn validate_replicas(&self, object: &CustomObject, part: Part) -> Option<FieldError> {
        let scale = scale(self.spec())?;
        let path = match part {
            Part::Spec => &scale.spec_replicas_path,
            Part::Status => &scale.status_replicas_path,
        };
        let value = object.at(&steps(path))?;
        let invalid = |why: &str| Some(FieldError::invalid(path.as_str(), value.clone(), why));
        match value.as_i64() {
            None => {
                let shown = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                let why = format!(
                    "{path} accessor error: {shown} is of the type {}, expected int64",
                    type_name(value)
                );
                Some(FieldError::invalid(path.as_str(), 0, &why))
            }
            Some(count) if count < 0 => invalid("should be a non-negative integer"),
            Some(count) if count > i64::from(i32::MAX) => {
                invalid("should be less than or equal to 2147483647")
            }
            Some(_) => None,
        }
    }

    /// Where the replicas stand.
    pub(super) fn scale(&self) -> Option<ScalePaths> {
        self.definition.scale(&self.version)
    }

    /// What is said to those who still speak this version, if it is deprecated.
    pub(super) fn deprecation(&self) -> Option<String> {
        self.definition.deprecation(&self.version)
    }

    /// The structural schema of this version, for the owners of fields.
    pub(super) fn schema_json(&self) -> Option<&Map<String, Value>> {
        self.definition.schema_json(&self.version)?.as_object()
    }
}

/// Half of an object.
#[derive(Clone, Copy)]
enum Part {
    Spec,
    Status,
}

type Scale = k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceSubresourceScale;

fn scale(version: &CustomResourceDefinitionVersion) -> Option<&Scale> {
    version.subresources.as_ref()?.scale.as_ref()
}

pub(super) fn not_served() -> Status {
    let why = "the server could not find the requested resource";
    Status::new(Reason::NotFound, why)
}

/// Warnings about finalizers that nobody owns: other kinds refuse them.
pub(super) fn warn_of_finalizers(call: &mut Call<'_, '_>, object: &Object, old: Option<&Object>) {
    if !matches!(object, Object::Custom(_)) {
        return;
    }
    let list = |object: &Object| object.metadata().finalizers.clone().unwrap_or_default();
    let before = old.map(list).unwrap_or_default();
    let mut new = list(object);
    new.retain(|f| !before.contains(f));
    new.sort();
    for finalizer in new {
        let standard = ["kubernetes", "orphan", "foregroundDeletion"].contains(&&*finalizer);
        if finalizer.contains('/') || standard {
            continue;
        }
        let path = if finalizer.contains('.') {
            " including a path (/)"
        } else {
            ""
        };
        call.warnings.push(format!(
            "metadata.finalizers: {finalizer:?}: prefer a domain-qualified finalizer name{path} to avoid accidental conflicts with other finalizer writers"
        ));
    }
}
