//! Taking objects over and letting them go: who matches my selector but has no controller, and who is mine but matches no longer.
//!
//! The real thing: pkg/controller/controller_ref_manager.go.
//! Left out: the live read of the owner before the first adoption (`CanAdopt`); a cache that missed the owner's deletion may adopt, and
//! the garbage collector puts it right.

use crate::api::owner::{controller_of, namespace_of, uid_of};
use crate::api::typed::to_json;
use crate::api::{Name, Object, PatchType, Request, Stored, Uid};
use crate::component::{Seen, Turn, join};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use serde_json::json;

/// What an owner has and should have.
pub(super) struct Claims<'a> {
    /// Controlled by it, and matching.
    pub(super) owned: Vec<&'a Object>,
    /// Controlled by nobody, and matching.
    pub(super) orphans: Vec<&'a Object>,
    /// Controlled by it, and not matching.
    pub(super) strangers: Vec<&'a Object>,
}

/// Sorts the `T`s that concern `owner` by whether they are its own. An owner that is being deleted neither adopts nor releases.
pub(super) fn claims<'a, T: Stored>(
    owner: &ObjectMeta,
    seen: &Seen<'a>,
    matches: impl Fn(&Object) -> bool,
) -> Claims<'a> {
    let table = seen.table(T::STORED_AS);
    let uid = uid_of(owner);
    let controls = |object: &&Object| {
        controller_of(object.metadata()).is_some_and(|c| Uid::parse(&c.uid) == uid)
    };
    let (owned, mut strangers): (Vec<_>, Vec<_>) = table
        .owned_by(uid)
        .filter(controls)
        .partition(|object| matches(object));
    let mut orphans = Vec::new();
    if owner.deletion_timestamp.is_some() {
        strangers.clear();
    } else {
        let free = table.orphans_in(namespace_of(owner));
        orphans.extend(free.filter(|o| o.metadata().deletion_timestamp.is_none() && matches(o)));
    }
    Claims {
        owned,
        orphans,
        strangers,
    }
}

impl Claims<'_> {
    /// Plans the adoptions and releases; `true` if there are any. The caller then ends its turn: the patched objects' old copies in
    /// the cache would only conflict, and the watch events of the patches bring the key back.
    pub(super) fn settle(&self, owner: &OwnerReference, turn: &mut Turn) -> bool {
        if self.orphans.is_empty() && self.strangers.is_empty() {
            return false;
        }
        let wanted = format!("{}/{}", owner.kind, owner.name);
        for orphan in &self.orphans {
            let why = turn.differs(
                orphan.key(),
                "metadata.ownerReferences",
                wanted.clone(),
                None::<Name>,
                "MatchingOrphan",
            );
            turn.act(why, adopt(owner, orphan));
        }
        for stranger in &self.strangers {
            let why = turn.differs(
                stranger.key(),
                "metadata.ownerReferences",
                None::<Name>,
                wanted.clone(),
                "NoLongerMatching",
            );
            turn.act(why, release(&owner.uid, stranger));
        }
        true
    }
}

/// The patch that makes `owner` the controller of an object; the uid in it makes the API server refuse if it meets another object of that name.
fn adopt(owner: &OwnerReference, object: &Object) -> Request {
    let body = json!({ "metadata": { "ownerReferences": [to_json(owner)], "uid": object.metadata().uid } });
    Request::patch(object.key(), PatchType::StrategicMerge, body)
}

/// The patch that takes an owner off an object.
fn release(owner_uid: &str, object: &Object) -> Request {
    let body = json!({ "metadata": {
        "ownerReferences": [{ "$patch": "delete", "uid": owner_uid }],
        "uid": object.metadata().uid,
    } });
    Request::patch(object.key(), PatchType::StrategicMerge, body)
}

/// The `T` that controls the object with this metadata, and its key in a work queue. The uid must fit: an owner made anew under the
/// old name is another owner.
pub(super) fn controller<'a, T: Stored>(
    meta: &ObjectMeta,
    seen: &Seen<'a>,
) -> Option<(Name, &'a T)> {
    let reference = controller_of(meta)?;
    let info = T::STORED_AS.info();
    if reference.kind != info.name || reference.api_version != info.api_version {
        return None;
    }
    let namespace = meta.namespace.as_deref().unwrap_or_default();
    let owner = seen.get::<T>(namespace, &reference.name)?;
    let same = owner.metadata().uid.as_deref() == Some(&reference.uid);
    same.then(|| (join(namespace, &reference.name), owner))
}
