use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// A variable of the application, whose value comes from outside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Variable {
    /// What it is for; may be empty.
    pub description: String,
    /// Whether it has to be set from outside.
    pub requirement: Requirement,
    /// Who may see its value.
    pub secrecy: Secrecy,
}

/// Whether a [`Variable`] has to be set from outside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// It has this value unless another is set.
    Default(String),
    /// It has no value of its own.
    Required,
    /// It is marked as required but has a value, which Spin up to 1.5 read, but
    /// then refused to run.
    RequiredWithDefault(String),
    /// It is not marked as required and has no value, which Spin 2.0 and later
    /// read as required.
    Unspecified,
}

/// Who may see the value of a [`Variable`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Secrecy {
    /// Anybody.
    #[default]
    Public,
    /// Only the application. A host keeps the value out of its logs.
    Secret,
}

impl Requirement {
    /// From the two fields that say it.
    pub(crate) fn new(is_required: bool, default: Option<String>) -> Self {
        match (is_required, default) {
            (false, Some(value)) => Self::Default(value),
            (false, None) => Self::Unspecified,
            (true, Some(value)) => Self::RequiredWithDefault(value),
            (true, None) => Self::Required,
        }
    }
}

impl Secrecy {
    /// From the field that says it.
    pub(crate) fn new(is_secret: bool) -> Self {
        if is_secret {
            Self::Secret
        } else {
            Self::Public
        }
    }
}

impl Variable {
    /// The value that it has unless another is set.
    #[must_use]
    pub fn default_value(&self) -> Option<&str> {
        match &self.requirement {
            Requirement::Default(value) | Requirement::RequiredWithDefault(value) => Some(value),
            Requirement::Required | Requirement::Unspecified => None,
        }
    }

    /// Whether it is marked as required.
    #[must_use]
    pub fn is_required(&self) -> bool {
        matches!(
            self.requirement,
            Requirement::Required | Requirement::RequiredWithDefault(_)
        )
    }

    /// Whether only the application may see its value.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.secrecy == Secrecy::Secret
    }
}

/// Serialises as in a manifest, without defaults.
impl Serialize for Variable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.description.is_empty() {
            map.serialize_entry("description", &self.description)?;
        }
        if self.is_required() {
            map.serialize_entry("required", &true)?;
        }
        if let Some(value) = self.default_value() {
            map.serialize_entry("default", value)?;
        }
        if self.is_secret() {
            map.serialize_entry("secret", &true)?;
        }
        map.end()
    }
}
