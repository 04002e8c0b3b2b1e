//! Invoices of every shape, as plain data that the tests make in several ways.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::{Digest, Group, Id, Invoice, InvoiceBuilder, Label, Parcel, SatisfiedBy};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) type Texts = BTreeMap<String, String>;

#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) description: String,
    pub(crate) authors: Vec<String>,
    pub(crate) annotations: Texts,
    pub(crate) parcels: Vec<SampleParcel>,
    pub(crate) groups: Vec<SampleGroup>,
    pub(crate) signatures: Vec<SampleSignature>,
    pub(crate) yank: Option<(String, Vec<SampleSignature>)>,
}

#[derive(Clone, Debug)]
pub(crate) struct SampleParcel {
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    pub(crate) media_type: String,
    pub(crate) name: String,
    pub(crate) origin: String,
    pub(crate) annotations: Texts,
    pub(crate) features: BTreeMap<String, Texts>,
    pub(crate) member_of: BTreeSet<String>,
    pub(crate) requires: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct SampleGroup {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) satisfied_by: SatisfiedBy,
}

#[derive(Clone, Debug)]
pub(crate) struct SampleSignature {
    pub(crate) by: String,
    pub(crate) signature: String,
    pub(crate) key: String,
    pub(crate) role: &'static str,
    pub(crate) at: u64,
}

impl Sample {
    pub(crate) fn id(&self) -> Id {
        format!("{}/{}", self.name, self.version).parse().unwrap()
    }

    /// The invoice as the builder makes it, without signatures and yank.
    pub(crate) fn builder(&self) -> InvoiceBuilder {
        let mut builder = Invoice::builder(self.id()).description(&self.description);
        for author in &self.authors {
            builder = builder.author(author);
        }
        for (name, value) in &self.annotations {
            builder = builder.annotation(name, value);
        }
        let groups = self.groups.iter().map(|group| {
            Group::new(&group.name)
                .with_required(group.required)
                .with_satisfied_by(group.satisfied_by)
        });
        builder = groups.fold(builder, InvoiceBuilder::group);
        builder.parcels(self.parcels.iter().map(SampleParcel::to_parcel))
    }

    /// The invoice as JSON has it, with what is empty written out.
    pub(crate) fn to_json(&self) -> Value {
        let mut json = json!({
            "bindleVersion": "1.0.0",
            "yanked": self.yank.is_some(),
            "bindle": {
                "name": self.name,
                "version": self.version,
                "description": self.description,
                "authors": self.authors,
            },
            "annotations": self.annotations,
            "parcel": self.parcels.iter().map(SampleParcel::to_json).collect::<Vec<_>>(),
            "group": self.groups.iter().map(|group| json!({
                "name": group.name,
                "required": group.required,
                "satisfiedBy": group.satisfied_by.as_str(),
            })).collect::<Vec<_>>(),
            "signature": signatures(&self.signatures),
        });
        if let Some((reason, blocks)) = &self.yank {
            json["yankedReason"] = json!(reason);
            json["yankedSignature"] = signatures(blocks);
        }
        json
    }

    pub(crate) fn to_invoice(&self) -> Invoice {
        serde_json::from_value(self.to_json()).unwrap()
    }
}

fn signatures(blocks: &[SampleSignature]) -> Value {
    let blocks = blocks.iter().map(|block| {
        json!({
            "by": block.by,
            "signature": block.signature,
            "key": block.key,
            "role": block.role,
            "at": block.at,
        })
    });
    blocks.collect()
}

impl SampleParcel {
    pub(crate) fn to_parcel(&self) -> Parcel {
        let media_type = self.media_type.parse().unwrap();
        let mut label = Label::new(self.digest, self.size, media_type)
            .with_name(&self.name)
            .with_origin(&self.origin);
        for (name, value) in &self.annotations {
            label = label.with_annotation(name, value);
        }
        for (section, properties) in &self.features {
            for (name, value) in properties {
                label = label.with_feature(section, name, value);
            }
        }
        Parcel::from(label)
            .member_of(&self.member_of)
            .requires(&self.requires)
    }

    fn to_json(&self) -> Value {
        json!({
            "label": {
                "sha256": self.digest.to_string(),
                "mediaType": self.media_type,
                "name": self.name,
                "size": self.size,
                "annotations": self.annotations,
                "feature": self.features,
                "origin": self.origin,
            },
            "conditions": { "memberOf": self.member_of, "requires": self.requires },
        })
    }
}

const TROUBLE: &[&str] = &[
    "\"", "'", "\\", "\n", "\r\n", "\"\"\"", "'''", "\u{7f}", "\u{85}", "\u{feff}",
];

/// Any text, with all that makes trouble in it.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => "[a-zA-Z0-9 ._=#-]",
        1 => any::<char>().prop_map(String::from),
        1 => proptest::sample::select(TROUBLE).prop_map(String::from),
    ];
    vec(character, 0..6).prop_map(|parts| parts.concat())
}

/// A text as it may be signed or identify something.
pub(crate) fn line() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace(char::is_control, ""))
}

pub(crate) fn version() -> impl Strategy<Value = String> {
    const NUMBER: &str = "(0|[1-9][0-9]{0,3})";
    let version =
        format!(r"{NUMBER}\.{NUMBER}\.{NUMBER}(-[a-z]{{1,3}}(\.{NUMBER})?)?(\+[a-z0-9]{{1,6}})?");
    proptest::string::string_regex(&version).unwrap()
}

pub(crate) fn name() -> impl Strategy<Value = String> {
    let segment = "[a-zA-Z0-9äßжπ中_-][a-z0-9äß中._-]{0,5}";
    vec(segment, 1..4).prop_map(|segments| segments.join("/"))
}

fn texts() -> impl Strategy<Value = Texts> {
    btree_map(text(), text(), 0..3)
}

fn features() -> impl Strategy<Value = BTreeMap<String, Texts>> {
    btree_map(line(), btree_map(line(), text(), 1..3), 0..3)
}

fn groups() -> impl Strategy<Value = Vec<SampleGroup>> {
    let names = btree_set(line().prop_filter("a name", |name| !name.is_empty()), 0..4);
    let names = names.prop_map(Vec::from_iter).prop_shuffle();
    names.prop_flat_map(|names| {
        let kinds = proptest::sample::select(vec![
            SatisfiedBy::AllOf,
            SatisfiedBy::OneOf,
            SatisfiedBy::Optional,
        ]);
        vec((any::<bool>(), kinds), names.len()).prop_map(move |properties| {
            let groups = names.iter().zip(properties);
            let groups = groups.map(|(name, (required, satisfied_by))| SampleGroup {
                name: name.clone(),
                required,
                satisfied_by,
            });
            groups.collect()
        })
    })
}

fn parcels(groups: &[SampleGroup]) -> impl Strategy<Value = Vec<SampleParcel>> + use<> {
    let names: Vec<_> = groups.iter().map(|group| group.name.clone()).collect();
    let some = move || proptest::sample::subsequence(names.clone(), 0..=names.len());
    let media_type = proptest::sample::select(vec![
        "text/html",
        "text/html; charset=utf-8",
        "application/vnd.fermyon.spin+toml",
        "x/y; a=\"b\\\"c\"",
    ]);
    let parcel = (
        (0_u64..12, media_type, line(), line()),
        (texts(), features(), some(), some()),
    );
    let parcel = parcel.prop_map(|(label, more)| SampleParcel {
        digest: Digest::of(&label.0.to_be_bytes()),
        // Up to the largest size there is.
        size: (u64::MAX >> 1) >> (label.0 * 5),
        media_type: label.1.into(),
        name: label.2,
        origin: label.3,
        annotations: more.0,
        features: more.1,
        member_of: more.2.into_iter().collect(),
        requires: more.3.into_iter().collect(),
    });
    vec(parcel, 0..5)
}

fn signature() -> impl Strategy<Value = SampleSignature> {
    let key = prop_oneof![
        Just("VT/5n9sLqcs9ShSzcCqyoA5iqfhIUSP7ex+vYhYZRnw=".to_owned()),
        text(),
    ];
    let roles = proptest::sample::select(vec!["creator", "approver", "host", "proxy"]);
    (line(), text(), key, roles, 0..=i64::MAX as u64).prop_map(|(by, signature, key, role, at)| {
        SampleSignature {
            by,
            signature,
            key,
            role,
            at,
        }
    })
}

/// Invoices with every field there is.
pub(crate) fn samples() -> impl Strategy<Value = Sample> {
    let yank = proptest::option::weighted(0.3, (line(), vec(signature(), 0..2)));
    let heading = (name(), version(), text(), vec(text(), 0..3), texts());
    (heading, groups(), vec(signature(), 0..3), yank).prop_flat_map(
        |(heading, groups, signatures, yank)| {
            parcels(&groups).prop_map(move |parcels| {
                let (name, version, description, authors, annotations) = heading.clone();
                Sample {
                    name,
                    version,
                    description,
                    authors,
                    annotations,
                    parcels,
                    groups: groups.clone(),
                    signatures: signatures.clone(),
                    yank: yank.clone(),
                }
            })
        },
    )
}
