//! Trust: keys, signing, and what a signature is worth.

mod keyring;
mod keys;
mod roles;
mod secret_keys;
mod sign;
mod signed_text;
mod strategy;
mod verify;
mod yank;

pub use self::keyring::{KeyEntry, Keyring, LabelStatus};
pub use self::keys::{PublicKey, PublicKeyError, SecretKey};
pub use self::roles::{NoRoles, RequiredRoles, RoleSet};
pub use self::secret_keys::{SecretKeyEntry, SecretKeyFile};
pub use self::sign::SignError;
pub(crate) use self::sign::check_signer;
pub use self::signed_text::SignedTextForm;
pub use self::strategy::{ParseStrategyError, RejectReason, Rejected, Strategy, Verified};
pub use self::verify::{Finding, Findings, SignatureStatus};
pub use self::yank::{YankFinding, YankKey};
