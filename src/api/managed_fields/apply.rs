//! Server-side apply: a configuration over the live object, for one manager, in the face of all others.
//!
//! The real thing: sigs.k8s.io/structured-merge-diff/merge/{update,conflict}.go;
//! staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/{structuredmerge,managedfieldsupdater,lastappliedmanager,conflict}.go.
//! Left out: sets are not reconciled when a custom resource's schema makes a field atomic or granular.

use super::compare::{compare, fields};
use super::managers::{Identity, Manager, Managers, of_the_server};
use super::merge::{merge, without};
use super::path::{Step, path_text};
use super::schema::Schema;
use super::set::Set;
use crate::api::time::Ms;
use crate::api::{Cause, Reason, Status, time};
use serde_json::Value;

/// One application of a configuration.
#[derive(Clone, Debug)]
pub struct Application<'a> {
    /// What is wanted, no more.
    pub config: &'a Value,
    /// The schema of both objects.
    pub schema: Schema<'a>,
    /// Who wants it.
    pub identity: Identity,
    /// Fields that the resource ignores: they are nobody's.
    pub reset: Set,
    /// Take fields from others.
    pub force: bool,
    /// Now.
    pub now_ms: Ms,
}

/// A field that somebody else owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Who.
    pub with: Identity,
    /// Where.
    pub path: Vec<Step>,
}

impl Application<'_> {
    /// The object after it, and its managers. `None` for the object if nothing changes in it.
    ///
    /// # Errors
    /// The fields that others own and that would change.
    pub fn to(
        &self,
        live: &Value,
        mut managers: Managers,
    ) -> Result<(Option<Value>, Managers), Vec<Conflict>> {
        let merged = merge(live, self.config, self.schema);
        let last = managers.remove(&self.identity);
        let set = fields(self.config, self.schema).recursive_difference(&self.reset);
        let manager = Manager {
            identity: self.identity.clone(),
            time: last.as_ref().and_then(|m| m.time.clone()),
            fields: set,
        };
        managers.put(manager);
        let new = match last.map(|m| m.fields).filter(|set| !set.is_empty()) {
            Some(last) => self.prune(&merged, &managers, &last),
            None => merged,
        };
        let comparison = compare(live, &new, self.schema).without(&self.reset);
        let taken = comparison.taken();
        let conflicts = self.conflicts(&managers, &taken);
        if !self.force && !conflicts.is_empty() {
            return Err(conflicts);
        }
        managers.take_from_others(&self.identity, &taken);
        managers.take_from_others(&self.identity, &comparison.removed);
        let changed = new != *live;
        if let Some(mut own) = managers.remove(&self.identity) {
            own.fields = own.fields.difference(&of_the_server());
            if changed {
                own.time = Some(time::time(self.now_ms));
            }
            if !own.fields.is_empty() {
                managers.put(own);
            }
        }
        Ok((changed.then_some(new), managers))
    }

    fn conflicts(&self, managers: &Managers, taken: &Set) -> Vec<Conflict> {
        let others = managers.iter().filter(|m| !m.identity.is(&self.identity));
        let of = |manager: &Manager| -> Vec<Conflict> {
            let paths = manager.fields.intersection(taken).paths().into_iter();
            let with = &manager.identity;
            paths
                .map(|path| Conflict {
                    with: with.clone(),
                    path,
                })
                .collect()
        };
        others.flat_map(of).collect()
    }

    /// Takes out what this manager applied last time and does not any more, unless somebody else owns it.
    fn prune(&self, merged: &Value, managers: &Managers, last: &Set) -> Value {
        let schema = self.schema;
        let last = last.with_declared(schema);
        let all = fields(merged, schema).with_declared(schema);
        let fields_of = |value: &Value| fields(value, schema).with_declared(schema);
        let pruned = without(merged, &last, schema);
        // What others own, or this one still applies, comes back.
        let owned = managers
            .iter()
            .fold(Set::default(), |all, m| all.union(&m.fields));
        let kept = fields_of(&pruned).union(&owned.with_declared(schema));
        let pruned = without(merged, &all.difference(&kept), schema);
        // So does what was inside it without being this manager's.
        let gone = all.difference(&fields_of(&pruned)).intersection(&last);
        without(merged, &gone, schema)
    }
}

/// `409`, with a cause for each field.
#[must_use]
pub fn refusal(conflicts: &[Conflict]) -> Status {
    let cause = |conflict: &Conflict| Cause {
        reason: "FieldManagerConflict".to_owned(),
        message: format!("conflict with {}", conflict.with),
        field: path_text(&conflict.path),
    };
    Status {
        causes: conflicts.iter().map(cause).collect(),
        ..Status::new(Reason::Conflict, message(conflicts))
    }
}

fn message(conflicts: &[Conflict]) -> String {
    if let [Conflict { with, path }] = conflicts {
        let path = path_text(path);
        return format!("Apply failed with 1 conflict: conflict with {with}: {path}");
    }
    let mut lines: Vec<String> = Vec::new();
    let mut last: Option<&Identity> = None;
    for Conflict { with, path } in conflicts {
        if last != Some(with) {
            lines.push(format!("conflicts with {with}:"));
            last = Some(with);
        }
        lines.push(format!("- {}", path_text(path)));
    }
    let count = conflicts.len();
    format!("Apply failed with {count} conflicts: {}", lines.join("\n"))
}

/// The fields in which the last client-side configuration and the live object agree: server-side apply by kubectl may take them without
/// being forced.
#[must_use]
pub fn still_as_last_applied(last_applied: &Value, live: &Value, schema: Schema<'_>) -> Set {
    let comparison = compare(last_applied, live, schema);
    fields(last_applied, schema)
        .difference(&comparison.modified)
        .difference(&comparison.added)
        .difference(&comparison.removed)
}
