//! A request as a client puts it on the wire: the other half of [`super::read`].
//!
//! The real thing: staging/src/k8s.io/client-go/rest/request.go; cli-runtime's pkg/resource/helper.go says which options kubectl sends.
//! Left out: protobuf bodies, which kubectl's generators send (JSON instead); credentials; watches and streams.

use crate::api::{
    Body, DeleteOptions, FieldValidation, Kind, Patch, PatchType, Propagation, Request, Status,
    Verb,
};
use form_urlencoded::byte_serialize;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use serde_json::{Map, Value, json};

/// Writes a request as the client `agent` (`kubectl/v1.32.0`) does that wants its answer in the form `accept`. `more` is what its query says
/// besides: `includeObject=Object`.
///
/// # Errors
/// `400` for what fits into no URL: a name with a slash, one of tens of thousands of letters.
pub fn write(
    request: &Request,
    agent: &str,
    accept: &str,
    more: &str,
) -> Result<http::Request<Vec<u8>>, Status> {
    if let Some(why) = request.path_error() {
        return Err(Status::bad_request(why));
    }
    let product = agent.split('/').next().unwrap_or_default();
    let mut uri = path(request);
    let mut query = query(request, product);
    query.extend((!more.is_empty()).then(|| more.to_owned()));
    query.sort();
    if !query.is_empty() {
        uri.push('?');
        uri.push_str(&query.join("&"));
    }
    let body = body(request);
    let mut written = http::Request::builder()
        .method(request.method())
        .uri(uri)
        .header(USER_AGENT, agent)
        .header(ACCEPT, accept);
    if body.is_some() {
        written = written.header(CONTENT_TYPE, content_type(request));
    }
    let body = body.map(|body| body.to_string().into_bytes());
    written
        .body(body.unwrap_or_default())
        .map_err(|error| Status::bad_request(error.to_string()))
}

/// The path, as a URL spells what is no letter.
fn path(request: &Request) -> String {
    let path = request.path();
    let parts = path.split('/').map(|part| {
        let part: String = byte_serialize(part.as_bytes()).collect();
        part.replace('+', "%20") // a blank is a plus in forms only
    });
    parts.collect::<Vec<_>>().join("/")
}

/// What follows the question mark; what is as the server takes it anyway is not said.
fn query(request: &Request, product: &str) -> Vec<String> {
    let select = &request.select;
    let limit = if select.limit == 0 {
        String::new()
    } else {
        select.limit.to_string()
    };
    let writes = matches!(request.verb, Verb::Create | Verb::Update | Verb::Patch);
    let manager = Some(request.field_manager.as_str()).filter(|name| writes && *name != product);
    let validation = match request.field_validation {
        FieldValidation::Strict if writes => "Strict",
        FieldValidation::Ignore if writes => "Ignore",
        _ => "",
    };
    let forces = matches!(&request.body, Body::Patch(patch) if patch.forces);
    let pairs = [
        ("continue", select.continue_token.as_str()),
        // A deletion says it in its body.
        ("dryRun", if request.dry_run && writes { "All" } else { "" }),
        ("fieldManager", manager.unwrap_or_default()),
        ("fieldSelector", &select.field_selector),
        ("fieldValidation", validation),
        ("force", if forces { "true" } else { "" }),
        ("labelSelector", &select.label_selector),
        ("limit", &limit),
        ("resourceVersion", &select.resource_version),
        ("resourceVersionMatch", &select.version_match),
    ];
    let said = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(name, value)| {
        let value: String = byte_serialize(value.as_bytes()).collect();
        format!("{name}={value}")
    })
    .collect()
}

fn content_type(request: &Request) -> &'static str {
    match &request.body {
        Body::Patch(Patch { kind, .. }) => match kind {
            PatchType::Json => "application/json-patch+json",
            PatchType::Merge => "application/merge-patch+json",
            PatchType::StrategicMerge => "application/strategic-merge-patch+json",
            PatchType::Apply => "application/apply-patch+yaml",
        },
        _ => "application/json",
    }
}

fn body(request: &Request) -> Option<Value> {
    let metadata = || json!({"name": request.key.name, "namespace": request.key.namespace});
    Some(match &request.body {
        Body::None => return None,
        Body::Object(object) => object.to_json(),
        Body::Document(document) => (**document).clone(),
        Body::Patch(patch) => (*patch.body).clone(),
        Body::Binding(node) => json!({
            "kind": "Binding",
            "apiVersion": "v1",
            "metadata": metadata(),
            "target": {"kind": Kind::Node.info().name, "name": node},
        }),
        Body::Scale(replicas) => json!({
            "kind": "Scale",
            "apiVersion": "autoscaling/v1",
            "metadata": metadata(),
            "spec": {"replicas": replicas},
        }),
        Body::Delete(options) => delete(options, request.dry_run),
    })
}

/// `{"propagationPolicy": "Background"}`.
fn delete(options: &DeleteOptions, dry_run: bool) -> Value {
    let mut body = Map::new();
    if let Some(grace) = options.grace_period_seconds {
        body.insert("gracePeriodSeconds".into(), grace.into());
    }
    let conditions = [
        ("uid", &options.precondition_uid),
        ("resourceVersion", &options.precondition_resource_version),
    ];
    let conditions: Map<String, Value> = conditions
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into())))
        .collect();
    if !conditions.is_empty() {
        body.insert("preconditions".into(), conditions.into());
    }
    if let Some(propagation) = options.propagation {
        let policy = match propagation {
            Propagation::Background => "Background",
            Propagation::Foreground => "Foreground",
            Propagation::Orphan => "Orphan",
        };
        body.insert("propagationPolicy".into(), policy.into());
    }
    if dry_run {
        body.insert("dryRun".into(), json!(["All"]));
    }
    body.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Key, ListOptions, Snapshot};
    use crate::control_plane::apiserver::http::{Asked, Context, read};
    use crate::control_plane::apiserver::resources::Served;

    fn pod(name: &str) -> Key {
        Key::new(Kind::Pod, "default", name)
    }

    /// What the server understands of it; bodies as documents.
    fn understood(request: &Request) -> Request {
        let written = write(request, "kubectl/v1", "application/json", "").expect("it fits");
        let context = Context {
            served: Served::builtin(),
            snapshot: &Snapshot::default(),
            protobuf: None,
        };
        match read(&written, &request.user, &context).expect("it is understood") {
            Asked::Call(call, _) => *call,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_server_reads_what_the_client_writes() {
        let deletion = DeleteOptions {
            grace_period_seconds: Some(3),
            propagation: Some(Propagation::Foreground),
            precondition_uid: Some("a".to_owned()),
            precondition_resource_version: Some("7".to_owned()),
        };
        let select = ListOptions {
            label_selector: "a in (b, c),d!=e+f".to_owned(),
            field_selector: "metadata.name=x".to_owned(),
            limit: 7,
            continue_token: "eyJ=&".to_owned(),
            resource_version: "12".to_owned(),
            version_match: "Exact".to_owned(),
        };
        let patch = |kind| Request {
            field_manager: "me & you".into(),
            field_validation: FieldValidation::Ignore,
            dry_run: true,
            ..Request::patch(pod("web"), kind, json!({"a": "é"}))
        };
        let cases = [
            Request::get(pod("a b?c")),
            Request {
                select,
                ..Request::list(Kind::Pod, "")
            },
            patch(PatchType::Merge),
            patch(PatchType::StrategicMerge),
            Request {
                body: Body::Patch(Patch {
                    kind: PatchType::Apply,
                    body: json!({"a": 1}).into(),
                    forces: true,
                }),
                ..patch(PatchType::Apply)
            },
            Request::delete(pod("web"), deletion.clone()),
            Request {
                dry_run: true,
                ..Request::delete(pod("web"), deletion)
            },
        ];
        for request in cases {
            let mut want = request.by("jane");
            if want.field_manager.is_empty() && want.verb == Verb::Patch {
                want.field_manager = "kubectl".into();
            }
            let got = understood(&want);
            // Nothing is said of what nothing is said of.
            want.field_validation = got.field_validation;
            assert_eq!(got, want);
        }
    }

    #[test]
    fn bodies_are_documents() {
        let body = |request: &Request| understood(request).body;
        let scale = Request {
            subresource: Some(crate::api::Subresource::Scale),
            ..Request::new(
                Verb::Update,
                Key::new(Kind::Deployment, "default", "web"),
                Body::Scale(3),
            )
        };
        let want = json!({"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": 3}});
        assert_eq!(body(&scale), Body::Document(want.into()));
        let bind = Request::bind(pod("web"), "n1");
        let want = json!({"kind": "Binding", "apiVersion": "v1", "metadata": {"name": "web", "namespace": "default"}, "target": {"kind": "Node", "name": "n1"}});
        assert_eq!(body(&bind), Body::Document(want.into()));
    }

    #[test]
    fn names_that_are_no_part_of_a_path_are_refused() {
        for (name, want) in [
            (
                "a/b",
                "invalid resource name \"a/b\": [may not contain '/']",
            ),
            (
                "a%b",
                "invalid resource name \"a%b\": [may not contain '%']",
            ),
            ("..", "invalid resource name \"..\": [may not be '..']"),
        ] {
            let refused = write(&Request::get(pod(name)), "kubectl", "", "").expect_err(name);
            assert_eq!(refused.message, want);
        }
        let long = Request::get(pod(&"x".repeat(70_000)));
        assert!(write(&long, "kubectl", "", "").is_err());
    }
}
