//! Who owns which fields, taken apart: what `metadata.managedFields` says.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/{managedfields,capmanagers,stripmeta}.go.
//! Left out: sets of other versions are not converted (every kind is served in one version).

use super::set::Set;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{FieldsV1, ManagedFieldsEntry, Time};
use serde_json::json;

/// The only format of sets that there is.
const FIELDS_TYPE: &str = "FieldsV1";

/// How many entries of updates are kept apart; the oldest are merged beyond that.
const UPDATE_MANAGERS_MAX: usize = 10;

/// The manager into which the oldest updates are merged.
const OLD_UPDATES_MANAGER: &str = "ancient-changes";

/// How a manager came to own its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// By server-side apply.
    Apply,
    /// By any other write.
    Update,
}

impl Operation {
    /// As entries spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Apply => "Apply",
            Self::Update => "Update",
        }
    }
}

/// What tells managers apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name: `kubectl-client-side-apply`.
    pub name: String,
    /// How.
    pub operation: Operation,
    /// `apps/v1`. Those who apply are the same manager in all versions.
    pub api_version: String,
    /// `status`; empty for the object itself.
    pub subresource: String,
}

impl Identity {
    /// Are these entries of one manager?
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let versions = self.operation == Operation::Apply || self.api_version == other.api_version;
        self.name == other.name
            && self.operation == other.operation
            && self.subresource == other.subresource
            && versions
    }

    /// The text that upstream sorts managers by.
    fn sort_key(&self) -> String {
        let mut fields = serde_json::Map::new();
        fields.insert("manager".to_owned(), json!(self.name));
        fields.insert("operation".to_owned(), json!(self.operation.name()));
        if self.operation == Operation::Update {
            fields.insert("apiVersion".to_owned(), json!(self.api_version));
        }
        if !self.subresource.is_empty() {
            fields.insert("subresource".to_owned(), json!(self.subresource));
        }
        serde_json::Value::Object(fields).to_string()
    }
}

/// As messages name a manager: `"kubectl" with subresource "scale" using apps/v1`.
impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.name)?;
        if !self.subresource.is_empty() {
            write!(f, " with subresource {:?}", self.subresource)?;
        }
        match self.operation {
            Operation::Update => write!(f, " using {}", self.api_version),
            Operation::Apply => Ok(()),
        }
    }
}

/// One manager and its fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Manager {
    /// Who.
    pub identity: Identity,
    /// When it last changed something.
    pub time: Option<Time>,
    /// What it owns.
    pub fields: Set,
}

/// All managers of an object, in upstream's order of identities.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Managers {
    list: Vec<Manager>,
}

impl Managers {
    /// Reads entries as clients send them.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn decode(entries: &[ManagedFieldsEntry]) -> Result<Self, String> {
        let mut managers = Self::default();
        for (index, entry) in entries.iter().enumerate() {
            let operation = match entry.operation.as_deref() {
                Some("Apply") => Operation::Apply,
                Some("Update") => Operation::Update,
                _ => return Err("operation must be `Apply` or `Update`".to_owned()),
            };
            let api_version = entry.api_version.clone().filter(|v| !v.is_empty());
            let api_version = api_version.ok_or("apiVersion must not be empty")?;
            match entry.fields_type.as_deref().unwrap_or_default() {
                FIELDS_TYPE => {}
                "" => {
                    return Err(format!(
                        "missing fieldsType in managed fields entry {index}"
                    ));
                }
                other => {
                    return Err(format!(
                        "invalid fieldsType {other:?} in managed fields entry {index}"
                    ));
                }
            }
            let fields = entry.fields_v1.as_ref().map(|f| Set::from_json(&f.0));
            let identity = Identity {
                name: entry.manager.clone().unwrap_or_default(),
                operation,
                api_version,
                subresource: entry.subresource.clone().unwrap_or_default(),
            };
            managers.remove(&identity);
            managers.put(Manager {
                identity,
                time: entry.time.clone(),
                fields: fields.transpose()?.unwrap_or_default(),
            });
        }
        Ok(managers)
    }

    /// As clients read them, in upstream's order: those who apply first, then by time and name.
    #[must_use]
    pub fn encode(self) -> Vec<ManagedFieldsEntry> {
        let seconds = |m: &Manager| m.time.as_ref().map_or(0, |t| t.0.as_second());
        let mut list = self.list;
        list.sort_by(|a, b| {
            let (p, q) = (&a.identity, &b.identity);
            p.operation
                .cmp(&q.operation)
                .then_with(|| seconds(a).cmp(&seconds(b)))
                .then_with(|| p.name.cmp(&q.name))
                .then_with(|| p.api_version.cmp(&q.api_version))
                .then_with(|| p.subresource.cmp(&q.subresource))
        });
        let entry = |manager: Manager| {
            let Identity {
                name,
                operation,
                api_version,
                subresource,
            } = manager.identity;
            ManagedFieldsEntry {
                manager: Some(name).filter(|n| !n.is_empty()),
                operation: Some(operation.name().to_owned()),
                api_version: Some(api_version),
                time: manager.time,
                fields_type: Some(FIELDS_TYPE.to_owned()),
                fields_v1: Some(FieldsV1(manager.fields.to_json())),
                subresource: Some(subresource).filter(|s| !s.is_empty()),
            }
        };
        list.into_iter().map(entry).collect()
    }

    /// Is there nobody?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Manager> + '_ {
        self.list.iter()
    }

    /// This one's entry.
    #[must_use]
    pub fn get(&self, identity: &Identity) -> Option<&Manager> {
        self.list.iter().find(|m| m.identity.is(identity))
    }

    /// Takes this one's entry out.
    pub fn remove(&mut self, identity: &Identity) -> Option<Manager> {
        let index = self.list.iter().position(|m| m.identity.is(identity))?;
        Some(self.list.remove(index))
    }

    /// Adds an entry, or its fields to the entry that there is.
    pub fn put(&mut self, manager: Manager) {
        let entry = match self.remove(&manager.identity) {
            Some(old) => Manager {
                fields: old.fields.union(&manager.fields),
                ..manager
            },
            None => manager,
        };
        let key = entry.identity.sort_key();
        let place = self.list.partition_point(|m| m.identity.sort_key() < key);
        self.list.insert(place, entry);
    }

    /// Takes fields from everybody but this one; who has none left is gone.
    pub fn take_from_others(&mut self, identity: &Identity, fields: &Set) {
        for manager in self.list.iter_mut().filter(|m| !m.identity.is(identity)) {
            manager.fields = manager.fields.difference(fields);
        }
        self.list.retain(|m| !m.fields.is_empty());
    }

    /// Do they own the same, whenever they came to it?
    #[must_use]
    pub fn same_but_for_times(&self, other: &Self) -> bool {
        let pairs = || self.list.iter().zip(&other.list);
        self.list.len() == other.list.len()
            && pairs().all(|(a, b)| a.identity == b.identity && a.fields == b.fields)
    }

    /// Merges the oldest entries of updates if there are too many.
    pub fn cap(&mut self) {
        let is_update = |m: &&Manager| m.identity.operation == Operation::Update;
        let mut updates: Vec<Manager> = self.list.iter().filter(is_update).cloned().collect();
        if updates.len() <= UPDATE_MANAGERS_MAX {
            return;
        }
        let seconds = |m: &Manager| m.time.as_ref().map_or(0, |t| t.0.as_second());
        updates.sort_by_key(|m| (seconds(m), m.identity.sort_key()));
        // One entry of each version opens the bucket, and becomes it with the second.
        let mut first: Vec<Manager> = Vec::new();
        let mut length = updates.len();
        for update in updates {
            if length <= UPDATE_MANAGERS_MAX {
                return;
            }
            let version = &update.identity.api_version;
            let opener = first.iter().find(|m| m.identity.api_version == *version);
            let Some(opener) = opener.cloned() else {
                first.push(update);
                continue;
            };
            let bucket = Identity {
                name: OLD_UPDATES_MANAGER.to_owned(),
                operation: Operation::Update,
                api_version: version.clone(),
                subresource: String::new(),
            };
            self.remove(&opener.identity);
            self.remove(&update.identity);
            self.put(Manager {
                identity: bucket,
                time: update.time.clone(),
                fields: opener.fields.union(&update.fields),
            });
            length -= 1;
        }
    }
}

/// The fields of `metadata` and around it that nobody owns, because the server sets them.
#[must_use]
pub(super) fn of_the_server() -> Set {
    const METADATA: &[&str] = &[
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "clusterName",
        "generation",
        "managedFields",
        "resourceVersion",
    ];
    let inside = METADATA.iter().map(|name| (format!("f:{name}"), json!({})));
    let mut inside: serde_json::Map<_, _> = inside.collect();
    inside.insert(".".to_owned(), json!({}));
    let set = Set::from_json(&json!({"f:apiVersion": {}, "f:kind": {}, "f:metadata": inside}));
    set.expect("the set is spelled out above")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::time::time;

    fn manager(name: &str, second: u64, field: &str) -> Manager {
        Manager {
            identity: Identity {
                name: name.to_owned(),
                operation: Operation::Update,
                api_version: "v1".to_owned(),
                subresource: String::new(),
            },
            time: Some(time(second * 1000)),
            fields: Set::from_json(&json!({format!("f:{field}"): {}})).expect("a set"),
        }
    }

    #[test]
    fn those_who_apply_come_first_then_the_oldest() {
        let mut managers = Managers::default();
        managers.put(manager("b", 2, "x"));
        managers.put(manager("a", 2, "y"));
        managers.put(manager("c", 1, "z"));
        let mut applied = manager("d", 9, "w");
        applied.identity.operation = Operation::Apply;
        managers.put(applied);
        let entries = managers.clone().encode();
        let names: Vec<_> = entries
            .iter()
            .filter_map(|e| e.manager.as_deref())
            .collect();
        assert_eq!(names, ["d", "c", "a", "b"]);
        assert_eq!(Managers::decode(&entries), Ok(managers));
    }

    #[test]
    fn more_than_ten_updates_become_ancient_changes() {
        let mut managers = Managers::default();
        for number in 0..12 {
            managers.put(manager(
                &format!("m{number:02}"),
                number,
                &format!("f{number}"),
            ));
        }
        managers.cap();
        let entries = managers.encode();
        assert_eq!(entries.len(), 10);
        let oldest = &entries[0];
        assert_eq!(oldest.manager.as_deref(), Some("ancient-changes"));
        assert_eq!(
            oldest.time,
            Some(time(2000)),
            "the time of the last one merged"
        );
        let fields = oldest.fields_v1.as_ref().map(|f| f.0.clone());
        assert_eq!(fields, Some(json!({"f:f0": {}, "f:f1": {}, "f:f2": {}})));
    }

    #[test]
    fn entries_are_refused() {
        let entry = |operation: &str, version: &str, fields_type: &str| ManagedFieldsEntry {
            operation: Some(operation.to_owned()),
            api_version: Some(version.to_owned()),
            fields_type: Some(fields_type.to_owned()),
            ..ManagedFieldsEntry::default()
        };
        let cases = [
            (
                entry("", "v1", FIELDS_TYPE),
                "operation must be `Apply` or `Update`",
            ),
            (
                entry("Apply", "", FIELDS_TYPE),
                "apiVersion must not be empty",
            ),
            (
                entry("Apply", "v1", ""),
                "missing fieldsType in managed fields entry 0",
            ),
            (
                entry("Apply", "v1", "X"),
                "invalid fieldsType \"X\" in managed fields entry 0",
            ),
        ];
        for (entry, want) in cases {
            assert_eq!(Managers::decode(&[entry]), Err(want.to_owned()));
        }
    }
}
