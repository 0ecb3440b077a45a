//! The groups of the community (`*.k8s.io`, `*.kubernetes.io`): who defines kinds in them says in an annotation who approved of that.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apihelpers/helpers.go (`IsProtectedCommunityGroup`, `GetAPIApprovalState`),
//! pkg/apis/apiextensions/validation/validation.go (`validateAPIApproval`), pkg/controller/apiapproval/apiapproval_controller.go.

use super::CustomResourceDefinition;
use crate::api::check::{Errors, Path};

const ANNOTATION: &str = "api-approved.kubernetes.io";
const PROTECTED: [&str; 2] = ["k8s.io", "kubernetes.io"];
const SEE: &str = "see https://github.com/kubernetes/enhancements/pull/1111";

/// What the annotation says of a definition in a protected group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Something that it may not say.
    Invalid,
    /// Where it was approved.
    Approved,
    /// That it was not approved, and is wanted all the same.
    Bypassed,
    /// Nothing.
    Missing,
}

/// The condition `KubernetesAPIApprovalPolicyConformant`: status, reason and message; none of definitions in groups that are not protected.
#[must_use]
pub fn approval_condition(
    crd: &CustomResourceDefinition,
) -> Option<(&'static str, &'static str, String)> {
    if !is_protected(&crd.spec.group) {
        return None;
    }
    let (state, message) = state(crd);
    let (status, reason) = match state {
        State::Invalid => ("False", "InvalidAnnotation"),
        State::Approved => ("True", "ApprovedAnnotation"),
        State::Bypassed => ("False", "UnapprovedAnnotation"),
        State::Missing => ("False", "MissingAnnotation"),
    };
    Some((status, reason, message))
}

/// Refuses what may not be said. What `old` said, or did not say, may be left as it is.
pub(super) fn validate(
    crd: &CustomResourceDefinition,
    old: Option<&CustomResourceDefinition>,
    errors: &mut Errors,
) {
    let (state, why) = state(crd);
    if !is_protected(&crd.spec.group) || old.is_some_and(|old| self::state(old).0 == state) {
        return;
    }
    let path = Path::root("metadata");
    let path = path.child("annotations");
    let at = path.key(ANNOTATION);
    match state {
        State::Invalid => errors.invalid(&at, text(crd), &why),
        State::Missing => errors.required(&at, &why),
        State::Approved | State::Bypassed => {}
    }
}

fn is_protected(group: &str) -> bool {
    PROTECTED.into_iter().any(|protected| {
        let before = group.strip_suffix(protected);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

fn text(crd: &CustomResourceDefinition) -> &str {
    let annotations = crd.metadata.annotations.as_ref();
    annotations
        .and_then(|a| a.get(ANNOTATION))
        .map_or("", |text| text)
}

fn state(crd: &CustomResourceDefinition) -> (State, String) {
    let text = text(crd);
    let needed = format!("protected groups must have approval annotation {ANNOTATION:?}");
    if text.is_empty() {
        (State::Missing, format!("{needed}, {SEE}"))
    } else if text.starts_with("unapproved") {
        (State::Bypassed, format!("not approved: {text:?}"))
    } else if is_url(text) {
        (State::Approved, format!("approved in {text}"))
    } else {
        let either = "with either a URL or a reason starting with \"unapproved\"";
        (State::Invalid, format!("{needed} {either}, {SEE}"))
    }
}

/// Has it a scheme and a host, as Go's `url.ParseRequestURI` finds them?
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let is_host =
        !host.is_empty() && !host.contains([' ', '"', '<', '>', '\\', '^', '`', '{', '|', '}']);
    is_scheme && is_host && !text.contains(|c: char| c.is_ascii_control())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn crd(group: &str, text: &str) -> CustomResourceDefinition {
        let names = json!({"plural": "a", "kind": "A"});
        let annotations = if text.is_empty() {
            json!({})
        } else {
            json!({ANNOTATION: text})
        };
        serde_json::from_value(json!({"metadata": {"annotations": annotations},
            "spec": {"group": group, "names": names, "scope": "Namespaced", "versions": []}}))
        .expect("a definition")
    }

    const NEEDED: &str =
        r#"protected groups must have approval annotation "api-approved.kubernetes.io""#;

    #[test]
    fn the_condition_says_who_approved() {
        let missing = format!("{NEEDED}, {SEE}");
        let invalid =
            format!("{NEEDED} with either a URL or a reason starting with \"unapproved\", {SEE}");
        let url = "https://github.com/kubernetes/kubernetes/pull/79724";
        let cases = [
            ("other.io", "", None),
            ("myk8s.io", "", None),
            (
                "k8s.io",
                "",
                Some(("False", "MissingAnnotation", missing.clone())),
            ),
            (
                "sigs.k8s.io",
                "",
                Some(("False", "MissingAnnotation", missing)),
            ),
            (
                "sigs.k8s.io",
                "bad value",
                Some(("False", "InvalidAnnotation", invalid.clone())),
            ),
            (
                "x.kubernetes.io",
                "/only/a/path",
                Some(("False", "InvalidAnnotation", invalid.clone())),
            ),
            (
                "x.kubernetes.io",
                "https://",
                Some(("False", "InvalidAnnotation", invalid)),
            ),
            (
                "sigs.k8s.io",
                url,
                Some(("True", "ApprovedAnnotation", format!("approved in {url}"))),
            ),
            (
                "sigs.k8s.io",
                "unapproved for reasons",
                Some((
                    "False",
                    "UnapprovedAnnotation",
                    "not approved: \"unapproved for reasons\"".to_owned(),
                )),
            ),
        ];
        for (group, text, want) in cases {
            assert_eq!(
                approval_condition(&crd(group, text)),
                want,
                "{group} {text:?}"
            );
        }
    }

    #[test]
    fn what_was_so_before_may_stay() {
        let required = "Required value";
        let invalid = "Invalid value";
        let cases = [
            ("a new one without", None, "", required),
            ("a new one with nonsense", None, "no", invalid),
            ("a new one with a place", None, "https://k8s.io/1", ""),
            ("missing as before", Some(""), "", ""),
            ("other nonsense", Some("no"), "none", ""),
            ("no longer", Some("https://k8s.io/1"), "", required),
            ("nonsense no longer there", Some("no"), "", required),
            ("nonsense now", Some(""), "no", invalid),
        ];
        for (name, old, new, want) in cases {
            let old = old.map(|text| crd("sigs.k8s.io", text));
            let mut errors = Errors::new();
            validate(&crd("sigs.k8s.io", new), old.as_ref(), &mut errors);
            let told: Vec<String> = errors.into_list().iter().map(ToString::to_string).collect();
            let begin = format!("metadata.annotations[api-approved.kubernetes.io]: {want}");
            match told.as_slice() {
                [] => assert_eq!(want, "", "{name}"),
                [one] => assert!(!want.is_empty() && one.starts_with(&begin), "{name}: {one}"),
                more => panic!("{name}: {more:?}"),
            }
        }
    }
}
