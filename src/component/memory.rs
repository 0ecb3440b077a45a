//! What a process remembers, as a value whose type only its component knows.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Anything that can be remembered: plain data. Implemented for every such type.
pub trait Remembered: Any + Send + Sync {
    /// A copy in a box of its own.
    fn copy(&self) -> Arc<dyn Remembered>;
    /// Is it the same type and value?
    fn same(&self, other: &dyn Remembered) -> bool;
    /// For downcasts.
    fn as_any(&self) -> &dyn Any;
    /// For downcasts.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<T: Any + Clone + PartialEq + Send + Sync> Remembered for T {
    fn copy(&self) -> Arc<dyn Remembered> {
        Arc::new(self.clone())
    }

    fn same(&self, other: &dyn Remembered) -> bool {
        other.as_any().downcast_ref::<T>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// One process's memory. A clone shares it until one side changes.
#[derive(Clone, Default)]
pub struct Memory(Option<Arc<dyn Remembered>>);

impl Memory {
    /// Wraps a value.
    pub fn new<T: Remembered>(value: T) -> Self {
        Self(Some(Arc::new(value)))
    }

    /// The value inside.
    ///
    /// # Panics
    /// If the memory is of another type: each process has the memory of its own component.
    #[must_use]
    pub fn get<T: Remembered>(&self) -> &T {
        let value = self
            .0
            .as_deref()
            .expect("memory is only taken out while its component runs");
        value
            .as_any()
            .downcast_ref()
            .expect("a process has the memory of its own component")
    }

    /// The value inside, to be changed; copied first if it is shared.
    ///
    /// # Panics
    /// As [`Memory::get`].
    pub fn get_mut<T: Remembered>(&mut self) -> &mut T {
        let shared = self
            .0
            .as_mut()
            .expect("memory is only taken out while its component runs");
        if Arc::get_mut(shared).is_none() {
            *shared = (**shared).copy();
        }
        let value = Arc::get_mut(shared).expect("a fresh copy is not shared");
        value
            .as_any_mut()
            .downcast_mut()
            .expect("a process has the memory of its own component")
    }
}

/// Without what is inside: that would carry the code for printing every API type into the page, for no one to see.
impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a.same(&**b),
            _ => false,
        }
    }
}
