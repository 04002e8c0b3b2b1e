use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use thiserror::Error;

use crate::{Digest, Group, Parcel};

/// Why the parcels for a run cannot be selected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SelectError {
    /// A group that is asked for and excluded.
    #[error("group {group:?} is asked for and excluded at once")]
    AskedForAndExcluded {
        /// The name of the group.
        group: Box<str>,
    },
    /// Groups that require themselves through what their members require.
    #[error("a group cannot require itself: {path}")]
    Cycle {
        /// The path of the cycle, which starts and ends with the same group.
        path: Way,
    },
    /// A group that is excluded, although a needed parcel requires it.
    #[error("group {group:?} is excluded, and needed: {path}")]
    ExcludedGroupNeeded {
        /// The name of the group.
        group: Box<str>,
        /// Why it is needed.
        path: Way,
    },
    /// A preference for parcels that are all out because of features.
    #[error("parcel {preference} is preferred, and out: {omission}")]
    PreferenceIsOut {
        /// The name in quotes, or the digest.
        preference: Box<str>,
        /// Why the first of these parcels is out.
        omission: Box<str>,
    },
    /// An excluded group that the invoice requires.
    #[error("group {group:?} is required, and cannot be excluded")]
    RequiredGroupExcluded {
        /// The name of the group.
        group: Box<str>,
    },
    /// A group in the request that no `[[group]]` declares.
    #[error("there is no group {group:?}{}", did_you_mean(.nearest.as_deref()))]
    UndeclaredGroup {
        /// The name in the request.
        group: Box<str>,
        /// A declared group of a similar name.
        nearest: Option<Box<str>>,
    },
    /// A preference for a parcel that is not in the invoice.
    #[error("there is no parcel {preference} to prefer{}", did_you_mean(.nearest.as_deref()))]
    UnknownPreference {
        /// The name in quotes, or the digest.
        preference: Box<str>,
        /// The name of a parcel with a similar name.
        nearest: Option<Box<str>>,
    },
    /// A `oneOf` group that is needed, but none of whose parcels can be taken.
    #[error(
        "no parcel can satisfy the oneOf group {group:?}: {}; needed: {path}",
        none_of(*.members, .omission)
    )]
    Unsatisfiable {
        /// The name of the group.
        group: Box<str>,
        /// Why it is needed.
        path: Way,
        /// The number of its members.
        members: usize,
        /// Why the first of them is out; empty if there is none.
        omission: Box<str>,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| {
        format!("; did you mean {nearest:?}?")
    })
}

fn none_of(members: usize, omission: &str) -> String {
    match members {
        0 => "it has none".into(),
        1 => format!("its one is out: {omission}"),
        _ => format!("all of its {members} are out, the first for this: {omission}"),
    }
}

/// A path through groups, which need their members, and parcels, which require
/// groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way(Vec<Step>);

impl Way {
    pub(super) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self(steps.into_iter().collect())
    }

    /// The groups and parcels in the order in which they need each other.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl fmt::Display for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str(" → ")?;
            }
            step.fmt(formatter)?;
        }
        Ok(())
    }
}

/// A step on a [`Way`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// A group that is needed.
    Group {
        /// Its name.
        name: String,
    },
    /// A parcel that is taken.
    Parcel {
        /// The name of its label; empty if there is none.
        name: String,
        /// The SHA-256 of its content.
        digest: Digest,
    },
}

impl From<&Group> for Step {
    fn from(group: &Group) -> Self {
        Self::Group {
            name: group.name().to_owned(),
        }
    }
}

impl From<&Parcel> for Step {
    fn from(parcel: &Parcel) -> Self {
        let label = parcel.label();
        Self::Parcel {
            name: label.name().to_owned(),
            digest: label.digest(),
        }
    }
}

impl fmt::Display for Step {
    /// The name in quotes; of a parcel without one, the digest.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group { name } => write!(formatter, "group {name:?}"),
            Self::Parcel { name, digest } if name.is_empty() => {
                write!(formatter, "parcel {digest}")
            }
            Self::Parcel { name, .. } => write!(formatter, "parcel {name:?}"),
        }
    }
}
