//! The invoice as a user of `toml` alone would declare it: no checks, no
//! places.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The whole document.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TypedInvoice {
    bindle_version: String,
    yanked: Option<bool>,
    bindle: Bindle,
    annotations: Option<BTreeMap<String, String>>,
    parcel: Option<Vec<Parcel>>,
    group: Option<Vec<Group>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Bindle {
    name: String,
    version: String,
    description: Option<String>,
    authors: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Parcel {
    label: Label,
    conditions: Option<Conditions>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Label {
    sha256: String,
    media_type: String,
    name: String,
    size: u64,
    annotations: Option<BTreeMap<String, String>>,
    feature: Option<BTreeMap<String, BTreeMap<String, String>>>,
    origin: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Conditions {
    member_of: Option<Vec<String>>,
    requires: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Group {
    name: String,
    required: Option<bool>,
    satisfied_by: Option<String>,
}
