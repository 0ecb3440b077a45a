//! One operation at one path: parameters, body and answers.

use super::Dialect;
use crate::api::Name;
use serde_json::{Map, Value, json};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Get,
    List,
    Post,
    Put,
    Patch,
    Delete,
    DeleteCollection,
}

impl Action {
    /// The HTTP method.
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Get | Self::List => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete | Self::DeleteCollection => "delete",
        }
    }

    /// As `x-kubernetes-action` spells it.
    fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::DeleteCollection => "deletecollection",
            other => other.method(),
        }
    }

    /// How an operation's id begins.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Get => "read",
            Self::List => "list",
            Self::Post => "create",
            Self::Put => "replace",
            Self::Patch => "patch",
            Self::Delete | Self::DeleteCollection => "delete",
        }
    }

    /// What stands in an operation's id before the kind.
    pub(super) fn infix(self) -> &'static str {
        match self {
            Self::DeleteCollection => "Collection",
            _ => "",
        }
    }
}

/// One operation.
pub(super) struct Operation<'a> {
    pub(super) action: Action,
    /// `readAppsV1NamespacedDeployment`.
    pub(super) id: String,
    /// `apps_v1`.
    pub(super) tag: String,
    /// Group, version and kind of what it is about.
    pub(super) of_kind: [Name; 3],
    /// The same in words.
    pub(super) what: String,
    /// The definition of the body.
    pub(super) body: Option<&'a str>,
    /// The definition of the answer.
    pub(super) answer: Option<&'a str>,
    /// Is it a connection to a container rather than a request?
    pub(super) is_stream: bool,
}

const ANSWER_TYPES: &[&str] = &["application/json", "application/yaml"];
const PATCH_TYPES: &[&str] = &[
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
];

const DRY_RUN: (&str, &str, &str) = (
    "dryRun",
    "string",
    "All: do everything but store the result.",
);
const FIELD_MANAGER: (&str, &str, &str) = (
    "fieldManager",
    "string",
    "The name of the actor that makes the change, at most 128 characters; managedFields remember it. Required for apply patches.",
);
const FIELD_VALIDATION: (&str, &str, &str) = (
    "fieldValidation",
    "string",
    "What to do about unknown and duplicate fields. Ignore: drop them silently. Warn: drop them and say so in a warning (the default). Strict: refuse the request.",
);
const FORCE: (&str, &str, &str) = (
    "force",
    "boolean",
    "For apply patches only: take over fields that other managers own.",
);
const SELECTION: &[(&str, &str, &str)] = &[
    (
        "continue",
        "string",
        "Where an earlier answer that was cut at limit ended, as that answer says.",
    ),
    (
        "fieldSelector",
        "string",
        "Only objects whose fields are so.",
    ),
    (
        "labelSelector",
        "string",
        "Only objects whose labels are so.",
    ),
    ("limit", "integer", "At most so many objects in one answer."),
    (
        "resourceVersion",
        "string",
        "Objects as they were then, or later: see resourceVersionMatch.",
    ),
    ("resourceVersionMatch", "string", "Exact or NotOlderThan."),
    ("timeoutSeconds", "integer", "End the call after so long."),
];
const WATCH: &[(&str, &str, &str)] = &[
    (
        "allowWatchBookmarks",
        "boolean",
        "Send an event now and then that says how far the watch has come.",
    ),
    (
        "sendInitialEvents",
        "boolean",
        "Begin with an event for every object that there is.",
    ),
    (
        "watch",
        "boolean",
        "Go on and send every change as an event.",
    ),
];
const DELETION: &[(&str, &str, &str)] = &[
    (
        "gracePeriodSeconds",
        "integer",
        "How long the object may take to end; zero means at once.",
    ),
    (
        "orphanDependents",
        "boolean",
        "Deprecated, see propagationPolicy.",
    ),
    (
        "propagationPolicy",
        "string",
        "What happens to the objects that this one owns: Orphan, Background or Foreground.",
    ),
];

impl Operation<'_> {
    /// The operation as the dialect spells it.
    pub(super) fn write(&self, dialect: Dialect) -> Value {
        let [group, version, kind] = &self.of_kind;
        let mut operation = Map::new();
        let mut put = |name: &str, value: Value| operation.insert(name.to_owned(), value);
        put(
            "description",
            json!(format!("{} {}", self.action.word(), self.what)),
        );
        put("operationId", json!(self.id));
        put("tags", json!([self.tag]));
        let mut parameters: Vec<Value> = self
            .query()
            .into_iter()
            .map(|(name, of, text)| parameter(dialect, "query", name, of, text))
            .collect();
        let body_types = match self.action {
            Action::Patch => PATCH_TYPES,
            _ => &["*/*"],
        };
        match dialect {
            Dialect::V2 => {
                put("consumes", json!(body_types));
                put("produces", json!(ANSWER_TYPES));
                put("schemes", json!(["https"]));
                if let Some(body) = self.body {
                    let required = !self.action.name().starts_with("delete");
                    let schema = dialect.reference(body);
                    parameters.push(json!({ "in": "body", "name": "body", "required": required, "schema": schema }));
                }
            }
            Dialect::V3 => {
                if let Some(body) = self.body {
                    let schema = dialect.reference(body);
                    put(
                        "requestBody",
                        json!({ "content": content(body_types, &schema) }),
                    );
                }
            }
        }
        put("parameters", Value::Array(parameters));
        put("responses", self.responses(dialect));
        let action = if self.is_stream {
            "connect"
        } else {
            self.action.name()
        };
        put("x-kubernetes-action", json!(action));
        put(
            "x-kubernetes-group-version-kind",
            json!({ "group": group, "version": version, "kind": kind }),
        );
        Value::Object(operation)
    }

    /// The query parameters.
    fn query(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        if self.is_stream {
            return Vec::new();
        }
        match self.action {
            Action::Get => Vec::new(),
            Action::List => [SELECTION, WATCH].concat(),
            Action::Post | Action::Put => vec![DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION],
            Action::Patch => vec![DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION, FORCE],
            Action::Delete => [&[DRY_RUN], DELETION].concat(),
            Action::DeleteCollection => [&[DRY_RUN], DELETION, SELECTION].concat(),
        }
    }

    fn responses(&self, dialect: Dialect) -> Value {
        let schema = match self.answer {
            Some(answer) => dialect.reference(answer),
            None => json!({ "type": "string" }),
        };
        let response = |description: &str| match dialect {
            Dialect::V2 => json!({ "description": description, "schema": schema }),
            Dialect::V3 => {
                json!({ "description": description, "content": content(ANSWER_TYPES, &schema) })
            }
        };
        let codes: &[(&str, &str)] = match self.action {
            Action::Get | Action::List | Action::DeleteCollection => &[("200", "OK")],
            Action::Put | Action::Patch => &[("200", "OK"), ("201", "Created")],
            Action::Delete => &[("200", "OK"), ("202", "Accepted")],
            Action::Post => &[("200", "OK"), ("201", "Created"), ("202", "Accepted")],
        };
        let mut responses: Map<String, Value> = codes
            .iter()
            .map(|(code, description)| ((*code).to_owned(), response(description)))
            .collect();
        responses.insert("401".to_owned(), json!({ "description": "Unauthorized" }));
        Value::Object(responses)
    }
}

/// The parameters that all operations at a path have: what is in braces, and `pretty`.
pub(super) fn path_parameters(dialect: Dialect, path: &str, kind: &str) -> Value {
    let mut parameters = Vec::new();
    if path.contains("{name}") {
        let text = format!("name of the {kind}");
        parameters.push(parameter(dialect, "path", "name", "string", &text));
    }
    if path.contains("{namespace}") {
        let text = "object name and auth scope, such as for teams and projects";
        parameters.push(parameter(dialect, "path", "namespace", "string", text));
    }
    let text = "If 'true', then the output is pretty printed.";
    parameters.push(parameter(dialect, "query", "pretty", "string", text));
    Value::Array(parameters)
}

fn parameter(dialect: Dialect, place: &str, name: &str, of: &str, description: &str) -> Value {
    let mut parameter = Map::new();
    let mut put = |name: &str, value: Value| parameter.insert(name.to_owned(), value);
    put("name", json!(name));
    put("in", json!(place));
    put("description", json!(description));
    if place == "path" {
        put("required", json!(true));
    }
    match dialect {
        Dialect::V2 => {
            put("type", json!(of));
            put("uniqueItems", json!(true));
        }
        Dialect::V3 => {
            put("schema", json!({ "type": of, "uniqueItems": true }));
        }
    }
    Value::Object(parameter)
}

fn content(types: &[&str], schema: &Value) -> Value {
    let by_type = types
        .iter()
        .map(|of| ((*of).to_owned(), json!({ "schema": schema })));
    Value::Object(by_type.collect())
}
