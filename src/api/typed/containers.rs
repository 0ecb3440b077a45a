//! What holds other values: options, lists, maps and boxes.

use super::{Form, Typed};
use std::collections::BTreeMap;

impl<T: Typed> Typed for Option<T> {
    fn form(&self) -> &'static Form {
        &Form::Option
    }

    fn blank() -> Self {
        None
    }

    fn part(&self, index: usize) -> Option<&dyn Typed> {
        let inner = self.as_ref().filter(|_| index == 0)?;
        Some(inner)
    }

    fn insert(&mut self, _key: &str) -> Option<&mut dyn Typed> {
        Some(self.insert(T::blank()))
    }

    fn remove(&mut self, _key: &str) {
        *self = None;
    }
}

impl<T: Typed> Typed for Vec<T> {
    fn form(&self) -> &'static Form {
        &Form::List
    }

    fn blank() -> Self {
        Vec::new()
    }

    fn part(&self, index: usize) -> Option<&dyn Typed> {
        let item = self.get(index)?;
        Some(item)
    }

    fn insert(&mut self, _key: &str) -> Option<&mut dyn Typed> {
        self.push(T::blank());
        let item = self.last_mut()?;
        Some(item)
    }

    fn remove(&mut self, _key: &str) {
        self.pop();
    }
}

impl<T: Typed> Typed for BTreeMap<String, T> {
    fn form(&self) -> &'static Form {
        &Form::Map
    }

    fn blank() -> Self {
        BTreeMap::new()
    }

    fn entries(&self) -> Vec<(&str, &dyn Typed)> {
        let entry = |(key, value)| -> (&str, &dyn Typed) {
            let (key, value): (&String, &T) = (key, value);
            (key, value)
        };
        self.iter().map(entry).collect()
    }

    fn insert(&mut self, key: &str) -> Option<&mut dyn Typed> {
        Some(self.entry(key.to_owned()).or_insert_with(T::blank))
    }

    fn remove(&mut self, key: &str) {
        BTreeMap::remove(self, key);
    }
}

impl<T: Typed> Typed for Box<T> {
    fn form(&self) -> &'static Form {
        &Form::Choice
    }

    fn blank() -> Self {
        Box::new(T::blank())
    }

    fn part(&self, index: usize) -> Option<&dyn Typed> {
        (index == 0).then_some(&**self)
    }

    fn insert(&mut self, _key: &str) -> Option<&mut dyn Typed> {
        Some(&mut **self)
    }
}
