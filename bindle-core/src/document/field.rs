//! Fields of a document with their places, before any rule but their types
//! was checked.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Span;

/// A value, and where it stands if it came from text.
#[derive(Default)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Option<Span>,
}

impl<T> At<T> {
    /// A value that came from no text.
    pub(crate) fn nowhere(value: T) -> Self {
        Self { value, span: None }
    }
}

/// A field of the document.
#[derive(Default)]
pub(crate) enum Field<T> {
    #[default]
    Absent,
    /// It is there, its problem was reported, and nothing more is known of it.
    Unreadable,
    Present(At<T>),
}

impl<T> Field<T> {
    pub(crate) fn present(value: T) -> Self {
        Self::Present(At { value, span: None })
    }

    pub(crate) fn non_default(value: T) -> Self
    where
        T: Default + PartialEq,
    {
        if value == T::default() {
            Self::Absent
        } else {
            Self::present(value)
        }
    }

    pub(crate) fn is_not_present(&self) -> bool {
        !matches!(self, Self::Present(_))
    }
}

/// Items of an array, each in its place, readable or not.
pub(crate) type List<T> = Field<Vec<Field<T>>>;
pub(crate) type Text<'i> = Cow<'i, str>;
pub(crate) type TextMap<'i> = BTreeMap<Text<'i>, At<Text<'i>>>;

impl<T> Field<T> {
    /// The value, if there is one.
    pub(crate) fn optional(self) -> Option<T> {
        match self {
            Self::Present(at) => Some(at.value),
            Self::Absent | Self::Unreadable => None,
        }
    }

    /// Where the value stands.
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            Self::Present(at) => at.span,
            Self::Absent | Self::Unreadable => None,
        }
    }
}

impl<T> List<T> {
    /// Where each of the items stands.
    pub(crate) fn spans(&self) -> Vec<Option<Span>> {
        match self {
            Self::Present(items) => items.value.iter().map(Field::span).collect(),
            Self::Absent | Self::Unreadable => Vec::new(),
        }
    }
}

/// Gives a map with places away as one without.
pub(crate) fn owned_map(map: TextMap<'_>) -> BTreeMap<String, String> {
    map.into_iter()
        .map(|(name, value)| (name.into_owned(), value.value.into_owned()))
        .collect()
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = T::deserialize(deserializer)?;
        Ok(Self { value, span: None })
    }
}

impl<T: Serialize> Serialize for At<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The reference writes `null` for what is absent.
        let value = <Option<At<T>>>::deserialize(deserializer)?;
        Ok(value.map_or(Self::Absent, Self::Present))
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Present(at) => at.serialize(serializer),
            Self::Absent | Self::Unreadable => serializer.serialize_none(),
        }
    }
}
