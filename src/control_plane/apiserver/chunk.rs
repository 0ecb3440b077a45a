//! Lists in chunks: `limit`, and the token with which a client asks for the rest, as it was when the first chunk was read.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/storage/continue.go (`EncodeContinue`, `DecodeContinue`), storage/errors.go,
//! pkg/storage/etcd3/store.go (`GetList`).

use crate::api::{List, ListOptions, Object, Reason, Revision, Status};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The version of the token's format.
const TOKEN_VERSION: &str = "meta.k8s.io/v1";

/// Where a list goes on: at which revision, and behind which object (`namespace/name`; empty at the beginning).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Begun {
    pub(super) revision: Revision,
    after: String,
}

impl Begun {
    /// A list that begins, at this revision.
    pub(super) fn at(revision: Revision) -> Self {
        Self {
            revision,
            after: String::new(),
        }
    }
}

/// What the options say about where the list goes on, or as of when it is.
pub(super) fn begun(options: &ListOptions, newest: Revision) -> Result<Begun, Status> {
    if options.continue_token.is_empty() {
        let revision = revision(&options.resource_version)?;
        if revision > newest {
            return Err(yet_to_come(revision, newest));
        }
        return Ok(Begun::at(revision));
    }
    if !matches!(options.resource_version.as_str(), "" | "0") {
        return Err(Status::bad_request(
            "specifying resource version is not allowed when using continue",
        ));
    }
    read(&options.continue_token, newest)
}

/// A revision as clients write it; nothing is 0.
pub(in crate::control_plane::apiserver) fn revision(text: &str) -> Result<Revision, Status> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse().map_err(|_| {
        Status::new(
            Reason::Invalid,
            format!("ListOptions.meta.k8s.io \"\" is invalid: resourceVersion: Invalid value: {text:?}: must be a non-negative integer"),
        )
    })
}

/// `504`: nobody has written that much yet.
pub(in crate::control_plane::apiserver) fn yet_to_come(
    wanted: Revision,
    newest: Revision,
) -> Status {
    Status::new(
        Reason::Timeout,
        format!("Too large resource version: {wanted}, current: {newest}"),
    )
}

/// `410`: what the client wants, or goes on with, was compacted away. With the token in the answer it may go on with what there is now.
pub(super) fn too_old(options: &ListOptions, begun: &Begun) -> Status {
    if options.continue_token.is_empty() {
        return Status::new(Reason::Expired, TOO_OLD);
    }
    Status {
        continue_token: write(Point::Now, &begun.after),
        ..Status::new(Reason::Expired, INCONSISTENT)
    }
}

const TOO_OLD: &str = "The resourceVersion for the provided list is too old.";

const INCONSISTENT: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

/// At most `limit` of the objects, from where the list goes on.
pub(super) fn cut(objects: Vec<Object>, options: &ListOptions, begun: &Begun) -> List {
    let all = objects.len();
    let mut items = objects;
    if !begun.after.is_empty() {
        items.retain(|object| place(object).as_str() > begun.after.as_str());
    }
    let limit = usize::try_from(options.limit).unwrap_or(usize::MAX);
    let (mut continue_token, mut remaining) = (String::new(), None);
    if limit > 0 && items.len() > limit {
        let rest = items.split_off(limit);
        let last = items.last().map(place).unwrap_or_default();
        continue_token = write(Point::At(begun.revision), &last);
        // Upstream counts what is behind in etcd, which knows nothing of selectors.
        let selects = !options.label_selector.is_empty() || !options.field_selector.is_empty();
        remaining = (!selects).then_some(rest.len() as u64);
    }
    debug_assert!(items.len() <= all, "a chunk is part of the whole");
    List {
        items,
        revision: begun.revision,
        continue_token,
        remaining,
    }
}

/// The objects' order: the names within their namespaces, as etcd's keys sort.
fn place(object: &Object) -> String {
    let (namespace, name) = (object.namespace(), object.name());
    if namespace.is_empty() {
        name.to_string()
    } else {
        format!("{namespace}\u{0}{name}")
    }
}

/// As of when a list goes on.
enum Point {
    /// As it was at this revision.
    At(Revision),
    /// As it is when it is read on: `-1` in the token.
    Now,
}

fn write(point: Point, after: &str) -> String {
    let revision = match point {
        Point::At(revision) => revision.into(),
        Point::Now => Value::from(-1),
    };
    let token = json!({ "v": TOKEN_VERSION, "rv": revision, "start": format!("{after}\u{0}") });
    URL_SAFE_NO_PAD.encode(token.to_string())
}

fn read(token: &str, newest: Revision) -> Result<Begun, Status> {
    let invalid = |why: &str| Status::bad_request(format!("invalid continue token: {why}"));
    let bytes = URL_SAFE_NO_PAD
        .decode(token)
        .map_err(|_| invalid("continue key is not valid: it is not base64"))?;
    let token: Value = serde_json::from_slice(&bytes)
        .map_err(|_| invalid("continue key is not valid: it is not JSON"))?;
    if token["v"] != TOKEN_VERSION {
        let said = token["v"].as_str().unwrap_or_default();
        return Err(invalid(&format!(
            "continue key is not valid: server does not recognize this encoded version {said:?}"
        )));
    }
    let start = token["start"].as_str().unwrap_or_default();
    if start.is_empty() {
        return Err(invalid(
            "continue key is not valid: encoded start key empty (version meta.k8s.io/v1)",
        ));
    }
    // Nothing leads out of what is listed.
    let mut parts = start.trim_start_matches('/').split('/');
    if parts.any(|part| matches!(part, "" | "." | "..")) {
        return Err(invalid(&format!("continue key is not valid: {start}")));
    }
    let is_now = token["rv"].as_i64() == Some(-1);
    let revision = token["rv"].as_u64().filter(|revision| *revision > 0);
    let revision = revision.or(is_now.then_some(newest));
    let revision = revision.ok_or_else(|| {
        invalid("continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
    })?;
    let after = start.strip_suffix('\u{0}').unwrap_or(start).to_owned();
    Ok(Begun { revision, after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_as_they_went() {
        let token = write(Point::At(8414), "j-mlqkq");
        assert_eq!(
            token, "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6ODQxNCwic3RhcnQiOiJqLW1scWtxXHUwMDAwIn0",
            "as recorded from a real API server"
        );
        let begun = read(&token, 9000).expect("our own");
        assert_eq!((begun.revision, begun.after.as_str()), (8414, "j-mlqkq"));
        for bad in ["?", "e30", "eyJ2IjoieCJ9", "eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ"] {
            assert_eq!(read(bad, 9000).expect_err(bad).reason, Reason::BadRequest);
        }
        let begun = read(&write(Point::Now, "a"), 9000).expect("our own");
        assert_eq!((begun.revision, begun.after.as_str()), (9000, "a"));
    }
}
