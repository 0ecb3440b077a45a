//! What becomes of an Event before it is sent: repeated ones are counted, many alike are combined, too many are dropped.
//!
//! The real thing: staging/src/k8s.io/client-go/tools/record/events_cache.go (`EventCorrelator`: `EventAggregator`, `eventLogger`,
//! `EventSourceObjectSpamFilter`).
//! Left out: one memory per object instead of three per key, so what is forgotten first differs once there are thousands.

use super::digest;
use super::recent::Recent;
use crate::api::Name;
use crate::api::time::Ms;
use crate::component::Note;

/// So many Events of one reason that differ in their messages are told one by one; the real thing: `defaultAggregateMaxEvents`.
const ALIKE_MAX: usize = 10;

/// After so long without one of them, they count anew; the real thing: `defaultAggregateIntervalInSeconds`.
const ALIKE_MS: Ms = 600_000;

/// So many Events about one object may come in a burst; the real thing: `defaultSpamBurst`.
const BURST: Ms = 25;

/// After so long one more may come; the real thing: `defaultSpamQPS`, one in 300 seconds.
const REFILL_MS: Ms = 300_000;

/// How many different Events about one object are remembered; more than a burst and what may be combined.
const LOGGED_MAX: usize = 64;

/// The memory of a recorder.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Correlator {
    objects: Recent<OfObject>,
}

/// What was recorded about one object.
#[derive(Clone, Debug, PartialEq)]
struct OfObject {
    /// Different Events, oldest first.
    logged: Vec<(u64, Logged)>,
    /// Those that differ in nothing but their messages.
    alike: Vec<(u64, Alike)>,
    /// Time saved up, [`REFILL_MS`] for each Event that may be sent.
    credit_ms: Ms,
    /// As of when.
    credit_at_ms: Ms,
}

/// Messages of one reason.
#[derive(Clone, Debug, PartialEq)]
struct Alike {
    messages: Vec<u64>,
    last_ms: Ms,
}

/// An Event as it was last sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Logged {
    /// Its name.
    pub(super) name: Name,
    /// How often it has happened.
    pub(super) count: i32,
    /// When for the first time.
    pub(super) first_ms: Ms,
}

/// What is to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Correlated {
    /// The Event, this time included.
    pub(super) event: Logged,
    /// Its message.
    pub(super) message: String,
}

impl Correlator {
    /// What is to be sent of a note; `None` if there were too many about its object. `name` is for a new Event.
    pub(super) fn correlate(
        &mut self,
        note: &Note,
        now_ms: Ms,
        name: impl FnOnce() -> Name,
    ) -> Option<Correlated> {
        let object = self.objects.entry(digest::of_object(note), || OfObject {
            logged: Vec::new(),
            alike: Vec::new(),
            credit_ms: BURST * REFILL_MS,
            credit_at_ms: now_ms,
        });
        let (key, message) = if object.combines(note, now_ms) {
            let message = format!("(combined from similar events): {}", note.message);
            (digest::of_reason(note), message)
        } else {
            (digest::of_event(note), note.message.clone())
        };
        let event = object.log(key, now_ms, name);
        object
            .accepts(now_ms)
            .then_some(Correlated { event, message })
    }
}

impl OfObject {
    /// Were there so many with other messages that they become one?
    fn combines(&mut self, note: &Note, now_ms: Ms) -> bool {
        let reason = digest::of_reason(note);
        let message = digest::of_message(note);
        let known = self.alike.iter().position(|(key, _)| *key == reason);
        let index = known.unwrap_or_else(|| {
            let messages = Vec::new();
            let last_ms = now_ms;
            self.alike.push((reason, Alike { messages, last_ms }));
            self.alike.len() - 1
        });
        let alike = &mut self.alike[index].1;
        if now_ms.saturating_sub(alike.last_ms) > ALIKE_MS {
            alike.messages.clear();
        }
        alike.last_ms = now_ms;
        if alike.messages.contains(&message) {
            return false;
        }
        // Upstream puts it in and takes any one out again.
        let is_one_too_many = alike.messages.len() + 1 >= ALIKE_MAX;
        if !is_one_too_many {
            alike.messages.push(message);
        }
        is_one_too_many
    }

    /// Counts an Event.
    fn log(&mut self, key: u64, now_ms: Ms, name: impl FnOnce() -> Name) -> Logged {
        if let Some((_, logged)) = self.logged.iter_mut().find(|(known, _)| *known == key) {
            logged.count += 1;
            return logged.clone();
        }
        let new = Logged {
            name: name(),
            count: 1,
            first_ms: now_ms,
        };
        if self.logged.len() >= LOGGED_MAX {
            self.logged.remove(0);
        }
        self.logged.push((key, new.clone()));
        new
    }

    /// A token bucket: is there one left?
    fn accepts(&mut self, now_ms: Ms) -> bool {
        let earned = now_ms.saturating_sub(self.credit_at_ms);
        self.credit_ms = (self.credit_ms + earned).min(BURST * REFILL_MS);
        self.credit_at_ms = now_ms;
        let left = self.credit_ms.checked_sub(REFILL_MS);
        self.credit_ms = left.unwrap_or(self.credit_ms);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Object, Pod};

    fn note(reason: &'static str, message: &str) -> Note {
        let mut pod = Pod::default();
        pod.metadata.name = Some("web".into());
        Note::warning(Object::from(pod), reason, message)
    }

    /// `name xcount message`, or nothing if it was dropped.
    fn told(correlator: &mut Correlator, note: &Note, now_ms: Ms) -> String {
        let name = || format!("e{now_ms}").into();
        let told = correlator.correlate(note, now_ms, name);
        told.map_or(String::new(), |told| {
            format!("{} x{} {}", told.event.name, told.event.count, told.message)
        })
    }

    #[test]
    fn the_same_event_is_counted() {
        let mut correlator = Correlator::default();
        let cases = [
            (0, "Failed", "a", "e0 x1 a"),
            (1, "Failed", "a", "e0 x2 a"),
            (2, "Failed", "b", "e2 x1 b"),
            (3, "Other", "a", "e3 x1 a"),
            (900_000, "Failed", "a", "e0 x3 a"),
        ];
        for (now_ms, reason, message, want) in cases {
            let got = told(&mut correlator, &note(reason, message), now_ms);
            assert_eq!(got, want, "{now_ms}");
        }
    }

    #[test]
    fn from_the_tenth_message_on_they_are_combined() {
        let mut correlator = Correlator::default();
        for number in 0..9 {
            let message = format!("try {number}");
            let got = told(&mut correlator, &note("Failed", &message), number);
            assert_eq!(got, format!("e{number} x1 {message}"));
        }
        for (number, want) in [
            (9, "e9 x1 (combined from similar events): try 9"),
            (10, "e9 x2 (combined from similar events): try 10"),
        ] {
            let got = told(
                &mut correlator,
                &note("Failed", &format!("try {number}")),
                number,
            );
            assert_eq!(got, want);
        }
        let again = told(&mut correlator, &note("Failed", "try 3"), 11);
        assert_eq!(again, "e3 x2 try 3", "one of the nine");
        let later = 11 + ALIKE_MS + 1;
        let got = told(&mut correlator, &note("Failed", "try 12"), later);
        assert_eq!(
            got,
            format!("e{later} x1 try 12"),
            "after ten minutes of quiet they count anew"
        );
    }

    #[test]
    fn after_a_burst_one_in_five_minutes_is_sent() {
        let mut correlator = Correlator::default();
        let mut sent = Vec::new();
        for second in 0..1000 {
            if !told(&mut correlator, &note("Failed", "a"), second * 1000).is_empty() {
                sent.push(second);
            }
        }
        let burst: Vec<u64> = (0..25).collect();
        assert_eq!(sent[..25], burst);
        assert_eq!(sent[25..], [300, 600, 900]);
        let got = told(&mut correlator, &note("Failed", "a"), 1_200_000);
        assert_eq!(got, "e0 x1001 a", "those that were dropped are counted");
    }
}
