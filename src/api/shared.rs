//! [`Shared`]: a part of something that most of its versions have in common.
//!
//! Every version of an object is kept, and of a pod most differ in their status alone; checkpoints keep older versions of all that is
//! remembered, and most of it is as it was. In Kubernetes each version of an object is another message in
//! etcd, and each is decoded into values of its own.

use super::typed::{Form, Mismatch, Typed};
use serde_json::Value;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A value that reads as a plain `T` and is copied when it is changed while anyone else holds it. A clone shares it.
#[derive(Clone, Debug, Default)]
pub struct Shared<T>(Arc<T>);

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T: Clone> Shared<T> {
    /// The value; copied if anyone else holds it.
    #[must_use]
    pub fn into_inner(self) -> T {
        Arc::unwrap_or_clone(self.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    /// What is shared is not looked at.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl<T: Typed + Clone> Typed for Shared<T> {
    fn form(&self) -> &'static Form {
        (**self).form()
    }

    fn blank() -> Self {
        Self::from(T::blank())
    }

    fn part(&self, index: usize) -> Option<&dyn Typed> {
        (**self).part(index)
    }

    fn part_mut(&mut self, index: usize) -> Option<&mut dyn Typed> {
        (**self).part_mut(index)
    }

    fn entries(&self) -> Vec<(&str, &dyn Typed)> {
        (**self).entries()
    }

    fn insert(&mut self, key: &str) -> Option<&mut dyn Typed> {
        (**self).insert(key)
    }

    fn remove(&mut self, key: &str) {
        (**self).remove(key);
    }

    fn read(&mut self, value: &Value) -> Result<(), Mismatch> {
        (**self).read(value)
    }

    fn write(&self) -> Value {
        (**self).write()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_by_nobody_else() {
        let old = Shared::from(vec![1]);
        let mut new = old.clone();
        assert!(std::ptr::eq(old.as_ptr(), new.as_ptr()), "a clone shares");
        new.push(2);
        assert_eq!((old.into_inner(), new.into_inner()), (vec![1], vec![1, 2]));
    }

    #[test]
    fn equal_is_what_holds_the_same() {
        let [a, b, c] = [1.5, 1.5, 2.0].map(Shared::from);
        assert_eq!((a == a.clone(), a == b, a == c), (true, true, false));
    }
}
