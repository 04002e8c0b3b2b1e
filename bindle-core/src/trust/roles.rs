use alloc::vec::Vec;
use core::fmt;

use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::Role;

/// A set of roles, in the order of [`Role::ALL`].
///
/// ```
/// use bindle_core::{Role, RoleSet};
///
/// let roles = RoleSet::from_iter([Role::Host, Role::Creator, Role::Host]);
/// assert!(roles.contains(Role::Host));
/// assert_eq!(roles.to_string(), "creator, host");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleSet(u8);

impl RoleSet {
    /// Whether the set contains `role`.
    #[must_use]
    pub fn contains(self, role: Role) -> bool {
        self.0 & bit(role) != 0
    }

    /// Adds a role.
    pub fn insert(&mut self, role: Role) {
        self.0 |= bit(role);
    }

    /// The roles that are in this set, in the other, or in both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the set contains no role.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The roles in order.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL
            .into_iter()
            .filter(move |role| self.contains(*role))
    }
}

fn bit(role: Role) -> u8 {
    1 << role as u8
}

impl FromIterator<Role> for RoleSet {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        let mut set = Self::default();
        for role in roles {
            set.insert(role);
        }
        set
    }
}

impl From<Role> for RoleSet {
    fn from(role: Role) -> Self {
        Self(bit(role))
    }
}

impl fmt::Display for RoleSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roles: Vec<_> = self.iter().map(Role::as_str).collect();
        formatter.pad(&roles.join(", "))
    }
}

impl Serialize for RoleSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// A set of at least one role, each of which has to be attested.
///
/// ```
/// use bindle_core::{RequiredRoles, Role, RoleSet};
///
/// let roles = RequiredRoles::new(Role::Creator, [Role::Approver]);
/// assert!(roles.get().contains(Role::Approver));
/// assert!(RequiredRoles::try_from(RoleSet::default()).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequiredRoles(RoleSet);

impl RequiredRoles {
    /// The set of `first` and `others`.
    #[must_use]
    pub fn new(first: Role, others: impl IntoIterator<Item = Role>) -> Self {
        Self(RoleSet::from(first).union(others.into_iter().collect()))
    }

    /// The roles.
    #[must_use]
    pub fn get(self) -> RoleSet {
        self.0
    }
}

impl From<Role> for RequiredRoles {
    fn from(role: Role) -> Self {
        Self(role.into())
    }
}

impl TryFrom<RoleSet> for RequiredRoles {
    type Error = NoRoles;

    fn try_from(roles: RoleSet) -> Result<Self, NoRoles> {
        if roles.is_empty() {
            Err(NoRoles)
        } else {
            Ok(Self(roles))
        }
    }
}

/// An empty set of roles where at least one is required: asking for no
/// attestation would accept everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected at least one role")]
pub struct NoRoles;
