//! Events as the scheduler records them: one that happens again becomes a series, whose count is kept in memory and written now and then.
//!
//! The real thing: staging/src/k8s.io/client-go/tools/events/event_broadcaster.go (`recordToSink`, `finishSeries`,
//! `refreshExistingEventSeries`).
//! Left out: a timer of its own: series are finished and refreshed when the recorder next has something to record.

use super::digest;
use crate::api::Name;
use crate::api::time::Ms;
use crate::component::Note;
use imbl::{OrdMap, Vector};

/// A series in which nothing happens for so long is over; the real thing: `finishTime`.
const FINISH_MS: Ms = 360_000;

/// The count of a series that goes on is written so often; the real thing: `refreshTime`.
const REFRESH_MS: Ms = 1_800_000;

/// The Events that may yet become series, and those that are.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct SeriesCache {
    cached: OrdMap<u64, Cached>,
    /// When which of them is to be looked at, earliest first.
    due: Vector<(Ms, u64)>,
}

/// An Event that was sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cached {
    /// Its namespace.
    pub(super) namespace: Name,
    /// Its name.
    pub(super) name: Name,
    /// When it happened first.
    pub(super) first_ms: Ms,
    /// When it happened last.
    pub(super) last_ms: Ms,
    /// How often it has happened.
    pub(super) count: i32,
    written_ms: Ms,
}

/// What a note is to a recorder of series.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Noted {
    /// An Event of its own.
    New(Cached),
    /// The second of a series: the Event says so from now on.
    Begins(Cached),
    /// One more, counted in memory.
    Counted,
}

impl SeriesCache {
    /// Takes a note in; `name` is for a new Event.
    pub(super) fn note(
        &mut self,
        note: &Note,
        namespace: &str,
        now_ms: Ms,
        name: impl FnOnce() -> Name,
    ) -> Noted {
        let key = digest::of_series(note);
        if let Some(cached) = self.cached.get_mut(&key) {
            cached.count += 1;
            cached.last_ms = now_ms;
            if cached.count > 2 {
                return Noted::Counted;
            }
            cached.written_ms = now_ms;
            return Noted::Begins(cached.clone());
        }
        let new = Cached {
            namespace: namespace.into(),
            name: name(),
            first_ms: now_ms,
            last_ms: now_ms,
            count: 1,
            written_ms: now_ms,
        };
        self.cached.insert(key, new.clone());
        self.due.push_back((now_ms + FINISH_MS, key));
        Noted::New(new)
    }

    /// Forgets what is over; returns the series whose counts are to be written.
    pub(super) fn finish(&mut self, now_ms: Ms) -> Vec<Cached> {
        let mut to_write = Vec::new();
        while let Some((due_ms, key)) = self.due.front().copied()
            && due_ms < now_ms
        {
            self.due.pop_front();
            let Some(cached) = self.cached.get_mut(&key) else {
                continue;
            };
            let is_over = cached.last_ms + FINISH_MS < now_ms;
            let is_refreshed = cached.written_ms + REFRESH_MS <= now_ms;
            if cached.count > 2 && (is_over || is_refreshed) {
                cached.written_ms = now_ms;
                to_write.push(cached.clone());
            }
            if is_over {
                self.cached.remove(&key);
            } else {
                self.due.push_back((now_ms + FINISH_MS, key));
            }
        }
        to_write
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Object, Pod};

    fn note(message: &str, revision: &str) -> Note {
        let mut pod = Pod::default();
        pod.metadata.name = Some("web".into());
        pod.metadata.resource_version = Some(revision.into());
        Note::warning(Object::from(pod), "FailedScheduling", message).doing("Scheduling")
    }

    #[test]
    fn the_second_begins_a_series_and_its_end_is_told() {
        let mut series = SeriesCache::default();
        let mut take = |note: &Note, now_ms: Ms| {
            let finished = series.finish(now_ms);
            let finished: Vec<i32> = finished.iter().map(|cached| cached.count).collect();
            let name = || format!("e{now_ms}").into();
            let noted = match series.note(note, "default", now_ms, name) {
                Noted::New(new) => format!("new {}", new.name),
                Noted::Begins(cached) => format!("{} x{}", cached.name, cached.count),
                Noted::Counted => "counted".to_owned(),
            };
            (noted, finished)
        };
        let minute = 60_000;
        let cases = [
            (0, "a", "1", "new e0", vec![]),
            (minute, "b", "1", "e0 x2", vec![]),
            (2 * minute, "a", "1", "counted", vec![]),
            (3 * minute, "a", "2", "new e180000", vec![]),
            (8 * minute, "a", "1", "counted", vec![]),
            (30 * minute, "a", "1", "new e1800000", vec![4]),
        ];
        for (now_ms, message, revision, want, finished) in cases {
            let got = take(&note(message, revision), now_ms);
            assert_eq!(got, (want.to_owned(), finished), "{now_ms}");
        }
    }
}
