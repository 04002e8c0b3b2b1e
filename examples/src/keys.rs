//! A key for signing, in a file of its own.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use bindle_core::{Problems, Role, SecretKey, SecretKeyEntry, SecretKeyFile};
use thiserror::Error;

/// The first key in `file` that may sign as creator. If there is no such file,
/// it is made, with a new key in it.
///
/// # Errors
///
/// If the file cannot be read or written, is malformed or has no such key.
pub fn creator(file: &Path) -> Result<SecretKeyEntry, KeyError> {
    key(file, Role::Creator, "deploy <deploy@localhost>")
}

/// As [`creator`], of a key that a registry may sign with as host.
///
/// # Errors
///
/// As [`creator`].
pub fn host(file: &Path) -> Result<SecretKeyEntry, KeyError> {
    key(file, Role::Host, "registry <registry@localhost>")
}

fn key(file: &Path, role: Role, new_label: &str) -> Result<SecretKeyEntry, KeyError> {
    let io = |reason: io::Error| KeyError::Io {
        file: file.display().to_string(),
        reason: reason.to_string(),
    };
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed).map_err(|error| io(error.into()))?;
            let key = SecretKey::from_seed(&seed);
            let entry = SecretKeyEntry::new(new_label, key, [role]);
            let keys = SecretKeyFile::from_iter([entry]);
            write_secret(file, keys.to_secret_toml().as_bytes()).map_err(io)?;
            fs::read_to_string(file)
        }
        read => read,
    };
    let keys = SecretKeyFile::from_toml(&text.map_err(io)?);
    let keys = keys.map_err(|problems| KeyError::Malformed {
        file: file.display().to_string(),
        problems,
    })?;
    let key = keys.first_for(role).cloned();
    key.ok_or_else(|| KeyError::NoKey {
        file: file.display().to_string(),
        role,
    })
}

/// Writes a file that no one else may read, as a whole; unless another program
/// was faster, whose file stays.
fn write_secret(file: &Path, content: &[u8]) -> io::Result<()> {
    // `parent` of a plain name is the empty path.
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(content)?;
    match new.persist_noclobber(file) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}

/// Why there is no key to sign with.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the secret key file {file} cannot be used: {reason}")]
    Io {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// The file is not a file of secret keys.
    #[error("the secret key file {file} is malformed: {problems}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong with it.
        problems: Problems,
    },
    /// No key in the file may sign in the role that is wanted.
    #[error("the secret key file {file} has no key with the role `{role}`")]
    NoKey {
        /// The file.
        file: String,
        /// The role.
        role: Role,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.toml");
        let made = creator(&file).unwrap();
        let read = creator(&file).unwrap();
        assert_eq!(made.key().public_key(), read.key().public_key());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.toml");
        fs::write(&file, "version = \"1.0\"\n").unwrap();
        let error = creator(&file).unwrap_err().to_string();
        assert!(
            error.ends_with("has no key with the role `creator`"),
            "{error}"
        );
        let error = host(&file).unwrap_err().to_string();
        assert!(
            error.ends_with("has no key with the role `host`"),
            "{error}"
        );
        fs::write(&file, "keys").unwrap();
        let error = creator(&file).unwrap_err().to_string();
        assert!(error.contains(" is malformed: "), "{error}");
        let error = creator(folder.path()).unwrap_err().to_string();
        assert!(error.contains(" cannot be used: "), "{error}");
    }
}
