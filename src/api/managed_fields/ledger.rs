//! The entries as objects carry them: short, and kept up by every write at next to no cost.
//!
//! An entry says no more than it must: no `apiVersion` if it is the kind's, no `operation` if it is `Update`, no `fieldsType`; its set is one
//! text instead of a tree. And one manager of each [`Part`] of an object may own **the rest**: every field of that part that is in nobody
//! else's set. Such an entry has no set, or one that begins with `*`. A component that creates an object owns the rest of its main part;
//! one that writes a status which nobody has written owns the rest of that. As long as they stay among themselves, a write changes the
//! time of one entry and nothing else. As soon as others write, too, their fields are found by comparing, and the rest is what remains.
//!
//! What clients write is noted field by field at once, before admission and the server add theirs.
//!
//! Left out: the owner of the rest of a status also owns values in it that nobody has changed since the object was created (`replicas: 0`),
//! and its time moves when it only takes fields away.

use super::compare::compare;
use super::managers::{Identity, Manager, Managers, Operation, of_the_server};
use super::schema::Schema;
pub use super::server::reset;
use super::server::{additions_are_known, additions_to_status, without_additions};
use super::set::Set;
use crate::api::time::{self, Ms};
use crate::api::{Object, Subresource};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{FieldsV1, ManagedFieldsEntry};
use serde_json::{Map, Value};

/// The mark of an entry that owns the rest of its part.
const REST: char = '*';

/// What a manager is called that has no name.
const UNKNOWN: &str = "unknown";

/// The manager of what was there before anyone applied.
const BEFORE_FIRST_APPLY: &str = "before-first-apply";

/// The parts of an object that have writers of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Everything but the status.
    Main,
    Status,
}

impl Part {
    const ALL: [Self; 2] = [Self::Main, Self::Status];

    /// The part that the entry of a subresource may own the rest of.
    fn of(subresource: &str) -> Self {
        if subresource == "status" {
            Self::Status
        } else {
            Self::Main
        }
    }

    fn holds(self, set: &Set) -> Set {
        let status = Set::from_json(&serde_json::json!({"f:status": {}}));
        let status = status.expect("the set is spelled out above");
        let main = set.recursive_difference(&status);
        match self {
            Self::Main => main,
            Self::Status => set.difference(&main),
        }
    }
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// A component of the cluster, with a typed object.
    Component,
    /// Anyone else, with a document.
    Client,
}

/// One write that is no application.
#[derive(Clone, Copy, Debug)]
pub struct Write<'a> {
    /// Who.
    pub author: Author,
    /// Under which name.
    pub manager: &'a str,
    /// Through which part.
    pub subresource: Option<Subresource>,
    /// When.
    pub now_ms: Ms,
    /// The schema of the object.
    pub schema: Schema<'a>,
}

impl Write<'_> {
    fn manager(&self) -> &str {
        if self.manager.is_empty() {
            UNKNOWN
        } else {
            self.manager
        }
    }

    fn subresource(&self) -> &'static str {
        self.subresource.map_or("", Subresource::name)
    }

    fn identity(&self, object: &Object) -> Identity {
        Identity {
            name: self.manager().to_owned(),
            operation: Operation::Update,
            api_version: object.api_version(),
            subresource: self.subresource().to_owned(),
        }
    }

    /// Is this the writer's own entry?
    fn owns(&self, entry: &ManagedFieldsEntry) -> bool {
        entry.manager.as_deref() == Some(self.manager())
            && entry.operation.is_none()
            && entry.api_version.is_none()
            && entry.subresource.as_deref().unwrap_or_default() == self.subresource()
    }

    fn new_entry(&self) -> ManagedFieldsEntry {
        ManagedFieldsEntry {
            manager: Some(self.manager().to_owned()),
            subresource: self.subresource.map(|s| s.name().to_owned()),
            ..ManagedFieldsEntry::default()
        }
    }

    /// May this writer own the rest of a part that nobody has written to? Of a pod's and a node's status only the kubelet: others write one
    /// condition of it.
    fn may_have_rest(&self, part: Part, object: &Object) -> bool {
        let goes_to = match self.subresource {
            None => Part::Main,
            Some(Subresource::Status) => Part::Status,
            Some(_) => return false,
        };
        let by_kubelet = matches!(object, Object::Pod(_) | Object::Node(_));
        // Of a custom kind the entries could not be read without the kind's definition.
        self.author == Author::Component
            && !matches!(object, Object::Custom(_))
            && goes_to == part
            && (part == Part::Main || !by_kubelet || self.manager == "kubelet")
    }
}

/// Notes the author of a new object, which is as the author wants it, with defaults. Entries that the author has put in count.
pub fn note_creation(object: &mut Object, write: Write<'_>) {
    let given = object.metadata_mut().managed_fields.take();
    let is_component = write.author == Author::Component;
    if given.is_none() && is_component && additions_are_known(object) {
        let mut entry = write.new_entry();
        entry.time = Some(time::time(write.now_ms));
        object.metadata_mut().managed_fields = Some(vec![entry]);
        return;
    }
    let mut managers = given
        .and_then(|entries| Managers::decode(&entries).ok())
        .unwrap_or_default();
    let set = created_fields(&object.to_json(), write.schema);
    let identity = write.identity(object);
    let fields = set
        .recursive_difference(&reset(object.kind(), write.subresource))
        .difference(&of_the_server());
    managers.take_from_others(&identity, &fields);
    if !fields.is_empty() {
        managers.put(Manager {
            identity,
            time: Some(time::time(write.now_ms)),
            fields,
        });
    }
    managers.cap();
    store(object, managers);
}

/// All fields of a document, as its creator owns them.
fn created_fields(document: &Value, schema: Schema<'_>) -> Set {
    let nothing = Value::Object(Map::new());
    compare(&nothing, document, schema).taken()
}

/// Notes the author of a change from `old` to `object`, whose entries are those of `old`.
pub fn note_update(object: &mut Object, old: &Object, write: Write<'_>) {
    if object.metadata().managed_fields.is_none() {
        // Nobody has ever applied, and the entries were taken away: then nothing is tracked.
        return;
    }
    let mut entries = object
        .metadata_mut()
        .managed_fields
        .take()
        .unwrap_or_default();
    if !note_among_themselves(&mut entries, object, old, write) {
        note_by_comparing(&mut entries, object, old, write);
    }
    let updates = |e: &&ManagedFieldsEntry| e.operation.is_none();
    let too_many = entries.iter().filter(updates).count() > 10;
    object.metadata_mut().managed_fields = (!entries.is_empty()).then_some(entries);
    if too_many {
        let mut managers = managers(object);
        managers.cap();
        store(object, managers);
    }
}

/// The short way: whoever writes owns the rest of all that the write may change, and nobody else owns anything there. True if it was so.
fn note_among_themselves(
    entries: &mut Vec<ManagedFieldsEntry>,
    object: &Object,
    old: &Object,
    write: Write<'_>,
) -> bool {
    let mut all = true;
    for part in Part::ALL {
        if !may_change(part, object, old, write) {
            continue;
        }
        let own = entries.iter().position(|e| write.owns(e));
        let others = entries.iter().enumerate().filter(|(i, _)| Some(*i) != own);
        let others: Vec<&ManagedFieldsEntry> = others.map(|(_, e)| e).collect();
        let alone = !others
            .iter()
            .any(|e| rest_of(e) == Some(part) || names(e, part));
        let has_rest = own.is_some_and(|i| rest_of(&entries[i]) == Some(part));
        let names_none = own.is_none_or(|i| !names(&entries[i], part));
        if alone && !has_rest && names_none && write.may_have_rest(part, object) {
            let index = own.unwrap_or_else(|| {
                // Objects are many, and rarely have more: no room for three more of the large entries.
                entries.reserve_exact(1);
                entries.push(write.new_entry());
                entries.len() - 1
            });
            add_rest(&mut entries[index]);
        } else if !(alone && has_rest) {
            all = false;
        }
    }
    if all && let Some(own) = entries.iter_mut().find(|e| write.owns(e)) {
        own.time = Some(time::time(write.now_ms));
    }
    all
}

/// Does this write go to this part? A write of the status may change the metadata, too.
fn may_change(part: Part, object: &Object, old: &Object, write: Write<'_>) -> bool {
    match (part, write.subresource) {
        (Part::Status, subresource) => subresource == Some(Subresource::Status),
        (Part::Main, Some(Subresource::Status)) => {
            let (new, old) = (object.metadata(), old.metadata());
            new.labels != old.labels
                || new.annotations != old.annotations
                || new.finalizers != old.finalizers
                || new.owner_references != old.owner_references
        }
        (Part::Main, _) => true,
    }
}

/// The part that the entry owns the rest of.
fn rest_of(entry: &ManagedFieldsEntry) -> Option<Part> {
    let text = set_text(entry);
    (entry.fields_v1.is_none() || text.starts_with(REST))
        .then(|| Part::of(entry.subresource.as_deref().unwrap_or_default()))
}

fn add_rest(entry: &mut ManagedFieldsEntry) {
    if let Some(FieldsV1(Value::String(text))) = &mut entry.fields_v1
        && !text.starts_with(REST)
    {
        text.insert(0, REST);
    }
}

fn set_text(entry: &ManagedFieldsEntry) -> &str {
    match &entry.fields_v1 {
        Some(FieldsV1(Value::String(text))) => text,
        _ => "",
    }
}

/// Does the entry name fields of this part? Without reading the set: the sets' keys are sorted.
fn names(entry: &ManagedFieldsEntry, part: Part) -> bool {
    let text = set_text(entry).trim_start_matches(REST);
    match part {
        Part::Main => text.len() > "{}".len() && !text.starts_with("{\"f:status\":"),
        Part::Status => text.contains("\"f:status\":"),
    }
}

/// The long way: what the write has changed is the writer's, and nobody else's.
fn note_by_comparing(
    entries: &mut Vec<ManagedFieldsEntry>,
    object: &Object,
    old: &Object,
    write: Write<'_>,
) {
    let comparison = compare(&old.to_json(), &object.to_json(), write.schema)
        .without(&reset(object.kind(), write.subresource));
    let taken = comparison.taken();
    let gone = taken.clone().union(&comparison.removed);
    let mut own = None;
    for (index, entry) in entries.iter_mut().enumerate() {
        let set = named(entry);
        if write.owns(entry) {
            own = Some(index);
        } else {
            name(entry, &set.difference(&gone));
        }
    }
    let taken = taken.difference(&of_the_server());
    let changes = !taken.is_empty();
    let index = own.unwrap_or_else(|| {
        entries.push(ManagedFieldsEntry {
            fields_v1: Some(FieldsV1(Value::String("{}".to_owned()))),
            ..write.new_entry()
        });
        entries.len() - 1
    });
    let entry = &mut entries[index];
    let mut set = named(entry).difference(&comparison.removed).union(&taken);
    if let Some(part) = rest_of(entry) {
        set = set.difference(&part.holds(&set));
    }
    name(entry, &set);
    if changes {
        entry.time = Some(time::time(write.now_ms));
    }
    entries.retain(|entry| set_text(entry) != "{}");
}

/// The fields that an entry names.
fn named(entry: &ManagedFieldsEntry) -> Set {
    let text = set_text(entry).trim_start_matches(REST);
    let value = serde_json::from_str(text).unwrap_or_else(|_| Value::Object(Map::new()));
    Set::from_json(&value).unwrap_or_default()
}

/// Lets an entry name these fields. An entry that owns the rest goes on owning it.
fn name(entry: &mut ManagedFieldsEntry, set: &Set) {
    let has_rest = rest_of(entry).is_some();
    let text = match (has_rest, set.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("{REST}{}", set.to_json())),
        (false, _) => Some(set.to_json().to_string()),
    };
    entry.fields_v1 = text.map(|text| FieldsV1(Value::String(text)));
}

/// Keeps all managers, each with its set.
pub fn store(object: &mut Object, managers: Managers) {
    let version = object.api_version();
    let entries = managers.encode().into_iter().map(|entry| {
        let set = entry.fields_v1.map_or(Value::Null, |f| f.0);
        ManagedFieldsEntry {
            api_version: entry.api_version.filter(|v| *v != version),
            operation: entry.operation.filter(|o| o != Operation::Update.name()),
            fields_type: None,
            fields_v1: Some(FieldsV1(Value::String(set.to_string()))),
            ..entry
        }
    });
    let entries: Vec<ManagedFieldsEntry> = entries.collect();
    object.metadata_mut().managed_fields = (!entries.is_empty()).then_some(entries);
}

/// The entries as clients read them.
#[must_use]
pub fn expanded(object: &Object) -> Vec<ManagedFieldsEntry> {
    managers(object).encode()
}

/// All managers of an object, each with its whole set.
#[must_use]
pub fn managers(object: &Object) -> Managers {
    let entries = object
        .metadata()
        .managed_fields
        .as_deref()
        .unwrap_or_default();
    let mut managers = Managers::default();
    let mut all = Set::default();
    for entry in entries {
        all = all.union(&named(entry));
    }
    for entry in entries {
        let mut fields = named(entry);
        if let Some(part) = rest_of(entry) {
            fields = fields.union(&rest(object, part).difference(&all));
        }
        if fields.is_empty() {
            continue;
        }
        let api_version = entry.api_version.clone();
        managers.put(Manager {
            identity: Identity {
                name: entry.manager.clone().unwrap_or_default(),
                operation: match entry.operation.as_deref() {
                    Some("Apply") => Operation::Apply,
                    _ => Operation::Update,
                },
                api_version: api_version.unwrap_or_else(|| object.api_version()),
                subresource: entry.subresource.clone().unwrap_or_default(),
            },
            time: entry.time.clone(),
            fields,
        });
    }
    managers
}

/// All fields of a part that a writer can own.
fn rest(object: &Object, part: Part) -> Set {
    let document = without_additions(object, object.to_json());
    let all = part.holds(&created_fields(&document, Schema::of(object.kind())));
    match part {
        Part::Main => all.difference(&of_the_server()),
        Part::Status => {
            let nobodys = additions_to_status(object);
            let conditions = Set::from_json(&serde_json::json!({"f:status": {"f:conditions": {}}}));
            let conditions = conditions.expect("the set is spelled out above");
            let inside = nobodys.difference(&conditions);
            all.recursive_difference(&inside).difference(&nobodys)
        }
    }
}

/// The managers before somebody applies for the first time: if there is none, everything that is there has one.
#[must_use]
pub fn managers_before_apply(object: &Object, write: Write<'_>) -> Managers {
    let mut managers = managers(object);
    if !managers.is_empty() || object.metadata().uid.is_none() {
        return managers;
    }
    let fields = created_fields(&object.to_json(), write.schema)
        .recursive_difference(&reset(object.kind(), write.subresource))
        .difference(&of_the_server());
    if !fields.is_empty() {
        managers.put(Manager {
            identity: Identity {
                name: BEFORE_FIRST_APPLY.to_owned(),
                ..write.identity(object)
            },
            time: Some(time::time(write.now_ms)),
            fields,
        });
    }
    managers
}
