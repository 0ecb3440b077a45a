//! A serde deserializer over a JSON document that always knows where it is, and keeps a log of what is wrong.
//!
//! k8s-openapi's types tell it their names and fields (`deserialize_struct`), so no schema of our own is needed.
//!
//! All of it is compiled once for each of some three hundred types. So whatever does not depend on the type stands in a
//! function of its own, and each visitor is given one kind of map and one kind of list: this is the largest part of the page.
//!
//! The real thing: sigs.k8s.io/json (`decodeState.object`, `literalStore`).

use super::go;
use super::place::{Log, Place, Step};
use crate::api::{Kind, Object, quantity};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;

/// Reads the document as an object of the kind. If it fails, the log says where.
pub(super) fn read(kind: Kind, document: &Value, log: &Log<'_>) -> Result<Object, Refused> {
    let root = Place {
        parent: None,
        step: Step::Root,
    };
    kind.deserialize(Node {
        value: document,
        place: &root,
        log,
    })
}

/// The reading ended; the log knows why, unless it was a visitor that said so in its own words.
#[derive(Debug)]
pub(super) struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl serde::de::Error for Refused {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// One value of the document, and where it stands.
struct Node<'a, 'de> {
    value: &'de Value,
    place: &'a Place<'a>,
    log: &'a Log<'a>,
}

impl<'a, 'de> Node<'a, 'de> {
    /// A map's or struct's entries; `null` has none.
    #[inline(never)]
    fn entries(
        &self,
        known: Option<(&'static str, &'static [&'static str])>,
        wanted: &'static str,
    ) -> Result<Entries<'a, 'de>, Refused> {
        match self.value {
            Value::Object(entries) => Ok(Entries::new(Some(entries), known, self)),
            Value::Null => Ok(Entries::new(None, known, self)),
            _ => Err(self.wrong_type(&go::name_of_type(wanted))),
        }
    }

    /// A list's items; `null` has none.
    #[inline(never)]
    fn items(&self, wanted: &'static str) -> Result<Items<'a, 'de>, Refused> {
        match self.value {
            Value::Array(items) => Ok(Items::new(items, self)),
            Value::Null => Ok(Items::new(&[], self)),
            _ => Err(self.wrong_type(&go::name_of_type(wanted))),
        }
    }

    /// A text; `null` is the empty one.
    #[inline(never)]
    fn text(&self, wanted: &'static str) -> Result<&'de str, Refused> {
        match self.value {
            Value::String(text) => Ok(text),
            Value::Null => Ok(""),
            _ if wanted.ends_with("ByteString") => Err(self.wrong_type("[]uint8")),
            _ => {
                let (owner, field) = self.place.field().unwrap_or_default();
                Err(self.wrong_type(go::name_of_text(owner, field)))
            }
        }
    }

    /// A text that its type would not have.
    #[inline(never)]
    fn wrong_text(&self, text: &str, wanted: &'static str, why: Refused) -> Refused {
        let message = match wanted {
            _ if self.value.is_null() => return why,
            w if w.ends_with("ByteString") => not_base64(text),
            w if w.ends_with("Timestamp") => not_a_time(text),
            _ => why.0,
        };
        self.refuse(message)
    }

    /// A quantity's text; numbers are quantities too, and `null` is none of anything.
    fn quantity(&self) -> Result<Cow<'de, str>, Refused> {
        match self.value {
            Value::String(text) => {
                let text = text.trim();
                quantity::check(text).map_err(|why| self.refuse(why.to_owned()))?;
                Ok(text.into())
            }
            Value::Number(number) => Ok(number.to_string().into()),
            Value::Null => Ok("0".into()),
            _ => Err(self.refuse(quantity::FORMAT_WRONG.to_owned())),
        }
    }

    #[inline(never)]
    fn refuse(&self, message: String) -> Refused {
        self.log.note_wrong(self.place, message);
        Refused(String::new())
    }

    /// `json: cannot unmarshal VALUE into Go struct field STRUCT.FIELDS of type TYPE`.
    #[inline(never)]
    fn wrong_type(&self, wanted: &str) -> Refused {
        self.cannot_unmarshal(go::name_of_value(self.value), wanted)
    }

    fn cannot_unmarshal(&self, value: &str, wanted: &str) -> Refused {
        let target = match self.place.field() {
            Some((owner, _)) => format!("struct field {owner}.{}", self.place.fields()),
            None => "value".to_owned(),
        };
        let message = format!("json: cannot unmarshal {value} into Go {target} of type {wanted}");
        self.refuse(message)
    }

    /// The words of a type that reads itself, and so does not know where it stands.
    fn wrong_by_itself(&self, wanted: &str) -> Refused {
        let value = match self.value {
            Value::Number(n) if wanted != "string" => format!("number {n}"),
            other => go::name_of_value(other).to_owned(),
        };
        let message = format!("json: cannot unmarshal {value} into Go value of type {wanted}");
        self.refuse(message)
    }

    fn integer(&self, wanted: &str) -> Result<i64, Refused> {
        match self.value {
            Value::Null => Ok(0),
            Value::Number(n) => n
                .as_i64()
                .ok_or_else(|| self.cannot_unmarshal(&format!("number {n}"), wanted)),
            _ => Err(self.wrong_type(wanted)),
        }
    }
}

impl<'de> Deserializer<'de> for Node<'_, 'de> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let is_int_or_string = std::any::type_name::<V::Value>().ends_with("::IntOrString");
        match self.value {
            Value::String(text) => visitor.visit_str(text),
            Value::Number(number) => match number.as_i64() {
                Some(n) if !is_int_or_string || i32::try_from(n).is_ok() => visitor.visit_i64(n),
                _ if is_int_or_string => Err(self.wrong_by_itself("int32")),
                _ => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            Value::Null if is_int_or_string => visitor.visit_i64(0),
            _ if is_int_or_string => Err(self.wrong_by_itself("int32")),
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Array(_) => visitor.visit_seq(self.items("")?),
            Value::Object(_) => visitor.visit_map(self.entries(None, "")?),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.value {
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Null => visitor.visit_bool(false),
            _ => Err(self.wrong_type("bool")),
        }
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let number = self.integer("int32")?;
        match i32::try_from(number) {
            Ok(number) => visitor.visit_i32(number),
            Err(_) => Err(self.cannot_unmarshal(&format!("number {number}"), "int32")),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_i64(self.integer("int64")?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let wanted = std::any::type_name::<V::Value>();
        let text = self.text(wanted)?;
        visitor
            .visit_str(text)
            .map_err(|why: Refused| self.wrong_text(text, wanted, why))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match (name, self.value) {
            ("Quantity", _) => {
                let text = self.quantity()?;
                visitor.visit_newtype_struct(StrDeserializer::new(&text))
            }
            ("Time" | "MicroTime", Value::String(_)) => visitor.visit_newtype_struct(self),
            ("Time" | "MicroTime", _) => Err(self.wrong_by_itself("string")),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_seq(self.items(std::any::type_name::<V::Value>())?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_map(self.entries(None, std::any::type_name::<V::Value>())?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        let wanted = std::any::type_name::<V::Value>();
        visitor.visit_map(self.entries(Some((name, fields)), wanted)?)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct enum identifier ignored_any
    }
}

/// Go's `time.ParseError` for RFC 3339.
fn not_a_time(text: &str) -> String {
    const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";
    format!("parsing time {text:?} as {LAYOUT:?}: cannot parse {text:?} as \"2006\"")
}

/// Go's `base64.CorruptInputError`: the first letter that does not belong, or the group of four that is not whole.
fn not_base64(text: &str) -> String {
    let belongs = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=');
    let foreign = text.bytes().position(|c| !belongs(c));
    let at = foreign.unwrap_or(text.len() / 4 * 4);
    format!("illegal base64 data at input byte {at}")
}

/// The entries of a list, one after the other.
struct Items<'a, 'de> {
    items: std::iter::Enumerate<std::slice::Iter<'de, Value>>,
    place: &'a Place<'a>,
    log: &'a Log<'a>,
}

impl<'a, 'de> Items<'a, 'de> {
    fn new(items: &'de [Value], node: &Node<'a, 'de>) -> Self {
        Self {
            items: items.iter().enumerate(),
            place: node.place,
            log: node.log,
        }
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Refused> {
        for (index, value) in self.items.by_ref() {
            let place = Place {
                parent: Some(self.place),
                step: Step::Index(index),
            };
            if self.log.skips(&place) {
                continue;
            }
            let (place, log) = (&place, self.log);
            return seed.deserialize(Node { value, place, log }).map(Some);
        }
        Ok(None)
    }
}

/// The entries of a map or struct, by key.
struct Entries<'a, 'de> {
    entries: std::vec::IntoIter<(&'de String, &'de Value)>,
    /// The struct's name and fields; `None` for a map, whose keys are free.
    known: Option<(&'static str, &'static [&'static str])>,
    current: Option<(&'de str, &'de Value)>,
    place: &'a Place<'a>,
    log: &'a Log<'a>,
}

impl<'a, 'de> Entries<'a, 'de> {
    fn new(
        entries: Option<&'de Map<String, Value>>,
        known: Option<(&'static str, &'static [&'static str])>,
        node: &Node<'a, 'de>,
    ) -> Self {
        let mut entries: Vec<_> = entries.into_iter().flatten().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        Self {
            entries: entries.into_iter(),
            known,
            current: None,
            place: node.place,
            log: node.log,
        }
    }

    /// To the next entry that the type has and the log does not skip.
    #[inline(never)]
    fn advance(&mut self) -> Option<&'de str> {
        while let Some((key, value)) = self.entries.next() {
            let place = self.step(key);
            if let Some((_, fields)) = self.known
                && !fields.contains(&key.as_str())
            {
                self.log.note_unknown(&place, fields);
                continue;
            }
            if place.says_what_it_is(value) || self.log.skips(&place) {
                continue;
            }
            self.current = Some((key, value));
            return Some(key);
        }
        None
    }

    fn step(&self, key: &'de str) -> Place<'_> {
        let step = match self.known {
            Some((owner, _)) => Step::Field(owner, key),
            None => Step::Key(key),
        };
        Place {
            parent: Some(self.place),
            step,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Refused> {
        let Some(key) = self.advance() else {
            return Ok(None);
        };
        seed.deserialize(StrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Refused> {
        let (key, value) = self.current.take().expect("serde asks for the key first");
        let place = self.step(key);
        let (place, log) = (&place, self.log);
        seed.deserialize(Node { value, place, log })
    }
}
