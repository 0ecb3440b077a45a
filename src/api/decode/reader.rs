//! Reads a JSON document into an object that says which fields it has, and keeps a log of what is wrong and where.
//!
//! A field that is wrong stays as if it were not there, and the reading goes on.
//!
//! The real thing: sigs.k8s.io/json (`decodeState.object`, `literalStore`).

use super::go;
use super::place::{Log, Place, Step};
use crate::api::CustomObject;
use crate::api::json::{name_of, sorted};
use crate::api::typed::{Form, Mismatch, Struct, Typed};
use serde_json::{Map, Value};

/// What was wrong, and is in the log.
#[derive(Debug)]
pub(super) struct Refused;

/// Reads the document into the blank object. Refuses a document that is no object at all; whatever else is wrong, is in the log.
pub(super) fn read(object: &mut dyn Typed, document: &Value, log: &mut Log) -> Result<(), Refused> {
    let place = &Place {
        parent: None,
        step: Step::Root,
    };
    Node {
        value: document,
        place,
    }
    .read(object, log)
}

/// Reads a custom object: only its metadata has types; what its definition says of the rest is not known here.
pub(super) fn read_custom(
    object: &mut CustomObject,
    document: &Value,
    log: &mut Log,
) -> Result<(), Refused> {
    let root = &Place {
        parent: None,
        step: Step::Root,
    };
    let Value::Object(fields) = document else {
        let node = Node {
            value: document,
            place: root,
        };
        return Err(node.wrong_type("map[string]interface {}", log));
    };
    for (name, value) in fields {
        match name.as_str() {
            "apiVersion" => {
                let text = value.as_str().unwrap_or_default();
                object.version = text.rsplit('/').next().unwrap_or_default().into();
            }
            "kind" => {}
            "metadata" => {
                let place = &root.below(Step::Field("", name));
                // If it is wrong, it is in the log.
                let _ = Node { value, place }.read(&mut object.metadata, log);
            }
            _ => {
                object.content.insert(name.clone(), sorted(value.clone()));
            }
        }
    }
    object.content.sort_keys();
    Ok(())
}

/// One value of the document, and where it stands.
struct Node<'a> {
    value: &'a Value,
    place: &'a Place<'a>,
}

impl Node<'_> {
    /// `null` leaves everything blank.
    fn read(&self, into: &mut dyn Typed, log: &mut Log) -> Result<(), Refused> {
        match (into.form(), self.value) {
            (_, Value::Null) => Ok(()),
            (Form::Struct(form), Value::Object(entries)) => {
                self.read_fields(*form, into, entries, log);
                Ok(())
            }
            (Form::Map, Value::Object(entries)) => {
                for (key, value) in entries {
                    self.read_into_new(into, Step::Key(key), value, log);
                }
                Ok(())
            }
            (Form::List, Value::Array(items)) => {
                for (index, value) in items.iter().enumerate() {
                    self.read_into_new(into, Step::Index(index), value, log);
                }
                Ok(())
            }
            (Form::Option, _) => {
                let inner = into.insert("").expect("an option takes anything");
                let result = self.read(inner, log);
                if result.is_err() {
                    into.remove("");
                }
                result
            }
            (Form::Choice, value) => match into.insert(name_of(value)) {
                Some(inner) => self.read(inner, log),
                None => Err(self.wrong_type(&go::name_of_type(into), log)),
            },
            (Form::Leaf(name), value) => {
                let result = into.read(value);
                result.map_err(|why| self.mismatch(why, name, log))
            }
            (Form::Struct(_) | Form::Map | Form::List, _) => {
                Err(self.wrong_type(&go::name_of_type(into), log))
            }
        }
    }

    fn read_fields(
        &self,
        form: Struct,
        into: &mut dyn Typed,
        entries: &Map<String, Value>,
        log: &mut Log,
    ) {
        for (key, value) in entries {
            let key = key.as_str();
            let place = &self.place.below(Step::Field(form.name(), key));
            let node = Node { value, place };
            if form.version().is_some() && matches!(key, "apiVersion" | "kind") {
                // What it says it is was looked at before, or does not matter.
                if !value.is_string() && !value.is_null() {
                    node.wrong_type("string", log);
                }
                continue;
            }
            let index = form.fields().position(|name| name == key);
            match index.and_then(|index| into.part_mut(index)) {
                // If it is wrong, it is in the log and not in the object: no more needs to be done.
                Some(field) => drop(node.read(field, log)),
                None => log.note_unknown(place, form),
            }
        }
    }

    /// Reads a value into a place of its own in a list or map, and takes the place back if the value is wrong.
    fn read_into_new(&self, into: &mut dyn Typed, step: Step<'_>, value: &Value, log: &mut Log) {
        let key = match step {
            Step::Key(key) => key,
            _ => "",
        };
        let place = &self.place.below(step);
        let room = into.insert(key).expect("lists and maps grow");
        if (Node { value, place }).read(room, log).is_err() {
            into.remove(key);
        }
    }

    fn mismatch(&self, why: Mismatch, wanted: &str, log: &mut Log) -> Refused {
        match why {
            Mismatch::Sort if wanted == "string" => {
                let (owner, field) = self.place.field().unwrap_or_default();
                self.wrong_type(go::name_of_text(owner, field), log)
            }
            Mismatch::Sort => self.wrong_type(wanted, log),
            Mismatch::Number => {
                let number = format!("number {}", self.value);
                self.cannot_unmarshal(&number, wanted, log)
            }
            Mismatch::Itself(wanted) => self.wrong_by_itself(wanted, log),
            Mismatch::Says(message) => self.refuse(message, log),
        }
    }

    fn refuse(&self, message: String, log: &mut Log) -> Refused {
        log.note_wrong(self.place, message);
        Refused
    }

    /// `json: cannot unmarshal VALUE into Go struct field STRUCT.FIELDS of type TYPE`.
    fn wrong_type(&self, wanted: &str, log: &mut Log) -> Refused {
        self.cannot_unmarshal(name_of(self.value), wanted, log)
    }

    fn cannot_unmarshal(&self, value: &str, wanted: &str, log: &mut Log) -> Refused {
        let target = match self.place.field() {
            Some((owner, _)) => format!("struct field {owner}.{}", self.place.fields()),
            None => "value".to_owned(),
        };
        let message = format!("json: cannot unmarshal {value} into Go {target} of type {wanted}");
        self.refuse(message, log)
    }

    /// The words of a type that reads itself, and so does not know where it stands.
    fn wrong_by_itself(&self, wanted: &str, log: &mut Log) -> Refused {
        let value = match self.value {
            Value::Number(n) if wanted != "string" => format!("number {n}"),
            other => name_of(other).to_owned(),
        };
        let message = format!("json: cannot unmarshal {value} into Go value of type {wanted}");
        self.refuse(message, log)
    }
}
