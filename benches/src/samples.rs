//! Inputs that are the same in every run and beside every peer.

use bindle_core::{
    Digest, Group, Id, Invoice, InvoiceBuilder, KeyEntry, Keyring, Label, MediaType, Parcel, Role,
    SecretKey, SecretKeyEntry, UnixTime,
};

/// When the sample signatures were made.
pub const AT: UnixTime = UnixTime::from_seconds(1_700_000_000);

/// An invoice of so many parcels, each a small file in the global group.
///
/// # Panics
///
/// If the crate refuses it, which it does not.
#[must_use]
pub fn invoice(parcels: usize) -> Invoice {
    invoice_named("example.com/benches/sample", parcels)
}

/// An [`invoice`] of another name.
///
/// # Panics
///
/// If `name` is no bindle name.
#[must_use]
pub fn invoice_named(name: &str, parcels: usize) -> Invoice {
    let id: Id = format!("{name}/1.2.3+q1a2b3c4")
        .parse()
        .expect("a bindle id");
    Invoice::builder(id)
        .description("An invoice to measure with")
        .author("Ada <ada@example.com>")
        .parcels((0..parcels).map(parcel))
        .build()
        .expect("a legal invoice")
}

/// An invoice of so many parcels in so many groups: the first is required, and
/// every member of a group requires the next one. Neighbours are in different
/// groups.
///
/// # Panics
///
/// If the crate refuses it, which it does not.
#[must_use]
pub fn chained_invoice(parcels: usize, groups: usize) -> Invoice {
    let name = |group: usize| format!("component-{group}");
    let id: Id = "example.com/benches/chain/1.2.3".parse().expect("an id");
    let declared = (0..groups).map(|group| Group::new(name(group)).with_required(group == 0));
    let invoice = declared.fold(Invoice::builder(id), InvoiceBuilder::group);
    let parcels = (0..parcels).map(|number| {
        let group = number % groups;
        let next = Some(group + 1).filter(|next| *next < groups);
        parcel(number)
            .member_of([name(group)])
            .requires(next.map(name))
    });
    invoice.parcels(parcels).build().expect("a legal invoice")
}

fn parcel(number: usize) -> Parcel {
    let digest = Digest::of(&number.to_le_bytes());
    let size = 1_000 + number as u64;
    Label::new(digest, size, MediaType::OCTET_STREAM)
        .with_name(format!("assets/images/file-{number:06}.bin"))
        .into()
}

/// The secret key of signer number so-and-so, marked for every role.
#[must_use]
pub fn signer(number: usize) -> SecretKeyEntry {
    let seed = Digest::of(&number.to_be_bytes());
    let key = SecretKey::from_seed(seed.as_bytes());
    SecretKeyEntry::new(
        format!("Signer {number} <{number}@example.com>"),
        key,
        Role::ALL,
    )
}

/// An [`invoice`] that the first so many [`signer`]s have signed, the first as
/// creator and the others as approvers.
///
/// # Panics
///
/// If the crate refuses to sign, which it does not.
#[must_use]
pub fn signed_invoice(parcels: usize, signers: usize) -> Invoice {
    let mut invoice = invoice(parcels);
    for number in 0..signers {
        let role = if number == 0 {
            Role::Creator
        } else {
            Role::Approver
        };
        invoice
            .sign(&signer(number), role, AT)
            .expect("a new key in one of its roles");
    }
    invoice
}

/// The public keys of the first so many [`signer`]s, the first one last.
#[must_use]
pub fn keyring(entries: usize) -> Keyring {
    let entry = |number| {
        let signer = signer(number);
        KeyEntry::new(
            signer.label(),
            signer.key().public_key(),
            signer.roles().iter(),
        )
    };
    (0..entries).rev().map(entry).collect()
}

/// Bytes without pattern.
#[must_use]
pub fn content(length: usize) -> Vec<u8> {
    let mut state: u32 = 0x9e37_79b9;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    };
    (0..length).map(|_| next()).collect()
}
