use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use thiserror::Error;

use super::path;
use crate::{Id, Invoice, Label, Parcel};

/// The folders and files that make up a standalone bindle.
///
/// The invoice is written so that deployed readers [can read
/// it](Invoice::to_reference_toml). The caller has the contents of the parcels;
/// if some are left out, the bindle is [partial](super::Completeness::Partial).
///
/// ```
/// use bindle_core::standalone::Layout;
/// use bindle_core::{Invoice, Label};
///
/// let invoice = Invoice::builder("example.com/demo/app/1.2.3".parse()?)
///     .parcel(Label::of("red.txt", "text/plain".parse()?, b"a red one"))
///     .build()?;
/// let layout = Layout::new(&invoice)?;
/// let [outer, inner] = layout.folders();
/// assert_eq!(outer, "6a4747191c36c66e5b2d4ed5e07623c9e4cc5abd530b0a29c6a1d7d658c4da59");
/// assert_eq!(inner, format!("{outer}/parcels"));
///
/// let [invoice, parcel] = layout.files() else { unreachable!() };
/// assert_eq!(invoice.path(), format!("{outer}/invoice.toml"));
/// let digest = "23f310b54076878fd4c36f0c60ec92011a8b406349b98dd37d08577d17397de5";
/// assert_eq!(parcel.path(), format!("{inner}/{digest}.dat"));
/// assert_eq!(parcel.content().size(), 9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout<'i> {
    folders: [String; 2],
    files: Vec<File<'i>>,
}

impl<'i> Layout<'i> {
    /// The layout of the bindle with this invoice.
    ///
    /// # Errors
    ///
    /// An invoice that deployed readers cannot read in full: one with a reason
    /// for its yank.
    pub fn new(invoice: &'i Invoice) -> Result<Self, UnwritableInvoice> {
        let toml = invoice.to_reference_toml();
        if !toml.left_out().is_empty() {
            return Err(UnwritableInvoice {
                id: invoice.id().clone(),
                fields: toml.left_out().to_vec(),
            });
        }
        let directory = invoice.id().canonical_name().to_string();
        let labels = invoice.parcels().iter().map(Parcel::label);
        // Of a content with two labels, either will do: they have one size.
        let contents: BTreeMap<_, _> = labels.map(|label| (label.digest(), label)).collect();
        let mut files = Vec::with_capacity(1 + contents.len());
        files.push(File {
            path: path::invoice(&directory),
            content: Content::Invoice(toml.into_string()),
        });
        files.extend(contents.into_iter().map(|(digest, label)| File {
            path: path::parcel(&directory, &digest),
            content: Content::Parcel(label),
        }));
        Ok(Self {
            folders: [directory.clone(), path::parcels(&directory)],
            files,
        })
    }

    /// The paths of the folders, the outer one first. The inner one has to
    /// exist even if it stays empty.
    #[must_use]
    pub fn folders(&self) -> [&str; 2] {
        self.folders.each_ref().map(String::as_str)
    }

    /// The files in the order of their paths: the invoice, then each content
    /// once.
    #[must_use]
    pub fn files(&self) -> &[File<'i>] {
        &self.files
    }
}

/// A file of a standalone bindle that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File<'i> {
    path: String,
    content: Content<'i>,
}

impl<'i> File<'i> {
    /// The path, relative to where the bindle is put, with `/` between folders.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What goes into it.
    #[must_use]
    pub fn content(&self) -> &Content<'i> {
        &self.content
    }
}

/// What goes into a file of a standalone bindle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'i> {
    /// The invoice, as this text.
    Invoice(String),
    /// The content of the parcel with this label.
    Parcel(&'i Label),
}

impl Content<'_> {
    /// How many bytes it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Self::Invoice(text) => text.len() as u64,
            Self::Parcel(label) => label.size(),
        }
    }
}

/// An invoice that deployed readers cannot read in full.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{id} cannot be written as a standalone bindle: its readers know no `{}`", .fields.join("` and no `"))]
pub struct UnwritableInvoice {
    id: Id,
    fields: Vec<&'static str>,
}

impl UnwritableInvoice {
    /// The fields that would have to be left out.
    #[must_use]
    pub fn fields(&self) -> &[&'static str] {
        &self.fields
    }
}
