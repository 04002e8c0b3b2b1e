//! Which parcels of a bindle a run needs, and why.
//!
//! A bindle contains everything that could be needed. [`Invoice::select`] tells
//! what is needed for what is [`Wanted`]: the selected parcels in the order of
//! the invoice, each with its [`Reason`]; those left out, each with its
//! [`Omission`]; and the [`Choice`]s that were open.
//!
//! ```
//! use bindle_core::select::Wanted;
//! use bindle_core::{Group, Invoice, Label, Parcel, SatisfiedBy};
//!
//! let wasm = |name: &str| Label::of(name, "application/wasm".parse().unwrap(), name.as_bytes());
//! let invoice = Invoice::builder("example.com/weather/0.1.0".parse()?)
//!     .group(Group::new("almanac").with_required(true).with_satisfied_by(SatisfiedBy::OneOf))
//!     .parcel(wasm("weather.wasm"))
//!     .parcel(Parcel::from(wasm("almanac.wasm")).member_of(["almanac"]))
//!     .parcel(Parcel::from(wasm("almanac-lite.wasm")).member_of(["almanac"]))
//!     .build()?;
//!
//! let selection = invoice.select(&Wanted::new().prefer("almanac-lite.wasm"))?;
//! let shown = selection.selected().iter().map(|selected| {
//!     format!("{}: {}", selected.parcel().label().name(), selected.reason())
//! });
//! assert_eq!(
//!     shown.collect::<Vec<_>>(),
//!     ["weather.wasm: global", "almanac-lite.wasm: chosen from oneOf group \"almanac\""]
//! );
//!
//! // What is not there has to be fetched.
//! let missing = selection.missing(|digest| *digest == wasm("weather.wasm").digest());
//! assert_eq!(missing, [&wasm("almanac-lite.wasm")]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Rules
//!
//! Specification: *`group` Lists and `conditions` Fields* (`invoice-spec.md`)
//! and *Filtering Features* (`label-spec.md`).
//!
//! Features come first. A parcel is *out*
//!
//! - if it has exactly the value of a feature that is deactivated;
//! - if it has the section of a feature that is activated, with another value
//!   under its name, or none. Parcels without the section are not affected.
//!
//! Of the parcels that are not out, exactly these are taken:
//!
//! - the members of the unnamed global group, which are the parcels without any
//!   other group;
//! - of every group that is *needed*: all members of an `allOf` group, at least
//!   one of a `oneOf` group, and none of an `optional` group unless it is asked
//!   for by name, in which case all are taken.
//!
//! A group is needed if it is `required`, if it is asked for, or if a taken
//! parcel requires it.
//!
//! Choices are made last. Once everything else is taken, consider the first
//! `oneOf` group in the order of the invoice of which nothing is taken yet. Its
//! most preferred member is taken, or its first one if there is no preference,
//! along with what that member requires. This is repeated without backtracking.
//!
//! # What the specification leaves open
//!
//! - A member of several groups is taken if any of them takes it. Excluding a
//!   group does not exclude its members: they can still be taken for another
//!   group. If there are several reasons for leaving a parcel out, a feature that
//!   is deactivated is given first, then the first feature that is activated, by
//!   section and name, then a group.
//! - A group that is needed cannot be excluded, whatever makes it needed.
//! - The requirements of parcels that are not taken do not count.
//! - A needed `allOf` group does without the members that are out, even if all
//!   of them are. A `oneOf` group all of whose members are out, or that has no
//!   members, is an error.
//! - A preference decides between the members of a group of which nothing is
//!   taken. It adds no parcel if none has to be chosen.
//! - A cycle is an error only if all of it would be taken. Other cycles are
//!   [lints](Invoice::lints).
//! - In the specification's example of groups, the `utility` group is satisfied
//!   by one of its members. By its own definition, an `optional` group is
//!   satisfied by none, which is the rule here.
//!
//! Time and memory are linear in the size of the invoice, except for looking up
//! names.

mod error;
mod graph;
mod walk;
mod wanted;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

pub use self::error::{SelectError, Step, Way};
pub use self::wanted::Wanted;
use crate::invoice::missing;
use crate::{Digest, Group, Invoice, Label, Parcel};

impl Invoice {
    /// Selects the parcels that a run needs: see [`select`](crate::select)
    /// for the rules.
    ///
    /// # Errors
    ///
    /// - a group in the request that the invoice does not declare;
    /// - a group that is asked for and excluded, or needed and excluded;
    /// - a preference for a parcel that does not exist, or that is out;
    /// - a `oneOf` group that is needed, but has no members, or none that is not
    ///   out;
    /// - groups that require themselves.
    pub fn select(&self, wanted: &Wanted) -> Result<Selection<'_>, SelectError> {
        walk::select(self, wanted)
    }
}

/// The parcels of an invoice that a run needs: see [`Invoice::select`].
///
/// It serialises as a record of `selected`, `left_out` and `choices`, in which
/// a parcel has `sha256`, `name` and `why`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Selection<'i> {
    selected: Vec<Selected<'i>>,
    left_out: Vec<LeftOut<'i>>,
    choices: Vec<Choice<'i>>,
}

impl<'i> Selection<'i> {
    /// The parcels in the order of the invoice.
    #[must_use]
    pub fn parcels(&self) -> impl ExactSizeIterator<Item = &'i Parcel> {
        self.selected.iter().map(|selected| selected.parcel)
    }

    /// The parcels with their reasons, in the order of the invoice.
    #[must_use]
    pub fn selected(&self) -> &[Selected<'i>] {
        &self.selected
    }

    /// The other parcels of the invoice, in its order.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut<'i>] {
        &self.left_out
    }

    /// The choices between several parcels of a group, in the order in which
    /// they were made.
    #[must_use]
    pub fn choices(&self) -> &[Choice<'i>] {
        &self.choices
    }

    /// The labels of the parcels that still have to be fetched, in the order of
    /// the invoice, each content once; `has` is asked once for each content.
    pub fn missing(&self, has: impl FnMut(&Digest) -> bool) -> Vec<&'i Label> {
        missing(self.parcels().map(Parcel::label), has)
    }
}

/// A parcel that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selected<'i> {
    parcel: &'i Parcel,
    reason: Reason<'i>,
}

impl<'i> Selected<'i> {
    /// The parcel.
    #[must_use]
    pub fn parcel(&self) -> &'i Parcel {
        self.parcel
    }

    /// Why it is needed; the first reason found, if there are several.
    #[must_use]
    pub fn reason(&self) -> Reason<'i> {
        self.reason
    }
}

/// Why a parcel is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason<'i> {
    /// It is in the unnamed global group.
    Global,
    /// It is in a group that the invoice requires.
    RequiredGroup(&'i Group),
    /// It is in a group that is asked for.
    AskedFor(&'i Group),
    /// It is in a group that another parcel requires.
    RequiredBy {
        /// The parcel that requires the group.
        parcel: &'i Parcel,
        /// The group.
        group: &'i Group,
    },
    /// It satisfies a `oneOf` group that is needed.
    ChosenFrom(&'i Group),
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global => formatter.write_str("global"),
            Self::RequiredGroup(group) => write!(formatter, "required group {:?}", group.name()),
            Self::AskedFor(group) => write!(formatter, "asked for in group {:?}", group.name()),
            Self::RequiredBy { parcel, group } => {
                let (parcel, group) = (Step::from(*parcel), group.name());
                write!(formatter, "required by {parcel} through group {group:?}")
            }
            Self::ChosenFrom(group) => {
                write!(formatter, "chosen from oneOf group {:?}", group.name())
            }
        }
    }
}

/// A parcel that is not needed, or not suitable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut<'i> {
    parcel: &'i Parcel,
    omission: Omission<'i>,
}

impl<'i> LeftOut<'i> {
    /// The parcel.
    #[must_use]
    pub fn parcel(&self) -> &'i Parcel {
        self.parcel
    }

    /// Why it is left out.
    #[must_use]
    pub fn omission(&self) -> &Omission<'i> {
        &self.omission
    }
}

/// Why a parcel is left out. If there are several reasons, the first in this
/// list is given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Omission<'i> {
    /// It has a feature that is deactivated.
    FeatureDeactivated {
        /// The section of the feature.
        section: &'i str,
        /// Its name.
        name: &'i str,
        /// Its value.
        value: &'i str,
    },
    /// It has another value for a feature than the one that is activated.
    FeatureDiffers {
        /// The section of the feature.
        section: &'i str,
        /// Its name.
        name: &'i str,
        /// The value that the parcel has.
        value: &'i str,
        /// The value that is activated, cut short if it is long.
        activated: String,
    },
    /// It has the section of a feature that is activated, and nothing under
    /// its name.
    FeatureAbsent {
        /// The section of the feature.
        section: &'i str,
        /// Its name, cut short if it is long.
        name: String,
        /// The value that is activated, cut short if it is long.
        activated: String,
    },
    /// It is in a `oneOf` group that is satisfied by another member.
    NotChosen(&'i Group),
    /// It is in an `optional` group that is needed, but not asked for.
    Optional(&'i Group),
    /// It is in a group that is excluded.
    ExcludedGroup(&'i Group),
    /// Nothing needs the groups that it is in.
    NotNeeded,
}

impl fmt::Display for Omission<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FeatureDeactivated {
                section,
                name,
                value,
            } => write!(
                formatter,
                "feature {section}.{name} is {value:?}, which is deactivated"
            ),
            Self::FeatureDiffers {
                section,
                name,
                value,
                activated,
            } => write!(
                formatter,
                "feature {section}.{name} is {value:?}, and {activated:?} is activated"
            ),
            Self::FeatureAbsent {
                section,
                name,
                activated,
            } => write!(
                formatter,
                "feature {section}.{name} is absent, and {activated:?} is activated"
            ),
            Self::NotChosen(group) => write!(
                formatter,
                "alternative not chosen from oneOf group {:?}",
                group.name()
            ),
            Self::Optional(group) => {
                write!(formatter, "optional in group {:?}", group.name())
            }
            Self::ExcludedGroup(group) => {
                write!(formatter, "excluded group {:?}", group.name())
            }
            Self::NotNeeded => formatter.write_str("not needed"),
        }
    }
}

/// A `oneOf` group that was satisfied by one of several parcels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<'i> {
    group: &'i Group,
    chosen: &'i Parcel,
    alternatives: Vec<&'i Parcel>,
}

impl<'i> Choice<'i> {
    /// The group.
    #[must_use]
    pub fn group(&self) -> &'i Group {
        self.group
    }

    /// The parcel that was chosen.
    #[must_use]
    pub fn chosen(&self) -> &'i Parcel {
        self.chosen
    }

    /// The other members that could have been chosen, in the order of the
    /// invoice. Something else may have needed them later.
    #[must_use]
    pub fn alternatives(&self) -> &[&'i Parcel] {
        &self.alternatives
    }
}

impl Serialize for Choice<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let alternatives: Vec<_> = self.alternatives.iter().copied().map(Shown::of).collect();
        let mut record = serializer.serialize_struct("Choice", 3)?;
        record.serialize_field("group", self.group.name())?;
        record.serialize_field("chosen", &Shown::of(self.chosen))?;
        record.serialize_field("alternatives", &alternatives)?;
        record.end()
    }
}

impl Serialize for Selected<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.parcel, &self.reason, serializer)
    }
}

impl Serialize for LeftOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.parcel, &self.omission, serializer)
    }
}

fn serialize<S: Serializer>(
    parcel: &Parcel,
    why: &impl fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let Shown { sha256, name } = Shown::of(parcel);
    let mut record = serializer.serialize_struct("Parcel", 3)?;
    record.serialize_field("sha256", &sha256)?;
    record.serialize_field("name", name)?;
    record.serialize_field("why", &format_args!("{why}"))?;
    record.end()
}

/// What distinguishes a parcel from others.
#[derive(Serialize)]
struct Shown<'i> {
    sha256: Digest,
    name: &'i str,
}

impl<'i> Shown<'i> {
    fn of(parcel: &'i Parcel) -> Self {
        let label = parcel.label();
        Self {
            sha256: label.digest(),
            name: label.name(),
        }
    }
}
