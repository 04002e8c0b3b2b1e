use serde::{Serialize, Serializer};

/// Files that a component sees at run time: an entry of `files`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FileEntry {
    /// The files that match a pattern, under their own paths.
    Pattern(String),
    /// The files of a folder, under another path.
    Placement(Placement),
}

/// The files of a folder, mounted under another path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Placement {
    /// The folder, relative to the folder of the manifest.
    pub source: String,
    /// The path at which the component sees it.
    pub destination: String,
}

/// Serialises as in a manifest: as a string or a table.
impl Serialize for FileEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Pattern(pattern) => pattern.serialize(serializer),
            Self::Placement(placement) => placement.serialize(serializer),
        }
    }
}
