use alloc::vec::Vec;

use serde::Serialize;

use super::Keyring;
use super::signed_text::yank_text;
use crate::{Invoice, Role};

/// What is known about one signature over a yank.
///
/// Specification: *Yanking Bindles* (`signing-spec.md`). It is up to the agent
/// whether a yank by an unknown host counts; it should report in any case that
/// the bindle is yanked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct YankFinding {
    /// Whether it is a valid signature of the yank in the role `host`, under
    /// the key that it names.
    pub valid: bool,
    /// Whether the keyring grants the role `host` to the key.
    pub host_known: bool,
    /// Whether its time differs from those of all of the host's signatures over
    /// the parcels: a copied time is a sign of forgery.
    pub time_differs: bool,
    /// Whether the host that yanked is the one that signed the parcels.
    pub key: YankKey,
}

/// Which host key a yank is by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum YankKey {
    /// The key that signed the parcels as host.
    Same,
    /// Another key: the host has changed its key, or it is another host.
    Rotated,
    /// No host has signed the parcels.
    NoHost,
}

impl Invoice {
    /// Checks each signature over the yank of the bindle, in their order.
    #[must_use]
    pub fn check_yank(&self, keyring: &Keyring) -> Vec<YankFinding> {
        let hosts = || {
            self.signatures()
                .iter()
                .filter(|block| block.role() == Role::Host)
        };
        let blocks = self.yanked_signatures().iter();
        blocks
            .map(|block| {
                let key = block.key().parse::<super::PublicKey>().ok();
                let text = yank_text(self, block.by(), block.at());
                let is_signature = key.zip(block.signature_bytes().ok());
                let is_signature = is_signature.is_some_and(|(key, signature)| {
                    key.is_signature_of(&signature, text.as_bytes())
                });
                YankFinding {
                    valid: is_signature && block.role() == Role::Host,
                    host_known: key.is_some_and(|key| keyring.grants(&key, Role::Host)),
                    time_differs: hosts().all(|host| host.at() != block.at()),
                    key: if hosts().next().is_none() {
                        YankKey::NoHost
                    } else if hosts().any(|host| host.key() == block.key()) {
                        YankKey::Same
                    } else {
                        YankKey::Rotated
                    },
                }
            })
            .collect()
    }
}
