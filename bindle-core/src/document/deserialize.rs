//! From the tables of a document to what serde knows: for the bodies of the
//! protocol, which are not documents of their own.

use core::num::ParseIntError;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::value::{Integer, Kind, Table};

/// A value from which serde makes others.
pub(crate) struct ValueDeserializer<'de>(Kind<'de>);

impl<'de> From<Table<'de>> for ValueDeserializer<'de> {
    fn from(table: Table<'de>) -> Self {
        Self(Kind::Table(table))
    }
}

impl<'de> IntoDeserializer<'de, Error> for ValueDeserializer<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self::Deserializer {
        self
    }
}

/// But for enums, which no body has.
impl<'de> Deserializer<'de> for ValueDeserializer<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Kind::String(text) => visitor.visit_borrowed_str(text),
            Kind::Integer(Integer { digits, radix }) => match number(digits, radix) {
                Ok(Number::Unsigned(value)) => visitor.visit_u64(value),
                Ok(Number::Negative(value)) => visitor.visit_i64(value),
                Err(_) => Err(Error::invalid_value(
                    Unexpected::Other("an integer of more than 64 bits"),
                    &visitor,
                )),
            },
            Kind::Boolean(value) => visitor.visit_bool(value),
            Kind::Array(items) => {
                let items = items.into_iter().map(|value| Self(value.kind));
                SeqDeserializer::new(items).deserialize_any(visitor)
            }
            Kind::Table(fields) => {
                let fields = fields.into_iter();
                let fields = fields.map(|(key, value)| (key.text, Self(value.kind)));
                MapDeserializer::new(fields).deserialize_any(visitor)
            }
            kind @ (Kind::Float(_) | Kind::Datetime(_)) => Err(Error::invalid_type(
                Unexpected::Other(kind.described()),
                &visitor,
            )),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // What is not there has no key.
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // What nobody reads may be of any kind.
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier
    }
}

enum Number {
    Unsigned(u64),
    Negative(i64),
}

fn number(digits: &str, radix: u32) -> Result<Number, ParseIntError> {
    let unsigned = u64::from_str_radix(digits, radix).map(Number::Unsigned);
    unsigned.or_else(|_| i64::from_str_radix(digits, radix).map(Number::Negative))
}
