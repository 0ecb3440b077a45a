//! The custom resources that a store defines, as discovery lists them.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_discovery_controller.go.

use super::resources::{Part, Resource};
use crate::api::custom::Definition;
use crate::api::kinds::{CustomResourceDefinitionVersion, VersionFacts};
use crate::api::{Kind, Name, Snapshot};

/// One resource per served version of each definition that is in force; to be served beside what is built in
/// (see [`super::resources::Served::with`]).
#[must_use]
pub fn custom_resources(snapshot: &Snapshot) -> Vec<Resource> {
    let definitions = snapshot.definitions();
    let of = |definition: &Definition| {
        let versions = definition.served().into_iter();
        let resources = versions.map(|version| resource(definition, version));
        resources.collect::<Vec<_>>()
    };
    definitions.iter().flat_map(of).collect()
}

fn resource(definition: &Definition, version: &CustomResourceDefinitionVersion) -> Resource {
    let (info, names) = (definition.kind.info(), definition.names());
    let list = |texts: &Option<Vec<String>>| -> Vec<Name> {
        texts.iter().flatten().map(Name::from).collect()
    };
    let parts = version.subresources.as_ref();
    let has_scale = parts.is_some_and(|parts| parts.scale.is_some());
    let scale = has_scale.then(Part::scale);
    let status = version
        .has_status()
        .then(|| Part::status(info.group, &version.name, info.name));
    Resource {
        group: info.group.into(),
        version: Name::from(&version.name),
        plural: info.plural.into(),
        singular: names.singular.as_deref().unwrap_or(info.singular).into(),
        kind: info.name.into(),
        namespaced: info.namespaced,
        // A definition that is being deleted lets nothing new be made.
        verbs: if definition.is_terminating() {
            &["delete", "deletecollection", "get", "list", "watch"]
        } else {
            info.verbs
        },
        short_names: list(&names.short_names),
        categories: list(&names.categories),
        subresources: scale.into_iter().chain(status).collect(),
        stored_as: Some(Kind::Custom(definition.kind)),
    }
}
