use alloc::collections::BTreeSet;
use alloc::string::String;

use super::Label;

/// A parcel of a bindle: its label, and the conditions under which it is
/// needed.
///
/// ```
/// use bindle_core::{Label, Parcel};
///
/// let label = Label::of("cli.wasm", "application/wasm".parse()?, b"\0asm");
/// let parcel = Parcel::from(label).member_of(["cli"]).requires(["runtime"]);
/// assert!(parcel.groups().contains("cli"));
/// # Ok::<(), bindle_core::ParseMediaTypeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parcel {
    pub(super) label: Label,
    pub(super) member_of: BTreeSet<String>,
    pub(super) requires: BTreeSet<String>,
}

impl Parcel {
    /// Adds the parcel to groups, which takes it out of the unnamed global
    /// group.
    #[must_use]
    pub fn member_of(mut self, groups: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.member_of.extend(groups.into_iter().map(Into::into));
        self
    }

    /// Adds groups that are needed wherever the parcel is.
    #[must_use]
    pub fn requires(mut self, groups: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.requires.extend(groups.into_iter().map(Into::into));
        self
    }

    /// The label: what is known about the content.
    #[must_use]
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// The groups that the parcel is a member of (`memberOf`); none means the
    /// unnamed global group, which is always required.
    #[must_use]
    pub fn groups(&self) -> &BTreeSet<String> {
        &self.member_of
    }

    /// The groups that are needed wherever the parcel is (`requires`).
    #[must_use]
    pub fn required_groups(&self) -> &BTreeSet<String> {
        &self.requires
    }
}

impl From<Label> for Parcel {
    fn from(label: Label) -> Self {
        Self {
            label,
            member_of: BTreeSet::new(),
            requires: BTreeSet::new(),
        }
    }
}
