//! What a value is to server-side apply: which of its parts are owned one by one, and by which keys the entries of a list are told apart.
//!
//! The real thing: sigs.k8s.io/structured-merge-diff/schema/elements.go, typed/helpers.go; for custom resources
//! staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder.
//! Left out: unions.

use super::path::Step;
use super::table;
use crate::api::Kind;
use serde_json::{Map, Value, json};

/// The schema of one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schema<'a> {
    /// A value or a struct of which nothing particular is known: fields are owned one by one, lists are one value.
    Plain,
    /// One of Kubernetes' own structs, by the name of its Go type.
    Struct(&'static str),
    /// One value, owned as a whole.
    Atomic,
    /// A map with keys that nobody declared.
    Map,
    /// A list whose entries are values, each there once.
    Set,
    /// A list whose entries have keys: the keys and the Go type as the table writes them.
    Keyed(&'static str, &'static str),
    /// Nothing is known: maps are owned key by key, lists are one value.
    Deduced,
    /// A custom resource of which only the metadata are known.
    Untyped,
    /// A custom resource with the root of its structural schema.
    Resource(&'a Map<String, Value>),
    /// A node of a structural schema (`x-kubernetes-list-type` and so on).
    Node(&'a Map<String, Value>),
}

/// What a list is to its owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListType {
    Atomic,
    Set,
    Keyed,
}

const EMPTY: &str = "";

impl<'a> Schema<'a> {
    /// The schema of a kind's objects; of a custom kind, that of one which says nothing about its lists and maps.
    #[must_use]
    pub fn of(kind: Kind) -> Schema<'static> {
        match kind {
            Kind::Custom(_) => Schema::Untyped,
            _ => Schema::Struct(kind.info().name),
        }
    }

    /// The schema of a field, or of what stands at a key.
    #[must_use]
    pub fn field(self, name: &str) -> Schema<'a> {
        match self {
            Self::Struct(owner) => {
                table_field(owner, name).map_or(Self::Plain, |(schema, _)| schema)
            }
            Self::Deduced => Self::Deduced,
            Self::Resource(_) | Self::Untyped if name == "metadata" => Self::Struct("ObjectMeta"),
            Self::Resource(_) | Self::Untyped if ["apiVersion", "kind"].contains(&name) => {
                Self::Plain
            }
            Self::Untyped => Self::Deduced,
            Self::Resource(root) => node_field(root, name),
            Self::Node(node) => node_field(node, name),
            Self::Atomic => Self::Atomic,
            Self::Plain | Self::Map | Self::Set | Self::Keyed(..) => Self::Plain,
        }
    }

    /// Is this a field of a struct, and not a key that an author chose?
    #[must_use]
    pub fn declares(self, name: &str) -> bool {
        match self {
            Self::Plain | Self::Struct(_) => true,
            Self::Untyped => ["apiVersion", "kind", "metadata"].contains(&name),
            Self::Resource(root) => {
                ["apiVersion", "kind", "metadata"].contains(&name)
                    || properties(root, name).is_some()
            }
            Self::Node(node) => properties(node, name).is_some(),
            _ => false,
        }
    }

    /// The schema of a list's entries.
    #[must_use]
    pub fn element(self) -> Schema<'a> {
        match self {
            Self::Keyed(_, "!") => Self::Atomic,
            Self::Keyed(_, EMPTY) => Self::Plain,
            Self::Keyed(_, owner) => Self::Struct(owner),
            Self::Node(node) => object(node.get("items")).map_or(Self::Deduced, Self::Node),
            Self::Deduced => Self::Deduced,
            _ => Self::Plain,
        }
    }

    /// Is a map with this schema one value?
    #[must_use]
    pub(super) fn is_atomic_map(self) -> bool {
        match self {
            Self::Atomic => true,
            Self::Node(node) => text(node, "x-kubernetes-map-type") == "atomic",
            _ => false,
        }
    }

    /// What a list with this schema is.
    #[must_use]
    pub(super) fn list_type(self) -> ListType {
        match self {
            Self::Set => ListType::Set,
            Self::Keyed(..) => ListType::Keyed,
            Self::Node(node) => match text(node, "x-kubernetes-list-type") {
                "set" => ListType::Set,
                "map" => ListType::Keyed,
                _ => ListType::Atomic,
            },
            _ => ListType::Atomic,
        }
    }

    /// The step to an entry of a list.
    ///
    /// # Errors
    /// Why the entry cannot be told from others.
    pub(super) fn step_to(self, entry: &Value) -> Result<Step, String> {
        if self.list_type() == ListType::Set {
            return match entry {
                Value::Object(_) => {
                    Err("associative list without keys has an element that's a map type".to_owned())
                }
                Value::Array(_) => {
                    Err("not supported: associative list with lists as elements".to_owned())
                }
                Value::Null => Err(
                    "associative list without keys has an element that's an explicit null"
                        .to_owned(),
                ),
                value => Ok(Step::Value(value.clone())),
            };
        }
        let fields = match entry {
            Value::Object(fields) => fields,
            Value::Null => {
                return Err("associative list with keys may not have a null element".to_owned());
            }
            _ => return Err("associative list with keys may not have non-map elements".to_owned()),
        };
        let keys = self.keys();
        let mut found: Vec<(String, Value)> = Vec::new();
        for (key, default) in &keys {
            if let Some(value) = fields.get(*key).or(default.as_ref()) {
                found.push(((*key).to_owned(), value.clone()));
            }
        }
        if found.is_empty() {
            let names: Vec<String> = keys.iter().map(|(key, _)| format!("{key:?}")).collect();
            return Err(format!(
                "associative list with keys has an element that omits all key fields [{}] (and doesn't have default values for any key fields)",
                names.join(" ")
            ));
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Step::Key(found))
    }

    /// The keys of a list's entries, each with what it is if it is left out.
    fn keys(self) -> Vec<(&'a str, Option<Value>)> {
        match self {
            Self::Keyed(keys, _) => keys.split(',').map(table_key).collect(),
            Self::Node(node) => {
                let keys = node.get("x-kubernetes-list-map-keys");
                let names = keys.and_then(Value::as_array).into_iter().flatten();
                let default = |key: &str| {
                    let field = properties(object(node.get("items"))?, key)?;
                    field.get("default").cloned()
                };
                names
                    .filter_map(Value::as_str)
                    .map(|key| (key, default(key)))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The fields that are there even when nothing is in them, each with what it is then.
    #[must_use]
    pub(super) fn always_there(self) -> Vec<(&'static str, Value)> {
        let Self::Struct(owner) = self else {
            return Vec::new();
        };
        let fields = table::row(owner).split(' ').filter_map(|field| {
            let end = field.find('^')?;
            let empty = if field[end + 1..].starts_with('[') {
                Value::Null
            } else {
                Value::Object(Map::new())
            };
            Some((&field[..end], empty))
        });
        fields.collect()
    }
}

/// What the table says about a field.
fn table_field<'a>(owner: &str, name: &str) -> Option<(Schema<'a>, &'static str)> {
    let rest = table::row(owner).split(' ').find_map(|field| {
        let rest = field.strip_prefix(name)?;
        rest.is_empty()
            .then_some("")
            .or_else(|| rest.starts_with(['^', '=', '!', '{', '[']).then_some(rest))
    })?;
    let rest = rest.strip_prefix('^').unwrap_or(rest);
    let schema = match rest.as_bytes().first() {
        None => Schema::Plain,
        Some(b'=') => Schema::Struct(&rest[1..]),
        Some(b'!') => Schema::Atomic,
        Some(b'{') => Schema::Map,
        _ => {
            let (keys, inside) = rest[1..].split_once(']')?;
            match keys {
                EMPTY => Schema::Set,
                keys => Schema::Keyed(keys, inside.strip_prefix('=').unwrap_or(inside)),
            }
        }
    };
    Some((schema, rest))
}

fn table_key(key: &str) -> (&str, Option<Value>) {
    let Some((key, default)) = key.split_once(':') else {
        return (key, None);
    };
    let number = default.parse::<i64>().ok();
    (
        key,
        Some(number.map_or_else(|| json!(default), Value::from)),
    )
}

fn object(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value.and_then(Value::as_object)
}

fn text<'a>(node: &'a Map<String, Value>, field: &str) -> &'a str {
    node.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn properties<'a>(node: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    object(object(node.get("properties"))?.get(name))
}

fn node_field<'a>(node: &'a Map<String, Value>, name: &str) -> Schema<'a> {
    if let Some(property) = properties(node, name) {
        return Schema::Node(property);
    }
    let embedded = node.get("x-kubernetes-embedded-resource") == Some(&Value::Bool(true));
    if embedded && name == "metadata" {
        return Schema::Struct("ObjectMeta");
    }
    object(node.get("additionalProperties")).map_or(Schema::Deduced, Schema::Node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::strategic::keys::{self, List};

    fn at<'a>(root: Schema<'a>, path: &str) -> Schema<'a> {
        path.split('.').fold(root, |schema, step| match step {
            "[]" => schema.element(),
            name => schema.field(name),
        })
    }

    #[test]
    fn kubernetes_own_types() {
        let cases = [
            ("spec.replicas", Schema::Plain),
            ("spec.selector", Schema::Atomic),
            ("spec.strategy", Schema::Plain),
            ("metadata.labels", Schema::Map),
            ("metadata.finalizers", Schema::Set),
            ("metadata.ownerReferences", Schema::Keyed("uid:", "!")),
            ("metadata.ownerReferences.[]", Schema::Atomic),
            ("spec.template.spec", Schema::Struct("PodSpec")),
            (
                "spec.template.spec.containers",
                Schema::Keyed("name:", "Container"),
            ),
            (
                "spec.template.spec.containers.[].ports",
                Schema::Keyed("containerPort:0,protocol:TCP", ""),
            ),
            ("spec.template.spec.containers.[].command", Schema::Plain),
            (
                "spec.template.spec.containers.[].resources.limits",
                Schema::Map,
            ),
            (
                "spec.template.spec.containers.[].env.[].valueFrom.secretKeyRef",
                Schema::Atomic,
            ),
            ("spec.template.spec.nodeSelector", Schema::Atomic),
            ("status.conditions", Schema::Keyed("type:", "")),
        ];
        for (path, want) in cases {
            assert_eq!(at(Schema::of(Kind::Deployment), path), want, "{path}");
        }
        let always = Schema::Struct("DeploymentSpec").always_there();
        let names: Vec<_> = always.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["strategy", "template"]);
    }

    #[test]
    fn keys_of_entries() {
        let ports = Schema::Struct("ServiceSpec").field("ports");
        let secrets = Schema::Struct("ServiceAccount").field("secrets");
        let finalizers = Schema::Struct("ObjectMeta").field("finalizers");
        let cases = [
            (
                ports,
                json!({"port": 80}),
                Ok(r#"[port=80,protocol="TCP"]"#),
            ),
            (
                ports,
                json!({"protocol": "UDP"}),
                Ok(r#"[port=0,protocol="UDP"]"#),
            ),
            (
                ports,
                json!(80),
                Err("associative list with keys may not have non-map elements"),
            ),
            (secrets, json!({"name": "a"}), Ok(r#"[name="a"]"#)),
            (
                secrets,
                json!({}),
                Err(
                    r#"associative list with keys has an element that omits all key fields ["name"] (and doesn't have default values for any key fields)"#,
                ),
            ),
            (finalizers, json!("a/b"), Ok(r#"[="a/b"]"#)),
            (
                finalizers,
                json!(null),
                Err("associative list without keys has an element that's an explicit null"),
            ),
        ];
        for (schema, entry, want) in cases {
            let step = schema.step_to(&entry).map(|step| step.to_string());
            assert_eq!(
                step,
                want.map(str::to_owned).map_err(str::to_owned),
                "{entry}"
            );
        }
    }

    #[test]
    fn custom_resources() {
        let root = json!({"type": "object", "properties": {
            "spec": {"type": "object", "properties": {
                "hosts": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
                "rules": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name", "kind"],
                    "items": {"type": "object", "properties": {"name": {"type": "string"}, "kind": {"type": "string", "default": "A"}}}},
                "plain": {"type": "array", "items": {"type": "string"}},
                "one": {"type": "object", "x-kubernetes-map-type": "atomic"},
                "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            }},
        }});
        let schema = Schema::Resource(root.as_object().expect("a schema"));
        assert_eq!(schema.field("metadata"), Schema::Struct("ObjectMeta"));
        let lists: Vec<_> = ["hosts", "rules", "plain", "any"]
            .map(|name| schema.field("spec").field(name).list_type())
            .into();
        assert_eq!(
            lists,
            [
                ListType::Set,
                ListType::Keyed,
                ListType::Atomic,
                ListType::Atomic
            ]
        );
        assert!(schema.field("spec").field("one").is_atomic_map());
        assert_eq!(at(schema, "spec.any.deep"), Schema::Deduced);
        assert!(!at(schema, "spec.any").declares("deep"));
        let rule = at(schema, "spec.rules").step_to(&json!({"name": "x"}));
        assert_eq!(rule.expect("a key").to_string(), r#"[kind="A",name="x"]"#);
    }

    /// Where strategic merge goes by a key, server-side apply goes by it too, if not by it alone.
    #[test]
    fn agrees_with_the_keys_of_strategic_merge() {
        for kind in Kind::ALL {
            let mut seen = Vec::new();
            compare(kind.info().name, kind.info().name, &mut seen);
            assert!(!seen.is_empty(), "{kind:?} has metadata");
        }

        fn compare(owner: &'static str, strategic: &'static str, seen: &mut Vec<&'static str>) {
            if seen.contains(&owner) {
                return;
            }
            seen.push(owner);
            for field in table::row(owner).split(' ') {
                let name = field
                    .split(['^', '=', '!', '{', '['])
                    .next()
                    .expect("a name");
                let schema = Schema::Struct(owner).field(name);
                let rule = keys::rule(strategic, name);
                if let (Schema::Keyed(own, _), List::By(key)) = (schema, rule.list) {
                    assert!(own.starts_with(key), "{owner}.{name}: {own} and {key}");
                }
                let inside = match schema {
                    Schema::Struct(inside) | Schema::Keyed(_, inside) => inside,
                    _ => "",
                };
                if !inside.is_empty() && inside != "!" {
                    compare(inside, rule.inside, seen);
                }
            }
        }
    }
}
