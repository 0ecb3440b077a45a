//! Collecting field errors. A [`Path`] is a chain of borrowed steps; it becomes text only when something is wrong, so checking a
//! valid object allocates nothing.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/validation/field/{path,errors}.go.

use super::field::{Fault, FieldError};
use std::fmt;

/// Where in an object: `spec.containers[0].resources.limits[cpu]`.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    /// The beginning of a path: `spec`.
    #[must_use]
    pub const fn root(field: &'a str) -> Self {
        Self {
            parent: None,
            step: Step::Field(field),
        }
    }

    /// `path.field`.
    #[must_use]
    pub const fn child(&'a self, field: &'a str) -> Self {
        self.then(Step::Field(field))
    }

    /// `path[3]`.
    #[must_use]
    pub const fn index(&'a self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    /// `path[key]`, for maps.
    #[must_use]
    pub const fn key(&'a self, key: &'a str) -> Self {
        self.then(Step::Key(key))
    }

    const fn then(&'a self, step: Step<'a>) -> Self {
        Self {
            parent: Some(self),
            step,
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}")?;
        }
        match self.step {
            Step::Field(name) if self.parent.is_some() => write!(f, ".{name}"),
            Step::Field(name) => f.write_str(name),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => write!(f, "[{key}]"),
        }
    }
}

/// The errors found so far, in the order in which they were found.
#[derive(Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many there are: to see whether a part of an object had any.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Adds those that another check found.
    pub fn extend(&mut self, found: Vec<FieldError>) {
        self.0.extend(found);
    }

    /// All of them.
    #[must_use]
    pub fn into_list(self) -> Vec<FieldError> {
        self.0
    }

    /// `path: Required value[: detail]`.
    pub fn required(&mut self, path: &Path<'_>, detail: &str) {
        self.0.push(FieldError::required(path.to_string(), detail));
    }

    /// `path: Invalid value: VALUE: detail`, for texts, numbers and booleans.
    pub fn invalid(&mut self, path: &Path<'_>, value: impl Into<serde_json::Value>, detail: &str) {
        let error = FieldError::invalid(path.to_string(), value, detail);
        self.0.push(error);
    }

    /// One [`Errors::invalid`] for each of the messages that a rule about texts gave.
    pub fn invalid_text(&mut self, path: &Path<'_>, text: &str, wrong: Vec<String>) {
        for detail in wrong {
            self.invalid(path, text, &detail);
        }
    }

    /// `path: Invalid value: VALUE: detail`, with the value as Go's `%#v` prints it: lists, maps and structs.
    pub fn invalid_go(&mut self, path: &Path<'_>, value: &str, detail: &str) {
        let colon = if detail.is_empty() { "" } else { ": " };
        self.0.push(FieldError {
            field: path.to_string(),
            fault: Fault::Invalid,
            body: format!("Invalid value: {value}{colon}{detail}"),
        });
    }

    /// `path: Invalid value: detail`, where upstream leaves the value out because it is large.
    pub fn invalid_whole(&mut self, path: &Path<'_>, detail: &str) {
        self.0.push(FieldError {
            field: path.to_string(),
            fault: Fault::Invalid,
            body: format!("Invalid value: {detail}"),
        });
    }

    /// `path: Unsupported value: "X": supported values: "A", "B"`.
    pub fn not_supported(&mut self, path: &Path<'_>, value: &str, supported: &[&str]) {
        let error = FieldError::not_supported(path.to_string(), value, supported);
        self.0.push(error);
    }

    /// Like [`Errors::not_supported`], with the value as Go's `%#v` prints it.
    pub fn not_supported_go(&mut self, path: &Path<'_>, value: &str, supported: &[&str]) {
        let list: Vec<String> = supported.iter().map(|s| format!("{s:?}")).collect();
        self.0.push(FieldError {
            field: path.to_string(),
            fault: Fault::NotSupported,
            body: format!(
                "Unsupported value: {value}: supported values: {}",
                list.join(", ")
            ),
        });
    }

    /// `path: Duplicate value: VALUE[: detail]`, with the value as Go's `%#v` prints it.
    pub fn duplicate_go(&mut self, path: &Path<'_>, value: &str, detail: &str) {
        let colon = if detail.is_empty() { "" } else { ": " };
        self.0.push(FieldError {
            field: path.to_string(),
            fault: Fault::Duplicate,
            body: format!("Duplicate value: {value}{colon}{detail}"),
        });
    }

    /// `path: Too many: 101: must have at most 100 items`.
    pub fn too_many(&mut self, path: &Path<'_>, count: usize, count_max: usize) {
        self.0.push(FieldError {
            field: path.to_string(),
            fault: Fault::TooMany,
            body: format!("Too many: {count}: must have at most {count_max} items"),
        });
    }

    /// `path: Duplicate value: VALUE`.
    pub fn duplicate(&mut self, path: &Path<'_>, value: impl Into<serde_json::Value>) {
        self.0.push(FieldError::duplicate(path.to_string(), value));
    }

    /// `path: Not found: VALUE`.
    pub fn not_found(&mut self, path: &Path<'_>, value: &str) {
        self.0.push(FieldError::not_found(path.to_string(), value));
    }

    /// `path: Forbidden: detail`.
    pub fn forbidden(&mut self, path: &Path<'_>, detail: &str) {
        self.0.push(FieldError::forbidden(path.to_string(), detail));
    }

    /// `path: Too long: may not be more than N bytes`.
    pub fn too_long(&mut self, path: &Path<'_>, bytes_max: usize) {
        let error = FieldError::too_long(path.to_string(), bytes_max);
        self.0.push(error);
    }

    /// `path: Invalid value: -1: must be greater than or equal to 0`.
    pub fn non_negative(&mut self, path: &Path<'_>, value: Option<impl Into<i64>>) {
        let value = value.map_or(0, Into::into);
        if value < 0 {
            self.invalid(path, value, "must be greater than or equal to 0");
        }
    }

    /// Is the value one of those supported? An empty one is required.
    pub fn one_of(&mut self, path: &Path<'_>, value: Option<&str>, supported: &[&str]) {
        match value.unwrap_or_default() {
            "" => self.required(path, ""),
            value => self.known(path, Some(value), supported),
        }
    }

    /// Is the value, if there is one, one of those supported?
    pub fn known(&mut self, path: &Path<'_>, value: Option<&str>, supported: &[&str]) {
        let Some(value) = value else { return };
        if !supported.contains(&value) {
            self.not_supported(path, value, supported);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_upstream_writes_it() {
        let spec = Path::root("spec");
        let containers = spec.child("containers");
        let first = containers.index(0);
        let resources = first.child("resources");
        let limits = resources.child("limits");
        assert_eq!(
            limits.key("cpu").to_string(),
            "spec.containers[0].resources.limits[cpu]"
        );
    }
}
