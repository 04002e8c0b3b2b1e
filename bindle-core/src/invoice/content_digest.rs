//! The digest of what may never change; [`Invoice::content_digest`] documents
//! the encoding.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};

use super::{Invoice, SatisfiedBy};
use crate::{Digest, Digester};

const DOMAIN: &[u8] = b"bindle invoice content v1\0";

pub(super) fn of(invoice: &Invoice) -> Digest {
    let mut encoder = Encoder(Digester::new());
    encoder.0.update(DOMAIN);
    encoder.text(invoice.id.name().as_str());
    encoder.text(&invoice.id.version().to_string());
    encoder.text(&invoice.description);
    encoder.number(invoice.authors.len() as u64);
    for author in &invoice.authors {
        encoder.text(author);
    }
    encoder.map(&invoice.annotations, |encoder, text| encoder.text(text));
    encoder.number(invoice.parcels.len() as u64);
    for parcel in &invoice.parcels {
        let label = &parcel.label;
        encoder.0.update(label.digest.as_bytes());
        encoder.number(label.size);
        encoder.text(label.media_type.as_str());
        encoder.text(&label.name);
        encoder.text(&label.origin);
        encoder.map(&label.annotations, |encoder, text| encoder.text(text));
        encoder.map(&label.features, |encoder, section| {
            encoder.map(section, |encoder, text| encoder.text(text));
        });
        encoder.set(&parcel.member_of);
        encoder.set(&parcel.requires);
    }
    encoder.number(invoice.groups.len() as u64);
    for group in &invoice.groups {
        encoder.text(&group.name);
        let satisfied_by = match group.satisfied_by {
            SatisfiedBy::AllOf => 0,
            SatisfiedBy::OneOf => 1,
            SatisfiedBy::Optional => 2,
        };
        encoder.0.update(&[u8::from(group.required), satisfied_by]);
    }
    encoder.0.finish().0
}

struct Encoder(Digester);

impl Encoder {
    fn number(&mut self, number: u64) {
        self.0.update(&number.to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.update(text.as_bytes());
    }

    fn set(&mut self, set: &BTreeSet<String>) {
        self.number(set.len() as u64);
        set.iter().for_each(|text| self.text(text));
    }

    fn map<V>(&mut self, map: &BTreeMap<String, V>, encode: fn(&mut Self, &V)) {
        self.number(map.len() as u64);
        for (name, value) in map {
            self.text(name);
            encode(self, value);
        }
    }
}
