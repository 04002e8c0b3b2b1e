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
/// If `name` is not a bindle name.
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

/// How many versions each name has in [`bindles`].
pub const VERSIONS: usize = 10;

/// Invoices without parcels for queries, [`VERSIONS`] of each name, one after
/// the other through all names, as they would come in.
pub fn bindles(count: usize) -> impl Iterator<Item = Invoice> {
    let names = count.div_ceil(VERSIONS);
    (0..count).map(move |index| bindle(index, names))
}

/// Invoice number so-and-so of many without parcels, which go round through so
/// many names of made-up words. Each word is in about one name of a thousand.
///
/// # Panics
///
/// If the crate refuses it, which it does not.
#[must_use]
pub fn bindle(index: usize, names: usize) -> Invoice {
    let (name, version) = (index % names, index / names);
    let words = (0..8).map(|place| word(scattered(name * 8 + place) % 2_048));
    let words: Vec<String> = words.collect();
    let id = format!(
        "{}.example.com/{}-{}-{name}/1.{version}.0+q{:07x}",
        words[2],
        words[0],
        words[1],
        scattered(index) % (1 << 28)
    );
    Invoice::builder(id.parse().expect("a bindle id"))
        .description(format!("The {} of {} for {}", words[3], words[4], words[5]))
        .author(format!("{0} {1} <{0}@example.com>", words[6], words[7]))
        .build()
        .expect("a legal invoice")
}

/// One of 2,048 words of six letters, which share their syllables.
#[must_use]
pub fn word(number: usize) -> String {
    let syllable = |number: usize| {
        let (consonant, vowel) = (number / 4 % 4, number % 4);
        ["bdfg", "klmn", "prst"].map(|letters| &letters[consonant..=consonant])[number / 16 % 3]
            .to_owned()
            + &"aeio"[vowel..=vowel]
    };
    [number % 48, number / 48 % 48, number / 11 % 48]
        .map(syllable)
        .concat()
}

/// A number without pattern for each number.
fn scattered(number: usize) -> usize {
    let number = (number as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (number ^ (number >> 31)) as usize
}

/// The text of a manifest of the second format with so many components, each
/// with a trigger and what most have.
#[must_use]
pub fn manifest(components: usize) -> String {
    let mut text = String::from(
        "spin_manifest_version = 2\n\n[application]\nname = \"sample\"\nversion = \"1.2.3\"\n\
         authors = [\"Ada <ada@example.com>\"]\ndescription = \"A manifest to measure with\"\n\n\
         [variables]\napi_key = { required = true, secret = true }\n",
    );
    for number in 0..components {
        text += &format!(
            "\n[[trigger.http]]\nroute = \"/part-{number}/...\"\ncomponent = \"part-n{number}\"\n\n\
             [component.part-n{number}]\nsource = \"target/wasm32-wasip1/release/part.wasm\"\n\
             description = \"Part {number}\"\n\
             files = [\"static/*\", {{ source = \"assets\", destination = \"/assets\" }}]\n\
             allowed_outbound_hosts = [\"https://api{number}.example.com\"]\n\
             key_value_stores = [\"default\"]\n\
             variables = {{ key = \"{{{{ api_key }}}}\" }}\n\
             environment = {{ LEVEL = \"info\" }}\n\
             [component.part-n{number}.build]\n\
             command = \"cargo build --target wasm32-wasip1 --release\"\n\
             watch = [\"src/**/*.rs\", \"Cargo.toml\"]\n"
        );
    }
    text
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
