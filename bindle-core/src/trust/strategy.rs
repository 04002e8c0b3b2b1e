use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::borrow::Borrow;
use core::fmt;
use core::ops::Deref;
use core::str::FromStr;

use serde::{Serialize, Serializer};
use thiserror::Error;

use super::{Finding, Findings, Keyring, NoRoles, RequiredRoles, RoleSet};
use crate::text::excerpt;
use crate::{Invoice, Role};

/// Which signatures make an invoice trusted.
///
/// Specification: *Strategies of Key Trust* (`signing-spec.md`). The
/// [guide](crate::guide::admission) says which one to choose, and what else to
/// check.
///
/// # What each finding means
///
/// A signature *counts* for its role if it is valid and made by a key to which
/// the keyring grants that role. Every strategy requires signatures that count
/// for certain roles, and looks at all other signatures as well:
///
/// | finding | most strategies | `ExhaustiveVerification` |
/// |---|---|---|
/// | counts | satisfies its role | satisfies its role |
/// | valid, by a known key without that role | does not count | rejects |
/// | valid, by an unknown key | does not count | rejects |
/// | bad, by an unknown key | does not count | rejects |
/// | bad, by a known key | rejects | rejects |
/// | second one by the same known key | rejects | rejects |
///
/// A *bad* signature is invalid, invalidated on purpose, or malformed.
/// Signatures that do not count are in the [`Findings`], so that the caller can
/// warn about them.
///
/// | strategy | roles that need a signature that counts |
/// |---|---|
/// | `CreativeIntegrity` | creator |
/// | `AuthoritativeIntegrity` | creator or approver |
/// | `GreedyVerification` | creator |
/// | `ExhaustiveVerification` | any: every signature has to count, and there has to be one |
/// | `MultipleAttestation[…]` | each of those listed |
/// | `MultipleAttestationGreedy[…]` | each of those listed |
///
/// The greedy strategies verify no more than the others, which verify every
/// signature, too: the specification demands a failure wherever a known
/// signer's signature is bad.
///
/// # Denial of service
///
/// The specification's strategy 4 would fail on any bad signature, and all of
/// its strategies should fail if a key has signed twice. Here, neither matters
/// for an unknown key. Otherwise, a stranger could make a package unusable by
/// appending garbage; and a signature that counts for nothing is not worth more
/// if it is there twice. A stranger can still do so by appending garbage under
/// a *known* key, or a copy of an existing signature: both look like tampering.
///
/// # Syntax
///
/// The names in the table, with roles in brackets, separated by commas. Case
/// and surrounding white space do not matter, as in the reference
/// implementation.
///
/// ```
/// use bindle_core::{Role, Strategy};
///
/// let strategy: Strategy = "MultipleAttestation[creator, approver]".parse()?;
/// assert_eq!(strategy.to_string(), "MultipleAttestation[creator, approver]");
/// assert!("MultipleAttestation[]".parse::<Strategy>().is_err());
/// # Ok::<(), bindle_core::ParseStrategyError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// A creator's signature is enough (strategy 1).
    CreativeIntegrity,
    /// A creator's or an approver's signature is enough (strategy 2).
    AuthoritativeIntegrity,
    /// A creator's signature is needed; all signatures are checked (strategy
    /// 4).
    #[default]
    GreedyVerification,
    /// Every signature has to count (strategy 5).
    ExhaustiveVerification,
    /// Each of the roles needs a signature (strategy 3).
    MultipleAttestation(RequiredRoles),
    /// Each of the roles needs a signature; all signatures are checked
    /// (strategy 6).
    MultipleAttestationGreedy(RequiredRoles),
}

impl Strategy {
    /// Verifies `invoice`, which may be owned, borrowed or shared.
    ///
    /// ```
    /// use bindle_core::{Invoice, KeyEntry, Keyring, Role, SecretKey, SecretKeyEntry, Strategy};
    /// use bindle_core::UnixTime;
    ///
    /// let key = SecretKey::from_seed(&[7; 32]);
    /// let ada = SecretKeyEntry::new("Ada <ada@example.com>", key, [Role::Creator]);
    /// let mut invoice = Invoice::builder("example.com/hello/1.0.0".parse()?).build()?;
    /// invoice.sign(&ada, Role::Creator, UnixTime::from_seconds(1_700_000_000))?;
    ///
    /// let keyring = Keyring::from_iter([KeyEntry::from(&ada)]);
    /// let rejected = Strategy::default().verify(&invoice, &Keyring::default()).unwrap_err();
    /// assert_eq!(
    ///     rejected.to_string(),
    ///     "example.com/hello/1.0.0 is not trusted: no signature as `creator` counts"
    /// );
    ///
    /// let verified = Strategy::CreativeIntegrity.verify(invoice, &keyring)?;
    /// assert!(verified.findings().iter().all(|finding| finding.counts()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An invoice that does not satisfy the strategy: see above. The error
    /// contains the invoice, the findings and the first reason.
    pub fn verify<I: Borrow<Invoice>>(
        &self,
        invoice: I,
        keyring: &Keyring,
    ) -> Result<Verified<I>, Box<Rejected<I>>> {
        let findings = Findings::of(invoice.borrow(), keyring);
        match self.judge(&findings) {
            Ok(()) => Ok(Verified {
                value: invoice,
                findings,
            }),
            Err(reason) => Err(Box::new(Rejected {
                invoice,
                findings,
                reason,
            })),
        }
    }

    /// Judges findings by this strategy.
    ///
    /// # Errors
    ///
    /// The first reason against the invoice: first from the signatures in their
    /// order, then from the required roles.
    pub fn judge(&self, findings: &Findings) -> Result<(), RejectReason> {
        for (index, finding) in findings.iter().enumerate() {
            self.objection(index, finding).map_or(Ok(()), Err)?;
        }
        let counted: RoleSet = findings
            .iter()
            .filter(|finding| finding.counts())
            .map(Finding::role)
            .collect();
        match self {
            Self::CreativeIntegrity | Self::GreedyVerification => {
                need_each(Role::Creator.into(), counted)
            }
            Self::AuthoritativeIntegrity => {
                if counted.contains(Role::Approver) {
                    return Ok(());
                }
                need_each(Role::Creator.into(), counted).map_err(|_| RejectReason::MissingRole {
                    roles: RoleSet::from_iter([Role::Creator, Role::Approver]),
                })
            }
            Self::ExhaustiveVerification if findings.is_empty() => Err(RejectReason::NoSignature),
            Self::ExhaustiveVerification => Ok(()),
            Self::MultipleAttestation(roles) | Self::MultipleAttestationGreedy(roles) => {
                need_each(roles.get(), counted)
            }
        }
    }

    /// The reason to reject that a finding gives on its own.
    fn objection(&self, index: usize, finding: &Finding) -> Option<RejectReason> {
        if finding.is_known() {
            if let Some(first) = finding.repeats() {
                return Some(RejectReason::DuplicateKey { index, first });
            }
            if !finding.is_valid() {
                return Some(RejectReason::BadSignature { index });
            }
        }
        if finding.counts() || *self != Self::ExhaustiveVerification {
            return None;
        }
        Some(if !finding.is_valid() {
            RejectReason::BadSignature { index }
        } else if !finding.is_known() {
            RejectReason::UnknownKey { index }
        } else {
            RejectReason::RoleNotGranted { index }
        })
    }
}

fn need_each(needed: RoleSet, counted: RoleSet) -> Result<(), RejectReason> {
    match needed.iter().find(|role| !counted.contains(*role)) {
        None => Ok(()),
        Some(role) => Err(RejectReason::MissingRole { roles: role.into() }),
    }
}

impl FromStr for Strategy {
    type Err = ParseStrategyError;

    /// Reads the name of a strategy, with its roles if it has any.
    ///
    /// # Errors
    ///
    /// - an unknown name;
    /// - roles where the strategy has none, or the other way round;
    /// - an unknown role, an empty list, a bracket that is not closed.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason: String| ParseStrategyError {
            text: excerpt(text),
            reason,
        };
        let lower = text.trim().to_lowercase();
        let (name, roles) = match lower.split_once('[') {
            None => (lower.trim(), None),
            Some((name, rest)) => {
                let roles = rest
                    .strip_suffix(']')
                    .ok_or_else(|| error("the `[` is not closed".into()))?;
                (name.trim(), Some(roles))
            }
        };
        let required = || {
            let roles = roles.ok_or_else(|| {
                error(format!(
                    "expected roles: `{text}[ROLE, …]`",
                    text = text.trim()
                ))
            })?;
            if roles.trim().is_empty() {
                return Err(error(format!("{NoRoles}")));
            }
            let roles = roles.split(',').map(|role| role.trim().parse::<Role>());
            let roles: Result<RoleSet, _> = roles.collect();
            let roles = roles.map_err(|unknown| error(format!("{unknown}")))?;
            RequiredRoles::try_from(roles).map_err(|empty| error(format!("{empty}")))
        };
        let strategy = match name {
            "multipleattestation" => return required().map(Self::MultipleAttestation),
            "multipleattestationgreedy" => return required().map(Self::MultipleAttestationGreedy),
            "creativeintegrity" => Self::CreativeIntegrity,
            "authoritativeintegrity" => Self::AuthoritativeIntegrity,
            "greedyverification" => Self::GreedyVerification,
            "exhaustiveverification" => Self::ExhaustiveVerification,
            _ => {
                return Err(error(
                    "expected CreativeIntegrity, AuthoritativeIntegrity, GreedyVerification, \
                     ExhaustiveVerification, MultipleAttestation[ROLE, …] or \
                     MultipleAttestationGreedy[ROLE, …]"
                        .into(),
                ));
            }
        };
        match roles {
            None => Ok(strategy),
            Some(_) => Err(error(format!("`{strategy}` takes no roles"))),
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreativeIntegrity => formatter.pad("CreativeIntegrity"),
            Self::AuthoritativeIntegrity => formatter.pad("AuthoritativeIntegrity"),
            Self::GreedyVerification => formatter.pad("GreedyVerification"),
            Self::ExhaustiveVerification => formatter.pad("ExhaustiveVerification"),
            Self::MultipleAttestation(roles) => {
                write!(formatter, "MultipleAttestation[{}]", roles.get())
            }
            Self::MultipleAttestationGreedy(roles) => {
                write!(formatter, "MultipleAttestationGreedy[{}]", roles.get())
            }
        }
    }
}

/// A text that is not a [`Strategy`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text:?} is not a verification strategy: {reason}")]
pub struct ParseStrategyError {
    text: Box<str>,
    reason: String,
}

/// Proof that something was verified, together with the evidence. Only
/// [`Strategy::verify`] can make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T> {
    value: T,
    findings: Findings,
}

impl<T> Verified<T> {
    /// What was found of each signature.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Takes the value out, and gives up the proof that it was verified.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// An invoice that a [`Strategy`] did not accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected<I = Invoice> {
    invoice: I,
    findings: Findings,
    reason: RejectReason,
}

impl<I> Rejected<I> {
    /// Takes the invoice out.
    #[must_use]
    pub fn into_invoice(self) -> I {
        self.invoice
    }

    /// What was found of each signature.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Why it was not accepted.
    #[must_use]
    pub fn reason(&self) -> &RejectReason {
        &self.reason
    }
}

impl<I: Borrow<Invoice>> fmt::Display for Rejected<I> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.invoice.borrow().id();
        write!(formatter, "{id} is not trusted: {}", self.reason)
    }
}

impl<I: Borrow<Invoice> + fmt::Debug> core::error::Error for Rejected<I> {}

/// Why an invoice is not accepted. Indexes refer to its signatures.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RejectReason {
    /// A signature is bad.
    #[error("signature[{index}] is bad")]
    BadSignature {
        /// Which signature.
        index: usize,
    },
    /// A known key has signed twice.
    #[error("signature[{index}] is by the same key as signature[{first}]")]
    DuplicateKey {
        /// Which signature.
        index: usize,
        /// The first signature by that key.
        first: usize,
    },
    /// No signature counts for any of these roles.
    #[error("no signature as {} counts", .roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(" or "))]
    MissingRole {
        /// The roles, one of which is needed.
        roles: RoleSet,
    },
    /// Nobody has signed.
    #[error("it is not signed")]
    NoSignature,
    /// A known key has signed in a role that it is not granted.
    #[error("signature[{index}] is in a role that the keyring does not grant to its key")]
    RoleNotGranted {
        /// Which signature.
        index: usize,
    },
    /// An unknown key has signed.
    #[error("signature[{index}] is by an unknown key")]
    UnknownKey {
        /// Which signature.
        index: usize,
    },
}

/// Serialises as its message.
impl Serialize for RejectReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
