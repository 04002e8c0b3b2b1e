use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::{mem, slice};

use base64ct::{Base64, Encoding as _};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::{PublicKey, RoleSet, SecretKeyEntry};
use crate::document::{
    self, At, Field, List, Path, ProblemKind, Problems, Report, Table, Text, TomlText, Walk,
    control_character,
};
use crate::invoice::decode;
use crate::text::{Span, excerpt};
use crate::{Limits, Role};

/// The version of the key files that this crate reads and writes.
const VERSION: &str = "1.0";

/// The public keys that somebody trusts, with the roles granted to each.
///
/// A key that is listed more than once has the roles of all its entries.
/// Looking a key up takes time logarithmic in the number of keys, and keys are
/// checked and unpacked once, when they are added.
///
/// Specification: *Keyrings* (`signing-spec.md`).
///
/// ```
/// use bindle_core::{KeyEntry, Keyring, Role, SecretKey};
///
/// let key = SecretKey::from_seed(&[7; 32]).public_key();
/// let keyring = Keyring::from_iter([KeyEntry::new("Ada", key, [Role::Creator])]);
/// assert!(keyring.grants(&key, Role::Creator));
/// assert_eq!(Keyring::from_toml(&keyring.to_toml())?, keyring);
/// # Ok::<(), bindle_core::Problems>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keyring {
    entries: Vec<KeyEntry>,
    /// For the bytes of each key, its first entry and the roles of all.
    index: BTreeMap<[u8; 32], (usize, RoleSet)>,
}

impl Keyring {
    /// Reads a keyring from TOML. [`KeyEntry::label_status`] tells for each
    /// entry whether its label was tampered with.
    ///
    /// # Errors
    ///
    /// Every problem of the text, each with its kind and place: what is wrong
    /// with the TOML, fields that are missing or unknown, a version other than
    /// `1.0`, unknown roles, and keys that are malformed or weak.
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        Self::read(text, Labels::AsTheyAre)
    }

    /// Reads a keyring from TOML, and refuses it if any label was tampered
    /// with. Labels without a signature are accepted.
    ///
    /// Checking a signature takes ten times as long as reading a key.
    ///
    /// # Errors
    ///
    /// Every problem of the text: those of [`from_toml`](Self::from_toml), and
    /// labels whose signature is not valid for that label and key.
    pub fn from_toml_with_labels_checked(text: &str) -> Result<Self, Problems> {
        Self::read(text, Labels::Checked)
    }

    fn read(text: &str, labels: Labels) -> Result<Self, Problems> {
        let bounds = Limits::default().bounds();
        let read = document::read_toml(text, &bounds, |walk, table| {
            read_keyring(walk, table, labels)
        });
        read.map(|(keyring, _)| keyring)
    }

    /// Writes the keyring as TOML, with the entries in the order they were
    /// added. The same keyring always gives the same bytes, and they read back
    /// as an equal keyring.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut toml = TomlText::with_capacity(32 + 256 * self.entries.len());
        write_version(&mut toml);
        for entry in &self.entries {
            toml.blank().array_header("key");
            toml.key("label").string(&entry.label);
            toml.key("roles")
                .strings(entry.roles.iter().map(Role::as_str));
            toml.key("key").display(format_args!("\"{}\"\n", entry.key));
            if let Some(signature) = &entry.label_signature {
                toml.key("labelSignature")
                    .string(&Base64::encode_string(signature));
            }
        }
        toml.into_string()
    }

    /// Adds an entry.
    pub fn insert(&mut self, entry: KeyEntry) {
        let index = self.entries.len();
        let place = self.index.entry(*entry.key.as_bytes());
        let (_, roles) = place.or_insert((index, RoleSet::default()));
        *roles = roles.union(entry.roles);
        self.entries.push(entry);
    }

    /// The first entry for the key of these bytes.
    #[must_use]
    pub fn get(&self, key: &[u8; 32]) -> Option<&KeyEntry> {
        self.index.get(key).map(|(first, _)| &self.entries[*first])
    }

    /// Whether the keyring grants `role` to `key`.
    #[must_use]
    pub fn grants(&self, key: &PublicKey, role: Role) -> bool {
        let place = self.index.get(key.as_bytes());
        place.is_some_and(|(_, roles)| roles.contains(role))
    }

    /// The entries in the order they were added.
    pub fn iter(&self) -> slice::Iter<'_, KeyEntry> {
        self.entries.iter()
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Extend<KeyEntry> for Keyring {
    fn extend<I: IntoIterator<Item = KeyEntry>>(&mut self, entries: I) {
        entries.into_iter().for_each(|entry| self.insert(entry));
    }
}

impl FromIterator<KeyEntry> for Keyring {
    fn from_iter<I: IntoIterator<Item = KeyEntry>>(entries: I) -> Self {
        let mut keyring = Self::default();
        keyring.extend(entries);
        keyring
    }
}

/// With the field names of the document.
impl Serialize for Keyring {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Keyring", 2)?;
        fields.serialize_field("version", VERSION)?;
        fields.serialize_field("key", &self.entries)?;
        fields.end()
    }
}

impl<'a> IntoIterator for &'a Keyring {
    type Item = &'a KeyEntry;
    type IntoIter = slice::Iter<'a, KeyEntry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A public key on a keyring, with its label and the roles granted to it.
///
/// A label is one line of text. A keyring with a control character in a label
/// can be written, but not read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    label: String,
    key: PublicKey,
    roles: RoleSet,
    label_signature: Option<[u8; 64]>,
}

/// The status of the signature of a key's label.
///
/// A label is signed by the key that it belongs to. That binds the two
/// together, so that nobody else can rename a key. It does not help if key and
/// label are replaced together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LabelStatus {
    /// The key has signed the label.
    Signed,
    /// There is no signature.
    Unsigned,
    /// There is a signature, but it is not one of this label by this key.
    Tampered,
}

impl KeyEntry {
    /// An entry without a signature of its label.
    #[must_use]
    pub fn new(
        label: impl Into<String>,
        key: PublicKey,
        roles: impl IntoIterator<Item = Role>,
    ) -> Self {
        Self {
            label: label.into(),
            key,
            roles: roles.into_iter().collect(),
            label_signature: None,
        }
    }

    /// What the owner of the keyring calls the key.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The roles that this entry grants.
    #[must_use]
    pub fn roles(&self) -> RoleSet {
        self.roles
    }

    /// Checks the signature of the label, if there is one.
    #[must_use]
    pub fn label_status(&self) -> LabelStatus {
        match &self.label_signature {
            None => LabelStatus::Unsigned,
            Some(signature) if self.key.is_signature_of(signature, self.label.as_bytes()) => {
                LabelStatus::Signed
            }
            Some(_) => LabelStatus::Tampered,
        }
    }
}

/// With the field names of the document.
impl Serialize for KeyEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = if self.label_signature.is_some() { 4 } else { 3 };
        let mut fields = serializer.serialize_struct("KeyEntry", length)?;
        fields.serialize_field("label", &self.label)?;
        fields.serialize_field("roles", &self.roles)?;
        fields.serialize_field("key", &self.key)?;
        match &self.label_signature {
            Some(signature) => {
                fields.serialize_field("labelSignature", &Base64::encode_string(signature))?;
            }
            None => fields.skip_field("labelSignature")?,
        }
        fields.end()
    }
}

/// Makes the entry for the public key of a secret key, with the same roles and
/// a signed label.
impl From<&SecretKeyEntry> for KeyEntry {
    fn from(secret: &SecretKeyEntry) -> Self {
        Self {
            label: secret.label().to_owned(),
            key: secret.key().public_key(),
            roles: secret.roles(),
            label_signature: Some(secret.key().sign(secret.label().as_bytes())),
        }
    }
}

/// What is asked of the labels of a keyring.
#[derive(Clone, Copy, PartialEq)]
enum Labels {
    AsTheyAre,
    Checked,
}

fn read_keyring(walk: &mut Walk<'_>, table: Table<'_>, labels: Labels) -> Option<Keyring> {
    let wires = read_keys(walk, table, |walk, table, at| {
        const KNOWN: &[&str] = &["label", "roles", "key", "labelSignature"];
        let mut wire = WireKey::default();
        for (key, value) in table {
            let path = at.field(key.text);
            match key.text {
                "label" => wire.label = walk.text(value, &path),
                "roles" => wire.roles = walk.texts(value, &path),
                "key" => wire.key = walk.text(value, &path),
                "labelSignature" => wire.label_signature = walk.text(value, &path),
                _ => walk.unknown(key, at, KNOWN),
            }
        }
        wire
    });
    let entries = check_keys(wires, walk.report, |mut wire, at, report| {
        let path = at.field("key");
        let (label, roles) = wire.value.check(wire.span, at, report);
        let key = report.required(wire.value.key, wire.span, &path);
        let key = key.and_then(|text| {
            let parsed = text.value.parse().map_err(|error: super::PublicKeyError| {
                ProblemKind::UnusableKey {
                    reason: error.reason(),
                }
            });
            report.keep(parsed, text.span, &path)
        });
        let path = at.field("labelSignature");
        let signature_span = wire.value.label_signature.span();
        let label_signature = match wire.value.label_signature {
            Field::Absent => Some(None),
            Field::Unreadable => None,
            Field::Present(text) => {
                let decoded =
                    decode(&text.value).map_err(|malformed| ProblemKind::MalformedLabelSignature {
                        reason: malformed.reason(),
                    });
                report.keep(decoded, text.span, &path).map(Some)
            }
        };
        let entry = KeyEntry {
            label: label?,
            key: key?,
            roles: roles?,
            label_signature: label_signature?,
        };
        if labels == Labels::Checked && entry.label_status() == LabelStatus::Tampered {
            report.push(&path, signature_span, ProblemKind::TamperedLabel);
        }
        Some(entry)
    });
    entries.map(Keyring::from_iter)
}

/// Reads a file of keys, public or secret: a version and a list.
pub(super) fn read_keys<'i>(
    walk: &mut Walk<'_>,
    table: Table<'i>,
    read: impl Fn(&mut Walk<'_>, Table<'i>, &Path<'_>) -> WireKey<'i>,
) -> List<WireKey<'i>> {
    const KNOWN: &[&str] = &["version", "key"];
    let root = Path::Root;
    let (mut version, mut keys) = (Field::Absent, Field::Absent);
    for (key, value) in table {
        let path = root.field(key.text);
        match key.text {
            "version" => version = walk.text(value, &path),
            "key" => keys = walk.list(value, &path, &read),
            _ => walk.unknown(key, &root, KNOWN),
        }
    }
    let path = root.field("version");
    let version = walk.report.required(version, Some(Span::default()), &path);
    if let Some(version) = version.filter(|version| version.value != VERSION) {
        let problem = ProblemKind::KeyFileVersion {
            found: excerpt(&version.value),
        };
        walk.report.push(&path, version.span, problem);
    }
    keys
}

/// Makes entries from what was read; none if one of them is not valid.
pub(super) fn check_keys<'i, T>(
    wires: List<WireKey<'i>>,
    report: &mut Report,
    make: impl Fn(At<WireKey<'i>>, &Path<'_>, &mut Report) -> Option<T>,
) -> Option<Vec<T>> {
    let root = Path::Root;
    let at = root.field("key");
    let wires = match wires {
        Field::Absent => return Some(Vec::new()),
        Field::Unreadable => return None,
        Field::Present(wires) => wires.value,
    };
    let length = wires.len();
    let mut entries = Vec::with_capacity(length);
    for (index, wire) in wires.into_iter().enumerate() {
        if let Field::Present(wire) = wire {
            entries.extend(make(wire, &at.index(index), report));
        }
    }
    (entries.len() == length).then_some(entries)
}

/// The fields of public and of secret keys.
#[derive(Default)]
pub(super) struct WireKey<'i> {
    pub(super) label: Field<Text<'i>>,
    pub(super) roles: List<Text<'i>>,
    pub(super) key: Field<Text<'i>>,
    pub(super) label_signature: Field<Text<'i>>,
}

impl WireKey<'_> {
    /// Checks what both kinds of keys have: label and roles.
    pub(super) fn check(
        &mut self,
        span: Option<Span>,
        at: &Path<'_>,
        report: &mut Report,
    ) -> (Option<String>, Option<RoleSet>) {
        let path = at.field("label");
        let label = report.required(mem::take(&mut self.label), span, &path);
        let label = label.map(|label| {
            if let Some(problem) = control_character(&label.value) {
                report.push(&path, label.span, problem);
            }
            label.value.into_owned()
        });
        let path = at.field("roles");
        let roles = report.required(mem::take(&mut self.roles), span, &path);
        let roles = roles.map(|roles| {
            let roles = roles.value.into_iter().enumerate();
            let roles = roles.filter_map(|(index, role)| {
                let path = path.index(index);
                let role = report.required(role, span, &path)?;
                let parsed = role.value.parse().map_err(|_| ProblemKind::Role {
                    found: excerpt(&role.value),
                });
                report.keep(parsed, role.span, &path)
            });
            roles.collect::<RoleSet>()
        });
        (label, roles)
    }
}

pub(super) fn write_version(toml: &mut TomlText) {
    toml.key("version").string(VERSION);
}
