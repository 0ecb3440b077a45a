//! Objects of any kind by chance, for tests: a serde deserializer that reads dice instead of a document.

use crate::api::{Kind, Object};
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// An object of the kind; the same for the same seed.
pub(in crate::api) fn object(kind: Kind, seed: u64) -> Object {
    made(kind, seed).0
}

/// The structs that such an object asked for: `Taint effect key timeAdded value`.
pub(in crate::api) fn structs(kind: Kind, seed: u64) -> BTreeSet<String> {
    made(kind, seed).1
}

fn made(kind: Kind, seed: u64) -> (Object, BTreeSet<String>) {
    let dice = Cell::new(seed);
    let structs = RefCell::default();
    let root = Chance {
        dice: &dice,
        structs: &structs,
        depth: 0,
    };
    let object = kind.deserialize(root).expect("chance makes no mistakes");
    (object, structs.into_inner())
}

/// How deep an object may be.
const DEPTH_MAX: usize = 9;

/// The fields of a schema that take one type each; and not too many of those that are schemas again.
const SCHEMA_FIELDS: &[&str] = &[
    "allOf",
    "default",
    "description",
    "enum",
    "maxItems",
    "not",
    "nullable",
    "properties",
    "required",
    "type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-validations",
];

#[derive(Clone, Copy)]
struct Chance<'a> {
    dice: &'a Cell<u64>,
    structs: &'a RefCell<BTreeSet<String>>,
    depth: usize,
}

impl Chance<'_> {
    fn below(self, limit: u64) -> u64 {
        let next = self
            .dice
            .get()
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        self.dice.set(next);
        (next >> 33) % limit
    }

    fn deeper(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }

    fn text(self, wanted: &str) -> &'static str {
        match wanted {
            w if w.ends_with("ByteString") => ["", "YWJj", "YQ=="][self.below(3) as usize],
            w if w.ends_with("Timestamp") => "2025-01-01T00:00:07Z",
            _ => ["", "x", "a b", "ü\"\\"][self.below(4) as usize],
        }
    }
}

impl<'de> Deserializer<'de> for Chance<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.below(2) {
            0 => visitor.visit_i64(80),
            _ => visitor.visit_str("25%"),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.below(2) == 0)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_i32([0, 1, -1, i32::MAX, i32::MIN][self.below(5) as usize])
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_i64([0, 1, i64::MAX, i64::MIN][self.below(4) as usize])
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.text(std::any::type_name::<V::Value>()))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.depth > DEPTH_MAX || self.below(3) == 0 {
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name != "Quantity" {
            return visitor.visit_newtype_struct(self);
        }
        let text = ["100m", "64Mi", "2"][self.below(3) as usize];
        visitor.visit_newtype_struct(StrDeserializer::new(text))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let left = self.below(3);
        visitor.visit_seq(Entries { chance: self, left })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let names = &["a", "b/c"][..self.below(3) as usize];
        visitor.visit_map(Fields {
            chance: self,
            names: names.iter(),
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let asked_for = format!("{name} {}", fields.join(" "));
        self.structs.borrow_mut().insert(asked_for);
        // What an object is, stands before its fields (in an object inside another, too); chance leaves it alone.
        let is_object = self.depth == 0 || fields.starts_with(&["apiVersion", "kind", "metadata"]);
        let skipped = if is_object { 2 } else { 0 };
        let fields = if self.depth > DEPTH_MAX || name == "JSONSchemaProps" && self.depth > 6 {
            &[]
        } else if name == "JSONSchemaProps" {
            SCHEMA_FIELDS
        } else {
            &fields[skipped..]
        };
        visitor.visit_map(Fields {
            chance: self,
            names: fields.iter(),
        })
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct enum identifier ignored_any
    }
}

/// Some entries of a list.
struct Entries<'a> {
    chance: Chance<'a>,
    left: u64,
}

impl<'de> SeqAccess<'de> for Entries<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(self.chance.deeper()).map(Some)
    }
}

/// Some fields of a struct, or entries of a map.
struct Fields<'a> {
    chance: Chance<'a>,
    names: std::slice::Iter<'static, &'static str>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(name) = self.names.next() else {
            return Ok(None);
        };
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.chance.deeper())
    }
}
