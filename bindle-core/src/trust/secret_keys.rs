use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::keyring::{WireKey, check_keys, read_keys, write_version};
use super::{RoleSet, SecretKey};
use crate::document::{self, ProblemKind, Problems, TomlText};
use crate::{Limits, Role};

/// A key that signs, with the label that its signatures have as `by`, and the
/// roles that it is marked for.
#[derive(Clone, Debug)]
pub struct SecretKeyEntry {
    label: String,
    key: SecretKey,
    roles: RoleSet,
}

impl SecretKeyEntry {
    /// Makes an entry for `key`.
    #[must_use]
    pub fn new(
        label: impl Into<String>,
        key: SecretKey,
        roles: impl IntoIterator<Item = Role>,
    ) -> Self {
        Self {
            label: label.into(),
            key,
            roles: roles.into_iter().collect(),
        }
    }

    /// The name of the signer, by convention as `Name <mail address>`.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    /// The roles that the key may sign in.
    #[must_use]
    pub fn roles(&self) -> RoleSet {
        self.roles
    }
}

/// A file of secret keys, in the format of the reference client.
///
/// ```
/// use bindle_core::{Role, SecretKey, SecretKeyEntry, SecretKeyFile};
///
/// let key = SecretKey::from_seed(&[7; 32]);
/// let file = SecretKeyFile::from_iter([SecretKeyEntry::new("Ada", key, [Role::Creator])]);
/// let text = file.to_secret_toml();
/// let read = SecretKeyFile::from_toml(&text)?;
/// assert!(read.first_for(Role::Creator).is_some());
/// # Ok::<(), bindle_core::Problems>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SecretKeyFile {
    entries: Vec<SecretKeyEntry>,
}

impl SecretKeyFile {
    /// Reads a file of secret keys from TOML. It is up to the caller to wipe
    /// the text; copies that the TOML parser makes cannot be wiped.
    ///
    /// # Errors
    ///
    /// Every problem of the text, each with its kind and place: what is wrong
    /// with the TOML, fields that are missing or unknown, a version other than
    /// `1.0`, unknown roles, and keys that are malformed or whose halves do not
    /// belong together. No problem reveals anything about a key.
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        let bounds = Limits::default().bounds();
        let read = document::read_toml(text, &bounds, |walk, table| {
            let wires = read_keys(walk, table, |walk, table, at| {
                const KNOWN: &[&str] = &["label", "keypair", "roles"];
                let mut wire = WireKey::default();
                for (key, value) in table {
                    let path = at.field(key.text);
                    match key.text {
                        "label" => wire.label = walk.text(value, &path),
                        "keypair" => wire.key = walk.text(value, &path),
                        "roles" => wire.roles = walk.texts(value, &path),
                        _ => walk.unknown(key, at, KNOWN),
                    }
                }
                wire
            });
            check_keys(wires, walk.report, |mut wire, at, report| {
                let path = at.field("keypair");
                let (label, roles) = wire.value.check(wire.span, at, report);
                let text = report.required(wire.value.key, wire.span, &path)?;
                let key =
                    SecretKey::from_base64(&text.value).map_err(|error| ProblemKind::UnusableKey {
                        reason: error.reason(),
                    });
                let key = report.keep(key, text.span, &path);
                Some(SecretKeyEntry {
                    label: label?,
                    key: key?,
                    roles: roles?,
                })
            })
        });
        read.map(|(entries, _)| Self { entries })
    }

    /// Writes the file as TOML, including the secrets. The text is wiped from
    /// memory when it is dropped.
    #[must_use]
    pub fn to_secret_toml(&self) -> Zeroizing<String> {
        // Large enough not to grow, which would leave a copy behind.
        let labels: usize = self.entries.iter().map(|entry| 6 * entry.label.len()).sum();
        let mut toml = TomlText::with_capacity(64 + 256 * self.entries.len() + labels);
        write_version(&mut toml);
        for entry in &self.entries {
            toml.blank().array_header("key");
            toml.key("label").string(&entry.label);
            toml.key("keypair").string(&entry.key.to_base64());
            toml.key("roles")
                .strings(entry.roles.iter().map(Role::as_str));
        }
        Zeroizing::new(toml.into_string())
    }

    /// The entries in the order of the file.
    #[must_use]
    pub fn entries(&self) -> &[SecretKeyEntry] {
        &self.entries
    }

    /// The first entry that is marked for `role`.
    #[must_use]
    pub fn first_for(&self, role: Role) -> Option<&SecretKeyEntry> {
        self.entries.iter().find(|entry| entry.roles.contains(role))
    }
}

impl FromIterator<SecretKeyEntry> for SecretKeyFile {
    fn from_iter<I: IntoIterator<Item = SecretKeyEntry>>(entries: I) -> Self {
        Self {
            entries: entries.into_iter().collect(),
        }
    }
}
