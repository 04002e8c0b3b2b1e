//! Where a store is, as people write it.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use object_store::ObjectStoreScheme;
use object_store::memory::InMemory;
use object_store::prefix::PrefixStore;
use thiserror::Error;
use url::Url;

use crate::store::Store;

/// A place that bindles can be kept in.
///
/// ```
/// use examples::location::Location;
///
/// let memory: Location = "memory:".parse()?;
/// assert_eq!(memory, Location::Memory);
/// let folder: Location = "some/folder".parse()?;
/// assert_eq!(folder, Location::Folder("some/folder".into()));
/// let folder: Location = "file:///some/folder".parse()?;
/// assert_eq!(folder, Location::Folder("/some/folder".into()));
/// # Ok::<(), examples::location::LocationError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// The memory of this process; what is there is gone when it ends.
    Memory,
    /// A folder.
    Folder(PathBuf),
    /// A bucket or container, and where in it.
    Bucket(Url),
}

impl Location {
    /// Opens the store. `variables` are those of the environment: the keys and
    /// other settings of a bucket are in them, under their usual names
    /// (`AWS_…`, `GOOGLE_…`, `AZURE_…`).
    ///
    /// # Errors
    ///
    /// If the folder cannot be made or written to, or a bucket's settings are
    /// not enough or wrong. Whether a bucket is there is not known before it
    /// is used.
    pub fn open(
        &self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Store, LocationError> {
        match self {
            Self::Memory => Ok(Store::new(Arc::new(InMemory::new()))),
            Self::Folder(folder) => {
                Store::in_folder(folder).map_err(|error| self.unusable(&error.to_string()))
            }
            Self::Bucket(url) => {
                let settings = variables
                    .into_iter()
                    .map(|(name, value)| (name.to_ascii_lowercase(), value));
                let (objects, folder) = object_store::parse_url_opts(url, settings)
                    .map_err(|error| self.unusable(&error.to_string()))?;
                Ok(Store::new(Arc::new(PrefixStore::new(objects, folder))))
            }
        }
    }

    fn unusable(&self, reason: &str) -> LocationError {
        LocationError::Unusable {
            place: self.to_string(),
            reason: reason.to_owned(),
        }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory => f.write_str("memory:"),
            Self::Folder(folder) => folder.display().fmt(f),
            Self::Bucket(url) => url.fmt(f),
        }
    }
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        if text == "memory:" {
            return Ok(Self::Memory);
        }
        // One letter is the drive of a path.
        let is_url = text.split_once(':').is_some_and(|(scheme, _)| {
            scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if !is_url {
            return match text {
                "" => Err(LocationError::unknown(text)),
                folder => Ok(Self::Folder(Path::new(folder).to_owned())),
            };
        }
        let url = Url::parse(text).map_err(|_| LocationError::unknown(text))?;
        let (scheme, _) =
            ObjectStoreScheme::parse(&url).map_err(|_| LocationError::unknown(text))?;
        let (feature, is_built_in) = match scheme {
            ObjectStoreScheme::Local => {
                let folder = url.to_file_path();
                let folder = folder.map_err(|()| LocationError::unknown(text))?;
                return Ok(Self::Folder(folder));
            }
            ObjectStoreScheme::Memory => return Ok(Self::Memory),
            ObjectStoreScheme::AmazonS3 => ("aws", cfg!(feature = "aws")),
            ObjectStoreScheme::GoogleCloudStorage => ("gcp", cfg!(feature = "gcp")),
            ObjectStoreScheme::MicrosoftAzure => ("azure", cfg!(feature = "azure")),
            _ => return Err(LocationError::unknown(text)),
        };
        if !is_built_in {
            let place = text.to_owned();
            return Err(LocationError::NotBuiltIn { place, feature });
        }
        Ok(Self::Bucket(url))
    }
}

/// Why there is no store at a place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LocationError {
    /// A kind of store that this program was built without.
    #[error("{place} needs a build with `--features {feature}`")]
    NotBuiltIn {
        /// The place.
        place: String,
        /// What it takes.
        feature: &'static str,
    },
    /// Nothing that names a store.
    #[error(
        "{0:?} is not a place for bindles; write a folder, `memory:`, \
         `s3://BUCKET/…`, `gs://BUCKET/…` or `azure://CONTAINER/…`"
    )]
    Unknown(String),
    /// The store cannot be used.
    #[error("{place} cannot be used: {reason}")]
    Unusable {
        /// The place.
        place: String,
        /// Why.
        reason: String,
    },
}

impl LocationError {
    fn unknown(text: &str) -> Self {
        Self::Unknown(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_buckets_and_neither() {
        for (text, folder) in [
            ("bindles", "bindles"),
            ("./a:b", "./a:b"),
            ("/srv/bindles", "/srv/bindles"),
            ("file:///srv/bin%20dles", "/srv/bin dles"),
        ] {
            assert_eq!(text.parse(), Ok(Location::Folder(folder.into())), "{text}");
        }
        assert_eq!("memory:".parse(), Ok(Location::Memory));
        for text in ["", "ftp://example.com/a", "https://example.com/a", "s3:"] {
            let error = text.parse::<Location>().unwrap_err();
            assert_eq!(error, LocationError::Unknown(text.to_owned()), "{text}");
        }
    }

    #[cfg(not(feature = "aws"))]
    #[test]
    fn a_bucket_without_its_feature_names_it() {
        let error = "s3://bucket/a".parse::<Location>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "s3://bucket/a needs a build with `--features aws`"
        );
    }

    #[cfg(feature = "aws")]
    #[test]
    fn a_bucket_opens_without_being_asked() {
        let bucket: Location = "s3://bucket/a".parse().unwrap();
        let region = ("AWS_REGION".to_owned(), "eu-west-1".to_owned());
        assert!(bucket.open([region]).is_ok());
    }

    #[test]
    fn a_file_is_no_folder() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let location = Location::Folder(file.path().to_owned());
        let error = location.open([]).unwrap_err().to_string();
        let place = file.path().display().to_string();
        assert!(
            error.starts_with(&format!("{place} cannot be used: ")),
            "{error}"
        );
    }
}
