//! A turn: what a component saw, what differs, and what should be done about it. Data, not prose; words are made at the edge.

use super::{NetworkCall, RuntimeCall, RuntimeError, Scheduling};
use crate::api::pods;
use crate::api::time::Ms;
use crate::api::{Answer, Key, Name, Object, Pod, Request, Revision, Stored};
use std::fmt;
use std::sync::Arc;

/// One pass of a component's reconcile loop over one key.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Turn {
    /// Observe: the facts that decided it.
    pub observed: Vec<Fact>,
    /// Diff: where desired and actual part. Empty when there is nothing to do.
    pub diff: Vec<Difference>,
    /// Act: what to do, in this order; each says which difference it closes.
    pub actions: Vec<Planned>,
    /// Keys to come back to later without a new event; `again_in` of controller-runtime.
    pub again: Vec<Wake>,
    /// For the scheduler: the whole decision.
    pub scheduling: Option<Arc<Scheduling>>,
}

impl Turn {
    /// Notes a fact.
    pub fn saw(
        &mut self,
        object: &Object,
        field: impl Into<Name>,
        value: impl Into<Datum>,
    ) -> &mut Self {
        self.saw_at(object.key(), object.revision(), field, value)
    }

    /// Notes a fact about something that may not be an object in the store, or no longer.
    pub fn saw_at(
        &mut self,
        about: Key,
        revision: Revision,
        field: impl Into<Name>,
        value: impl Into<Datum>,
    ) -> &mut Self {
        self.observed.push(Fact {
            about,
            field: field.into(),
            value: value.into(),
            revision,
        });
        self
    }

    /// Notes a difference; returns its index, for [`Turn::act`].
    pub fn differs(
        &mut self,
        about: Key,
        field: impl Into<Name>,
        desired: impl Into<Datum>,
        actual: impl Into<Datum>,
        reason: &'static str,
    ) -> usize {
        self.diff.push(Difference {
            about,
            field: field.into(),
            desired: desired.into(),
            actual: actual.into(),
            reason,
        });
        self.diff.len() - 1
    }

    /// Plans an action that closes a difference.
    pub fn act(&mut self, closes: usize, action: impl Into<Action>) -> &mut Self {
        self.actions.push(Planned {
            action: action.into(),
            closes: Some(closes),
        });
        self
    }

    /// Plans an action that closes no difference of its own: an Event.
    pub fn also(&mut self, action: impl Into<Action>) -> &mut Self {
        self.actions.push(Planned {
            action: action.into(),
            closes: None,
        });
        self
    }

    /// Comes back to a key later.
    pub fn again(&mut self, wake: Wake) -> &mut Self {
        self.again.push(wake);
        self
    }
}

/// One thing that was seen: object, field, value, and the revision of the object that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Of which object.
    pub about: Key,
    /// Which field, as a path: `spec.replicas`; for something counted, what: `pods active`.
    pub field: Name,
    /// What it was.
    pub value: Datum,
    /// The object's revision; 0 for what is not in the store (containers, the clock).
    pub revision: Revision,
}

/// One place where desired and actual differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Of which object.
    pub about: Key,
    /// Which field, as a path.
    pub field: Name,
    /// What it should be.
    pub desired: Datum,
    /// What it is.
    pub actual: Datum,
    /// Why it matters, as one CamelCase word: `TooFewReplicas`.
    pub reason: &'static str,
}

/// A value in a fact or difference.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Datum {
    /// Nothing there.
    #[default]
    None,
    /// Yes or no.
    Bool(bool),
    /// A count, or any whole number.
    Int(i64),
    /// Text.
    Text(Name),
    /// A length of time, in milliseconds.
    Duration(Ms),
    /// Some objects or words.
    List(Vec<Name>),
}

impl fmt::Display for Datum {
    /// As the trace prints it: `<none>`, `true`, `3`, `Running`, `1.5s`, `[a b]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("<none>"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
            Self::Duration(ms) if ms % 1000 == 0 => write!(f, "{}s", ms / 1000),
            Self::Duration(ms) => write!(f, "{}.{:03}s", ms / 1000, ms % 1000),
            Self::List(values) => write!(f, "[{}]", values.join(" ")),
        }
    }
}

impl From<bool> for Datum {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for Datum {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<i64> for Datum {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<usize> for Datum {
    fn from(value: usize) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Datum {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Datum {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl From<Name> for Datum {
    fn from(value: Name) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Datum>> From<Option<T>> for Datum {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

/// An action with the difference that it closes.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// What to do.
    pub action: Action,
    /// Which entry of the turn's `diff` it closes.
    pub closes: Option<usize>,
}

/// What a component asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A request to the API server. The cluster fills in the user.
    Api(Request),
    /// An Event about an object; repeated ones are counted up, as client-go's recorder does.
    Event(Note),
    /// A call to the container runtime of the component's node.
    Runtime(RuntimeCall),
    /// A change to the network of the component's node.
    Network(NetworkCall),
}

impl From<Request> for Action {
    fn from(request: Request) -> Self {
        Self::Api(request)
    }
}

impl From<Note> for Action {
    fn from(note: Note) -> Self {
        Self::Event(note)
    }
}

impl From<RuntimeCall> for Action {
    fn from(call: RuntimeCall) -> Self {
        Self::Runtime(call)
    }
}

impl From<NetworkCall> for Action {
    fn from(call: NetworkCall) -> Self {
        Self::Network(call)
    }
}

/// The type of an Event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteType {
    /// `Normal`.
    Normal,
    /// `Warning`.
    Warning,
}

/// An Event to be recorded: about what, and what happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The object that it is about.
    pub about: Object,
    /// `spec.containers{nginx}`, or empty.
    pub field_path: Name,
    /// Normal or Warning.
    pub note_type: NoteType,
    /// `SuccessfulCreate`.
    pub reason: &'static str,
    /// What was tried: `Scheduling`. Only of components that record series (`events.k8s.io`); empty for all others.
    pub action: &'static str,
    /// `Created pod: web-x`.
    pub message: String,
}

impl Note {
    /// A `Normal` event.
    pub fn normal(about: Object, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            about,
            field_path: Name::default(),
            note_type: NoteType::Normal,
            reason,
            action: "",
            message: message.into(),
        }
    }

    /// A `Warning` event.
    pub fn warning(about: Object, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            note_type: NoteType::Warning,
            ..Self::normal(about, reason, message)
        }
    }

    /// The same, recorded as a series: what was being done.
    #[must_use]
    pub fn doing(self, action: &'static str) -> Self {
        Self { action, ..self }
    }

    /// The same with [`CREATED_NAME`] replaced by this name.
    #[must_use]
    pub fn naming(self, created: &str) -> Self {
        if !self.message.contains(CREATED_NAME) {
            return self;
        }
        Self {
            message: self.message.replace(CREATED_NAME, created),
            ..self
        }
    }

    /// The same about one container of the pod: `spec.containers{name}`.
    #[must_use]
    pub fn of_container(self, name: &str) -> Self {
        let list = Pod::of(&self.about).map_or("containers", |pod| pods::list_of(pod, name));
        Self {
            field_path: ["spec.", list, "{", name, "}"].concat().into(),
            ..self
        }
    }
}

/// In a [`Note`]'s message: the name that the API server gave to the object that the same turn created last (`generateName`). The cluster puts it in.
pub const CREATED_NAME: &str = "{created}";

/// What came of an action.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The API server's answer.
    Api(Answer),
    /// The container runtime or the network did it, or refused.
    Machine(Result<(), RuntimeError>),
    /// An Event that was only counted, or dropped as one too many: nobody was asked.
    Unsent,
}

impl Outcome {
    /// Did it work?
    #[must_use]
    pub fn is_ok(&self) -> bool {
        match self {
            Self::Api(answer) => answer.result.is_ok(),
            Self::Machine(result) => result.is_ok(),
            Self::Unsent => true,
        }
    }
}

/// Does it keep the cluster from being settled?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Something is on its way.
    Work,
    /// It will happen unless something comes between: an eviction when a toleration ends. A served cluster that runs as fast as it can
    /// stands still before it; all others count it as work.
    Plan,
    /// It would go on for ever: heartbeats, resyncs, probes of what is well, back-off of what will fail again.
    Housekeeping,
}

/// A key for the work queue, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wake {
    /// `namespace/name`, or whatever the component calls its work.
    pub key: Name,
    /// How long from now. A key that is queued already keeps the earlier time.
    pub after_ms: Ms,
    /// Does it keep the cluster from being settled?
    pub urgency: Urgency,
    /// Of keys that are due together, the highest first (the scheduler's pod priority); 0 for all others.
    pub priority: i32,
}

impl Wake {
    /// At once.
    pub fn now(key: impl Into<Name>) -> Self {
        Self {
            key: key.into(),
            after_ms: 0,
            urgency: Urgency::Work,
            priority: 0,
        }
    }

    /// Later, as work in flight.
    pub fn after(key: impl Into<Name>, after_ms: Ms) -> Self {
        Self {
            after_ms,
            ..Self::now(key)
        }
    }

    /// Later, as a plan.
    pub fn plan(key: impl Into<Name>, after_ms: Ms) -> Self {
        Self {
            urgency: Urgency::Plan,
            ..Self::after(key, after_ms)
        }
    }

    /// Later, as housekeeping.
    pub fn housekeeping(key: impl Into<Name>, after_ms: Ms) -> Self {
        Self {
            urgency: Urgency::Housekeeping,
            ..Self::after(key, after_ms)
        }
    }
}
