//! One write: what etcd's log is made of, and what watches deliver.

use super::time::Ms;
use super::{Key, Kind, Object, Revision, User};
use k8s_openapi::api::core::v1::{Node, NodeStatus};

/// What a watch calls a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeType {
    /// It is new.
    Added,
    /// It is different.
    Modified,
    /// It is gone.
    Deleted,
}

impl ChangeType {
    /// As watches spell it: `ADDED`, `MODIFIED`, `DELETED`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }
}

/// One write of one object. At least one of `before` and `after` is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The revision that this write made.
    pub revision: Revision,
    /// When, in virtual time.
    pub at_ms: Ms,
    /// Whose request it was.
    pub by: User,
    /// The step of the cluster in which it was made; what "because of step 12" points at.
    pub step: u64,
    /// The object as it was; `None` if it is new.
    pub before: Option<Object>,
    /// The object as it is; `None` if it is gone.
    pub after: Option<Object>,
}

impl Change {
    /// The object, after the write if it is still there.
    #[must_use]
    pub fn object(&self) -> &Object {
        self.after
            .as_ref()
            .or(self.before.as_ref())
            .expect("a change has a before or an after")
    }

    /// The object's place.
    #[must_use]
    pub fn key(&self) -> Key {
        self.object().key()
    }

    /// The object's kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.object().kind()
    }

    /// Added, modified or deleted.
    #[must_use]
    pub fn change_type(&self) -> ChangeType {
        match (&self.before, &self.after) {
            (None, _) => ChangeType::Added,
            (Some(_), Some(_)) => ChangeType::Modified,
            (Some(_), None) => ChangeType::Deleted,
        }
    }

    /// Does it only say "I am still alive"? Leases do while they are there, and node statuses in which nothing but the heartbeat's time differs.
    /// Such writes do not keep a cluster from being settled.
    #[must_use]
    pub fn is_heartbeat(&self) -> bool {
        if self.kind() == Kind::Lease {
            return self.after.is_some();
        }
        let (Some(Object::Node(was)), Some(Object::Node(is))) = (&self.before, &self.after) else {
            return false;
        };
        let without = |node: &Node| {
            let mut copy = node.clone();
            copy.metadata.resource_version = None;
            copy.metadata.managed_fields = None;
            let status = copy.status.get_or_insert_with(NodeStatus::default);
            for condition in status.conditions.iter_mut().flatten() {
                condition.last_heartbeat_time = None;
            }
            copy
        };
        without(was) == without(is)
    }
}
