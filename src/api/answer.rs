//! What the API server says to one call: an object, a list, or why not.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/response.go; metav1's `ListMeta`.

use super::{Object, Revision, Status};

/// What the API server answers when it does not refuse.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The object as it is now (for a delete: as it was, or as it waits).
    Object(Object),
    /// The object was there and is now gone.
    Deleted(Object),
    /// The objects that match, at one revision.
    List(List),
}

/// The answer to a list.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct List {
    /// The objects, by namespace and name.
    pub items: Vec<Object>,
    /// The revision at which they were all so.
    pub revision: Revision,
    /// What to ask for the rest with, if `limit` cut the list; else empty.
    pub continue_token: String,
    /// How many more there are, if that is known.
    pub remaining: Option<u64>,
}

impl From<(Vec<Object>, Revision)> for List {
    /// A whole list.
    fn from((items, revision): (Vec<Object>, Revision)) -> Self {
        Self {
            items,
            revision,
            ..Self::default()
        }
    }
}

impl Reply {
    /// The one object that it is about, if it is about one.
    #[must_use]
    pub fn object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) | Self::Deleted(object) => Some(object),
            Self::List(_) => None,
        }
    }
}

/// The API server's answer, with its Warning headers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What came of it.
    pub result: Result<Reply, Status>,
    /// `Warning:` headers: unknown fields with `Warn`, deprecated fields.
    pub warnings: Vec<String>,
    /// The revision that this request wrote; `None` if it wrote nothing (a no-op update writes nothing).
    pub revision: Option<Revision>,
}

impl Answer {
    /// That it was done, and no object: the answer to whoever reads a log.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            result: Ok(Reply::List(List::default())),
            warnings: Vec::new(),
            revision: None,
        }
    }

    /// Nothing but this refusal.
    #[must_use]
    pub fn refusal(status: Status) -> Self {
        Self {
            result: Err(status),
            warnings: Vec::new(),
            revision: None,
        }
    }
}
