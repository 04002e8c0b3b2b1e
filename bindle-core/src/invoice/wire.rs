//! The fields of the document by their wire names, with only their types
//! checked: what TOML, JSON and other formats are read into and written from.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Invoice, Label, Parcel, SignatureBlock};
use crate::document::{At, Field, List, Text, TextMap};
use crate::text::Span;

/// What a size is, at most the largest integer of TOML.
pub(super) const SIZE: &str = "a size in bytes, from 0 to 9223372036854775807";

/// What a time is, at most the largest integer of TOML.
pub(super) const TIME: &str = "a time in seconds, from 0 to 9223372036854775807";

#[derive(Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct WireInvoice<'i> {
    pub(super) bindle_version: Field<Text<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) yanked: Field<bool>,
    #[serde(alias = "yanked_reason", skip_serializing_if = "Field::is_not_present")]
    pub(super) yanked_reason: Field<Text<'i>>,
    #[serde(
        alias = "yanked_signature",
        skip_serializing_if = "Field::is_not_present"
    )]
    pub(super) yanked_signature: List<WireSignature<'i>>,
    pub(super) bindle: Field<WireBindle<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) annotations: Field<TextMap<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) parcel: List<WireParcel<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) group: List<WireGroup<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) signature: List<WireSignature<'i>>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct WireBindle<'i> {
    pub(super) name: Field<Text<'i>>,
    pub(super) version: Field<Text<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) description: Field<Text<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) authors: List<Text<'i>>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct WireParcel<'i> {
    pub(super) label: Field<WireLabel<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) conditions: Field<WireConditions<'i>>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct WireLabel<'i> {
    pub(super) sha256: Field<Text<'i>>,
    pub(super) media_type: Field<Text<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) name: Field<Text<'i>>,
    pub(super) size: Field<u64>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) annotations: Field<TextMap<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) feature: Field<BTreeMap<Text<'i>, At<WireSection<'i>>>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) origin: Field<Text<'i>>,
}

/// A section of features.
#[derive(Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct WireSection<'i> {
    pub(super) properties: TextMap<'i>,
    /// Where the names of the properties stand, in their order; nothing if
    /// they came from no text.
    #[serde(skip)]
    pub(super) names: Vec<Span>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct WireConditions<'i> {
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) member_of: List<Text<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) requires: List<Text<'i>>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct WireGroup<'i> {
    pub(super) name: Field<Text<'i>>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) required: Field<bool>,
    #[serde(skip_serializing_if = "Field::is_not_present")]
    pub(super) satisfied_by: Field<Text<'i>>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WireSignature<'i> {
    pub(super) by: Field<Text<'i>>,
    pub(super) signature: Field<Text<'i>>,
    pub(super) key: Field<Text<'i>>,
    pub(super) role: Field<Text<'i>>,
    pub(super) at: Field<u64>,
}

impl<'i> From<&'i Invoice> for WireInvoice<'i> {
    fn from(invoice: &'i Invoice) -> Self {
        let yank = invoice.yank.as_ref();
        Self {
            bindle_version: Field::present(Cow::Borrowed(super::BINDLE_VERSION)),
            yanked: Field::non_default(yank.is_some()),
            yanked_reason: text(invoice.yanked_reason()),
            yanked_signature: list(invoice.yanked_signatures()),
            bindle: Field::present(WireBindle {
                name: text(invoice.id.name().as_str()),
                version: Field::present(Cow::Owned(alloc::format!("{}", invoice.id.version()))),
                description: text(&invoice.description),
                authors: texts(&invoice.authors),
            }),
            annotations: map(&invoice.annotations),
            parcel: list(&invoice.parcels),
            group: list(&invoice.groups),
            signature: list(&invoice.signatures),
        }
    }
}

impl<'i> From<&'i Parcel> for WireParcel<'i> {
    fn from(parcel: &'i Parcel) -> Self {
        let has_conditions = !(parcel.member_of.is_empty() && parcel.requires.is_empty());
        Self {
            label: Field::present(WireLabel::from(&parcel.label)),
            conditions: if has_conditions {
                Field::present(WireConditions {
                    member_of: texts(&parcel.member_of),
                    requires: texts(&parcel.requires),
                })
            } else {
                Field::Absent
            },
        }
    }
}

impl<'i> From<&'i Label> for WireLabel<'i> {
    fn from(label: &'i Label) -> Self {
        let features = label
            .features
            .iter()
            .filter(|(_, section)| !section.is_empty());
        let features: BTreeMap<_, _> = features
            .map(|(name, section)| {
                let section = WireSection {
                    properties: text_map(section),
                    names: Vec::new(),
                };
                (Cow::Borrowed(name.as_str()), At::nowhere(section))
            })
            .collect();
        Self {
            sha256: Field::present(Cow::Owned(alloc::format!("{}", label.digest))),
            media_type: text(label.media_type.as_str()),
            name: text(&label.name),
            size: Field::present(label.size),
            annotations: map(&label.annotations),
            feature: if features.is_empty() {
                Field::Absent
            } else {
                Field::present(features)
            },
            origin: text(&label.origin),
        }
    }
}

impl<'i> From<&'i super::Group> for WireGroup<'i> {
    fn from(group: &'i super::Group) -> Self {
        Self {
            name: Field::present(Cow::Borrowed(&group.name)),
            required: Field::non_default(group.required),
            satisfied_by: if group.satisfied_by == super::SatisfiedBy::default() {
                Field::Absent
            } else {
                text(group.satisfied_by.as_str())
            },
        }
    }
}

impl<'i> From<&'i SignatureBlock> for WireSignature<'i> {
    fn from(block: &'i SignatureBlock) -> Self {
        Self {
            by: Field::present(Cow::Borrowed(&block.by)),
            signature: Field::present(Cow::Borrowed(&block.signature)),
            key: Field::present(Cow::Borrowed(&block.key)),
            role: text(block.role.as_str()),
            at: Field::present(block.at.as_seconds()),
        }
    }
}

fn text(text: &str) -> Field<Text<'_>> {
    if text.is_empty() {
        Field::Absent
    } else {
        Field::present(Cow::Borrowed(text))
    }
}

fn texts<'i>(texts: impl IntoIterator<Item = &'i String>) -> List<Text<'i>> {
    let texts: Vec<_> = texts
        .into_iter()
        .map(|text| Field::present(Cow::Borrowed(text.as_str())))
        .collect();
    if texts.is_empty() {
        Field::Absent
    } else {
        Field::present(texts)
    }
}

fn text_map(map: &BTreeMap<String, String>) -> TextMap<'_> {
    map.iter()
        .map(|(name, value)| {
            (
                Cow::Borrowed(name.as_str()),
                At::nowhere(Cow::Borrowed(value.as_str())),
            )
        })
        .collect()
}

fn map(map: &BTreeMap<String, String>) -> Field<TextMap<'_>> {
    if map.is_empty() {
        Field::Absent
    } else {
        Field::present(text_map(map))
    }
}

fn list<'i, T, W: From<&'i T>>(items: &'i [T]) -> List<W> {
    if items.is_empty() {
        Field::Absent
    } else {
        Field::present(
            items
                .iter()
                .map(|item| Field::present(W::from(item)))
                .collect(),
        )
    }
}
