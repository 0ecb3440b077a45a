//! A document while it is patched: taken apart only along the paths that operations take, so that thousands of them on a long list cost
//! what they touch and not what is there.
//!
//! The real thing: gopkg.in/evanphx/json-patch.v4 (`lazyNode`, `partialDoc`, `partialArray`, `SupportNegativeIndices`).

use imbl::Vector;
use serde_json::Value;
use std::collections::BTreeMap;

/// How deep a patch may make a document: whoever reads one, reads it recursively.
const DEPTH_MAX: usize = 128;

/// A document that is being patched.
pub(super) struct Document {
    root: Node,
}

/// A value, taken apart or not.
#[derive(Clone)]
struct Node {
    /// How many levels are below, or were once.
    depth: usize,
    inside: Inside,
}

#[derive(Clone)]
enum Inside {
    Whole(Value),
    Map(BTreeMap<String, Node>),
    List(Vector<Node>),
}

impl Document {
    pub(super) fn new(value: Value) -> Self {
        Self {
            root: Node::of(value),
        }
    }

    pub(super) fn into_value(self) -> Value {
        self.root.into_value()
    }

    /// Puts the value into a map under its key, or into a list before the index; `-` is behind the last.
    pub(super) fn add(&mut self, path: &str, value: Value) -> Result<(), String> {
        self.put(path, Node::of(value), Put::Add)
    }

    /// Puts the value in the place of another.
    pub(super) fn replace(&mut self, path: &str, value: Value) -> Result<(), String> {
        self.put(path, Node::of(value), Put::Replace)
    }

    /// Takes a value out.
    pub(super) fn remove(&mut self, path: &str) -> Result<(), String> {
        self.take(path).map(|_| ())
    }

    /// Takes a value out and puts it somewhere else.
    pub(super) fn relocate(&mut self, from: &str, path: &str) -> Result<(), String> {
        let node = self.take(from)?;
        self.put(path, node, Put::Add)
    }

    /// Puts a copy of a value somewhere else, if all copies together have no more bytes than are left.
    pub(super) fn copy(
        &mut self,
        from: &str,
        path: &str,
        bytes_left: &mut usize,
    ) -> Result<(), String> {
        let node = self.get(from)?;
        let node = node.ok_or_else(|| format!("unable to get nonexistent key: {from}"))?;
        if !node.fits(bytes_left) {
            return Err("Unable to complete the copy, it is exceeding the limit".to_owned());
        }
        let copy = node.clone();
        self.put(path, copy, Put::Add)
    }

    /// Is this the value? What is not there passes for null: how controllers add the first finalizer.
    pub(super) fn test(&mut self, path: &str, value: &Value) -> Result<(), String> {
        let passes = match self.get(path)? {
            Some(node) => node.equals(value),
            None => value.is_null(),
        };
        if passes {
            Ok(())
        } else {
            Err(format!("testing value {path} failed"))
        }
    }

    fn take(&mut self, path: &str) -> Result<Node, String> {
        let (parents, key) = split(path)?;
        let taken = match &mut self.root.container(&parents, path)?.inside {
            Inside::Map(fields) => fields.remove(&key),
            Inside::List(items) => {
                let index = index(&key, items.len());
                index.map(|index| items.remove(index))
            }
            Inside::Whole(_) => None,
        };
        taken.ok_or_else(|| format!("Unable to remove nonexistent key: {key}"))
    }

    fn get(&mut self, path: &str) -> Result<Option<&Node>, String> {
        let (parents, key) = split(path)?;
        Ok(match &self.root.container(&parents, path)?.inside {
            Inside::Map(fields) => fields.get(&key),
            Inside::List(items) => match index(&key, items.len()) {
                Some(index) => items.get(index),
                None => return Err(format!("Unable to access invalid index: {key}")),
            },
            Inside::Whole(_) => None,
        })
    }

    fn put(&mut self, path: &str, node: Node, put: Put) -> Result<(), String> {
        let (parents, key) = split(path)?;
        if parents.len() + 1 + node.depth > DEPTH_MAX {
            return Err("exceeded max depth".to_owned());
        }
        let depth = node.depth;
        let missing = || format!("operation does not apply: doc is missing key: {path}");
        match (&mut self.root.container(&parents, path)?.inside, put) {
            (Inside::Map(fields), Put::Add) => {
                fields.insert(key, node);
            }
            (Inside::Map(fields), Put::Replace) => {
                *fields.get_mut(&key).ok_or_else(missing)? = node;
            }
            (Inside::List(items), Put::Add) if key == "-" => items.push_back(node),
            (Inside::List(items), Put::Add) => {
                let index = index(&key, items.len() + 1).ok_or_else(missing)?;
                items.insert(index, node);
            }
            (Inside::List(items), Put::Replace) => {
                let index = index(&key, items.len()).ok_or_else(missing)?;
                items.set(index, node);
            }
            (Inside::Whole(_), _) => return Err(missing()),
        }
        self.root.deepen(&parents, depth + 1);
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Put {
    Add,
    Replace,
}

impl Node {
    fn of(value: Value) -> Self {
        Self {
            depth: depth(&value),
            inside: Inside::Whole(value),
        }
    }

    /// The map or list that these keys lead to, taken apart.
    fn container(&mut self, keys: &[String], path: &str) -> Result<&mut Self, String> {
        let mut node = self;
        node.open();
        for key in keys {
            node = node
                .child(key)
                .ok_or_else(|| format!("operation does not apply: doc is missing path: {path}"))?;
            node.open();
        }
        Ok(node)
    }

    fn child(&mut self, key: &str) -> Option<&mut Self> {
        match &mut self.inside {
            Inside::Map(fields) => fields.get_mut(key),
            Inside::List(items) => items.get_mut(index(key, items.len())?),
            Inside::Whole(_) => None,
        }
    }

    /// Takes a map or list apart, by one level.
    fn open(&mut self) {
        let Inside::Whole(value) = &mut self.inside else {
            return;
        };
        self.inside = match value.take() {
            Value::Object(fields) => {
                let fields = fields.into_iter();
                Inside::Map(fields.map(|(key, value)| (key, Self::of(value))).collect())
            }
            Value::Array(items) => Inside::List(items.into_iter().map(Self::of).collect()),
            other => Inside::Whole(other),
        };
    }

    /// Notes on the way along these keys how many levels there are now below the last of them.
    fn deepen(&mut self, keys: &[String], below: usize) {
        let mut node = self;
        for (passed, key) in keys.iter().enumerate() {
            node.depth = node.depth.max(keys.len() - passed + below);
            let Some(child) = node.child(key) else { return };
            node = child;
        }
        node.depth = node.depth.max(below);
    }

    fn equals(&self, value: &Value) -> bool {
        match (&self.inside, value) {
            (Inside::Whole(whole), value) => whole == value,
            (Inside::Map(fields), Value::Object(others)) => {
                let mut fields = fields.iter();
                fields.len() == others.len()
                    && fields.all(|(key, node)| others.get(key).is_some_and(|v| node.equals(v)))
            }
            (Inside::List(items), Value::Array(others)) => {
                let mut both = items.iter().zip(others);
                items.len() == others.len() && both.all(|(node, value)| node.equals(value))
            }
            _ => false,
        }
    }

    /// Has it at most so many bytes as JSON? Takes them from what is left.
    fn fits(&self, left: &mut usize) -> bool {
        match &self.inside {
            Inside::Whole(value) => fits(value, left),
            Inside::Map(fields) => fields
                .iter()
                .all(|(key, node)| takes(left, key.len() + 4) && node.fits(left)),
            Inside::List(items) => items.iter().all(|node| takes(left, 1) && node.fits(left)),
        }
    }

    fn into_value(self) -> Value {
        match self.inside {
            Inside::Whole(value) => value,
            Inside::Map(fields) => {
                let fields = fields.into_iter();
                Value::Object(fields.map(|(key, n)| (key, n.into_value())).collect())
            }
            Inside::List(items) => items.into_iter().map(Self::into_value).collect(),
        }
    }
}

fn takes(left: &mut usize, bytes: usize) -> bool {
    let rest = left.checked_sub(bytes);
    *left = rest.unwrap_or(0);
    rest.is_some()
}

fn fits(value: &Value, left: &mut usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) => takes(left, 4),
        Value::Number(number) => takes(left, number.to_string().len()),
        Value::String(text) => takes(left, text.len() + 2),
        Value::Array(items) => {
            takes(left, 2) && items.iter().all(|item| takes(left, 1) && fits(item, left))
        }
        Value::Object(fields) => {
            takes(left, 2)
                && fields
                    .iter()
                    .all(|(key, value)| takes(left, key.len() + 4) && fits(value, left))
        }
    }
}

fn depth(value: &Value) -> usize {
    let inside = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(fields) => fields.values().map(depth).max(),
        _ => return 0,
    };
    1 + inside.unwrap_or(0)
}

/// The keys before the last, and the last. The whole document, which has no key, cannot be patched.
fn split(path: &str) -> Result<(Vec<String>, String), String> {
    let mut keys: Vec<String> = path.split('/').skip(1).map(decoded).collect();
    let missing = || format!("operation does not apply: doc is missing path: {path:?}");
    let last = keys.pop().ok_or_else(missing)?;
    Ok((keys, last))
}

fn decoded(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// The place in a list that has so many; negative ones are counted from the end.
fn index(key: &str, places: usize) -> Option<usize> {
    let index: isize = key.parse().ok()?;
    let index = match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => places.checked_sub(index.unsigned_abs())?,
    };
    (index < places).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::super::{Refusal, apply};
    use serde_json::{Value, json};

    #[test]
    fn operations_do_what_upstreams_library_does() {
        let base = json!({"a": {"b": [1, 2, 3], "c/d": null, "~": "x"}, "e": "f"});
        let cases = [
            (
                "before an index",
                json!([{"op": "add", "path": "/a/b/1", "value": 9}]),
                "/a/b",
                Some(json!([1, 9, 2, 3])),
            ),
            (
                "behind the last",
                json!([{"op": "add", "path": "/a/b/-", "value": 9}]),
                "/a/b",
                Some(json!([1, 2, 3, 9])),
            ),
            (
                "at the end by its number",
                json!([{"op": "add", "path": "/a/b/3", "value": 9}]),
                "/a/b",
                Some(json!([1, 2, 3, 9])),
            ),
            (
                "too far",
                json!([{"op": "add", "path": "/a/b/4", "value": 9}]),
                "",
                None,
            ),
            (
                "far too far",
                json!([{"op": "add", "path": "/a/b/99999999999999999999", "value": 9}]),
                "",
                None,
            ),
            (
                "from the end",
                json!([{"op": "remove", "path": "/a/b/-1"}]),
                "/a/b",
                Some(json!([1, 2])),
            ),
            (
                "before the first",
                json!([{"op": "remove", "path": "/a/b/-4"}]),
                "",
                None,
            ),
            (
                "no number",
                json!([{"op": "replace", "path": "/a/b/one", "value": 9}]),
                "",
                None,
            ),
            (
                "an escaped slash",
                json!([{"op": "replace", "path": "/a/c~1d", "value": 9}]),
                "/a/c~1d",
                Some(json!(9)),
            ),
            (
                "an escaped tilde",
                json!([{"op": "test", "path": "/a/~0", "value": "x"}]),
                "/e",
                Some(json!("f")),
            ),
            (
                "replacing nothing",
                json!([{"op": "replace", "path": "/x", "value": 9}]),
                "",
                None,
            ),
            (
                "removing nothing",
                json!([{"op": "remove", "path": "/x"}]),
                "",
                None,
            ),
            (
                "below nothing",
                json!([{"op": "add", "path": "/x/y", "value": 9}]),
                "",
                None,
            ),
            (
                "below a text",
                json!([{"op": "add", "path": "/e/y", "value": 9}]),
                "",
                None,
            ),
            (
                "no value is null",
                json!([{"op": "add", "path": "/x"}]),
                "/x",
                Some(json!(null)),
            ),
            (
                "moved",
                json!([{"op": "move", "from": "/a/b/0", "path": "/e"}]),
                "/e",
                Some(json!(1)),
            ),
            (
                "moved into itself",
                json!([{"op": "move", "from": "/a", "path": "/a/b"}]),
                "",
                None,
            ),
            (
                "copied into itself",
                json!([{"op": "copy", "from": "/a/b", "path": "/a/b/-"}]),
                "/a/b",
                Some(json!([1, 2, 3, [1, 2, 3]])),
            ),
            (
                "nothing is null",
                json!([{"op": "test", "path": "/a/x", "value": null}]),
                "/e",
                Some(json!("f")),
            ),
            (
                "something is not",
                json!([{"op": "test", "path": "/e", "value": null}]),
                "",
                None,
            ),
            (
                "of a list that was patched",
                json!([{"op": "add", "path": "/a/b/0", "value": 0}, {"op": "test", "path": "/a", "value": {"b": [0, 1, 2, 3], "~": "x", "c/d": null}}]),
                "/a/b/0",
                Some(json!(0)),
            ),
            (
                "the whole document",
                json!([{"op": "replace", "path": "", "value": {}}]),
                "",
                None,
            ),
            ("no path", json!([{"op": "remove"}]), "", None),
            ("no operation", json!([null]), "", None),
        ];
        for (name, patch, at, want) in cases {
            let mut document = base.clone();
            let applied = apply(&mut document, patch);
            let got = applied.ok().and_then(|()| document.pointer(at).cloned());
            assert_eq!(got, want, "{name}");
        }
        let malformed = [
            (
                json!({}),
                "object into Go value of type []handlers.jsonPatchOp",
            ),
            (
                json!(["x"]),
                "string into Go value of type handlers.jsonPatchOp",
            ),
            (
                json!([{"op": "add", "path": 1}]),
                "number into Go struct field jsonPatchOp.path of type string",
            ),
        ];
        for (patch, want) in malformed {
            let want = format!("error decoding patch: json: cannot unmarshal {want}");
            let refused = apply(&mut base.clone(), patch);
            assert_eq!(refused, Err(Refusal::Malformed(want)));
        }
    }

    #[test]
    fn many_operations_on_a_long_list_cost_what_they_touch() {
        let mut document = json!({"list": vec![0; 300_000], "other": []});
        let mut patch: Vec<Value> = Vec::new();
        for n in 0..3_000 {
            patch.push(json!({"op": "add", "path": "/list/0", "value": n}));
            patch.push(json!({"op": "move", "from": "/list", "path": "/other/0"}));
            patch.push(json!({"op": "move", "from": "/other/0", "path": "/list"}));
        }
        apply(&mut document, patch.into()).expect("9,000 operations");
        assert_eq!(document["list"].as_array().map(Vec::len), Some(303_000));
        assert_eq!(document["list"][0], 2_999);
    }
}
