use bindle::signature::{KeyEntry as TheirKeyEntry, KeyRing, PublicKey as TheirPublicKey};
use bindle::signature::{SecretKeyFile as TheirSecretKeyFile, SignatureRole};
use bindle_core::{
    KeyEntry, Keyring, LabelStatus, Role, RoleSet, SecretKey, SecretKeyEntry, SecretKeyFile,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;

/// The secret key of a number, for every role.
pub(crate) fn signer(number: u8) -> SecretKeyEntry {
    let label = format!("Signer {number} <{number}@example.com>");
    SecretKeyEntry::new(label, SecretKey::from_seed(&[number; 32]), Role::ALL)
}

/// The same for the reference implementation, out of our secret key file.
pub(crate) fn their_signer(number: u8) -> bindle::SecretKeyEntry {
    let file = SecretKeyFile::from_iter([signer(number)]);
    let file: TheirSecretKeyFile = toml::from_str(&file.to_secret_toml()).expect("they read it");
    file.key.into_iter().next().expect("one key")
}

pub(crate) fn their_role(role: Role) -> SignatureRole {
    role.as_str().parse().expect("they know the role")
}

fn roles(theirs: &[SignatureRole]) -> RoleSet {
    let roles = theirs
        .iter()
        .map(|role| role.to_string().parse().expect("we know the role"));
    roles.collect::<Vec<Role>>().into_iter().collect()
}

fn label() -> impl Strategy<Value = String> {
    "[ -~äß€]{1,20}"
}

fn secrets() -> impl Strategy<Value = Vec<SecretKeyEntry>> {
    let entry = (
        label(),
        any::<[u8; 32]>(),
        subsequence(Role::ALL.to_vec(), 1..=4),
    )
        .prop_map(|(label, seed, roles)| {
            SecretKeyEntry::new(label, SecretKey::from_seed(&seed), roles)
        });
    vec(entry, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn they_read_our_keyrings(secrets in secrets(), is_signed: bool) {
        let entry = |secret: &SecretKeyEntry| {
            if is_signed {
                return KeyEntry::from(secret);
            }
            KeyEntry::new(secret.label(), secret.key().public_key(), secret.roles().iter())
        };
        let ours: Keyring = secrets.iter().map(entry).collect();
        let theirs: KeyRing = toml::from_str(&ours.to_toml()).expect("they read it");
        prop_assert_eq!(theirs.version, "1.0");
        prop_assert_eq!(ours.len(), theirs.key.len());
        for (ours, theirs) in ours.iter().zip(theirs.key) {
            prop_assert_eq!(ours.label(), &theirs.label);
            prop_assert_eq!(ours.key().to_string(), theirs.key.clone());
            prop_assert_eq!(ours.roles(), roles(&theirs.roles));
            prop_assert_eq!(theirs.label_signature.is_some(), is_signed);
            let key = TheirPublicKey::from_bytes(ours.key().as_bytes()).expect("a key");
            prop_assert!(theirs.verify_label(key).is_ok());
        }
    }

    #[test]
    fn we_read_their_keyrings(secrets in secrets(), is_signed: bool) {
        let file: SecretKeyFile = secrets.into_iter().collect();
        let file: TheirSecretKeyFile =
            toml::from_str(&file.to_secret_toml()).expect("they read it");
        let mut theirs = KeyRing::default();
        for secret in &file.key {
            let mut entry = TheirKeyEntry::try_from(secret).expect("a key");
            entry.label_signature = entry.label_signature.filter(|_| is_signed);
            theirs.add_entry(entry);
        }
        let text = toml::to_string(&theirs).expect("they can write it");
        let ours = Keyring::from_toml(&text).expect("we read it");
        prop_assert_eq!(ours.len(), theirs.key.len());
        for (ours, theirs) in ours.iter().zip(&theirs.key) {
            prop_assert_eq!(ours.label(), &theirs.label);
            prop_assert_eq!(ours.key().to_string(), theirs.key.clone());
            prop_assert_eq!(ours.roles(), roles(&theirs.roles));
            let status = if is_signed { LabelStatus::Signed } else { LabelStatus::Unsigned };
            prop_assert_eq!(ours.label_status(), status);
        }
    }

    #[test]
    fn secret_key_files_go_both_ways(secrets in secrets()) {
        let ours: SecretKeyFile = secrets.into_iter().collect();
        let theirs: TheirSecretKeyFile =
            toml::from_str(&ours.to_secret_toml()).expect("they read it");
        prop_assert_eq!(&theirs.version, "1.0");
        prop_assert_eq!(ours.entries().len(), theirs.key.len());
        let text = toml::to_string(&theirs).expect("they can write it");
        let again = SecretKeyFile::from_toml(&text).expect("we read it");
        prop_assert_eq!(ours.entries().len(), again.entries().len());
        for ((ours, theirs), again) in ours.entries().iter().zip(&theirs.key).zip(again.entries()) {
            prop_assert_eq!(ours.label(), &theirs.label);
            prop_assert_eq!(ours.roles(), roles(&theirs.roles));
            let public = TheirKeyEntry::try_from(theirs).expect("a key");
            prop_assert_eq!(ours.key().public_key().to_string(), public.key);
            prop_assert_eq!(ours.label(), again.label());
            prop_assert_eq!(ours.roles(), again.roles());
            prop_assert_eq!(ours.key().public_key(), again.key().public_key());
        }
    }
}

/// Keys that they make with their own random numbers.
#[test]
fn we_read_secret_key_files_of_their_making() {
    let mut theirs = TheirSecretKeyFile::default();
    for role in Role::ALL {
        theirs.key.push(bindle::SecretKeyEntry::new(
            role.as_str(),
            vec![their_role(role)],
        ));
    }
    let text = toml::to_string(&theirs).expect("they can write it");
    let ours = SecretKeyFile::from_toml(&text).expect("we read it");
    for role in Role::ALL {
        assert_eq!(
            ours.first_for(role).map(SecretKeyEntry::label),
            Some(role.as_str())
        );
    }
}
