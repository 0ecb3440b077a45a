//! The event recorder inside every component: turns a [`Note`] into an Event, and counts up repeated ones.
//!
//! The real thing: staging/src/k8s.io/client-go/tools/record/event.go (`recordToSink`), tools/events (the scheduler).

mod correlator;
mod digest;
mod event;
mod recent;
mod series;

use crate::api::time::{BEGINNING_S, Ms, micro_time, rfc3339, rfc3339_micro, time};
use crate::api::{Key, Kind, Name, PatchType, Request};
use crate::component::Note;
use correlator::Correlator;
use serde_json::json;
use series::{Cached, Noted, SeriesCache};
use std::fmt::Write;

/// What a recorder remembers: what it wrote for which notes.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Recorder {
    correlator: Correlator,
    series: SeriesCache,
}

/// Who records.
#[derive(Clone, Copy, Debug)]
pub struct Reporter<'a> {
    /// The component, as its Events name it.
    pub component: &'a str,
    /// On which node; empty in the control plane.
    pub node: &'a str,
}

/// A request that records something.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// A create the first time, a patch after that.
    pub request: Request,
    /// What is sent if the Event to be patched is no longer there.
    pub anew: Option<Request>,
}

impl Recorder {
    /// The requests that record a note, the one about the note itself last. None if it was only counted, or one too many.
    /// `sequence` makes names that no other Event has.
    pub fn record(
        &mut self,
        note: &Note,
        reporter: Reporter<'_>,
        now_ms: Ms,
        sequence: u64,
    ) -> Vec<Recorded> {
        let namespace = event::namespace(note);
        let name = || name(note, now_ms, sequence);
        if note.action.is_empty() {
            let told = self.correlator.correlate(note, now_ms, name);
            let Some(told) = told else { return Vec::new() };
            let (count, name) = (told.event.count, told.event.name.clone());
            let change = (count > 1).then(|| {
                json!({ "count": count, "lastTimestamp": rfc3339(time(now_ms).0), "message": told.message })
            });
            let event = Request::create(event::counted(note, told, &reporter, now_ms));
            return vec![match change {
                Some(change) => patched(namespace, name, change, event),
                None => created(event),
            }];
        }
        let finished = self.series.finish(now_ms);
        let mut recorded: Vec<Recorded> = finished
            .iter()
            .map(|cached| Recorded {
                request: counted_up(cached),
                anew: None,
            })
            .collect();
        match self.series.note(note, namespace, now_ms, name) {
            Noted::New(new) => {
                recorded.push(created(Request::create(event::in_series(
                    note, &new, &reporter,
                ))));
            }
            Noted::Begins(cached) => recorded.push(Recorded {
                request: counted_up(&cached),
                anew: Some(Request::create(event::in_series(note, &cached, &reporter))),
            }),
            Noted::Counted => {}
        }
        recorded
    }
}

fn created(request: Request) -> Recorded {
    Recorded {
        request,
        anew: None,
    }
}

fn patched(namespace: &str, name: Name, change: serde_json::Value, anew: Request) -> Recorded {
    let key = Key::new(Kind::Event, namespace, name);
    Recorded {
        request: Request::patch(key, PatchType::StrategicMerge, change),
        anew: Some(anew),
    }
}

fn counted_up(cached: &Cached) -> Request {
    let last = rfc3339_micro(micro_time(cached.last_ms).0);
    let change = json!({ "series": { "count": cached.count, "lastObservedTime": last } });
    let key = Key::new(Kind::Event, cached.namespace.clone(), cached.name.clone());
    Request::patch(key, PatchType::StrategicMerge, change)
}

/// Upstream: the object's name and the time in nanoseconds, in hexadecimal.
fn name(note: &Note, now_ms: Ms, sequence: u64) -> Name {
    let since_1970_ms = BEGINNING_S.unsigned_abs() * 1000 + now_ms;
    let nanoseconds = since_1970_ms * 1_000_000 + sequence % 1_000_000;
    let about = note.about.metadata().name.as_deref().unwrap_or_default();
    let mut name = String::with_capacity(about.len() + 17);
    name.push_str(about);
    write!(name, ".{nanoseconds:x}").expect("a String takes any text");
    name.into()
}
