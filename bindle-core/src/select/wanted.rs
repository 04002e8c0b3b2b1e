use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Omission;
use crate::text::excerpt;
use crate::{Digest, Features, Label};

/// What a run wants from a bindle: groups to take or to exclude, features that
/// are activated or deactivated, and preferences for choices.
///
/// The default wants what every run needs.
///
/// ```
/// use bindle_core::select::Wanted;
///
/// let wanted = Wanted::new()
///     .group("server")
///     .without_group("docs")
///     .feature("wasm", "ui_kit", "electron")
///     .prefer("libalmanac-lite.wasm");
/// assert_ne!(wanted, Wanted::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Wanted {
    pub(super) groups: BTreeSet<String>,
    pub(super) excluded: BTreeSet<String>,
    activated: Features,
    /// By section and name.
    deactivated: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// The first counts most.
    pub(super) preferences: Vec<Preference>,
}

impl Wanted {
    /// What every run needs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for a group: for all of its members, or for one of them if one
    /// satisfies it.
    pub fn group(mut self, name: impl Into<String>) -> Self {
        self.groups.insert(name.into());
        self
    }

    /// Excludes a group. Its members may still be needed as members of other
    /// groups.
    pub fn without_group(mut self, name: impl Into<String>) -> Self {
        self.excluded.insert(name.into());
        self
    }

    /// Activates a feature: parcels that have the section are out unless they
    /// have this value under this name. A name has one value; the last one
    /// counts.
    pub fn feature(
        mut self,
        section: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        let section = self.activated.entry(section.into()).or_default();
        section.insert(name.into(), value.into());
        self
    }

    /// Deactivates a feature: parcels that have exactly this value under this
    /// name are out, even if the feature is activated as well.
    pub fn without_feature(
        mut self,
        section: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        let section = self.deactivated.entry(section.into()).or_default();
        section.entry(name.into()).or_default().insert(value.into());
        self
    }

    /// Prefers parcels with this label name wherever one of several has to be
    /// chosen. If several preferred parcels could be chosen, the first
    /// preference counts.
    pub fn prefer(mut self, name: impl Into<String>) -> Self {
        self.preferences.push(Preference::Name(name.into()));
        self
    }

    /// Prefers parcels with this content, as [`Wanted::prefer`] does by name.
    pub fn prefer_digest(mut self, digest: Digest) -> Self {
        self.preferences.push(Preference::Digest(digest));
        self
    }

    /// Whether features can put a parcel out at all.
    pub(super) fn has_features(&self) -> bool {
        !(self.activated.is_empty() && self.deactivated.is_empty())
    }

    /// Why features put the parcel out, if they do.
    pub(super) fn mismatch<'i>(&self, label: &'i Label) -> Option<Omission<'i>> {
        let sections = label.features().iter();
        let deactivated = sections.clone().find_map(|(section, features)| {
            let deactivated = self.deactivated.get(section)?;
            let mut features = features.iter();
            features.find_map(|(name, value)| {
                let values = deactivated.get(name)?;
                values
                    .contains(value)
                    .then_some(Omission::FeatureDeactivated {
                        section,
                        name,
                        value,
                    })
            })
        });
        // Each name that matches is one of the parcel's: no more are looked
        // up than it has.
        let differs = || {
            sections.clone().find_map(|(section, features)| {
                let mut activated = self.activated.get(section)?.iter();
                activated.find_map(|(name, value)| match features.get_key_value(name) {
                    Some((_, found)) if found == value => None,
                    Some((name, found)) => Some(Omission::FeatureDiffers {
                        section,
                        name,
                        value: found,
                        activated: excerpt(value).into(),
                    }),
                    None => Some(Omission::FeatureAbsent {
                        section,
                        name: excerpt(name).into(),
                        activated: excerpt(value).into(),
                    }),
                })
            })
        };
        deactivated.or_else(differs)
    }
}

/// Parcels to be chosen before others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Preference<Name = String> {
    Digest(Digest),
    Name(Name),
}

impl Preference {
    pub(super) fn as_ref(&self) -> Preference<&str> {
        match self {
            Self::Digest(digest) => Preference::Digest(*digest),
            Self::Name(name) => Preference::Name(name),
        }
    }
}

impl fmt::Display for Preference {
    /// The name in quotes, or the digest.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(digest) => write!(formatter, "{digest}"),
            Self::Name(name) => write!(formatter, "{:?}", excerpt(name)),
        }
    }
}
