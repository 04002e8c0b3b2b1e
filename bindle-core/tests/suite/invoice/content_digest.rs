//! The digest of what may never change, against a statement of its own.

use std::collections::BTreeMap;

use bindle_core::{Digest, Invoice, SatisfiedBy};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::sample::{Sample, Texts, samples};
use crate::toml_style::{self, Choices};

/// Made by `digests.py`, which reads the same files and knows nothing of this
/// crate.
#[test]
fn vectors() {
    let files = BTreeMap::from([
        (
            "build.toml",
            include_str!("../../content-digest/build.toml"),
        ),
        (
            "everything.toml",
            include_str!("../../content-digest/everything.toml"),
        ),
        (
            "minimal.toml",
            include_str!("../../content-digest/minimal.toml"),
        ),
    ]);
    let digests = include_str!("../../content-digest/digests.txt");
    assert_eq!(digests.lines().count(), files.len());
    for line in digests.lines() {
        let (digest, file) = line.split_once("  ").unwrap();
        let invoice = Invoice::from_toml(files[file]).unwrap();
        assert_eq!(invoice.content_digest().to_string(), digest, "{file}");
    }
}

/// The documented encoding, word by word.
fn encode(sample: &Sample) -> Vec<u8> {
    fn number(bytes: &mut Vec<u8>, number: u64) {
        bytes.extend(number.to_be_bytes());
    }
    fn text(bytes: &mut Vec<u8>, text: &str) {
        number(bytes, text.len() as u64);
        bytes.extend(text.bytes());
    }
    fn texts<'a>(bytes: &mut Vec<u8>, texts: impl ExactSizeIterator<Item = &'a String>) {
        number(bytes, texts.len() as u64);
        texts.for_each(|item| text(bytes, item));
    }
    fn map(bytes: &mut Vec<u8>, map: &Texts) {
        number(bytes, map.len() as u64);
        for (name, value) in map {
            text(bytes, name);
            text(bytes, value);
        }
    }
    let mut bytes = b"bindle invoice content v1\0".to_vec();
    text(&mut bytes, &sample.name);
    text(&mut bytes, &sample.version);
    text(&mut bytes, &sample.description);
    texts(&mut bytes, sample.authors.iter());
    map(&mut bytes, &sample.annotations);
    number(&mut bytes, sample.parcels.len() as u64);
    for parcel in &sample.parcels {
        bytes.extend(parcel.digest.as_bytes());
        number(&mut bytes, parcel.size);
        text(&mut bytes, &parcel.media_type);
        text(&mut bytes, &parcel.name);
        text(&mut bytes, &parcel.origin);
        map(&mut bytes, &parcel.annotations);
        number(&mut bytes, parcel.features.len() as u64);
        for (name, section) in &parcel.features {
            text(&mut bytes, name);
            map(&mut bytes, section);
        }
        texts(&mut bytes, parcel.member_of.iter());
        texts(&mut bytes, parcel.requires.iter());
    }
    number(&mut bytes, sample.groups.len() as u64);
    for group in &sample.groups {
        text(&mut bytes, &group.name);
        bytes.push(u8::from(group.required));
        bytes.push(match group.satisfied_by {
            SatisfiedBy::AllOf => 0,
            SatisfiedBy::OneOf => 1,
            SatisfiedBy::Optional => 2,
            _ => unreachable!("a group can be satisfied in three ways"),
        });
    }
    bytes
}

/// A change of what an invoice means, in each of its fields.
type Change = (&'static str, fn(&mut Sample));

const CHANGES: &[Change] = &[
    ("name", |sample| sample.name.push('x')),
    ("version", |sample| sample.version = "77777.0.0".into()),
    ("build metadata", |sample| {
        match sample.version.split_once('+') {
            Some((version, _)) => sample.version = version.into(),
            None => sample.version.push_str("+b"),
        }
    }),
    ("description", |sample| sample.description.push('x')),
    ("another author", |sample| {
        sample.authors.push(String::new());
    }),
    ("an author", |sample| match sample.authors.first_mut() {
        Some(author) => author.push('x'),
        None => sample.authors.push("x".into()),
    }),
    ("another annotation", |sample| {
        sample
            .annotations
            .insert("something new".into(), String::new());
    }),
    ("an annotation", |sample| {
        let value = sample.annotations.entry(String::new()).or_default();
        value.push('x');
    }),
    ("another parcel", |sample| {
        let parcel = sample.parcels[0].clone();
        sample.parcels.push(parcel);
    }),
    ("no parcel", |sample| sample.parcels.clear()),
    ("digest", |sample| {
        sample.parcels[0].digest = Digest::of(b"something else");
    }),
    ("size", |sample| sample.parcels[0].size ^= 1),
    ("media type", |sample| {
        sample.parcels[0].media_type.push('x');
    }),
    ("label name", |sample| sample.parcels[0].name.push('x')),
    ("origin", |sample| sample.parcels[0].origin.push('x')),
    ("label annotation", |sample| {
        let annotations = &mut sample.parcels[0].annotations;
        annotations.entry(String::new()).or_default().push('x');
    }),
    ("feature section", |sample| {
        let section = Texts::from([(String::new(), String::new())]);
        sample.parcels[0]
            .features
            .insert("something new".into(), section);
    }),
    ("feature value", |sample| {
        let section = sample.parcels[0].features.entry(String::new()).or_default();
        section.entry(String::new()).or_default().push('x');
    }),
    ("memberOf", |sample| {
        let name = sample.groups[0].name.clone();
        let member_of = &mut sample.parcels[0].member_of;
        if !member_of.remove(&name) {
            member_of.insert(name);
        }
    }),
    ("requires", |sample| {
        let name = sample.groups[0].name.clone();
        let requires = &mut sample.parcels[0].requires;
        if !requires.remove(&name) {
            requires.insert(name);
        }
    }),
    ("another group", |sample| {
        let mut group = sample.groups[0].clone();
        group.name = "something new".into();
        sample.groups.push(group);
    }),
    ("required", |sample| sample.groups[0].required ^= true),
    ("satisfiedBy", |sample| {
        let group = &mut sample.groups[0];
        group.satisfied_by = match group.satisfied_by {
            SatisfiedBy::AllOf => SatisfiedBy::OneOf,
            SatisfiedBy::OneOf => SatisfiedBy::Optional,
            _ => SatisfiedBy::AllOf,
        };
    }),
    ("order of authors", |sample| {
        sample.authors.push("somebody new".into());
        sample.authors.rotate_right(1);
    }),
    ("order of parcels", |sample| {
        let mut parcel = sample.parcels[0].clone();
        parcel.name.push_str("something new");
        sample.parcels.insert(0, parcel);
    }),
    ("order of groups", |sample| {
        let mut group = sample.groups[0].clone();
        group.name = "something new".into();
        sample.groups.insert(0, group);
    }),
];

/// Changes of what an invoice does not mean.
const NO_CHANGES: &[Change] = &[
    ("yank", |sample| {
        sample.yank = Some(("a reason".into(), Vec::new()));
    }),
    ("no yank", |sample| sample.yank = None),
    ("no signatures", |sample| sample.signatures.clear()),
    ("empty section of features", |sample| {
        sample.parcels[0]
            .features
            .insert("something new".into(), Texts::new());
    }),
];

fn samples_with_parcel_and_group() -> impl Strategy<Value = Sample> {
    let has_both = |sample: &Sample| !sample.parcels.is_empty() && !sample.groups.is_empty();
    samples().prop_filter("a parcel and a group", has_both)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn is_the_hash_of_the_documented_encoding(sample in samples()) {
        let digest = sample.to_invoice().content_digest();
        prop_assert_eq!(digest, Digest::of(&encode(&sample)));
    }

    #[test]
    fn does_not_depend_on_style_or_order_of_fields(
        sample in samples(),
        styles in vec(vec(any::<u8>(), 1..64), 2),
    ) {
        let expected = sample.to_invoice();
        for style in styles {
            let text = toml_style::write(&sample, &mut Choices::new(style));
            let invoice = match Invoice::from_toml(&text) {
                Ok(invoice) => invoice,
                Err(problems) => panic!("{problems}\n{text}"),
            };
            prop_assert_eq!(&invoice, &expected, "{}", text);
            prop_assert_eq!(invoice.content_digest(), expected.content_digest());
        }
    }

    #[test]
    fn changes_with_every_change_of_meaning(sample in samples_with_parcel_and_group()) {
        let digest = sample.to_invoice().content_digest();
        for (change, apply) in CHANGES {
            let mut changed = sample.clone();
            apply(&mut changed);
            // One content has one size in a whole invoice.
            let invoice = serde_json::from_value::<Invoice>(changed.to_json());
            match invoice {
                Ok(invoice) => prop_assert_ne!(invoice.content_digest(), digest, "{}", change),
                Err(error) => prop_assert!(error.to_string().contains("but not its size"), "{}", error),
            }
        }
        for (change, apply) in NO_CHANGES {
            let mut same = sample.clone();
            apply(&mut same);
            prop_assert_eq!(same.to_invoice().content_digest(), digest, "{}", change);
        }
    }
}
