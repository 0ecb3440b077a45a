//! Everything that is served, per group and version: the stored kinds, views of them in another version, and what is only ever created
//! (reviews, bindings) or only read (metrics, component statuses).
//!
//! A stored kind is served because it stands in the `kinds!` table, with `status` if its type has one and `scale` if it has replicas.
//!
//! The real thing: pkg/registry/*/rest/storage_*.go, staging/src/k8s.io/apiserver/pkg/endpoints/installer.go.

use crate::api::kinds::views::{self, View};
use crate::api::schema::{Shape, shape};
use crate::api::{Kind, KindInfo, Name, SubresourceInfo};
use std::cmp::Reverse;
use std::sync::OnceLock;

/// A resource of one group and version, as discovery lists it and as URLs name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// `apps`, or empty for the core group.
    pub group: Name,
    /// `v1`.
    pub version: Name,
    /// As URLs spell it: `deployments`.
    pub plural: Name,
    /// `deployment`; metrics have none.
    pub singular: Name,
    /// `Deployment`.
    pub kind: Name,
    /// Does it live in namespaces?
    pub namespaced: bool,
    /// What may be done with it, in alphabetical order.
    pub verbs: &'static [&'static str],
    /// What kubectl also accepts: `deploy`.
    pub short_names: Vec<Name>,
    /// Groups of kinds: `all`.
    pub categories: Vec<Name>,
    /// In alphabetical order.
    pub subresources: Vec<Part>,
    /// The kind that is in the store; of another group or version than the resource if this is a view of it, `None` if nothing is stored.
    pub stored_as: Option<Kind>,
}

/// A subresource: what comes after the object's name in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// `scale`.
    pub name: &'static str,
    /// The API group of what is sent and answered there: `autoscaling`.
    pub group: Name,
    /// Its version: `v1`.
    pub version: Name,
    /// Its kind: `Scale`.
    pub kind: Name,
    /// What may be done with it, in alphabetical order.
    pub verbs: &'static [&'static str],
}

const READ: &[&str] = &["get", "list"];
const CREATE: &[&str] = &["create"];
const CHANGE: &[&str] = &["get", "patch", "update"];

const AUTHENTICATION: &str = "authentication.k8s.io";
const AUTHORIZATION: &str = "authorization.k8s.io";
const METRICS: &str = "metrics.k8s.io";

/// What is answered and never stored: group, version, plural, singular, kind, whether in namespaces, verbs, short names.
type Answered = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    bool,
    &'static [&'static str],
    &'static [&'static str],
);

#[rustfmt::skip] // one line each, like the table of kinds
const ANSWERED: &[Answered] = &[
    ("", "v1", "bindings", "binding", "Binding", true, CREATE, &[]),
    ("", "v1", "componentstatuses", "componentstatus", "ComponentStatus", false, READ, &["cs"]),
    (AUTHENTICATION, "v1", "selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview", false, CREATE, &[]),
    (AUTHENTICATION, "v1", "tokenreviews", "tokenreview", "TokenReview", false, CREATE, &[]),
    (AUTHORIZATION, "v1", "localsubjectaccessreviews", "localsubjectaccessreview", "LocalSubjectAccessReview", true, CREATE, &[]),
    (AUTHORIZATION, "v1", "selfsubjectaccessreviews", "selfsubjectaccessreview", "SelfSubjectAccessReview", false, CREATE, &[]),
    (AUTHORIZATION, "v1", "selfsubjectrulesreviews", "selfsubjectrulesreview", "SelfSubjectRulesReview", false, CREATE, &[]),
    (AUTHORIZATION, "v1", "subjectaccessreviews", "subjectaccessreview", "SubjectAccessReview", false, CREATE, &[]),
    (METRICS, "v1beta1", "nodes", "", "NodeMetrics", false, READ, &[]),
    (METRICS, "v1beta1", "pods", "", "PodMetrics", true, READ, &[]),
];

impl Resource {
    /// Everything that is served whatever is stored: groups by priority, versions by preference, resources by name.
    #[must_use]
    pub fn all() -> &'static [Self] {
        static ALL: OnceLock<Vec<Resource>> = OnceLock::new();
        ALL.get_or_init(|| {
            let kinds = Kind::ALL.iter().map(|kind| Self::stored(kind.info()));
            let views = views::ALL.iter().map(Self::view);
            let answered = ANSWERED.iter().map(Self::answered);
            let mut all: Vec<Self> = kinds.chain(views).chain(answered).collect();
            all.sort_by(|a, b| a.place().cmp(&b.place()));
            all
        })
    }

    /// The resource of this group (empty for the core group), version and plural.
    #[must_use]
    pub fn find(group: &str, version: &str, plural: &str) -> Option<&'static Self> {
        Served::builtin().find(group, version, plural)
    }

    /// `v1`, `apps/v1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        api_version(&self.group, &self.version)
    }

    /// The kind of a list of these: `DeploymentList`.
    #[must_use]
    pub fn list_kind(&self) -> String {
        format!("{}List", self.kind)
    }

    /// The subresource of this name, if there is one.
    #[must_use]
    pub fn subresource(&self, name: &str) -> Option<&Part> {
        self.subresources.iter().find(|part| part.name == name)
    }

    /// Is this a stored kind in another group or version than it is stored in?
    #[must_use]
    pub fn is_view(&self) -> bool {
        self.stored_as.is_some_and(|kind| {
            // A custom kind has no version of its own.
            !matches!(kind, Kind::Custom(_))
                && (kind.info().group, kind.info().version) != (&self.group, &self.version)
        })
    }

    /// What every answer warns of, if this version is on its way out.
    #[must_use]
    pub fn deprecation(&self) -> Option<&'static str> {
        deprecation(&self.group, &self.kind)
    }

    /// Where discovery lists it.
    fn place(&self) -> (Reverse<u32>, &str, Reverse<VersionRank>, &str, &str) {
        (
            Reverse(group_priority(&self.group)),
            &self.group,
            Reverse(version_rank(&self.version)),
            &self.version,
            &self.plural,
        )
    }

    fn stored(info: &KindInfo) -> Self {
        Self::view(&View {
            kind: info.kind,
            group: info.group,
            version: info.version,
        })
    }

    fn view(view: &View) -> Self {
        let View {
            kind,
            group,
            version,
        } = *view;
        let info = kind.info();
        Self {
            group: group.into(),
            version: version.into(),
            plural: info.plural.into(),
            singular: info.singular.into(),
            kind: info.name.into(),
            namespaced: info.namespaced,
            verbs: info.verbs,
            short_names: names(info.short_names),
            categories: names(info.categories),
            subresources: parts(info, group, version),
            stored_as: Some(info.kind),
        }
    }

    fn answered(of: &Answered) -> Self {
        let (group, version, plural, singular, kind, namespaced, verbs, short_names) = *of;
        Self {
            group: group.into(),
            version: version.into(),
            plural: plural.into(),
            singular: singular.into(),
            kind: kind.into(),
            namespaced,
            verbs,
            short_names: names(short_names),
            categories: Vec::new(),
            subresources: Vec::new(),
            stored_as: None,
        }
    }
}

impl Part {
    /// `…/status` of a resource.
    #[must_use]
    pub fn status(group: &str, version: &str, kind: &str) -> Self {
        Self {
            name: "status",
            group: group.into(),
            version: version.into(),
            kind: kind.into(),
            verbs: CHANGE,
        }
    }

    /// `…/scale`, the same for all that can be scaled.
    #[must_use]
    pub fn scale() -> Self {
        Self {
            name: "scale",
            group: "autoscaling".into(),
            version: "v1".into(),
            kind: "Scale".into(),
            verbs: CHANGE,
        }
    }

    fn of(info: &SubresourceInfo) -> Self {
        Self {
            name: info.name,
            group: info.group.into(),
            version: info.version.into(),
            kind: info.kind.into(),
            verbs: info.verbs,
        }
    }
}

/// What a server serves: what is built in, and the custom resources that its store defines.
#[derive(Clone, Copy, Debug)]
pub struct Served<'a> {
    builtin: &'a [Resource],
    custom: &'a [Resource],
}

impl<'a> Served<'a> {
    /// Nothing but what is built in.
    #[must_use]
    pub fn builtin() -> Self {
        Self::with(&[])
    }

    /// What is built in and these.
    #[must_use]
    pub fn with(custom: &'a [Resource]) -> Self {
        Self {
            builtin: Resource::all(),
            custom,
        }
    }

    /// All of them, what is built in first.
    pub fn iter(self) -> impl Iterator<Item = &'a Resource> {
        self.builtin.iter().chain(self.custom)
    }

    /// The resource of this group (empty for the core group), version and plural.
    #[must_use]
    pub fn find(self, group: &str, version: &str, plural: &str) -> Option<&'a Resource> {
        let mut all = self.iter();
        all.find(|r| r.plural == plural && r.group == group && r.version == version)
    }

    /// All of them as discovery lists them: groups by priority, versions by preference, resources by name.
    #[must_use]
    pub fn in_order(self) -> Vec<&'a Resource> {
        let mut all: Vec<&Resource> = self.iter().collect();
        all.sort_by(|a, b| a.place().cmp(&b.place()));
        all
    }
}

/// As `apiVersion:` spells it: `v1`, `apps/v1`.
#[must_use]
pub fn api_version(group: &str, version: &str) -> String {
    match group {
        "" => version.to_owned(),
        _ => format!("{group}/{version}"),
    }
}

fn names(texts: &[&'static str]) -> Vec<Name> {
    texts.iter().map(|text| Name::new_static(text)).collect()
}

/// The kind's own subresources, `status` if it has a status, and `scale` if it has replicas.
fn parts(info: &KindInfo, group: &str, version: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = info.subresources.iter().map(Part::of).collect();
    if shape(info.kind, &["status"]).is_some() {
        parts.push(Part::status(group, version, info.name));
    }
    if shape(info.kind, &["spec", "replicas"]) == Some(Shape::Integer) {
        parts.push(Part::scale());
    }
    parts.sort_by_key(|part| part.name);
    parts
}

/// The order of the groups in discovery; groups of custom resources are equal, after what is built in. The real thing:
/// `DefaultGenericAPIServicePriorities` in pkg/controlplane/apiserver/aggregator.go, cmd/kube-apiserver/app/aggregator.go.
fn group_priority(group: &str) -> u32 {
    match group {
        "" => 18_000,
        "apps" => 17_800,
        "events.k8s.io" => 17_750,
        AUTHENTICATION => 17_700,
        AUTHORIZATION => 17_600,
        "autoscaling" => 17_500,
        "batch" => 17_400,
        "certificates.k8s.io" => 17_300,
        "networking.k8s.io" => 17_200,
        "policy" => 17_100,
        "rbac.authorization.k8s.io" => 17_000,
        "storage.k8s.io" => 16_800,
        "admissionregistration.k8s.io" | "apiextensions.k8s.io" => 16_700,
        "scheduling.k8s.io" => 16_600,
        "coordination.k8s.io" => 16_500,
        "node.k8s.io" => 16_300,
        "discovery.k8s.io" => 16_200,
        "flowcontrol.apiserver.k8s.io" => 16_100,
        METRICS => 100,
        _ => 1_000,
    }
}

/// How good a version is: stability, major number, minor number. Something that is no such version is worst.
type VersionRank = (u32, u32, u32);

/// `v2` before `v1` before `v1beta2` before `v1alpha1`. The real thing: staging/src/k8s.io/apimachinery/pkg/version/helpers.go.
fn version_rank(version: &str) -> VersionRank {
    let parsed = || {
        let rest = version.strip_prefix('v')?;
        let digits = rest.find(|c: char| !c.is_ascii_digit());
        let (major, rest) = rest.split_at(digits.unwrap_or(rest.len()));
        let major = number(major)?;
        if rest.is_empty() {
            return Some((3, major, 0));
        }
        let (stability, minor) = match (rest.strip_prefix("beta"), rest.strip_prefix("alpha")) {
            (Some(minor), _) => (2, minor),
            (_, Some(minor)) => (1, minor),
            _ => return None,
        };
        Some((stability, major, number(minor)?))
    };
    parsed().unwrap_or_default()
}

/// A number that begins with no zero, as versions have it.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| !text.starts_with(['0', '+']))
}

/// What whoever reads or writes objects of this kind is warned of, if it is on its way out.
///
/// The real thing: the `k8s:prerelease-lifecycle-gen` comments of staging/src/k8s.io/api, apiserver/pkg/endpoints/deprecation/deprecation.go.
pub(super) fn deprecation(group: &str, kind: &str) -> Option<&'static str> {
    match (group, kind) {
        ("", "ComponentStatus") => Some("v1 ComponentStatus is deprecated in v1.19+"),
        ("", "Endpoints") => {
            Some("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_kind_is_served_once_in_its_own_version() {
        for kind in Kind::ALL {
            let info = kind.info();
            let resource = Resource::find(info.group, info.version, info.plural)
                .unwrap_or_else(|| panic!("{kind:?} is not served"));
            assert_eq!(resource.stored_as, Some(*kind));
            assert!(!resource.is_view());
        }
        let mut places: Vec<_> = Resource::all().iter().map(Resource::place).collect();
        assert!(places.is_sorted());
        places.dedup();
        assert_eq!(places.len(), Resource::all().len());
    }

    #[test]
    fn lists_are_in_the_order_of_discovery() {
        for resource in Resource::all() {
            assert!(resource.verbs.is_sorted(), "{resource:?}");
            assert!(
                resource.subresources.is_sorted_by_key(|part| part.name),
                "{resource:?}"
            );
        }
    }

    #[test]
    fn subresources_follow_from_the_kind() {
        let table: &[(&str, &str, &str, &[&str])] = &[
            ("apps", "v1", "deployments", &["scale", "status"]),
            ("", "v1", "namespaces", &["finalize", "status"]),
            ("", "v1", "nodes", &["proxy", "status"]),
            ("", "v1", "serviceaccounts", &["token"]),
            ("", "v1", "configmaps", &[]),
            ("", "v1", "events", &[]),
            ("", "v1", "bindings", &[]),
        ];
        for (group, version, plural, want) in table {
            let resource = Resource::find(group, version, plural).expect(plural);
            let names: Vec<&str> = resource.subresources.iter().map(|part| part.name).collect();
            assert_eq!(&names, want, "{plural}");
        }
        let pods = Resource::find("", "v1", "pods").expect("pods");
        let eviction = pods.subresource("eviction").expect("pods are evicted");
        assert_eq!((&*eviction.group, &*eviction.kind), ("policy", "Eviction"));
    }

    #[test]
    fn a_view_shows_what_is_stored_elsewhere() {
        let events = Resource::find("events.k8s.io", "v1", "events").expect("events.k8s.io");
        assert_eq!(events.stored_as, Some(Kind::Event));
        assert!(events.is_view());
        assert_eq!(events.api_version(), "events.k8s.io/v1");
        assert_eq!(events.list_kind(), "EventList");
    }

    #[test]
    fn custom_resources_stand_between_the_built_in_groups_and_metrics() {
        let crontabs = Resource {
            group: "stable.example.com".into(),
            plural: "crontabs".into(),
            ..Resource::find("", "v1", "configmaps")
                .expect("built in")
                .clone()
        };
        let custom = [crontabs];
        let served = Served::with(&custom);
        assert!(
            served
                .find("stable.example.com", "v1", "crontabs")
                .is_some()
        );
        let mut groups: Vec<&str> = served.in_order().iter().map(|r| &*r.group).collect();
        groups.dedup();
        assert_eq!(groups[0], "");
        assert_eq!(groups[groups.len() - 2..], ["stable.example.com", METRICS]);
    }

    #[test]
    fn versions_are_ranked_by_stability() {
        let best_first = [
            "v10",
            "v2",
            "v1",
            "v11beta2",
            "v10beta3",
            "v3beta1",
            "v12alpha1",
            "v11alpha2",
            "foo1",
        ];
        assert!(best_first.is_sorted_by_key(|version| Reverse(version_rank(version))));
        for strange in [
            "",
            "v",
            "v0",
            "v1beta",
            "v1gamma1",
            "v01",
            "v+1",
            "v99999999999",
        ] {
            assert_eq!(version_rank(strange), (0, 0, 0), "{strange}");
        }
    }
}
