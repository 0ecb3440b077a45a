//! What was put into words for one answer or watch, for all others of the same form.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/storage/cacher/caching_object.go.

use kubeloop::api::Revision;
use kubeloop::control_plane::apiserver::http::{Encoded, Side};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How many texts are kept; the oldest revisions go first.
const TEXTS_MAX: usize = 8192;

/// Texts of objects, by the write, the form, and whether it is the object before or after.
#[derive(Default)]
pub struct Encodings {
    texts: Mutex<BTreeMap<Name, Arc<[u8]>>>,
    journey: AtomicU64,
}

type Name = (u64, Revision, Side, Arc<str>);

impl Encodings {
    /// Somebody went to another step.
    pub fn begin(&self, journey: u64) {
        self.journey.store(journey, Ordering::Relaxed);
    }

    /// Those of the journey that goes on; only whoever goes on with it knows which that is.
    pub fn of_now(&self) -> OfJourney<'_> {
        self.of(self.journey.load(Ordering::Relaxed))
    }

    /// Those of one journey: another one may have other writes under the same revisions.
    pub fn of(&self, journey: u64) -> OfJourney<'_> {
        OfJourney {
            encodings: self,
            journey,
        }
    }
}

/// See [`Encodings::of`].
pub struct OfJourney<'a> {
    encodings: &'a Encodings,
    journey: u64,
}

impl Encoded for OfJourney<'_> {
    fn text(
        &self,
        revision: Revision,
        side: Side,
        form: &Arc<str>,
        encode: &dyn Fn() -> Vec<u8>,
    ) -> Arc<[u8]> {
        let name = (self.journey, revision, side, Arc::clone(form));
        let lock = || {
            let texts = self.encodings.texts.lock();
            texts.unwrap_or_else(PoisonError::into_inner)
        };
        let known = lock().get(&name).cloned();
        if let Some(text) = known {
            return text;
        }
        let text: Arc<[u8]> = encode().into();
        let mut texts = lock();
        texts.insert(name, Arc::clone(&text));
        while texts.len() > TEXTS_MAX {
            texts.pop_first();
        }
        text
    }
}
