//! Which contents an application uses, and what is known of them.

use std::cmp::Ordering;
use std::sync::Arc;

use bindle_core::Digest;

use super::content::{Content, ContentSource};
use super::error::PackageError;

/// The uses of contents, in the order of the manifest; one content may have
/// several.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    uses: Vec<Use>,
    /// What is known of the content of each use, if it is the first one of
    /// that content.
    known: Vec<Known>,
    asking: Asking,
    /// The first use that has not been looked at for asking.
    next: usize,
}

/// A content that a component, or a trigger, uses.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// What uses it, such as `component "hello"`.
    pub(super) dependent: Arc<str>,
    pub(super) source: ContentSource,
    pub(super) purpose: Purpose,
    /// The index of the first use of the same content.
    first: usize,
}

/// What a content is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    File,
    Module,
}

/// How often a content is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Asking {
    /// For each use, one after the other.
    Each,
    /// Once.
    #[default]
    Once,
}

#[derive(Clone, Debug, Default)]
struct Known {
    content: Option<Content>,
    /// The index of the first use as a module.
    module: Option<usize>,
}

impl Use {
    pub(super) fn new(dependent: &Arc<str>, source: ContentSource, purpose: Purpose) -> Self {
        Self {
            dependent: Arc::clone(dependent),
            source,
            purpose,
            first: 0,
        }
    }
}

impl Uses {
    pub(super) fn new(mut uses: Vec<Use>, asking: Asking) -> Self {
        let firsts = first_equal(uses.len(), |left, right| {
            uses[left].source.cmp(&uses[right].source)
        });
        let mut known = vec![Known::default(); uses.len()];
        for (index, (one, first)) in uses.iter_mut().zip(firsts).enumerate() {
            one.first = first;
            if one.purpose == Purpose::Module {
                known[first].module.get_or_insert(index);
            }
        }
        Self {
            uses,
            known,
            asking,
            next: 0,
        }
    }

    /// The next use of which the content has to be asked for, and its index.
    pub(super) fn ask(&mut self) -> Option<(usize, &Use)> {
        let is_asked =
            |index: usize| self.asking == Asking::Each || self.uses[index].first == index;
        let index = (self.next..self.uses.len()).find(|index| is_asked(*index))?;
        self.next = index + 1;
        Some((index, &self.uses[index]))
    }

    /// How many contents have not been asked for.
    pub(super) fn waiting(&self) -> usize {
        let rest = self.uses.iter().enumerate().skip(self.next);
        let rest = rest.filter(|(index, one)| self.asking == Asking::Each || one.first == *index);
        rest.count()
    }

    pub(super) fn get(&self, index: usize) -> &Use {
        &self.uses[index]
    }

    /// Who uses the content of a use as a module, if anybody does.
    pub(super) fn module_of(&self, index: usize) -> Option<&str> {
        let module = self.known[self.uses[index].first].module?;
        Some(&self.uses[module].dependent)
    }

    /// The digest of the content of a use, if it is known.
    pub(super) fn digest(&self, index: usize) -> Option<Digest> {
        let known = &self.known[self.uses[index].first];
        known.content.as_ref().map(Content::digest)
    }

    pub(super) fn learn(&mut self, index: usize, content: Content) {
        self.known[self.uses[index].first].content = Some(content);
    }

    /// The uses, each with its content.
    pub(super) fn known(
        self,
    ) -> impl Iterator<Item = Result<(ContentSource, Content), PackageError>> {
        let known = self.known;
        self.uses.into_iter().map(move |one| {
            let content = known[one.first].content.clone();
            let content = content.ok_or(PackageError::Incomplete { open: 1 })?;
            Ok((one.source, content))
        })
    }
}

/// The index of the first equal item, for each of so many.
pub(super) fn first_equal(count: usize, compare: impl Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    // Equal ones stay in order.
    order.sort_by(|left, right| compare(*left, *right));
    let mut firsts = vec![0; count];
    for equal in order.chunk_by(|left, right| compare(*left, *right).is_eq()) {
        for index in equal {
            firsts[*index] = equal[0];
        }
    }
    firsts
}
