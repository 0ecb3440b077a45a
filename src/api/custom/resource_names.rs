//! Which kind is meant by `deploy`, `deployments.apps`, `Deployment.v1.apps` or `storageclass.storage`.
//!
//! The real thing: client-go's restmapper/shortcut.go (`expandResourceShortcut`), apimachinery's pkg/api/meta/restmapper.go (`KindsFor`),
//! cli-runtime's pkg/resource/builder.go (`mappingFor`).
//! Left out: kinds that are named as in YAML where that is neither their plural nor their singular in small letters.

use super::{Definitions, Named};
use crate::api::Kind;
use crate::api::kinds::views;

/// What discovery says of one resource.
struct Resource<'a> {
    kind: Kind,
    group: &'a str,
    /// The preferred one first.
    versions: Vec<&'a str>,
    plural: &'a str,
    singular: &'a str,
    short_names: Vec<&'a str>,
}

impl Resource<'_> {
    fn is_called(&self, name: &str) -> bool {
        self.plural == name || self.singular == name
    }
}

/// What somebody said; empty where he did not.
struct Said<'a> {
    name: &'a str,
    version: &'a str,
    group: &'a str,
}

impl<'a> Said<'a> {
    /// With a short name's plural and group in its place. Letters count, and a version that was said beside it seldom does.
    fn expanded(self, all: &[Resource<'a>]) -> Self {
        let mut here = all
            .iter()
            .filter(|r| self.group.is_empty() || r.group == self.group);
        if here.clone().any(|r| r.is_called(self.name)) {
            return self;
        }
        let is_short = |r: &&Resource<'a>| r.short_names.contains(&self.name);
        if let Some(found) = here.find(is_short) {
            return Self {
                name: found.plural,
                version: "",
                group: found.group,
            };
        }
        let mut like = all.iter().filter(|r| r.group.starts_with(self.group));
        match like.find(is_short).filter(|_| !self.group.is_empty()) {
            Some(found) => Self {
                name: found.plural,
                group: found.group,
                ..self
            },
            None => self,
        }
    }

    /// The first resource that this can be. Without a version the group may be the beginning of one, if none is called exactly so.
    fn find_in<'r>(&self, all: &'r [Resource<'a>]) -> Option<&'r Resource<'a>> {
        let name = self.name.to_ascii_lowercase();
        let mut called = all.iter().filter(|r| r.is_called(&name));
        if !self.version.is_empty() {
            let in_group = |r: &&Resource| self.group.is_empty() || r.group == self.group;
            return called.find(|r| in_group(r) && r.versions.contains(&self.version));
        }
        if self.group.is_empty() {
            return called.next();
        }
        let exact = called.clone().find(|r| r.group == self.group);
        exact.or_else(|| called.find(|r| r.group.starts_with(self.group)))
    }
}

impl Definitions {
    /// The kind that kubectl means by a plural, a singular or a short name, with or without `.group` (or what one begins with) or
    /// `.version.group`.
    #[must_use]
    pub fn named(&self, text: &str) -> Option<Named> {
        let all = self.resources();
        let (name, rest) = text.split_once('.').unwrap_or((text, ""));
        let by_version = rest.split_once('.').map(|(version, group)| Said {
            name,
            version,
            group,
        });
        let by_group = Said {
            name,
            version: "",
            group: rest,
        };
        by_version.into_iter().chain([by_group]).find_map(|said| {
            let said = said.expanded(&all);
            let found = said.find_in(&all)?;
            let version = match said.version {
                "" => found.versions.first()?,
                version => version,
            };
            let info = found.kind.info();
            if (info.group, info.version) == (found.group, version) {
                return Some(Named::built_in(found.kind));
            }
            Some(Named {
                kind: found.kind,
                api_version: format!("{}/{version}", found.group).into(),
            })
        })
    }

    /// What else a short name may stand for, of groups behind the one that is meant: `events.events.k8s.io` of `ev`.
    #[must_use]
    pub fn also_named(&self, text: &str) -> Vec<String> {
        let all = self.resources();
        let (name, group) = text.split_once('.').unwrap_or((text, ""));
        let here = all.iter().filter(|r| group.is_empty() || r.group == group);
        if here.clone().any(|r| r.is_called(name)) {
            return Vec::new();
        }
        let short = here.filter(|r| r.short_names.contains(&name));
        let others = short.skip(1).map(|r| format!("{}.{}", r.plural, r.group));
        others.collect()
    }

    /// All that is served, in discovery's order.
    fn resources(&self) -> Vec<Resource<'_>> {
        let built_in = Kind::ALL.iter().map(|kind| {
            let info = kind.info();
            let also = views::ALL.iter().filter(|view| view.kind == *kind);
            let also = also.filter(|view| view.group == info.group);
            Resource {
                kind: *kind,
                group: info.group,
                versions: [info.version]
                    .into_iter()
                    .chain(also.map(|view| view.version))
                    .collect(),
                plural: info.plural,
                singular: info.singular,
                short_names: info.short_names.to_vec(),
            }
        });
        let elsewhere = views::ALL.iter().filter_map(|view| {
            let info = view.kind.info();
            (view.group != info.group).then(|| Resource {
                kind: view.kind,
                group: view.group,
                versions: vec![view.version],
                plural: info.plural,
                singular: info.singular,
                short_names: info.short_names.to_vec(),
            })
        });
        let custom = self.iter().filter_map(|definition| {
            let (names, info) = (definition.names(), definition.kind.info());
            let versions: Vec<&str> = definition.served().iter().map(|v| &*v.name).collect();
            let short = names.short_names.iter().flatten();
            (!versions.is_empty()).then(|| Resource {
                kind: Kind::Custom(definition.kind),
                group: info.group,
                versions,
                plural: &names.plural,
                singular: names.singular.as_deref().unwrap_or(info.singular),
                short_names: short.map(String::as_str).collect(),
            })
        });
        built_in.chain(elsewhere).chain(custom).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_groups_and_versions_say_which_kind_is_meant() {
        let cases = [
            ("deploy", Some("")),
            ("Deployment", Some("")),
            ("Deploy", None),
            ("deploy.ap", Some("")),
            ("DEPLOYMENT.app", Some("")),
            ("deployment.APPS", None),
            ("deploy.x", None),
            ("deployments.v1.apps", Some("")),
            ("deployments.v1.app", None),
            ("deploy.v1.app", Some("")),
            ("deploy.v9.apps", Some("")),
            ("deployments.v9.apps", None),
            ("deployments.apps.v1", None),
            ("pods.", Some("")),
            ("pods..", Some("")),
            ("pods.v1.", Some("")),
            ("pods.v1", None),
            ("events", Some("")),
            ("events.ev", Some("events.k8s.io/v1")),
            ("hpa", Some("")),
            (
                "horizontalpodautoscalers.v1.autoscaling",
                Some("autoscaling/v1"),
            ),
            ("storageclass.storage", Some("")),
            ("", None),
            (".", None),
        ];
        for (text, want) in cases {
            let found = Definitions::default().named(text);
            let got = found.as_ref().map(|named| &*named.api_version);
            assert_eq!(got, want, "{text}");
        }
        let kind = |text: &str| Definitions::default().named(text).map(|named| named.kind);
        assert_eq!(kind("events.ev"), Some(Kind::Event));
        assert_eq!(kind("storageclass.storage"), Some(Kind::StorageClass));
        assert_eq!(kind("deploy.ap"), Some(Kind::Deployment));
        let also = |text: &str| Definitions::default().also_named(text);
        assert_eq!(also("ev"), ["events.events.k8s.io"]);
        for text in ["events", "ev.events.k8s.io", "po", "x"] {
            assert!(also(text).is_empty(), "{text}");
        }
    }
}
