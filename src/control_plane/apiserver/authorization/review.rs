//! Reviews: questions to the API server about who may do what and who someone is. They are created, answered and forgotten.
//!
//! The real thing: pkg/registry/authorization/{selfsubjectaccessreview,subjectaccessreview,localsubjectaccessreview,selfsubjectrulesreview}/rest.go,
//! pkg/registry/authentication/{tokenreview,selfsubjectreview}/storage.go, pkg/apis/authorization/validation/validation.go.
//! Left out: label selectors in resource attributes, which no authorizer here looks at.

use super::token::Authenticated;
use super::{Attributes, Resource, authorize, forbidden, rules_review};
use crate::api::field::FieldError;
use crate::api::{Caller, Cause, Identity, Reason, Snapshot, Status};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// A kind of review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// As `kind:` spells it.
    pub kind: &'static str,
    /// Its API group; the version is `v1`.
    pub group: &'static str,
    /// As URLs spell it.
    pub plural: &'static str,
    /// Is it created in a namespace?
    pub namespaced: bool,
}

const AUTHORIZATION: &str = "authorization.k8s.io";
const AUTHENTICATION: &str = "authentication.k8s.io";

/// All kinds of reviews, for discovery and for the addresses that they are created at.
pub const ALL: &[Review] = &[
    review(
        "SelfSubjectAccessReview",
        AUTHORIZATION,
        "selfsubjectaccessreviews",
    ),
    review("SubjectAccessReview", AUTHORIZATION, "subjectaccessreviews"),
    Review {
        namespaced: true,
        ..review(
            "LocalSubjectAccessReview",
            AUTHORIZATION,
            "localsubjectaccessreviews",
        )
    },
    review(
        "SelfSubjectRulesReview",
        AUTHORIZATION,
        "selfsubjectrulesreviews",
    ),
    review("SelfSubjectReview", AUTHENTICATION, "selfsubjectreviews"),
    review("TokenReview", AUTHENTICATION, "tokenreviews"),
];

const fn review(kind: &'static str, group: &'static str, plural: &'static str) -> Review {
    Review {
        kind,
        group,
        plural,
        namespaced: false,
    }
}

impl Review {
    /// The review of this kind.
    #[must_use]
    pub fn named(kind: &str) -> Option<&'static Self> {
        ALL.iter().find(|review| review.kind == kind)
    }

    /// `authorization.k8s.io/v1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        format!("{}/v1", self.group)
    }

    fn qualified(&self) -> String {
        format!("{}.{}", self.kind, self.group)
    }
}

/// Whose a token is, among those meant for these audiences: [`super::token::verify`], or a table of static tokens.
pub type Tokens<'a> = dyn Fn(&str, &[&str]) -> Result<Option<Authenticated>, String> + 'a;

/// Answers a review: the document with its status.
///
/// # Errors
/// 403 if the asker may not ask, 400 and 422 if the question makes no sense.
pub fn answer(
    review: &Review,
    document: &Value,
    namespace: &str,
    asker: &Caller<'_>,
    snapshot: &Snapshot,
    tokens: &Tokens<'_>,
) -> Result<Value, Status> {
    let resource = Resource {
        group: review.group,
        resource: review.plural,
        namespace,
        ..Resource::default()
    };
    let attributes = Attributes::resource("create", resource);
    let verdict = authorize(asker, &attributes, snapshot);
    if !verdict.is_allowed() {
        return Err(forbidden(asker, &attributes, &verdict.reason()));
    }
    let spec = document.get("spec").cloned().unwrap_or_else(|| json!({}));
    let (spec, status) = match review.kind {
        "SelfSubjectRulesReview" => (json!({}), rules_review::status(&spec, asker, snapshot)?),
        "SelfSubjectReview" => (
            Value::Null,
            json!({"userInfo": user_info(asker.name, &asker.identity)}),
        ),
        "TokenReview" => {
            let status = token_status(&spec, tokens)?;
            (spec, status)
        }
        _ => {
            let status = access_status(review, &spec, namespace, asker, snapshot)?;
            (spec, status)
        }
    };
    let mut metadata = json!({"creationTimestamp": null});
    if review.namespaced {
        metadata["namespace"] = json!(namespace);
    }
    let mut answer =
        json!({"kind": review.kind, "apiVersion": review.api_version(), "metadata": metadata});
    if !spec.is_null() {
        answer["spec"] = spec;
    }
    answer["status"] = status;
    Ok(answer)
}

/// May the subject of the spec (or the asker) do what the spec says?
fn access_status(
    review: &Review,
    spec: &Value,
    namespace: &str,
    asker: &Caller<'_>,
    snapshot: &Snapshot,
) -> Result<Value, Status> {
    let errors = check_access(review, spec, namespace);
    if !errors.is_empty() {
        return Err(invalid(&review.qualified(), &errors));
    }
    let text = |path: &str| {
        spec.pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let subject = if review.kind == "SelfSubjectAccessReview" {
        asker.clone()
    } else {
        Caller {
            name: text("/user"),
            identity: Cow::Owned(identity(spec)),
        }
    };
    let fields = field_selector(spec);
    let attributes = if spec
        .get("resourceAttributes")
        .is_some_and(|part| !part.is_null())
    {
        Attributes::resource(
            text("/resourceAttributes/verb"),
            Resource {
                group: text("/resourceAttributes/group"),
                resource: text("/resourceAttributes/resource"),
                subresource: text("/resourceAttributes/subresource"),
                namespace: text("/resourceAttributes/namespace"),
                name: Cow::Borrowed(text("/resourceAttributes/name")),
                field_selector: &fields,
            },
        )
    } else {
        Attributes::path(
            text("/nonResourceAttributes/verb"),
            text("/nonResourceAttributes/path"),
        )
    };
    let verdict = authorize(&subject, &attributes, snapshot);
    let mut status = json!({"allowed": verdict.is_allowed()});
    let reason = verdict.reason();
    if !reason.is_empty() {
        status["reason"] = json!(reason);
    }
    Ok(status)
}

fn check_access(review: &Review, spec: &Value, namespace: &str) -> Vec<FieldError> {
    let part = |name: &str| spec.get(name).filter(|part| !part.is_null());
    let (resource, path) = (part("resourceAttributes"), part("nonResourceAttributes"));
    let mut errors = Vec::new();
    if let (Some(_), Some(path)) = (resource, path) {
        let detail = "cannot be specified in combination with resourceAttributes";
        errors.push(FieldError::invalid(
            "spec.nonResourceAttributes",
            path.clone(),
            detail,
        ));
    }
    if resource.is_none() && path.is_none() {
        let detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
        errors.push(FieldError::required("spec.resourceAttributes", detail));
    }
    let is_empty = |name: &str| match part(name) {
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(list)) => list.is_empty(),
        _ => true,
    };
    if review.kind != "SelfSubjectAccessReview" && is_empty("user") && is_empty("groups") {
        let detail = "at least one of user or group must be specified";
        errors.push(FieldError::required("spec.user", detail));
    }
    if !review.namespaced {
        return errors;
    }
    if let Some(resource) = resource {
        let given = resource
            .get("namespace")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if given != namespace {
            let detail = "must match metadata.namespace";
            errors.push(FieldError::invalid(
                "spec.resourceAttributes.namespace",
                given,
                detail,
            ));
        }
    }
    if let Some(path) = path {
        let detail = "disallowed on this kind of request";
        errors.push(FieldError::invalid(
            "spec.nonResourceAttributes",
            path.clone(),
            detail,
        ));
    }
    errors
}

/// The identity that a SubjectAccessReview asks about: exactly what it says, nothing implied.
fn identity(spec: &Value) -> Identity {
    let texts = |list: &Value| -> Vec<String> {
        let list = list.as_array().into_iter().flatten();
        list.filter_map(|text| text.as_str().map(str::to_owned))
            .collect()
    };
    let groups = spec.get("groups").map(texts).unwrap_or_default();
    let extra = spec.get("extra").and_then(Value::as_object);
    Identity {
        groups: groups.into_iter().map(Into::into).collect(),
        uid: spec
            .get("uid")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .into(),
        extra: extra
            .into_iter()
            .flatten()
            .map(|(key, values)| (key.clone(), texts(values)))
            .collect(),
    }
}

/// What the attributes select by field, as `--field-selector` spells it.
fn field_selector(spec: &Value) -> String {
    let Some(selector) = spec.pointer("/resourceAttributes/fieldSelector") else {
        return String::new();
    };
    if let Some(raw) = selector.get("rawSelector").and_then(Value::as_str) {
        return raw.to_owned();
    }
    let terms = selector.get("requirements").and_then(Value::as_array);
    let term = |term: &Value| {
        let sign = match term["operator"].as_str()? {
            "In" => "=",
            "NotIn" => "!=",
            _ => return None,
        };
        match &term["values"].as_array()?[..] {
            [value] => Some(format!(
                "{}{sign}{}",
                term["key"].as_str()?,
                value.as_str()?
            )),
            _ => None,
        }
    };
    let terms: Vec<String> = terms.into_iter().flatten().filter_map(term).collect();
    terms.join(",")
}

fn token_status(spec: &Value, tokens: &Tokens<'_>) -> Result<Value, Status> {
    let token = spec
        .get("token")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if token.is_empty() {
        return Err(Status::bad_request(
            "token is required for TokenReview in authentication",
        ));
    }
    let audiences = spec.get("audiences").and_then(Value::as_array);
    let audiences: Vec<&str> = audiences
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    Ok(match tokens(token, &audiences) {
        Ok(Some(who)) => json!({
            "authenticated": true, "user": user_info(&who.user, &who.identity), "audiences": who.audiences
        }),
        Ok(None) => json!({"user": {}}),
        Err(why) => json!({"user": {}, "error": why}),
    })
}

/// `authentication.k8s.io/v1`'s `UserInfo`.
#[must_use]
pub fn user_info(name: &str, identity: &Identity) -> Value {
    let mut info = Map::new();
    info.insert("username".to_owned(), json!(name));
    if !identity.uid.is_empty() {
        info.insert("uid".to_owned(), json!(identity.uid));
    }
    if !identity.groups.is_empty() {
        info.insert("groups".to_owned(), json!(identity.groups));
    }
    if !identity.extra.is_empty() {
        info.insert("extra".to_owned(), json!(identity.extra));
    }
    Value::Object(info)
}

/// A 422 about something that is not stored: `SubjectAccessReview.authorization.k8s.io "" is invalid: …`.
pub(super) fn invalid(kind: &str, errors: &[FieldError]) -> Status {
    let mut texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let list = if texts.len() == 1 {
        texts.remove(0)
    } else {
        format!("[{}]", texts.join(", "))
    };
    let cause = |error: &FieldError| Cause {
        reason: error.fault.reason().to_owned(),
        message: error.body.clone(),
        field: error.field.clone(),
    };
    Status {
        causes: errors.iter().map(cause).collect(),
        ..Status::new(Reason::Invalid, format!("{kind} \"\" is invalid: {list}"))
    }
}

#[cfg(test)]
mod tests;
