//! Kubernetes' types seen without knowing the type: one reader and one writer serve all of them.
//!
//! k8s-openapi's types bring serde's code, which is compiled anew for every type and was the largest part of the page. Here a type only
//! says which fields it has ([`table`]), and code that exists once does the rest: [`to_json`], and the strict reader in
//! [`decode`](super::decode). A test holds the tables to what serde says.
//!
//! The real thing: Go's `reflect`, as sigs.k8s.io/json and encoding/json use it.

mod choices;
mod containers;
mod leaves;
mod table;
mod tables;
#[cfg(test)]
mod tests;

pub(super) use table::types;

use serde_json::{Map, Value};

/// A value of one of the API's types.
pub trait Typed {
    /// What sort of value it is, and so which of the other methods may be called.
    fn form(&self) -> &'static Form;

    /// What a new one is before anything is known of it: no text, zero, nothing.
    fn blank() -> Self
    where
        Self: Sized;

    /// A struct's field, a list's item, or what an option or choice holds; `None` behind the last.
    fn part(&self, _index: usize) -> Option<&dyn Typed> {
        None
    }

    /// A struct's field, to be changed.
    fn part_mut(&mut self, _index: usize) -> Option<&mut dyn Typed> {
        None
    }

    /// A map's entries, by key.
    fn entries(&self) -> Vec<(&str, &dyn Typed)> {
        Vec::new()
    }

    /// Makes room for something and returns it, blank: behind a list's last item, under a map's key, in an option, or in the variant of a
    /// choice that takes values of this sort. `None` if nothing fits in.
    fn insert(&mut self, _key: &str) -> Option<&mut dyn Typed> {
        None
    }

    /// Takes back the last [`Typed::insert`].
    fn remove(&mut self, _key: &str) {}

    /// Reads a leaf.
    fn read(&mut self, _value: &Value) -> Result<(), Mismatch> {
        Ok(())
    }

    /// Writes a leaf.
    fn write(&self) -> Value {
        Value::Null
    }
}

/// The sorts of values.
#[derive(Debug, PartialEq, Eq)]
pub enum Form {
    /// A struct: its name and its fields' names, see [`Struct`].
    Struct(Struct),
    /// Something or nothing.
    Option,
    /// One of several types, told apart by what the value is.
    Choice,
    /// A list.
    List,
    /// A map whose keys are free.
    Map,
    /// A value without parts, by the name of its type in Go.
    Leaf(&'static str),
}

/// A struct's name and the names of its fields, in one text: `Taint effect key timeAdded value`. A type that stands for itself has its
/// version before its name, `apps/v1/Deployment`, and the fields `apiVersion` and `kind` before those of the list. Other types of another
/// version than `v1` say so: `v2.MetricSpec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Struct(pub &'static str);

impl Struct {
    /// `Deployment`.
    #[must_use]
    pub fn name(self) -> &'static str {
        let head = self.head();
        head.rsplit(['/', '.']).next().unwrap_or(head)
    }

    /// As Go names it: `v1.Deployment`.
    #[must_use]
    pub fn go_name(self) -> String {
        match (self.version(), self.head().split_once('.')) {
            (Some(version), _) => {
                let version = version.rsplit('/').next().unwrap_or(version);
                format!("{version}.{}", self.name())
            }
            (None, Some(_)) => self.head().to_owned(),
            (None, None) => format!("v1.{}", self.name()),
        }
    }

    /// `apps/v1`, of a type that stands for itself.
    #[must_use]
    pub fn version(self) -> Option<&'static str> {
        Some(self.head().rsplit_once('/')?.0)
    }

    /// The names of the fields, in their order.
    pub fn fields(self) -> impl Iterator<Item = &'static str> {
        self.0.split(' ').skip(1)
    }

    /// The names of the fields as JSON spells them, `apiVersion` and `kind` included.
    pub fn json_names(self) -> impl Iterator<Item = &'static str> {
        let says_what_it_is: &[&str] = match self.version() {
            Some(_) => &["apiVersion", "kind"],
            None => &[],
        };
        says_what_it_is.iter().copied().chain(self.fields())
    }

    fn head(self) -> &'static str {
        self.0.split(' ').next().unwrap_or_default()
    }
}

/// Why a leaf could not be read.
#[derive(Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The value is of another sort.
    Sort,
    /// It is a number, but none that the type has.
    Number,
    /// As [`Mismatch::Sort`], of a type that reads itself and so does not know where it stands; with the type that it wants.
    Itself(&'static str),
    /// It is of the right sort and wrong all the same; in upstream's words.
    Says(String),
}

/// The value as JSON. Fields that are not there are left out.
#[must_use]
pub fn to_json(value: &dyn Typed) -> Value {
    match value.form() {
        Form::Struct(form) => Value::Object(struct_to_json(*form, value)),
        Form::Option | Form::Choice => value.part(0).map_or(Value::Null, to_json),
        Form::List => {
            let items = (0..).map_while(|index| value.part(index));
            Value::Array(items.map(to_json).collect())
        }
        Form::Map => {
            let entries = value.entries().into_iter();
            Value::Object(
                entries
                    .map(|(key, entry)| (key.to_owned(), to_json(entry)))
                    .collect(),
            )
        }
        Form::Leaf(_) => value.write(),
    }
}

fn struct_to_json(form: Struct, value: &dyn Typed) -> Map<String, Value> {
    let mut json = Map::new();
    if let Some(version) = form.version() {
        json.insert("apiVersion".to_owned(), version.into());
        json.insert("kind".to_owned(), form.name().into());
    }
    for (index, name) in form.fields().enumerate() {
        let field = value
            .part(index)
            .expect("the table names as many fields as there are");
        if *field.form() != Form::Option || field.part(0).is_some() {
            json.insert(name.to_owned(), to_json(field));
        }
    }
    json
}
