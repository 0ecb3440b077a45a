//! What a command's arguments mean: `pods`, `pods web-1`, `deploy/web`, `pods,services`, `all`.
//!
//! The real thing: cli-runtime's pkg/resource/builder.go (`ResourceTypeOrNameArgs`, `normalizeMultipleResourcesArgs`).

use super::flags::Given;
use crate::api::custom::Definitions;
use crate::api::{Key, Kind, ListOptions, Name, Request};

/// Objects by name, or all of some kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// These.
    Named(Vec<Key>),
    /// All of these kinds (that the selectors choose).
    Kinds(Vec<Kind>),
}

impl Targets {
    /// Reads the arguments that name resources.
    ///
    /// # Errors
    /// In kubectl's words.
    pub fn read(args: &[String], namespace: &str, known: &Definitions) -> Result<Self, String> {
        let Some(first) = args.first() else {
            return Err("Required resource not specified.".to_owned());
        };
        if args.iter().any(|arg| arg.contains('/')) {
            return by_slash(args, namespace, known).map(Self::Named);
        }
        let kinds = kinds(first, known)?;
        if args.len() == 1 {
            return Ok(Self::Kinds(kinds));
        }
        let keys = kinds.iter().flat_map(|kind| {
            args[1..]
                .iter()
                .map(|name| Key::new(*kind, namespace, name.as_str()))
        });
        Ok(Self::Named(keys.collect()))
    }

    /// The requests that read them: one `get` per name, or one `list` per kind.
    #[must_use]
    pub fn requests(&self, namespace: &str, given: &Given) -> Vec<Request> {
        match self {
            Self::Named(keys) => keys.iter().cloned().map(Request::get).collect(),
            Self::Kinds(kinds) => {
                let select = ListOptions {
                    label_selector: given.get("selector").unwrap_or_default().to_owned(),
                    field_selector: given.get("field-selector").unwrap_or_default().to_owned(),
                    ..ListOptions::default()
                };
                let list = |kind: &Kind| Request {
                    select: select.clone(),
                    ..Request::list(*kind, Name::from(namespace))
                };
                kinds.iter().map(list).collect()
            }
        }
    }
}

/// `pods`, `pods,svc`, `all`.
fn kinds(text: &str, known: &Definitions) -> Result<Vec<Kind>, String> {
    let mut kinds = Vec::new();
    for name in text.split(',').filter(|name| !name.is_empty()) {
        let found: Vec<Kind> = match known.named(name) {
            Some(named) => vec![named.kind],
            None => known.in_category(name).map(|named| named.kind).collect(),
        };
        if found.is_empty() {
            return Err(format!("the server doesn't have a resource type {name:?}"));
        }
        kinds.extend(found);
    }
    Ok(kinds)
}

/// `pod/web-1 deploy/web`.
fn by_slash(args: &[String], namespace: &str, known: &Definitions) -> Result<Vec<Key>, String> {
    let one = |arg: &String| {
        let Some((kind, name)) = arg.split_once('/') else {
            return Err(
                "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'"
                    .to_owned(),
            );
        };
        if name.is_empty() || kind.is_empty() || name.contains('/') {
            return Err(
                "arguments in resource/name form must have a single resource and name".to_owned(),
            );
        }
        let named = known
            .named(kind)
            .ok_or_else(|| format!("the server doesn't have a resource type {kind:?}"))?;
        Ok(Key::new(named.kind, namespace, name))
    };
    args.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_name_kinds_or_objects() {
        let key = |kind, name: &str| Key::new(kind, "default", name);
        let cases = [
            ("pods", Ok(Targets::Kinds(vec![Kind::Pod]))),
            ("po,svc", Ok(Targets::Kinds(vec![Kind::Pod, Kind::Service]))),
            (
                "pod a b",
                Ok(Targets::Named(vec![
                    key(Kind::Pod, "a"),
                    key(Kind::Pod, "b"),
                ])),
            ),
            (
                "deploy/web po/a",
                Ok(Targets::Named(vec![
                    key(Kind::Deployment, "web"),
                    key(Kind::Pod, "a"),
                ])),
            ),
            (
                "deployments.apps",
                Ok(Targets::Kinds(vec![Kind::Deployment])),
            ),
            (
                "foo",
                Err("the server doesn't have a resource type \"foo\"".to_owned()),
            ),
            (
                "pod/",
                Err(
                    "arguments in resource/name form must have a single resource and name"
                        .to_owned(),
                ),
            ),
        ];
        for (line, want) in cases {
            let args: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(
                Targets::read(&args, "default", &Definitions::default()),
                want,
                "{line}"
            );
        }
    }
}
