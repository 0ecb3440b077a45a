//! Which fields a kind has, and of which type: asked of the types themselves, so that nothing has to be shipped for it.
//!
//! A deserializer that has no data follows a path through the types and notes what stands at its end.
//!
//! The real thing: `kubectl explain`, from the OpenAPI document.
//! Left out: the fields' descriptions, which would be larger than the rest of the page.

use super::Kind;
use serde::de::value::{BorrowedStrDeserializer, Error};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An object with these fields.
    Object(&'static [&'static str]),
    /// Keys that the author chooses.
    Map,
    /// A list.
    List,
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// Text or a number: a quantity, a port.
    TextOrNumber,
}

impl Shape {
    /// As `kubectl explain` names it: `string`, `Object`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Object(_) => "Object",
            Self::Map => "map",
            Self::List => "[]",
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::TextOrNumber => "string or number",
        }
    }
}

/// What stands at this path of a kind; `[]` steps into a list. `None` if there is no such field.
///
/// ```
/// use kubeloop::api::{Kind, schema::{Shape, shape}};
/// assert_eq!(shape(Kind::Deployment, &["spec", "replicas"]), Some(Shape::Integer));
/// assert_eq!(shape(Kind::Deployment, &["spec", "replica"]), None);
/// ```
#[must_use]
pub fn shape(kind: Kind, path: &[&str]) -> Option<Shape> {
    let found = Cell::new(None);
    // It always fails: there is no data. What it found on its way is what we want.
    let _ = kind.deserialize(Tracer {
        path,
        found: &found,
    });
    found.get()
}

#[derive(Clone, Copy)]
struct Tracer<'p> {
    path: &'p [&'p str],
    found: &'p Cell<Option<Shape>>,
}

impl<'p> Tracer<'p> {
    fn end<T>(self, shape: Shape) -> Result<T, Error> {
        if self.path.is_empty() {
            self.found.set(Some(shape));
        }
        Err(Error::custom("no data"))
    }

    fn inside<'de, V: Visitor<'de>>(self, shape: Shape, visitor: V) -> Result<V::Value, Error>
    where
        'p: 'de,
    {
        if self.path.is_empty() {
            return self.end(shape);
        }
        visitor.visit_map(self)
    }
}

impl<'de, 'p: 'de> MapAccess<'de> for Tracer<'p> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(key) = self.path.first() else {
            return Ok(None);
        };
        seed.deserialize(BorrowedStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(Tracer {
            path: &self.path[1..],
            found: self.found,
        })
    }
}

impl<'de, 'p: 'de> SeqAccess<'de> for Tracer<'p> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        seed.deserialize(Tracer {
            path: &self.path[1..],
            found: self.found,
        })
        .map(Some)
    }
}

macro_rules! ends {
    ($($method:ident => $shape:ident),+ $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> { self.end(Shape::$shape) })+
    };
}

impl<'de, 'p: 'de> Deserializer<'de> for Tracer<'p> {
    type Error = Error;

    ends! {
        deserialize_any => TextOrNumber,
        deserialize_bool => Boolean,
        deserialize_i8 => Integer, deserialize_i16 => Integer, deserialize_i32 => Integer, deserialize_i64 => Integer,
        deserialize_u8 => Integer, deserialize_u16 => Integer, deserialize_u32 => Integer, deserialize_u64 => Integer,
        deserialize_f32 => Number, deserialize_f64 => Number,
        deserialize_char => Text, deserialize_str => Text, deserialize_string => Text, deserialize_bytes => Text, deserialize_byte_buf => Text,
        deserialize_identifier => Text,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.path.first() {
            Some(&"[]") => visitor.visit_seq(self),
            _ => self.end(Shape::List),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.inside(Shape::Map, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.inside(Shape::Object(fields), visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("there is no such field"))
    }

    fn deserialize_unit<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("no data"))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: V,
    ) -> Result<V::Value, Error> {
        Err(Error::custom("no data"))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        self.end(Shape::List)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Error> {
        self.end(Shape::List)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.end(Shape::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_answer_for_themselves() {
        let table: &[(Kind, &str, &str)] = &[
            (Kind::Deployment, "spec.replicas", "integer"),
            (Kind::Deployment, "spec.template.spec.containers", "[]"),
            (
                Kind::Deployment,
                "spec.template.spec.containers.[].image",
                "string",
            ),
            (
                Kind::Deployment,
                "spec.template.spec.containers.[].resources.requests",
                "map",
            ),
            (Kind::Deployment, "metadata.labels", "map"),
            (Kind::Pod, "spec.hostNetwork", "boolean"),
            (
                Kind::Service,
                "spec.ports.[].targetPort",
                "string or number",
            ),
            (Kind::ConfigMap, "data", "map"),
            (Kind::Pod, "spec", "Object"),
        ];
        for (kind, path, want) in table {
            let path: Vec<&str> = path.split('.').collect();
            assert_eq!(
                shape(*kind, &path).map(Shape::name),
                Some(*want),
                "{kind:?} {path:?}"
            );
        }
        assert_eq!(shape(Kind::Pod, &["spec", "nonsense"]), None);
        let Some(Shape::Object(fields)) = shape(Kind::Pod, &["spec", "containers", "[]"]) else {
            panic!("a container is an object");
        };
        assert!(fields.contains(&"imagePullPolicy"));
    }
}
