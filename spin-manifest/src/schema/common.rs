//! Walking a TOML document: typed reads that report what does not fit and go
//! on with the rest.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use bindle_core::text::Span;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnose::{Diagnostics, Draft, Path, ProblemKind, Weight};
use crate::era::{Era, Eras};
use crate::reader::ManifestReader;
use crate::value::{Located, Table, Value};

/// Collects the problems of a reading, each with the eras in which it is one.
#[derive(Debug)]
pub(crate) struct Findings {
    /// The eras of which anything is asked.
    asked: Eras,
    /// The first problems; of more, only what they weigh is known.
    drafts: Vec<Draft>,
    weights: Vec<(Eras, Weight)>,
}

impl Findings {
    /// Collects what is a problem in one of the `asked` eras.
    pub(crate) fn of(asked: Eras) -> Self {
        Self {
            asked,
            drafts: Vec::new(),
            weights: Vec::new(),
        }
    }

    /// Asks no longer of other eras than `asked`.
    pub(crate) fn ask_only(&mut self, asked: Eras) {
        self.asked = asked;
    }

    /// Those of `eras` of which anything is asked; of others it is not worth
    /// the time to put a problem together.
    pub(crate) fn asked(&self, eras: Eras) -> Eras {
        eras.and(self.asked)
    }

    /// A problem in every era.
    pub(crate) fn report(&mut self, draft: Draft) {
        self.report_in(Eras::ALL, draft);
    }

    pub(crate) fn report_in(&mut self, eras: Eras, draft: Draft) {
        let eras = self.asked(eras);
        if !eras.is_empty() {
            self.weights.push((eras, draft.weight()));
            if self.drafts.len() < ManifestReader::MAX_PROBLEMS {
                self.drafts.push(draft);
            }
        }
    }

    /// Takes what `others` found in the eras that they were asked of.
    pub(crate) fn take(&mut self, others: Self) {
        for draft in others.drafts {
            self.report_in(others.asked, draft);
        }
    }

    /// Whether no further problem is listed, so that it is not worth the time to
    /// say much about it.
    pub(crate) fn is_full(&self) -> bool {
        self.drafts.len() >= ManifestReader::MAX_PROBLEMS
    }

    /// The one of `names` that `word` was most likely meant to be. Among many
    /// it is not looked for, nor for a problem that is not listed.
    pub(crate) fn nearest<'n>(&self, word: &str, names: &BTreeSet<&'n str>) -> Option<&'n str> {
        const MANY: usize = 256;
        if names.len() > MANY || self.is_full() {
            return None;
        }
        bindle_core::text::nearest(word, names.iter().copied())
    }

    /// How many problems of an era weigh.
    pub(crate) fn count(&self, era: Era, weighs: impl Fn(Weight) -> bool) -> usize {
        let weights = self.weights.iter();
        let weights = weights.filter(|(eras, weight)| eras.contains(era) && weighs(*weight));
        weights.count()
    }

    /// The problems in one of `eras`.
    pub(crate) fn into_diagnostics(self, text: &str, eras: Eras) -> Diagnostics {
        let weights = self.weights.iter().map(|(of, _)| of.intersects(eras));
        let count = weights.clone().filter(|is_asked| *is_asked).count();
        let drafts = self.drafts.into_iter().zip(weights);
        let drafts = drafts.filter(|(_, is_asked)| *is_asked);
        let drafts: Vec<_> = drafts.map(|(draft, _)| draft).collect();
        let omitted = count - drafts.len();
        Diagnostics::new(text, drafts, omitted)
    }

    /// Of `candidates` the oldest era in which no problem weighs; and if there is
    /// none, the era of its time in which the fewest do.
    pub(crate) fn fitting(&self, candidates: Eras, weighs: impl Fn(Weight) -> bool) -> Era {
        let errors = |era: &Era| self.count(*era, &weighs);
        let accepts = candidates.iter().find(|era| errors(era) == 0);
        // What Spin 2.0 and later say of a manifest that was written for Spin
        // 0.9 or earlier is less than what its author wants to hear: they leave
        // triggers unchecked.
        let of_its_time = match candidates.contains(Era::Spin0_6) {
            true => candidates.without(Eras::CURRENT),
            false => candidates,
        };
        accepts
            .or_else(|| of_its_time.iter().min_by_key(errors))
            .unwrap_or(Era::Current)
    }
}

/// A value of the document on its way to be read.
#[derive(Clone, Copy)]
pub(crate) struct Node<'d> {
    value: &'d DeValue<'d>,
    pub(crate) span: Span,
}

impl<'d> Node<'d> {
    pub(crate) fn new(value: &'d Spanned<DeValue<'d>>) -> Self {
        Self {
            value: value.get_ref(),
            span: value.span().into(),
        }
    }

    pub(crate) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    pub(crate) fn is_array(&self) -> bool {
        self.value.is_array()
    }

    /// Whether it is `[]`.
    pub(crate) fn is_empty(&self) -> bool {
        self.value.as_array().is_some_and(|items| items.is_empty())
    }

    pub(crate) fn as_str(&self) -> Option<&'d str> {
        self.value.as_str()
    }

    pub(crate) fn as_integer(&self) -> Option<i64> {
        let number = self.value.as_integer()?;
        i64::from_str_radix(number.as_str(), number.radix()).ok()
    }

    pub(crate) fn wrong_type(&self, path: &Path<'_>, expected: &str) -> Draft {
        let found = type_name(self.value);
        let message = format!("expected {expected}, found {found}");
        Draft::error(ProblemKind::WrongType, path, self.span, message)
    }

    pub(crate) fn str(&self, findings: &mut Findings, path: &Path<'_>) -> Option<&'d str> {
        if let Some(text) = self.as_str() {
            return Some(text);
        }
        let draft = self.wrong_type(path, "a string");
        findings.report(match self.value {
            DeValue::Integer(number) => draft.hint(format!("write \"{number}\" in quotes")),
            DeValue::Float(number) => draft.hint(format!("write \"{number}\" in quotes")),
            DeValue::Boolean(value) => draft.hint(format!("write \"{value}\" in quotes")),
            _ => draft,
        });
        None
    }

    pub(crate) fn string(&self, findings: &mut Findings, path: &Path<'_>) -> Option<String> {
        self.str(findings, path).map(ToOwned::to_owned)
    }

    pub(crate) fn bool(&self, findings: &mut Findings, path: &Path<'_>) -> Option<bool> {
        let value = self.value.as_bool();
        if value.is_none() {
            let draft = self.wrong_type(path, "`true` or `false`");
            findings.report(match self.as_str() {
                Some(text @ ("true" | "false")) => {
                    draft.hint(format!("write {text} without quotes"))
                }
                _ => draft,
            });
        }
        value
    }

    /// The items of an array, each read by `read`; those that can not be read
    /// are left out.
    pub(crate) fn list<T>(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
        mut read: impl FnMut(&Self, &mut Findings, &Path<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let DeValue::Array(items) = self.value else {
            let draft = self.wrong_type(path, "a list");
            findings.report(match self.as_str() {
                Some(text) => draft.hint(format!("write [{text:?}]")),
                None => draft,
            });
            return None;
        };
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            values.extend(read(&Node::new(item), findings, &path.index(index)));
        }
        Some(values)
    }

    pub(crate) fn strings(&self, findings: &mut Findings, path: &Path<'_>) -> Option<Vec<String>> {
        self.list(findings, path, Self::string)
    }

    /// The entries of a table, in the order of the text.
    pub(crate) fn entries(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
    ) -> Option<Vec<(Located<&'d str>, Self)>> {
        let DeValue::Table(table) = self.value else {
            findings.report(self.wrong_type(path, "a table"));
            return None;
        };
        Some(in_order(table))
    }

    /// The keys of a table, if it is one, in no order.
    pub(crate) fn keys(&self) -> Option<impl Iterator<Item = &'d str> + use<'d>> {
        let table = self.value.as_table()?;
        Some(table.keys().map(|key| key.get_ref().as_ref()))
    }

    /// A table from strings to strings.
    pub(crate) fn string_map(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
    ) -> Option<BTreeMap<String, String>> {
        let mut map = BTreeMap::new();
        for (key, node) in self.entries(findings, path)? {
            if let Some(text) = node.string(findings, &path.key(&key)) {
                map.insert((*key).to_owned(), text);
            }
        }
        Some(map)
    }

    /// A table with known fields.
    pub(crate) fn fields(&self, findings: &mut Findings, path: &Path<'_>) -> Option<Fields<'d>> {
        let DeValue::Table(table) = self.value else {
            findings.report(self.wrong_type(path, "a table"));
            return None;
        };
        Some(Fields {
            table,
            span: self.span,
        })
    }

    /// A table whose contents are open.
    pub(crate) fn table(&self, findings: &mut Findings, path: &Path<'_>) -> Option<Table> {
        match self.open_value(findings, path)? {
            Value::Table(table) => Some(table),
            _ => {
                findings.report(self.wrong_type(path, "a table"));
                None
            }
        }
    }

    /// Any value. The parser limits how deep they nest.
    pub(crate) fn open_value(&self, findings: &mut Findings, path: &Path<'_>) -> Option<Value> {
        Some(match self.value {
            DeValue::String(text) => Value::String(text.clone().into_owned()),
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Datetime(datetime) => Value::Datetime(datetime.to_string()),
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) => Value::Integer(number),
                    Err(_) => {
                        let message = format!("the number {number} is too large");
                        let hint = "whole numbers have at most 64 bits, with sign";
                        findings.report(
                            Draft::error(ProblemKind::InvalidValue, path, self.span, message)
                                .hint(hint),
                        );
                        return None;
                    }
                }
            }
            DeValue::Float(number) => {
                let text = number.as_str();
                let value = text.parse::<f64>().ok();
                let Some(value) = value.filter(|value| value.is_finite() || !has_digits(text))
                else {
                    let message = format!("the number {number} is too large");
                    let hint = "the largest has 309 digits";
                    let kind = ProblemKind::InvalidValue;
                    findings.report(Draft::error(kind, path, self.span, message).hint(hint));
                    return None;
                };
                Value::Float(value)
            }
            DeValue::Array(_) => Value::Array(self.list(findings, path, Self::open_value)?),
            DeValue::Table(table) => {
                Value::Table(Fields::of(table, self.span).open_values(findings, path, &[]))
            }
        })
    }
}

/// The entries of a table; the parser keeps them by key, their places tell how
/// they were written.
pub(crate) fn in_order<'d>(table: &'d DeTable<'d>) -> Vec<(Located<&'d str>, Node<'d>)> {
    let entries = table.iter().map(|(key, value)| {
        let span = Span::from(key.span());
        (Located::new(key.get_ref().as_ref(), span), Node::new(value))
    });
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// Whether a number is written with digits, and not as `inf` or `nan`.
fn has_digits(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::Array(_) => "an array",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Float(_) => "a float",
        DeValue::Integer(_) => "an integer",
        DeValue::String(_) => "a string",
        DeValue::Table(_) => "a table",
    }
}

/// A table whose fields are known.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'d> {
    table: &'d DeTable<'d>,
    pub(crate) span: Span,
}

impl<'d> Fields<'d> {
    pub(crate) fn of(table: &'d DeTable<'d>, span: Span) -> Self {
        Self { table, span }
    }

    pub(crate) fn get(&self, key: &str) -> Option<Node<'d>> {
        self.table.get(key).map(Node::new)
    }

    /// The values of all fields but the `known` ones.
    pub(crate) fn open_values(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
        known: &[&str],
    ) -> Table {
        let mut values = Table::new();
        for (key, value) in self.table {
            let key = key.get_ref().as_ref();
            if known.contains(&key) {
                continue;
            }
            if let Some(value) = Node::new(value).open_value(findings, &path.key(key)) {
                values.insert(key.to_owned(), value);
            }
        }
        values
    }

    /// Where the key `key` is written.
    pub(crate) fn key_span(&self, key: &str) -> Option<Span> {
        let (key, _) = self.table.get_key_value(key)?;
        Some(key.span().into())
    }

    /// Reads the field `key` with `read`, if it is there.
    pub(crate) fn optional<T>(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
        key: &str,
        read: impl FnOnce(&Node<'d>, &mut Findings, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        read(&self.get(key)?, findings, &path.key(key))
    }

    /// Reads the field `key` with `read`, and reports it missing otherwise.
    /// `example` shows what to write.
    pub(crate) fn required<T>(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
        key: &str,
        example: &str,
        read: impl FnOnce(&Node<'d>, &mut Findings, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        if self.get(key).is_none() {
            findings.report(self.missing(path, key, example));
        }
        self.optional(findings, path, key, read)
    }

    pub(crate) fn missing(&self, path: &Path<'_>, key: &str, example: &str) -> Draft {
        let message = match path {
            Path::Root => format!("the field `{key}` is missing"),
            _ => format!("the field `{key}` of `{path}` is missing"),
        };
        // A table of more than its header is marked where it starts.
        Draft::error(
            ProblemKind::MissingField,
            &path.key(key),
            self.span,
            message,
        )
        .hint(format!("add `{example}`"))
    }

    /// Whether there is a field that is not among `known`.
    pub(crate) fn has_unknown(&self, known: &[(&str, Eras)]) -> bool {
        let mut keys = self.table.keys();
        keys.any(|key| {
            known
                .iter()
                .all(|(known, _)| *known != key.get_ref().as_ref())
        })
    }

    /// Reports the fields that are not among `known`, and those that are known
    /// only in some eras.
    pub(crate) fn deny_unknown(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
        known: &[(&str, Eras)],
    ) {
        for (key, _) in self.table {
            let name: &Cow<'_, str> = key.get_ref();
            let span = Span::from(key.span());
            let path = path.key(name);
            let Some((_, eras)) = known.iter().find(|(known, _)| *known == name) else {
                let message = format!("unknown field `{name}`");
                let draft = Draft::error(ProblemKind::UnknownField, &path, span, message);
                let names = known.iter().map(|(name, _)| *name);
                findings.report(match elsewhere(name, &path) {
                    Some(hint) => draft.hint(hint),
                    None => draft.nearest(name, names),
                });
                continue;
            };
            let unknown = findings.asked(Eras::ALL.without(*eras));
            for era in unknown.iter() {
                let message = format!("{era} does not know the field `{name}`");
                let draft = Draft::error(ProblemKind::UnknownField, &path, span, message);
                findings.report_in(era.into(), draft.hint("remove it"));
            }
        }
    }
}

/// Where a field belongs that stands in the wrong table, or is called by the
/// name of another format.
fn elsewhere(name: &str, path: &Path<'_>) -> Option<&'static str> {
    let is_top = matches!(path, Path::Key(Path::Root, _));
    match name {
        "sha256" => Some("did you mean `digest`?"),
        "authors" | "description" | "name" | "version" if is_top => {
            Some("write it in [application]")
        }
        "ai_models"
        | "allowed_http_hosts"
        | "allowed_outbound_hosts"
        | "build"
        | "config"
        | "dependencies"
        | "environment"
        | "exclude_files"
        | "files"
        | "key_value_stores"
        | "profile"
        | "source"
        | "sqlite_databases"
            if is_top =>
        {
            Some("it belongs to a component")
        }
        "route" if is_top => Some("it belongs to a trigger"),
        _ => None,
    }
}
