use crate::Era;
use crate::diagnose::Diagnostics;
use crate::id::{KebabId, is_store_label};
use crate::manifest::{Document, Manifest};
use crate::normalise::Normalised;
use crate::reader::{ManifestReader, Strictness};
use crate::schema::v1::NAMES_OF_V2;

impl Manifest {
    /// Rewrites the manifest in the second format, with the same meaning to
    /// Spin 2.0 and later. A manifest in that format stays as it is.
    ///
    /// The text is written from scratch: it keeps the order of the components,
    /// but not comments, blank lines, the order of fields and names, or the
    /// style of strings. What is implicit in the first format is made explicit:
    /// ids of components in lower case with `-`, ids of triggers, and in
    /// `allowed_outbound_hosts` the hosts that were allowed by default.
    ///
    /// ```
    /// use spin_manifest::Manifest;
    ///
    /// let manifest = Manifest::from_toml(
    ///     r#"
    /// spin_version = "1"
    /// name = "hello"
    /// version = "0.1.0"
    /// trigger = { type = "http", base = "/" }
    ///
    /// [[component]]
    /// id = "hello_world"
    /// source = "hello.wasm"
    /// allowed_outbound_hosts = []
    /// [component.trigger]
    /// route = "/..."
    /// "#,
    /// )?;
    /// assert_eq!(
    ///     manifest.upgraded()?,
    ///     r#"spin_manifest_version = 2
    ///
    /// [application]
    /// name = "hello"
    /// version = "0.1.0"
    ///
    /// [application.trigger.http]
    /// base = "/"
    ///
    /// [[trigger.http]]
    /// id = "trigger-hello-world"
    /// component = "hello-world"
    /// route = "/..."
    ///
    /// [component.hello-world]
    /// source = "hello.wasm"
    /// "#
    /// );
    /// # Ok::<(), spin_manifest::Diagnostics>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - what Spin 2.0 and later refuse, such as ids of components that they
    ///   cannot convert;
    /// - several components whose ids become one in the second format;
    /// - what only the first format allows: malformed labels of stores, and the
    ///   settings `components` and `dependencies` of a trigger.
    ///
    /// Correct these first.
    pub fn upgraded(&self) -> Result<String, Diagnostics> {
        if let Document::V2(_) = self.document() {
            return Ok(self.text().to_owned());
        }
        let reader = ManifestReader::new()
            .with_era(Era::Current)
            .with_strictness(Strictness::LikeSpin);
        let current = reader.read(self.text())?;
        // Manifests of the first format have neither profiles nor references,
        // by which alone a normal form can be missed.
        match current.normalised(None) {
            Ok(normalised) if has_room(&normalised) => Ok(normalised.to_toml()),
            _ => Err(current.problems().clone()),
        }
    }
}

/// Whether the second format has room for the ids of all components, the labels
/// of all stores, and the settings of all triggers.
fn has_room(normalised: &Normalised) -> bool {
    let mut components = normalised.components();
    let mut triggers = normalised.triggers();
    components.all(|(id, component)| {
        let (stores, databases) = (&component.key_value_stores, &component.sqlite_databases);
        let mut labels = stores.iter().chain(databases);
        KebabId::check(id.as_str()).is_ok() && labels.all(|label| is_store_label(label))
    }) && triggers.all(|trigger| {
        let mut names = NAMES_OF_V2.iter();
        names.all(|name| !trigger.settings().contains_key(*name))
    })
}
