//! From nodes to JSON: types, aliases, merge keys, flattened lists. Finds all errors, not only the first.
//!
//! The real thing: goyaml.v2's decode.go (`allowedAliasRatio`, `merge`), sigs.k8s.io/yaml `convertToJSONableObject`,
//! `unstructured.UnstructuredJSONScheme` for lists.

use super::events::{Content, NodeId, Tree};
use super::positions::Inside;
use super::scalar::{Scalar, resolve};
use super::{DOCUMENT_BYTES_MAX, Document, Positions, Span, TextError};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Nothing in Kubernetes is nested nearly as deep.
const DEPTH_MAX: usize = 200;

/// How many nodes a document may become through aliases: as many as goyaml decodes before it looks at their share.
const ALIASED_NODES_MAX: usize = 400_000;

/// No more keys that stand twice are listed.
const LISTED_MAX: usize = 100;

/// The first document of a text as the body of a request, and its keys that stand twice in one map.
pub(super) fn build_body(tree: &Tree) -> Result<(Value, Vec<String>), TextError> {
    let Some(root) = tree.roots.first() else {
        return Ok((Value::Null, Vec::new()));
    };
    let mut builder = Builder::of(tree, Twice::Listed(Vec::new()));
    let (value, _) = builder.node(*root, 0);
    let Twice::Listed(lines) = builder.twice else {
        unreachable!("what is listed stays listed");
    };
    match builder.errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok((value, lines)),
    }
}

/// Adds the documents of one chunk and what is wrong with them.
pub(super) fn build(tree: &Tree, documents: &mut Vec<Document>, errors: &mut Vec<TextError>) {
    for root in &tree.roots {
        let mut builder = Builder::of(tree, Twice::Wrong);
        let (value, positions) = builder.node(*root, 0);
        let found = builder.errors;
        if !found.is_empty() {
            errors.extend(found);
            continue;
        }
        match value {
            Value::Null => {}
            Value::Object(_) => flatten(value, positions, documents, errors, 0),
            other => errors.push(not_a_map(&other, positions.value)),
        }
    }
}

fn not_a_map(value: &Value, span: Span) -> TextError {
    let what = match value {
        Value::Array(_) => "array",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        _ => "string",
    };
    let mut error = TextError::new(
        span,
        format!("json: cannot unmarshal {what} into an object"),
    );
    error.remedy = Some("A document begins with `apiVersion:` and `kind:`.".to_owned());
    error
}

/// A list of objects (`kind: List`, `PodList`, …) stands for its items.
fn flatten(
    mut value: Value,
    mut positions: Positions,
    documents: &mut Vec<Document>,
    errors: &mut Vec<TextError>,
    depth: usize,
) {
    let kind = value
        .get("kind")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let is_list = kind.ends_with("List") && value.get("items").is_some_and(Value::is_array);
    if !is_list || depth > 8 {
        documents.push(Document { value, positions });
        return;
    }
    let api_version = value.get("apiVersion").cloned();
    let (Value::Array(items), Inside::Map(fields)) = (value["items"].take(), &mut positions.inside)
    else {
        return;
    };
    let Some(Inside::List(places)) = fields.remove("items").map(|place| place.inside) else {
        return;
    };
    let item_kind = kind.trim_end_matches("List");
    for (mut item, place) in items.into_iter().zip(places) {
        let Some(fields) = item.as_object_mut() else {
            errors.push(not_a_map(&item, place.value));
            continue;
        };
        if !item_kind.is_empty() && !fields.contains_key("kind") {
            fields.insert("kind".to_owned(), item_kind.into());
            if let Some(api_version) = &api_version {
                fields.insert("apiVersion".to_owned(), api_version.clone());
            }
        }
        flatten(item, place, documents, errors, depth + 1);
    }
}

/// What becomes of a key that stands twice in one map.
enum Twice {
    /// It is an error.
    Wrong,
    /// The last one counts, and it is listed here in goyaml's words.
    Listed(Vec<String>),
}

/// A map's values and where they stand.
type Fields = (Map<String, Value>, BTreeMap<String, Positions>);

struct Builder<'t> {
    tree: &'t Tree,
    errors: Vec<TextError>,
    aliased_nodes: usize,
    bytes: usize,
    /// The outermost alias that is being followed.
    alias: Option<Span>,
    /// Too much already: nothing more is built.
    exhausted: bool,
    twice: Twice,
}

impl<'t> Builder<'t> {
    fn of(tree: &'t Tree, twice: Twice) -> Self {
        Self {
            tree,
            errors: Vec::new(),
            aliased_nodes: 0,
            bytes: 0,
            alias: None,
            exhausted: false,
            twice,
        }
    }
}

impl Builder<'_> {
    fn node(&mut self, id: NodeId, depth: usize) -> (Value, Positions) {
        let node = &self.tree.nodes[id];
        let mut positions = Positions {
            key: None,
            value: node.span,
            inside: Inside::Scalar,
        };
        if !self.within_budget(id, depth) {
            return (Value::Null, positions);
        }
        let value = match &node.content {
            Content::Scalar { text, plain, tag } => self.scalar(text, *plain, tag, node.span),
            Content::Alias(target) => {
                let outermost = self.alias.is_none();
                self.alias.get_or_insert(node.span);
                let (value, place) = self.node(*target, depth + 1);
                if outermost {
                    self.alias = None;
                }
                positions.inside = place.inside;
                value
            }
            Content::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                let mut places = Vec::with_capacity(items.len());
                for item in items {
                    let (value, place) = self.node(*item, depth + 1);
                    values.push(value);
                    places.push(place);
                }
                positions.inside = Inside::List(places);
                Value::Array(values)
            }
            Content::Map(entries) => {
                let (values, places) = self.map(entries, depth);
                positions.inside = Inside::Map(places);
                Value::Object(values)
            }
        };
        (value, positions)
    }

    /// Counts a node; false (with one error) once the document has grown out of all proportion.
    fn within_budget(&mut self, id: NodeId, depth: usize) -> bool {
        let node = &self.tree.nodes[id];
        if self.exhausted {
            return false;
        }
        if self.alias.is_some() {
            self.aliased_nodes += 1;
            if let Content::Scalar { text, .. } = &node.content {
                self.bytes += text.len();
            }
        }
        let span = self.alias.unwrap_or(node.span);
        if depth > DEPTH_MAX {
            self.exhausted = true;
            let message = format!("exceeded max depth of {DEPTH_MAX}");
            self.errors.push(TextError::new(span, message));
        } else if self.aliased_nodes > ALIASED_NODES_MAX || self.bytes > DOCUMENT_BYTES_MAX {
            self.exhausted = true;
            self.errors
                .push(TextError::new(span, "document contains excessive aliasing"));
        }
        !self.exhausted
    }

    fn scalar(&mut self, text: &str, plain: bool, tag: &str, span: Span) -> Value {
        let resolved = match tag {
            "str" | "binary" => Scalar::Plain(text.into()),
            "" if !plain => Scalar::Plain(text.into()),
            _ => resolve(text),
        };
        let fits = match tag {
            "" | "str" | "binary" | "merge" => true,
            "float" => matches!(resolved.tag(), "!!float" | "!!int"),
            "bool" | "int" | "null" | "timestamp" => resolved.tag().strip_prefix("!!") == Some(tag),
            _ => true,
        };
        if !fits {
            let message = format!("cannot decode {} `{text}` as a !!{tag}", resolved.tag());
            self.errors.push(TextError::new(span, message));
        }
        match resolved {
            Scalar::Plain(value) => value,
            Scalar::Timestamp | Scalar::Merge => text.into(),
            Scalar::NotFinite(name) => {
                let message = format!("json: unsupported value: {name}");
                self.errors.push(TextError::new(span, message));
                Value::Null
            }
        }
    }

    /// Entries in the order of the text; as upstream's, a merge key overrides what stands before it.
    fn map(&mut self, entries: &[(NodeId, NodeId)], depth: usize) -> Fields {
        let mut values = Map::new();
        let mut places = BTreeMap::new();
        let mut merged: BTreeSet<String> = BTreeSet::new();
        for (key, value) in entries {
            let span = self.tree.nodes[*key].span;
            if self.is_merge(*key) {
                let (more, more_places) = self.merge(*key, *value, depth);
                merged.extend(more.keys().cloned());
                values.extend(more);
                places.extend(more_places);
                continue;
            }
            let Some(name) = self.key(*key) else {
                continue;
            };
            let line = self.tree.nodes[*value].span.line;
            let (value, mut place) = self.node(*value, depth + 1);
            place.key = Some(span);
            let twice = values.insert(name.clone(), value).is_some();
            if twice && !merged.remove(&name) {
                match &mut self.twice {
                    // The line of the value, as goyaml counts.
                    Twice::Listed(lines) if lines.len() < LISTED_MAX => {
                        lines.push(format!("line {line}: key {name:?} already set in map"));
                    }
                    Twice::Listed(_) => {}
                    Twice::Wrong => self.already_set(&name, span, places.get(&name)),
                }
            }
            places.insert(name, place);
        }
        (values, places)
    }

    fn merge(&mut self, key: NodeId, value: NodeId, depth: usize) -> Fields {
        let outermost = self.alias.is_none();
        self.alias.get_or_insert(self.tree.nodes[value].span);
        let (mut values, mut places) = Fields::default();
        for source in self.merge_sources(value) {
            if !self.within_budget(key, depth) {
                break;
            }
            let (more, more_places) = self.map(&source, depth + 1);
            values.extend(more);
            places.extend(more_places);
        }
        if outermost {
            self.alias = None;
        }
        (values, places)
    }

    fn already_set(&mut self, name: &str, span: Span, first: Option<&Positions>) {
        let mut error = TextError::new(span, format!("key {name:?} already set in map"));
        if let Some(key) = first.and_then(|first| first.key) {
            error.remedy = Some(format!(
                "It is also on line {}: remove one of them.",
                key.line
            ));
        }
        self.errors.push(error);
    }

    /// A key as JSON spells it: numbers and booleans become text.
    fn key(&mut self, id: NodeId) -> Option<String> {
        let node = &self.tree.nodes[id];
        match &node.content {
            Content::Alias(target) => self.key_of_alias(*target, node.span),
            Content::Scalar { text, plain, tag } => match self.scalar(text, *plain, tag, node.span)
            {
                Value::Null => {
                    let message = "unsupported map key of type: null";
                    self.errors.push(TextError::new(node.span, message));
                    None
                }
                Value::String(text) => Some(text),
                other => Some(other.to_string()),
            },
            Content::List(_) | Content::Map(_) => {
                let mut error = TextError::new(node.span, "invalid map key");
                error.remedy = Some(
                    "A key is text. If this is a template's `{{ … }}`, render the template first."
                        .to_owned(),
                );
                self.errors.push(error);
                None
            }
        }
    }

    fn key_of_alias(&mut self, target: NodeId, span: Span) -> Option<String> {
        if matches!(self.tree.nodes[target].content, Content::Scalar { .. }) {
            return self.key(target);
        }
        self.errors.push(TextError::new(span, "invalid map key"));
        None
    }

    fn is_merge(&self, key: NodeId) -> bool {
        match &self.tree.nodes[key].content {
            Content::Scalar { text, plain, tag } => {
                text == "<<" && (*plain && tag.is_empty() || tag == "merge")
            }
            Content::List(_) | Content::Map(_) | Content::Alias(_) => false,
        }
    }

    /// The maps that a merge key names, those that win last.
    fn merge_sources(&mut self, value: NodeId) -> Vec<Vec<(NodeId, NodeId)>> {
        let tree = self.tree;
        let target = |id: NodeId| match tree.nodes[id].content {
            Content::Alias(target) => target,
            _ => id,
        };
        let sources = match &tree.nodes[target(value)].content {
            Content::Map(entries) => Some(vec![entries.clone()]),
            Content::List(items) => items
                .iter()
                .rev()
                .map(|item| match &tree.nodes[target(*item)].content {
                    Content::Map(entries) => Some(entries.clone()),
                    _ => None,
                })
                .collect(),
            Content::Scalar { .. } | Content::Alias(_) => None,
        };
        self.aliased_nodes += sources.iter().flatten().map(Vec::len).sum::<usize>();
        sources.unwrap_or_else(|| {
            let message = "map merge requires map or sequence of maps as the value";
            self.errors
                .push(TextError::new(tree.nodes[value].span, message));
            Vec::new()
        })
    }
}
