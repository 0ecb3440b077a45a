//! The event recorder inside every component: turns a [`Note`] into an Event, and counts up repeated ones.
//!
//! The real thing: staging/src/k8s.io/client-go/tools/record/{event.go,events_cache.go}.
//! Left out: aggregation of similar events with different messages, the spam filter (25 events in a burst per object).

use crate::api::time::{BEGINNING_S, Ms, rfc3339, time};
use crate::api::{Key, Kind, Name, PatchType, Request};
use crate::component::{Note, NoteType};
use imbl::{OrdMap, Vector};
use k8s_openapi::api::core::v1::{Event, EventSource, ObjectReference};
use serde_json::json;

/// How many different events are remembered; the oldest are forgotten first. Upstream's `maxLruCacheEntries`.
const REMEMBERED_MAX: usize = 4096;

/// What a recorder remembers: which Event it wrote for which note.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Recorder {
    written: OrdMap<u64, Written>,
    order: Vector<u64>,
}

#[derive(Clone, Debug, PartialEq)]
struct Written {
    name: Name,
    count: i32,
}

impl Recorder {
    /// The request that records a note: a create the first time, a patch of `count` and `lastTimestamp` after that.
    pub fn record(
        &mut self,
        note: &Note,
        reporter: &str,
        node: &str,
        now_ms: Ms,
        sequence: u64,
    ) -> Request {
        let meta = note.about.metadata();
        let namespace = meta
            .namespace
            .clone()
            .unwrap_or_else(|| "default".to_owned());
        let digest = digest(note);
        if let Some(written) = self.written.get_mut(&digest) {
            written.count += 1;
            let key = Key::new(Kind::Event, namespace, written.name.clone());
            let change =
                json!({ "count": written.count, "lastTimestamp": rfc3339(time(now_ms).0) });
            return Request::patch(key, PatchType::Merge, change);
        }
        // Upstream: the object's name and the time in nanoseconds, in hexadecimal.
        let since_1970_ms = BEGINNING_S.unsigned_abs() * 1000 + now_ms;
        let nanoseconds = since_1970_ms * 1_000_000 + sequence % 1_000_000;
        let name = format!(
            "{}.{nanoseconds:x}",
            meta.name.as_deref().unwrap_or_default()
        );
        self.remember(digest, &name);
        Request::create(event(note, name, namespace, reporter, node, now_ms))
    }

    fn remember(&mut self, digest: u64, name: &str) {
        self.written.insert(
            digest,
            Written {
                name: name.into(),
                count: 1,
            },
        );
        self.order.push_back(digest);
        if self.order.len() > REMEMBERED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.written.remove(&oldest);
        }
    }
}

fn event(
    note: &Note,
    name: String,
    namespace: String,
    reporter: &str,
    node: &str,
    now_ms: Ms,
) -> Event {
    let meta = note.about.metadata();
    let info = note.about.kind().info();
    let mut event = Event::default();
    event.metadata.name = Some(name);
    event.metadata.namespace = Some(namespace);
    event.involved_object = ObjectReference {
        api_version: Some(info.api_version.to_owned()),
        kind: Some(info.name.to_owned()),
        name: meta.name.clone(),
        namespace: meta.namespace.clone(),
        uid: meta.uid.clone(),
        resource_version: meta.resource_version.clone(),
        field_path: (!note.field_path.is_empty()).then(|| note.field_path.to_string()),
    };
    event.type_ = Some(type_name(note.note_type).to_owned());
    event.reason = Some(note.reason.to_owned());
    event.message = Some(note.message.clone());
    event.first_timestamp = Some(time(now_ms));
    event.last_timestamp = Some(time(now_ms));
    event.count = Some(1);
    event.reporting_component = Some(reporter.to_owned());
    event.reporting_instance = Some(node.to_owned());
    let host = (!node.is_empty()).then(|| node.to_owned());
    event.source = Some(EventSource {
        component: Some(reporter.to_owned()),
        host,
    });
    event
}

fn type_name(note_type: NoteType) -> &'static str {
    match note_type {
        NoteType::Normal => "Normal",
        NoteType::Warning => "Warning",
    }
}

/// A hash of what makes two notes the same event: `getEventKey` upstream. Eight bytes at a time; each part ends with its length.
fn digest(note: &Note) -> u64 {
    let meta = note.about.metadata();
    let uid = meta.uid.as_deref().unwrap_or_default();
    let name = meta.name.as_deref().unwrap_or_default();
    let parts = [
        uid,
        name,
        &note.field_path,
        type_name(note.note_type),
        note.reason,
        &note.message,
    ];
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
