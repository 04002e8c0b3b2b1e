use std::fmt;
use std::ops::BitOr;

use serde::Serialize;

/// A generation of Spin, by whose rules a manifest can be read and packaged.
/// Older ones are less than newer ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub enum Era {
    /// Spin 0.6, the first with variables: `spin_version = "1"`.
    #[serde(rename = "0.6")]
    Spin0_6,
    /// Spin 1.5, the last that packaged into bindles:
    /// `spin_manifest_version = "1"`.
    #[serde(rename = "1.5")]
    Spin1_5,
    /// Spin 2.0 to 4.1: `spin_manifest_version = 2`, and older manifests as far
    /// as these versions still read them.
    #[serde(rename = "current")]
    Current,
}

impl Era {
    /// Every era, the oldest first.
    pub const ALL: [Self; 3] = [Self::Spin0_6, Self::Spin1_5, Self::Current];
}

impl fmt::Display for Era {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Spin0_6 => "Spin 0.6",
            Self::Spin1_5 => "Spin 1.5",
            Self::Current => "Spin 4.1",
        })
    }
}

/// A set of eras. One walk through a document finds the problems of all eras;
/// each says in which of them it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Eras(u8);

impl Eras {
    pub(crate) const ALL: Self = Self(0b111);
    pub(crate) const SPIN_0_6: Self = Self(0b001);
    pub(crate) const SPIN_1_5: Self = Self(0b010);
    pub(crate) const CURRENT: Self = Self(0b100);
    /// The eras of bindles.
    pub(crate) const BINDLE: Self = Self(0b011);

    pub(crate) fn contains(self, era: Era) -> bool {
        self.0 & (1 << era as u8) != 0
    }

    pub(crate) fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Era> {
        Era::ALL.into_iter().filter(move |era| self.contains(*era))
    }
}

impl BitOr for Eras {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for Eras {
    /// "Spin 0.6 and Spin 1.5"
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, era) in self.iter().enumerate() {
            if index > 0 {
                formatter.write_str(" and ")?;
            }
            era.fmt(formatter)?;
        }
        Ok(())
    }
}

impl From<Era> for Eras {
    fn from(era: Era) -> Self {
        Self(1 << era as u8)
    }
}
