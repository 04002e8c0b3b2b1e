//! Invoices as plain data, and what either implementation makes of them.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::{Digest, Group, Invoice, Label, Parcel, SatisfiedBy};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// What an invoice says before anybody signs it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// `NAME/VERSION`.
    pub id: String,
    /// Nothing stands for none.
    pub description: String,
    /// In their order.
    pub authors: Vec<String>,
    /// Of the invoice.
    pub annotations: BTreeMap<String, String>,
    /// In their order.
    pub parcels: Vec<SampleParcel>,
    /// In their order, with different names.
    pub groups: Vec<SampleGroup>,
}

/// A parcel of a [`Sample`].
#[derive(Clone, Debug)]
pub struct SampleParcel {
    /// What the digest is of.
    pub content: u64,
    /// Bytes, whatever the content is.
    pub size: u64,
    /// Of the label.
    pub media_type: String,
    /// Of the label.
    pub name: String,
    /// Nothing stands for none.
    pub origin: String,
    /// Of the label.
    pub annotations: BTreeMap<String, String>,
    /// By section.
    pub features: BTreeMap<String, BTreeMap<String, String>>,
    /// Names of groups of the sample.
    pub member_of: BTreeSet<String>,
    /// Names of groups of the sample.
    pub requires: BTreeSet<String>,
}

/// A group of a [`Sample`].
#[derive(Clone, Debug)]
pub struct SampleGroup {
    /// Its name.
    pub name: String,
    /// Whether it is always needed.
    pub required: bool,
    /// How it is satisfied.
    pub satisfied_by: SatisfiedBy,
}

impl Sample {
    /// Samples of every shape that both implementations know.
    pub fn strategy() -> impl Strategy<Value = Self> {
        let groups = btree_set("[a-z]{1,6}( [a-zäß]{1,4})?", 0..4).prop_map(Vec::from_iter);
        groups.prop_flat_map(|names| {
            let parcels = vec(SampleParcel::strategy(names.clone()), 0..5);
            let groups: Vec<_> = names.into_iter().map(SampleGroup::strategy).collect();
            (
                id(),
                prose(),
                vec(text(), 0..3),
                annotations(),
                parcels,
                groups,
            )
                .prop_map(
                    |(id, description, authors, annotations, parcels, groups)| Self {
                        id,
                        description,
                        authors,
                        annotations,
                        parcels,
                        groups,
                    },
                )
        })
    }

    /// Through the builder of the suite.
    ///
    /// # Panics
    ///
    /// If that finds a problem.
    #[must_use]
    pub fn ours(&self) -> Invoice {
        let mut invoice = Invoice::builder(self.id.parse().expect("an id"))
            .description(&self.description)
            .parcels(self.parcels.iter().map(SampleParcel::ours));
        for author in &self.authors {
            invoice = invoice.author(author);
        }
        for (name, value) in &self.annotations {
            invoice = invoice.annotation(name, value);
        }
        for group in &self.groups {
            let ours = Group::new(&group.name).with_required(group.required);
            invoice = invoice.group(ours.with_satisfied_by(group.satisfied_by));
        }
        invoice.build().expect("a legal invoice")
    }

    /// Through the public fields of the reference implementation.
    ///
    /// # Panics
    ///
    /// If that refuses the id.
    #[must_use]
    pub fn theirs(&self) -> bindle::Invoice {
        let mut invoice = bindle::Invoice::new(bindle::BindleSpec {
            id: self.id.parse().expect("an id"),
            description: some_text(&self.description),
            authors: Some(self.authors.clone()).filter(|authors| !authors.is_empty()),
        });
        invoice.annotations = some_map(&self.annotations);
        // An empty list is a value, which they cannot write after a table.
        let parcels = self.parcels.iter().map(SampleParcel::theirs);
        invoice.parcel = Some(parcels.collect()).filter(|parcels: &Vec<_>| !parcels.is_empty());
        let groups = self.groups.iter().map(SampleGroup::theirs);
        invoice.group = Some(groups.collect()).filter(|groups: &Vec<_>| !groups.is_empty());
        invoice
    }

    /// Takes out what the reference implementation cannot write: an origin in
    /// a label that has features or annotations, too.
    #[must_use]
    pub fn writable_by_them(mut self) -> Self {
        for parcel in &mut self.parcels {
            if !parcel.annotations.is_empty() || !parcel.features.is_empty() {
                parcel.origin.clear();
            }
        }
        self
    }
}

impl SampleParcel {
    fn strategy(groups: Vec<String>) -> impl Strategy<Value = Self> {
        let count = 0..=groups.len();
        let some_groups =
            || subsequence(groups.clone(), count.clone()).prop_map(BTreeSet::from_iter);
        let media_type = select(vec![
            "text/plain",
            "text/html; charset=UTF-8",
            "application/wasm",
        ]);
        let features = btree_map("[a-z]{1,5}", btree_map("[a-z]{1,5}", text(), 1..3), 0..3);
        let label = (
            any::<u64>(),
            0..=i64::MAX as u64,
            media_type,
            text(),
            origin(),
        );
        (label, annotations(), features, some_groups(), some_groups()).prop_map(
            |(
                (content, size, media_type, name, origin),
                annotations,
                features,
                member_of,
                requires,
            )| {
                Self {
                    content,
                    size,
                    media_type: media_type.into(),
                    name,
                    origin,
                    annotations,
                    features,
                    member_of,
                    requires,
                }
            },
        )
    }

    fn digest(&self) -> Digest {
        Digest::of(&self.content.to_le_bytes())
    }

    fn ours(&self) -> Parcel {
        let media_type = self.media_type.parse().expect("a media type");
        let mut label = Label::new(self.digest(), self.size, media_type)
            .with_name(&self.name)
            .with_origin(&self.origin);
        for (name, value) in &self.annotations {
            label = label.with_annotation(name, value);
        }
        for (section, features) in &self.features {
            for (name, value) in features {
                label = label.with_feature(section, name, value);
            }
        }
        Parcel::from(label)
            .member_of(&self.member_of)
            .requires(&self.requires)
    }

    fn theirs(&self) -> bindle::Parcel {
        let some_groups = |groups: &BTreeSet<String>| {
            Some(groups.iter().cloned().collect::<Vec<_>>()).filter(|groups| !groups.is_empty())
        };
        let conditions = bindle::Condition {
            member_of: some_groups(&self.member_of),
            requires: some_groups(&self.requires),
        };
        bindle::Parcel {
            label: bindle::Label {
                sha256: self.digest().to_string(),
                media_type: self.media_type.clone(),
                name: self.name.clone(),
                size: self.size,
                annotations: some_map(&self.annotations),
                feature: Some(self.features.clone()).filter(|features| !features.is_empty()),
                origin: some_text(&self.origin),
            },
            conditions: Some(conditions)
                .filter(|some| some.member_of.is_some() || some.requires.is_some()),
        }
    }
}

impl SampleGroup {
    fn strategy(name: String) -> impl Strategy<Value = Self> {
        let satisfied_by = select(vec![
            SatisfiedBy::AllOf,
            SatisfiedBy::OneOf,
            SatisfiedBy::Optional,
        ]);
        (any::<bool>(), satisfied_by).prop_map(move |(required, satisfied_by)| Self {
            name: name.clone(),
            required,
            satisfied_by,
        })
    }

    fn theirs(&self) -> bindle::Group {
        bindle::Group {
            name: self.name.clone(),
            required: Some(self.required),
            satisfied_by: Some(self.satisfied_by.to_string()),
        }
    }
}

fn id() -> impl Strategy<Value = String> {
    let name = "[a-z0-9äß_-]{1,8}(\\.[a-z]{2,3})?(/[A-Z0-9_-]{1,8}){0,2}";
    let version =
        "(0|[1-9][0-9]{0,4})\\.(0|[1-9])\\.[1-9](-[a-z]{1,3}\\.[1-9])?(\\+q[0-9a-f]{1,8})?";
    (name, version).prop_map(|(name, version)| format!("{name}/{version}"))
}

/// One line with everything that TOML has to escape.
fn text() -> impl Strategy<Value = String> {
    "[ -~äß€😀]{0,16}"
}

/// Several lines.
fn prose() -> impl Strategy<Value = String> {
    "[ -~äß€😀]{0,16}(\n[ -~\t]{0,8}){0,2}"
}

fn origin() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just(String::new()), id()]
}

fn annotations() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map("[a-z]{1,5}([ .\"'][A-Z]{1,3})?", text(), 0..3)
}

fn some_text(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn some_map(map: &BTreeMap<String, String>) -> Option<BTreeMap<String, String>> {
    Some(map.clone()).filter(|map| !map.is_empty())
}
