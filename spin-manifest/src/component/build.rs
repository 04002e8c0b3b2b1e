use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// How a component is built. This crate only reads it: building is up to the
/// caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Build {
    /// The command.
    pub command: Commands,
    /// The folder to run it in, relative to that of the manifest.
    pub workdir: Option<String>,
    /// Patterns of the files that require another build when they change.
    pub watch: Vec<String>,
}

/// One or several commands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum Commands {
    /// Commands that run one after the other.
    Sequence(Vec<String>),
    /// One command.
    Single(String),
}

impl Commands {
    /// The commands in the order in which they run.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::Sequence(commands) => commands,
            Self::Single(command) => std::slice::from_ref(command),
        }
    }
}

impl Serialize for Build {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("command", &self.command)?;
        if let Some(workdir) = &self.workdir {
            map.serialize_entry("workdir", workdir)?;
        }
        if !self.watch.is_empty() {
            map.serialize_entry("watch", &self.watch)?;
        }
        map.end()
    }
}
