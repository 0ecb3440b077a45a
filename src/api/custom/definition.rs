//! A definition that is in force, and finding one by the names that people use.
//!
//! The real thing: `crdInfo` of staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go; kubectl's RESTMapper.

use super::{CustomColumn, ScalePaths, Schema, has_defaults};
use crate::api::kinds::{
    CustomResourceDefinition, CustomResourceDefinitionVersion, DefinitionFacts, VersionFacts, views,
};
use crate::api::{CustomKind, CustomNames, Kind, Name};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1 as upstream;
use serde_json::Value;
use std::cmp::Reverse;
use std::sync::Arc;

/// A CustomResourceDefinition that is served.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The kind that it defines.
    pub kind: CustomKind,
    crd: Arc<CustomResourceDefinition>,
    /// Per version, its schema as JSON.
    schemas: Vec<Option<Value>>,
    /// Per version: is there anything to fill in?
    with_defaults: Vec<bool>,
}

/// A kind, and the version of it that was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The kind.
    pub kind: Kind,
    /// `stable.example.com/v1`, `autoscaling/v1`; empty for built-in kinds in the version in which they are stored.
    pub api_version: Name,
}

impl Definition {
    /// What a definition will be once it is established: for an author who writes objects of the kind beside it.
    #[must_use]
    pub fn foreseen(crd: &Arc<CustomResourceDefinition>) -> Option<Self> {
        crd.storage_version()?;
        Self::with_kind(crd)
    }

    /// From a definition in the store; `None` as long as it is not established, or if the process has met too many kinds.
    #[must_use]
    pub fn of(crd: &Arc<CustomResourceDefinition>) -> Option<Self> {
        if !crd.is("Established") {
            return None;
        }
        Self::with_kind(crd)
    }

    fn with_kind(crd: &Arc<CustomResourceDefinition>) -> Option<Self> {
        let versions = crd.spec.versions.iter();
        let schemas: Vec<Option<Value>> = versions.map(VersionFacts::schema_json).collect();
        let with_defaults = |json: &Option<Value>| {
            let schema = json.as_ref().and_then(Schema::of);
            schema.is_some_and(has_defaults)
        };
        Some(Self {
            kind: Self::kind_of(crd)?,
            with_defaults: schemas.iter().map(with_defaults).collect(),
            schemas,
            crd: crd.clone(),
        })
    }

    /// The kind that a definition defines, or would once it is established; `None` if the process has met too many.
    #[must_use]
    pub fn kind_of(crd: &CustomResourceDefinition) -> Option<CustomKind> {
        CustomKind::intern(CustomNames {
            group: &crd.spec.group,
            plural: &crd.spec.names.plural,
            kind: &crd.spec.names.kind,
            namespaced: crd.spec.scope == "Namespaced",
        })
    }

    /// The whole definition.
    #[must_use]
    pub fn crd(&self) -> &CustomResourceDefinition {
        &self.crd
    }

    /// The names that were accepted.
    #[must_use]
    pub fn names(&self) -> &upstream::CustomResourceDefinitionNames {
        let status = self.crd.status.as_ref();
        let accepted = status.and_then(|s| s.accepted_names.as_ref());
        accepted.unwrap_or(&self.crd.spec.names)
    }

    /// A version, served or not.
    #[must_use]
    pub fn version(&self, name: &str) -> Option<&CustomResourceDefinitionVersion> {
        self.crd.spec.versions.iter().find(|v| v.name == name)
    }

    /// The version in which objects are stored.
    #[must_use]
    pub fn storage_version(&self) -> &str {
        self.crd
            .storage_version()
            .expect("exactly one version is the storage version")
    }

    /// The served versions, best first: `v1` before `v1beta1`.
    #[must_use]
    pub fn served(&self) -> Vec<&CustomResourceDefinitionVersion> {
        let all = self.crd.spec.versions.iter();
        let mut served: Vec<_> = all.filter(|v| v.served).collect();
        served.sort_by_key(|v| (Reverse(rank(&v.name)), v.name.clone()));
        served
    }

    /// The `apiVersion` that clients use who have no wish of their own; that of the store if none is served.
    #[must_use]
    pub fn preferred_api_version(&self) -> Name {
        let served = self.served();
        let version = served.first().map_or(self.storage_version(), |v| &v.name);
        format!("{}/{version}", self.crd.spec.group).into()
    }

    /// The schema of a version, as JSON.
    #[must_use]
    pub fn schema_json(&self, version: &str) -> Option<&Value> {
        let versions = self.crd.spec.versions.iter();
        let mut both = versions.zip(&self.schemas);
        both.find(|(v, _)| v.name == version)?.1.as_ref()
    }

    /// The schema of a version.
    #[must_use]
    pub fn schema(&self, version: &str) -> Option<Schema<'_>> {
        Schema::of(self.schema_json(version)?)
    }

    /// Might an object of this version lack a field that has a default?
    #[must_use]
    pub fn has_defaults(&self, version: &str) -> bool {
        let versions = self.crd.spec.versions.iter();
        let mut flags = versions.zip(&self.with_defaults);
        flags.any(|(v, has)| v.name == version && *has)
    }

    /// Is the definition being deleted? Then nothing new may be created.
    #[must_use]
    pub fn is_terminating(&self) -> bool {
        self.crd.metadata.deletion_timestamp.is_some() || self.crd.is("Terminating")
    }

    /// The columns of `kubectl get` after NAME.
    #[must_use]
    pub fn columns(&self, version: &str) -> Vec<CustomColumn> {
        let own = self
            .version(version)
            .and_then(|v| v.additional_printer_columns.as_deref());
        CustomColumn::all(own.unwrap_or_default())
    }

    /// Where objects of a version have their replicas, if they can be scaled.
    #[must_use]
    pub fn scale(&self, version: &str) -> Option<ScalePaths> {
        let parts = self.version(version)?.subresources.as_ref()?;
        parts.scale.as_ref().map(ScalePaths::of)
    }

    /// What is said to those who still speak this version, if it is deprecated. The real thing: apiextensions-apiserver's
    /// pkg/apiserver/customresource_handler.go (`defaultDeprecationWarning`).
    #[must_use]
    pub fn deprecation(&self, version: &str) -> Option<String> {
        let spoken = self.version(version)?;
        if spoken.deprecated != Some(true) {
            return None;
        }
        if let Some(own) = &spoken.deprecation_warning {
            return Some(own.clone());
        }
        let info = self.kind.info();
        let say = |version: &str| format!("{}/{version} {}", info.group, info.name);
        let said = format!("{} is deprecated", say(version));
        let is_better = |v: &&&CustomResourceDefinitionVersion| {
            v.deprecated != Some(true) && rank(&v.name) > rank(version)
        };
        let better = self.served();
        Some(match better.iter().find(is_better) {
            Some(better) => format!("{said}; use {}", say(&better.name)),
            None => said,
        })
    }

    /// The paths that a field selector may name: `spec.colour`.
    pub fn selectable_fields(&self, version: &str) -> impl Iterator<Item = &str> {
        let fields = self
            .version(version)
            .and_then(|v| v.selectable_fields.as_deref());
        let paths = fields.unwrap_or_default().iter();
        paths.map(|field| field.json_path.trim_start_matches('.'))
    }
}

/// How good a version is. The real thing: staging/src/k8s.io/apimachinery/pkg/version/helpers.go.
fn rank(version: &str) -> (u32, u32, u32) {
    let parse = || {
        let rest = version.strip_prefix('v')?;
        let (major, rest) = number(rest)?;
        let (stability, rest) = match (rest.strip_prefix("beta"), rest.strip_prefix("alpha")) {
            _ if rest.is_empty() => return Some((3, major, 0)),
            (Some(rest), _) => (2, rest),
            (_, Some(rest)) => (1, rest),
            _ => return None,
        };
        let (minor, rest) = number(rest)?;
        rest.is_empty().then_some((stability, major, minor))
    };
    parse().unwrap_or_default()
}

fn number(text: &str) -> Option<(u32, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// The kinds that a cluster defines, to be found by name. Cheap to make: it borrows.
#[derive(Clone, Debug, Default)]
pub struct Definitions(Vec<Definition>);

impl Definitions {
    /// These.
    pub fn new(all: impl IntoIterator<Item = Definition>) -> Self {
        Self(all.into_iter().collect())
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.0.iter()
    }

    /// The definition of a kind.
    #[must_use]
    pub fn get(&self, kind: Kind) -> Option<&Definition> {
        self.0.iter().find(|d| Kind::Custom(d.kind) == kind)
    }

    /// The kind of this `apiVersion` and `kind`, built in or defined and served.
    #[must_use]
    pub fn of(&self, api_version: &str, kind: &str) -> Option<Named> {
        if let Some(kind) = Kind::of(api_version, kind) {
            return Some(Named::built_in(kind));
        }
        if let Some(kind) = views::kind_of(api_version, kind) {
            let api_version = api_version.into();
            return Some(Named { kind, api_version });
        }
        let (group, version) = api_version.split_once('/')?;
        let found = self.0.iter().find(|d| {
            let info = d.kind.info();
            info.group == group && info.name == kind && d.served().iter().any(|v| v.name == version)
        })?;
        Some(Named {
            kind: Kind::Custom(found.kind),
            api_version: api_version.into(),
        })
    }

    /// The kinds of a category: `all`.
    pub fn in_category(&self, category: &str) -> impl Iterator<Item = Named> {
        let built_in = Kind::ALL.iter().copied();
        let built_in = built_in.filter(move |kind| kind.info().categories.contains(&category));
        let custom = self.0.iter().filter(move |d| {
            let categories = d.names().categories.iter().flatten();
            !d.served().is_empty() && categories.into_iter().any(|c| c == category)
        });
        built_in.map(Named::built_in).chain(custom.map(|d| Named {
            kind: Kind::Custom(d.kind),
            api_version: d.preferred_api_version(),
        }))
    }
}

impl Named {
    /// A built-in kind.
    #[must_use]
    pub fn built_in(kind: Kind) -> Self {
        Self {
            kind,
            api_version: Name::default(),
        }
    }
}
