//! What makes two notes the same event, alike, or about the same object: hashes of their parts.
//!
//! The real thing: `getEventKey`, `EventAggregatorByReasonFunc` and `getSpamKey` in staging/src/k8s.io/client-go/tools/record/events_cache.go,
//! `getKey` in tools/events/event_broadcaster.go. A recorder belongs to one process, so who reports is no part of it.

use super::event::type_name;
use crate::component::Note;

/// The object.
pub(super) fn of_object(note: &Note) -> u64 {
    let meta = note.about.metadata();
    hash(&[
        note.about.kind().info().name,
        meta.namespace.as_deref().unwrap_or_default(),
        meta.name.as_deref().unwrap_or_default(),
        meta.uid.as_deref().unwrap_or_default(),
    ])
}

/// The type and the reason, of events about one object.
pub(super) fn of_reason(note: &Note) -> u64 {
    hash(&[type_name(note.note_type), note.reason])
}

/// The message.
pub(super) fn of_message(note: &Note) -> u64 {
    hash(&[&note.message])
}

/// All that makes an event, of those about one object.
pub(super) fn of_event(note: &Note) -> u64 {
    let type_ = type_name(note.note_type);
    hash(&[&note.field_path, type_, note.reason, &note.message])
}

/// What makes a series: not the message, but the revision of the object.
pub(super) fn of_series(note: &Note) -> u64 {
    let meta = note.about.metadata();
    hash(&[
        note.about.kind().info().name,
        meta.uid.as_deref().unwrap_or_default(),
        meta.namespace.as_deref().unwrap_or_default(),
        meta.name.as_deref().unwrap_or_default(),
        meta.resource_version.as_deref().unwrap_or_default(),
        &note.field_path,
        type_name(note.note_type),
        note.action,
        note.reason,
    ])
}

/// Eight bytes at a time; each part ends with its length.
fn hash(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut mix = |word: u64| {
        hash = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 29;
    };
    for part in parts {
        let (words, rest) = part.as_bytes().as_chunks::<8>();
        words.iter().for_each(|word| mix(u64::from_le_bytes(*word)));
        let last = rest
            .iter()
            .fold(0, |last, byte| last << 8 | u64::from(*byte));
        mix(last);
        mix(part.len() as u64);
    }
    hash
}
