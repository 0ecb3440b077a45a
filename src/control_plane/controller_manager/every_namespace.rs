//! What the controllers share that give every namespace something of its own.

use crate::api::{Key, Kind, Name, Stored};
use crate::component::{Seen, Turn};
use k8s_openapi::api::core::v1::Namespace;

/// Is the namespace there, and does it take new objects? The turn shows what was seen of it.
pub(super) fn is_active(namespace: &str, seen: &Seen<'_>, turn: &mut Turn) -> bool {
    let found = seen.table(Kind::Namespace).get("", namespace);
    let Some((object, namespace)) = found.and_then(|o| Some((o, Namespace::of(o)?))) else {
        let place = Key::new(Kind::Namespace, "", namespace);
        turn.saw_at(place, 0, "metadata.name", None::<Name>);
        return false;
    };
    let phase = namespace.status.as_ref().and_then(|s| s.phase.as_deref());
    turn.saw(object, "status.phase", phase);
    phase == Some("Active")
}
