//! What a command's arguments mean: `pods`, `pods web-1`, `deploy/web`, `pods,services`, `all`.
//!
//! The real thing: cli-runtime's pkg/resource/builder.go (`ResourceTypeOrNameArgs`, `ResourceNames`, `visitorResult`).

use super::flags::Given;
use crate::api::custom::Definitions;
use crate::api::{Key, Kind, ListOptions, Name, Request};

/// What kubectl says if neither arguments nor a file say what is meant.
pub(super) const MISSING: &str = "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/// The same if only a kind was said, and names are wanted.
pub(super) const NAMELESS: &str = "resource(s) were provided, but no name was specified";

/// Objects by name, or all of some kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// These.
    Named(Vec<Key>),
    /// All of these kinds (that the selectors choose).
    Kinds(Vec<Kind>),
}

impl Targets {
    /// Reads the arguments that name resources, and holds them against the flags that choose some.
    ///
    /// # Errors
    /// In kubectl's words.
    pub fn read(
        args: &[String],
        namespace: &str,
        known: &Definitions,
        given: &Given,
    ) -> Result<Self, String> {
        let selects = is_selecting(given)?;
        let Some((first, names)) = args.split_first() else {
            let why = if selects {
                "at least one resource must be specified to use a selector"
            } else {
                MISSING
            };
            return Err(why.to_owned());
        };
        let pairs = pairs(first, names)?;
        if selects && !pairs.is_empty() {
            return Err(
                "selectors and the all flag cannot be used when passing resource/name arguments"
                    .to_owned(),
            );
        }
        if selects && !names.is_empty() {
            return Err("name cannot be provided when a selector is specified".to_owned());
        }
        let mut keys = Vec::new();
        if pairs.is_empty() {
            let kinds = kinds(first, known)?;
            if names.is_empty() {
                return Ok(Self::Kinds(kinds));
            }
            let [kind] = kinds[..] else {
                return Err("you must specify only one resource".to_owned());
            };
            keys.extend(
                names
                    .iter()
                    .map(|name| Key::new(kind, namespace, name.as_str())),
            );
        }
        for (kind, name) in pairs {
            keys.push(Key::new(self::kind(&kind, known)?, namespace, name));
        }
        if given.is_set("all-namespaces") && keys.iter().any(|key| key.kind.info().namespaced) {
            return Err("a resource cannot be retrieved by name across all namespaces".to_owned());
        }
        Ok(Self::Named(keys))
    }

    /// What kubectl warns of when it reads these arguments: short names that two resources have.
    #[must_use]
    pub fn warnings(args: &[String], known: &Definitions) -> Vec<String> {
        let first = args.iter().take(1).flat_map(|arg| arg.split(','));
        let kinds = first.map(|kind| kind.split('/').next().unwrap_or_default());
        let of = |kind: &str| {
            let also = known.also_named(kind).into_iter();
            let name = kind.split('.').next().unwrap_or_default().to_owned();
            also.map(move |other| {
                format!("short name {name:?} could also match lower priority resource {other}")
            })
        };
        kinds.flat_map(of).collect()
    }

    /// Reads arguments that are names of objects of one kind, as those of `cordon`, or of any in the form `kind/name`.
    ///
    /// # Errors
    /// In kubectl's words.
    pub fn of(
        usual: Kind,
        args: &[String],
        namespace: &str,
        known: &Definitions,
    ) -> Result<Vec<Key>, String> {
        let mut named = Vec::new();
        for arg in args {
            named.push(pair(arg)?.unwrap_or_else(|| (usual.info().plural.to_owned(), arg.clone())));
        }
        let key = |(kind, name): &(String, String)| {
            Ok(Key::new(self::kind(kind, known)?, namespace, name.as_str()))
        };
        named.iter().map(key).collect()
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

/// Are objects chosen by a selector, or all of them?
fn is_selecting(given: &Given) -> Result<bool, String> {
    let is_said = |flag: &&str| {
        let text = given.get(flag).map(str::trim);
        text.is_some_and(|text| !text.is_empty())
    };
    let by_selector = ["selector", "field-selector"].iter().any(is_said);
    if by_selector && given.is_set("all") {
        // The blank at its end is kubectl's.
        return Err("setting 'all' parameter but found a non empty selector. ".to_owned());
    }
    Ok(by_selector || given.is_set("all"))
}

/// The kinds and names in `pod/web-1 deploy/web` or `pods,services web`; nothing of arguments in another form.
fn pairs(first: &str, names: &[String]) -> Result<Vec<(String, String)>, String> {
    let mut kinds: Vec<&str> = Vec::new();
    for kind in first.split(',') {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let args: Vec<String> = if kinds.len() > 1 && !names.is_empty() {
        let of = |kind: &&str| {
            let kind = (*kind).to_owned();
            names.iter().map(move |name| format!("{kind}/{name}"))
        };
        kinds.iter().flat_map(of).collect()
    } else {
        [first.to_owned()]
            .into_iter()
            .chain(names.iter().cloned())
            .collect()
    };
    let slashed = args.iter().filter(|arg| arg.contains('/')).count();
    if slashed > 0 && slashed < args.len() {
        return Err(
            "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'"
                .to_owned(),
        );
    }
    let mut pairs = Vec::new();
    for arg in &args {
        pairs.extend(pair(arg)?);
    }
    Ok(pairs)
}

/// `pod/web-1`; nothing of what has no slash.
fn pair(arg: &str) -> Result<Option<(String, String)>, String> {
    let Some((kind, name)) = arg.split_once('/') else {
        return Ok(None);
    };
    if name.contains('/') {
        return Err("arguments in resource/name form may not have more than one slash".to_owned());
    }
    let is_several = kind
        .split(',')
        .any(|part| part != kind.split(',').next().unwrap_or_default());
    if kind.is_empty() || name.is_empty() || is_several {
        return Err(
            "arguments in resource/name form must have a single resource and name".to_owned(),
        );
    }
    Ok(Some((kind.to_owned(), name.to_owned())))
}

/// `pods`, `deployments.apps`.
fn kind(text: &str, known: &Definitions) -> Result<Kind, String> {
    let named = known.named(text).map(|named| named.kind);
    named.ok_or_else(|| {
        let resource = text.split('.').next().unwrap_or_default();
        format!("the server doesn't have a resource type {resource:?}")
    })
}

/// `pods`, `pods,svc`, `all`: each once.
fn kinds(text: &str, known: &Definitions) -> Result<Vec<Kind>, String> {
    let mut kinds = Vec::new();
    for name in text.split(',') {
        let of_category: Vec<Kind> = known.in_category(name).map(|named| named.kind).collect();
        let found = match known.named(name) {
            None if !of_category.is_empty() => of_category,
            _ => vec![kind(name, known)?],
        };
        for kind in found {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    Ok(kinds)
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
            (
                "foo.bar/a pod/b/c",
                Err("arguments in resource/name form may not have more than one slash".to_owned()),
            ),
            (
                "foo.bar/a",
                Err("the server doesn't have a resource type \"foo\"".to_owned()),
            ),
            ("pods,po", Ok(Targets::Kinds(vec![Kind::Pod]))),
            (
                "po,svc a",
                Ok(Targets::Named(vec![
                    key(Kind::Pod, "a"),
                    key(Kind::Service, "a"),
                ])),
            ),
            (
                "all a",
                Err("you must specify only one resource".to_owned()),
            ),
            (
                "pods,",
                Err("the server doesn't have a resource type \"\"".to_owned()),
            ),
        ];
        for (line, want) in cases {
            let args: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(
                Targets::read(&args, "default", &Definitions::default(), &Given::default()),
                want,
                "{line}"
            );
        }
    }
    #[test]
    fn names_of_one_kind_may_name_others() {
        let key = |kind, name: &str| Key::new(kind, "default", name);
        let cases = [
            (
                "n1 node/n2",
                Ok(vec![key(Kind::Node, "n1"), key(Kind::Node, "n2")]),
            ),
            ("po/a", Ok(vec![key(Kind::Pod, "a")])),
            (
                "a/b",
                Err("the server doesn't have a resource type \"a\"".to_owned()),
            ),
            (
                "a/b c/d/e",
                Err("arguments in resource/name form may not have more than one slash".to_owned()),
            ),
        ];
        for (line, want) in cases {
            let args: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let got = Targets::of(Kind::Node, &args, "default", &Definitions::default());
            assert_eq!(got, want, "{line}");
        }
    }
}
