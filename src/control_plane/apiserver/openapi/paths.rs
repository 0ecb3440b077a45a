//! The paths of a document: where each resource is, and what may be done there.

use super::Dialect;
use super::operations::{Action, Operation, path_parameters};
use super::schemas::Definitions;
use crate::control_plane::apiserver::resources::{Part, Resource, api_version};
use serde_json::{Map, Value};

/// All paths of these resources.
pub(super) fn paths(
    dialect: Dialect,
    resources: &[&Resource],
    definitions: &Definitions,
) -> Map<String, Value> {
    let mut paths = Map::new();
    for resource in resources {
        Writer {
            dialect,
            resource,
            definitions,
        }
        .write(&mut paths);
    }
    paths.sort_keys();
    paths
}

struct Writer<'a> {
    dialect: Dialect,
    resource: &'a Resource,
    definitions: &'a Definitions,
}

/// A verb of discovery, and what it is in HTTP.
const COLLECTION: &[(&str, Action)] = &[
    ("list", Action::List),
    ("create", Action::Post),
    ("deletecollection", Action::DeleteCollection),
];
const ITEM: &[(&str, Action)] = &[
    ("get", Action::Get),
    ("update", Action::Put),
    ("patch", Action::Patch),
    ("delete", Action::Delete),
    ("create", Action::Post),
];

impl Writer<'_> {
    fn write(&self, paths: &mut Map<String, Value>) {
        let Resource {
            group,
            version,
            plural,
            namespaced,
            ..
        } = self.resource;
        let prefix = format!("/{}", super::path(group, version));
        let everywhere = format!("{prefix}/{plural}");
        let collection = if *namespaced {
            format!("{prefix}/namespaces/{{namespace}}/{plural}")
        } else {
            everywhere.clone()
        };
        if *namespaced && self.resource.verbs.contains(&"list") {
            let only_list = [COLLECTION[0]];
            self.path(paths, everywhere, &only_list, "ForAllNamespaces", None);
        }
        self.path(paths, collection.clone(), COLLECTION, "", None);
        let item = format!("{collection}/{{name}}");
        self.path(paths, item.clone(), &ITEM[..4], "", None);
        for part in &self.resource.subresources {
            self.path(paths, format!("{item}/{}", part.name), ITEM, "", Some(part));
        }
    }

    /// One path with those of the actions that the resource, or a part of it, has.
    fn path(
        &self,
        paths: &mut Map<String, Value>,
        path: String,
        actions: &[(&str, Action)],
        suffix: &str,
        part: Option<&Part>,
    ) {
        let verbs = part.map_or(self.resource.verbs, |part| part.verbs);
        let mut item = Map::new();
        for (_, action) in actions.iter().filter(|(verb, _)| verbs.contains(verb)) {
            let operation = self.operation(*action, suffix, part);
            item.insert(action.method().to_owned(), operation.write(self.dialect));
        }
        if item.is_empty() {
            return;
        }
        item.insert(
            "parameters".to_owned(),
            path_parameters(self.dialect, &path, &self.resource.kind),
        );
        paths.insert(path, Value::Object(item));
    }

    fn operation(&self, action: Action, suffix: &str, part: Option<&Part>) -> Operation<'_> {
        let resource = self.resource;
        let (group, version, kind) = match part {
            Some(part) => (&part.group, &part.version, &part.kind),
            None => (&resource.group, &resource.version, &resource.kind),
        };
        let of = api_version(group, version);
        let body = self.definitions.name(&of, kind);
        let answer = match action {
            Action::List => self.definitions.name(&of, &resource.list_kind()),
            Action::Delete | Action::DeleteCollection => self.definitions.name("v1", "Status"),
            Action::Get | Action::Post | Action::Put | Action::Patch => body,
        };
        let scope = match (resource.namespaced, suffix) {
            (true, "") => "Namespaced",
            _ => "",
        };
        let part_name = part.map_or(String::new(), |part| capitalized(part.name));
        let group_words = match &*resource.group {
            "" => "Core".to_owned(),
            group => group
                .trim_end_matches(".k8s.io")
                .split('.')
                .map(capitalized)
                .collect(),
        };
        let version_word = capitalized(&resource.version);
        let is_stream = kind.ends_with("Options");
        let (word, infix) = if is_stream {
            ("connect", capitalized(action.method()))
        } else {
            (action.word(), action.infix().to_owned())
        };
        let id = format!(
            "{word}{group_words}{version_word}{infix}{scope}{}{part_name}{suffix}",
            resource.kind,
        );
        let tag = format!(
            "{}_{}",
            group_words[..1].to_lowercase() + &group_words[1..],
            resource.version
        );
        Operation {
            action,
            id,
            tag,
            of_kind: [group.clone(), version.clone(), kind.clone()],
            what: part.map_or_else(
                || resource.kind.to_string(),
                |part| format!("{} of the specified {}", part.name, resource.kind),
            ),
            body: match action {
                Action::Patch => Some("io.k8s.apimachinery.pkg.apis.meta.v1.Patch"),
                Action::Delete | Action::DeleteCollection => {
                    self.definitions.name("v1", "DeleteOptions")
                }
                Action::Post | Action::Put => body,
                Action::Get | Action::List => None,
            },
            // A log is text, and a stream is nothing that a schema could say.
            answer: answer.filter(|_| part.is_none_or(|part| part.name != "log")),
            is_stream,
        }
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
