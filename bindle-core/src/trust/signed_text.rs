use alloc::string::String;
use core::fmt::Write as _;

use serde::{Serialize, Serializer};

use crate::{Invoice, Role, UnixTime};

/// Which text a signature was made over.
///
/// In the specification (`signing-spec.md`), the signed text contains the time
/// of the signature. The deployed reference implementation leaves it out, so
/// that anybody can change it. A policy that relies on times must require
/// [`Specification`](Self::Specification).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SignedTextForm {
    /// `by`, name, version, role, `~`, and the digest of each parcel, joined by
    /// line breaks. The only form that deployed verifiers accept.
    #[default]
    Reference,
    /// The same, with the time in seconds after the role.
    Specification,
}

impl SignedTextForm {
    /// `reference` or `specification`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Specification => "specification",
        }
    }

    /// The text that a signer called `by` signs.
    ///
    /// Name, version and digests have no line breaks by their types; whoever
    /// takes `by` from outside has to refuse control characters in it.
    pub(super) fn text(self, invoice: &Invoice, by: &str, role: Role, at: UnixTime) -> String {
        let time = match self {
            Self::Reference => None,
            Self::Specification => Some(at),
        };
        parcel_text(invoice, by, role, time, "")
    }
}

/// The text that the specification recommends to sign in order to invalidate a
/// bindle on purpose: verification fails, in a way that can be recognised.
pub(super) fn invalidated_text(invoice: &Invoice, by: &str, role: Role, at: UnixTime) -> String {
    parcel_text(invoice, by, role, Some(at), "INVALID\n")
}

/// The text that a host signs when it yanks a bindle.
pub(super) fn yank_text(invoice: &Invoice, by: &str, at: UnixTime) -> String {
    let mut text = heading(invoice, by, Role::Host, Some(at), 0);
    text.push_str("yanked\n~");
    if !invoice.yanked_reason().is_empty() {
        text.push('\n');
        text.push_str(invoice.yanked_reason());
    }
    text
}

fn parcel_text(
    invoice: &Invoice,
    by: &str,
    role: Role,
    time: Option<UnixTime>,
    mark: &str,
) -> String {
    const LINE: usize = 65;
    let mut text = heading(invoice, by, role, time, LINE * invoice.parcels().len());
    text.push_str(mark);
    text.push('~');
    for parcel in invoice.parcels() {
        let _ = write!(text, "\n{}", parcel.label().digest());
    }
    text
}

fn heading(
    invoice: &Invoice,
    by: &str,
    role: Role,
    time: Option<UnixTime>,
    capacity: usize,
) -> String {
    let mut text = String::with_capacity(capacity + by.len() + 512);
    let (name, version) = (invoice.id().name(), invoice.id().version());
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{by}\n{name}\n{version}\n{role}");
    if let Some(time) = time {
        let _ = writeln!(text, "{time}");
    }
    text
}

impl Serialize for SignedTextForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl core::fmt::Display for SignedTextForm {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.pad(self.as_str())
    }
}
