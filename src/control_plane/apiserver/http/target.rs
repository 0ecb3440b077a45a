//! What a URL's path names: a resource, an object of it, a part of that object.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go (`NewRequestInfo`).

use form_urlencoded::parse;

/// A path below `/api/v1` or `/apis/{group}/{version}`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Target {
    /// Empty for the core group.
    pub(super) group: String,
    pub(super) version: String,
    /// Empty for cluster-scoped requests and for lists over all namespaces.
    pub(super) namespace: String,
    /// As URLs spell it: `deployments`.
    pub(super) resource: String,
    /// Empty for the collection.
    pub(super) name: String,
    /// `status`, `log`; empty for the object itself.
    pub(super) subresource: String,
    /// What follows the subresource, as it is written: the path that `proxy` hands on. Empty, or with its slash.
    pub(super) rest: String,
    /// Asked for by the old form `…/watch/…`.
    pub(super) watches: bool,
}

/// The target of a path; `None` if it names no resource (`/healthz`, `/apis/apps/v1`).
pub(super) fn target(path: &str) -> Option<Target> {
    let mut parts: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(decoded)
        .collect();
    let count = parts.len();
    parts.reverse();
    let mut target = Target::default();
    match parts.pop()?.as_str() {
        "api" => {}
        "apis" => target.group = parts.pop()?,
        _ => return None,
    }
    target.version = parts.pop()?;
    let mut part = parts.pop()?;
    if part == "watch" {
        target.watches = true;
        part = parts.pop()?;
    }
    // `namespaces/x/pods` is about pods; `namespaces/x`, `…/status` and `…/finalize` are about the namespace.
    if part == "namespaces"
        && let [.., next, _] = parts.as_slice()
        && !(next.as_str() == "status" || next.as_str() == "finalize")
    {
        target.namespace = parts.pop()?;
        part = parts.pop()?;
    }
    target.resource = part;
    target.name = parts.pop().unwrap_or_default();
    target.subresource = parts.pop().unwrap_or_default();
    target.rest = after(path, count - parts.len()).to_owned();
    Some(target)
}

/// What follows so many parts of a path.
fn after(path: &str, parts: usize) -> &str {
    let mut rest = path;
    for _ in 0..parts {
        let part = rest.trim_start_matches('/');
        rest = part.find('/').map_or("", |end| &part[end..]);
    }
    rest
}

/// A part of a path, with `%2F` and the like made plain.
fn decoded(part: &str) -> String {
    if !part.contains('%') {
        return part.to_owned();
    }
    // In a path a plus is a plus.
    let text = format!("x={}", part.replace('+', "%2B").replace('&', "%26"));
    parse(text.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_handed_on_as_it_is_written() {
        let cases = [
            ("/api/v1/namespaces/x/services/web/proxy", ""),
            ("/api/v1/namespaces/x/services/web/proxy/", "/"),
            (
                "/api/v1/namespaces/x//services/web/proxy//a/%2F/b/",
                "//a/%2F/b/",
            ),
            ("/api/v1/nodes/n1:10250/proxy/pods", "/pods"),
            ("/api/v1/pods/", "/"),
        ];
        for (path, want) in cases {
            assert_eq!(target(path).expect(path).rest, want, "{path}");
        }
    }

    #[test]
    fn paths_name_what_upstream_says_they_name() {
        let cases = [
            ("/api/v1/pods", "|v1||pods||"),
            ("/api/v1/namespaces", "|v1||namespaces||"),
            ("/api/v1/namespaces/x", "|v1||namespaces|x|"),
            ("/api/v1/namespaces/x/status", "|v1||namespaces|x|status"),
            (
                "/api/v1/namespaces/x/finalize",
                "|v1||namespaces|x|finalize",
            ),
            ("/api/v1/namespaces/x/pods", "|v1|x|pods||"),
            ("/api/v1/namespaces/x/pods/p/log", "|v1|x|pods|p|log"),
            (
                "/apis/apps/v1/namespaces/x/deployments/web/scale",
                "apps|v1|x|deployments|web|scale",
            ),
            ("/apis/apps/v1/deployments/", "apps|v1||deployments||"),
            (
                "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
                "rbac.authorization.k8s.io|v1||clusterroles|system:node|",
            ),
        ];
        for (path, want) in cases {
            let t = target(path).expect(path);
            let got = [
                t.group,
                t.version,
                t.namespace,
                t.resource,
                t.name,
                t.subresource,
            ];
            assert_eq!(got.join("|"), want, "{path}");
        }
        for path in [
            "/",
            "/healthz",
            "/api",
            "/api/v1",
            "/apis/apps",
            "/apis/apps/v1",
        ] {
            assert_eq!(target(path), None, "{path}");
        }
    }
}
