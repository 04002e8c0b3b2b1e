//! From the fields of the document to an invoice. Every rule is here, for every
//! way of making an invoice.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use semver::Version;

use super::wire::{
    SIZE, TIME, WireBindle, WireConditions, WireGroup, WireInvoice, WireLabel, WireParcel,
    WireSection, WireSignature,
};
use super::{
    BINDLE_VERSION, Features, Group, Invoice, Label, Limits, Parcel, Role, SignatureBlock,
    UnixTime, Yank, cycles,
};
use crate::document::{
    At, Field, List, Path, ProblemKind, Problems, Report, Text, control_character, owned_map,
};
use crate::identity::version_reason;
use crate::text::{Span, excerpt, nearest};
use crate::{Digest, Id};

/// Makes an invoice from a document. Problems go to the report; there is no
/// invoice if an error keeps a part of it from being known.
pub(super) fn invoice(
    wire: At<WireInvoice<'_>>,
    limits: &Limits,
    report: &mut Report,
) -> Option<Invoice> {
    let mut check = Check {
        groups: Declared::of(&wire.value.group),
        contents: Vec::new(),
        limits,
        report,
    };
    check.invoice(wire)
}

/// Makes a label that stands alone.
pub(super) fn label(wire: At<WireLabel<'_>>, at: &Path<'_>, report: &mut Report) -> Option<Label> {
    let mut check = Check {
        groups: Declared::Unknown,
        contents: Vec::new(),
        limits: &Limits::default(),
        report,
    };
    check.label(wire, at, 0)
}

/// What the specification advises against in an invoice that was made.
pub(super) fn lints(invoice: &Invoice) -> Problems {
    let mut report = Report::new(usize::MAX);
    let wire = At::nowhere(WireInvoice::from(invoice));
    // Checked before: the limits of a reader do not count again.
    self::invoice(wire, &Limits::NONE, &mut report);
    report.finish(None)
}

/// The names of the groups and where each is declared first.
enum Declared {
    Unknown,
    Known(BTreeMap<String, usize>),
}

impl Declared {
    fn of(groups: &List<WireGroup<'_>>) -> Self {
        let groups = match groups {
            Field::Absent => return Self::Known(BTreeMap::new()),
            Field::Unreadable => return Self::Unknown,
            Field::Present(groups) => &groups.value,
        };
        let mut known = BTreeMap::new();
        for (index, group) in groups.iter().enumerate() {
            let Field::Present(group) = group else {
                return Self::Unknown;
            };
            match &group.value.name {
                Field::Present(name) => {
                    known.entry(String::from(&*name.value)).or_insert(index);
                }
                Field::Unreadable => return Self::Unknown,
                Field::Absent => {}
            }
        }
        Self::Known(known)
    }
}

/// What a label says about its content, and where it gives the size.
struct Content {
    digest: Digest,
    parcel: usize,
    size: u64,
    span: Option<Span>,
}

impl Content {
    /// The first bytes of the digest, in its order: a number, which is fast to
    /// compare and tells almost all digests apart.
    fn prefix(&self) -> u64 {
        let first = self.digest.as_bytes()[..8].iter();
        first.fold(0, |prefix, byte| (prefix << 8) | u64::from(*byte))
    }
}

struct Check<'a> {
    groups: Declared,
    contents: Vec<Content>,
    limits: &'a Limits,
    report: &'a mut Report,
}

impl Check<'_> {
    fn invoice(&mut self, wire: At<WireInvoice<'_>>) -> Option<Invoice> {
        let At { value: wire, span } = wire;
        let root = Path::Root;
        self.bindle_version(wire.bindle_version, span, &root.field("bindleVersion"));
        let at = root.field("bindle");
        let bindle = self
            .report
            .required(wire.bindle, span, &at)
            .and_then(|wire| self.bindle(wire, &at));
        let parcel_spans = wire.parcel.spans();
        self.contents.reserve(parcel_spans.len());
        let group_spans = wire.group.spans();
        let signature_spans = wire.signature.spans();
        let limits = self.limits;
        let parcels = self.list(
            wire.parcel,
            &root.field("parcel"),
            limits.parcels,
            Self::parcel,
        );
        let groups = self.list(wire.group, &root.field("group"), limits.groups, Self::group);
        let at = root.field("signature");
        let signatures = self.list(wire.signature, &at, limits.signatures, Self::signature);
        let yank = self.yank(wire.yanked, wire.yanked_reason, wire.yanked_signature);
        let mut contents = core::mem::take(&mut self.contents);
        contents.sort_unstable_by_key(|content| (content.prefix(), content.digest, content.parcel));
        self.sizes(&contents);
        let (id, description, authors) = bindle?;
        let invoice = Invoice {
            id,
            description,
            authors,
            annotations: wire
                .annotations
                .optional()
                .map(owned_map)
                .unwrap_or_default(),
            parcels: parcels?,
            groups: groups?,
            signatures: signatures?,
            yank,
        };
        self.repeated_parcels(&invoice, &contents, &parcel_spans);
        self.group_cycles(&invoice, &group_spans);
        self.signers(&invoice, &signature_spans, span);
        Some(invoice)
    }

    fn bindle_version(&mut self, wire: Field<Text<'_>>, parent: Option<Span>, at: &Path<'_>) {
        let Some(version) = self.report.required(wire, parent, at) else {
            return;
        };
        // The specification's own sample has the `v`.
        if version.value.strip_prefix('v').unwrap_or(&version.value) != BINDLE_VERSION {
            let found = excerpt(&version.value);
            self.report
                .push(at, version.span, ProblemKind::BindleVersion { found });
        }
    }

    fn bindle(
        &mut self,
        wire: At<WireBindle<'_>>,
        at: &Path<'_>,
    ) -> Option<(Id, String, Vec<String>)> {
        let At { value: wire, span } = wire;
        let path = at.field("name");
        let name = self
            .report
            .required(wire.name, span, &path)
            .and_then(|name| {
                let parsed = name.value.parse().map_err(ProblemKind::Name);
                self.report.keep(parsed, name.span, &path)
            });
        let path = at.field("version");
        let version = self
            .report
            .required(wire.version, span, &path)
            .and_then(|version| {
                let parsed = Version::parse(&version.value).map_err(|error| ProblemKind::Version {
                    found: excerpt(&version.value),
                    reason: version_reason(&version.value, &error),
                });
                self.report.keep(parsed, version.span, &path)
            });
        let description = wire.description.optional().map(owned).unwrap_or_default();
        let authors = wire.authors.optional().unwrap_or_default();
        let path = at.field("authors");
        let authors = authors.into_iter().enumerate();
        let authors = authors.filter_map(|(index, author)| {
            let author = self.report.required(author, span, &path.index(index));
            author.map(|author| owned(author.value))
        });
        let authors = authors.collect();
        Some((Id::new(name?, version?), description, authors))
    }

    fn parcel(&mut self, wire: At<WireParcel<'_>>, at: &Path<'_>, index: usize) -> Option<Parcel> {
        let path = at.field("label");
        let label = self.report.required(wire.value.label, wire.span, &path);
        let label = label.and_then(|label| self.label(label, &path, index));
        let WireConditions {
            member_of,
            requires,
        } = wire.value.conditions.optional().unwrap_or_default();
        let at = at.field("conditions");
        let member_of = self.group_names(member_of, &at.field("memberOf"));
        let requires = self.group_names(requires, &at.field("requires"));
        Some(Parcel {
            label: label?,
            member_of,
            requires,
        })
    }

    fn label(&mut self, wire: At<WireLabel<'_>>, at: &Path<'_>, parcel: usize) -> Option<Label> {
        let At { value: wire, span } = wire;
        let path = at.field("sha256");
        let digest = self
            .report
            .required(wire.sha256, span, &path)
            .and_then(|text| {
                self.report.keep(
                    text.value.parse::<Digest>().map_err(ProblemKind::Digest),
                    text.span,
                    &path,
                )
            });
        let path = at.field("mediaType");
        let media_type = self
            .report
            .required(wire.media_type, span, &path)
            .and_then(|text| {
                self.report.keep(
                    text.value.parse().map_err(ProblemKind::MediaType),
                    text.span,
                    &path,
                )
            });
        let size = self.report.required(wire.size, span, &at.field("size"));
        let size = size.and_then(|size| self.number(size, SIZE, &at.field("size")));
        if let (Some(digest), Some(size)) = (digest, &size) {
            self.contents.push(Content {
                digest,
                parcel,
                size: size.value,
                span: size.span,
            });
        }
        let name = self.plain_text(wire.name, &at.field("name"));
        let origin = self.plain_text(wire.origin, &at.field("origin"));
        let annotations = wire
            .annotations
            .optional()
            .map(owned_map)
            .unwrap_or_default();
        let features = self.features(wire.feature, &at.field("feature"));
        Some(Label {
            digest: digest?,
            size: size?.value,
            media_type: media_type?,
            name,
            origin,
            annotations,
            features,
        })
    }

    /// Refuses what TOML has no room for, whichever format it came in.
    fn number(
        &mut self,
        number: At<u64>,
        expected: &'static str,
        path: &Path<'_>,
    ) -> Option<At<u64>> {
        if i64::try_from(number.value).is_ok() {
            return Some(number);
        }
        let found = number.value.to_string().into();
        let problem = ProblemKind::OutOfRange { expected, found };
        self.report.push(path, number.span, problem);
        None
    }

    fn features(
        &mut self,
        wire: Field<BTreeMap<Text<'_>, At<WireSection<'_>>>>,
        at: &Path<'_>,
    ) -> Features {
        const LONG: usize = 2048;
        let mut features = Features::new();
        for (
            name,
            At {
                value: section,
                span,
            },
        ) in wire.optional().unwrap_or_default()
        {
            let path = at.field(&name);
            self.feature_name(&name, span, &path);
            for (index, (name, value)) in section.properties.iter().enumerate() {
                let path = path.field(name);
                self.feature_name(name, section.names.get(index).copied(), &path);
                // A character has at least one byte.
                let characters = match value.value.len() {
                    0..=LONG => 0,
                    _ => value.value.chars().count(),
                };
                if characters > LONG {
                    let problem = ProblemKind::LongFeatureValue { characters };
                    self.report.push(&path, value.span, problem);
                }
            }
            // A section without properties means nothing.
            if !section.properties.is_empty() {
                features.insert(owned(name), owned_map(section.properties));
            }
        }
        features
    }

    fn feature_name(&mut self, name: &str, span: Option<Span>, at: &Path<'_>) {
        if let Some(problem) = control_character(name) {
            self.report.push(at, span, problem);
        }
        if let Some(character) = name.chars().find(|c| matches!(c, '-' | '.')) {
            let name = excerpt(name);
            self.report
                .push(at, span, ProblemKind::FeatureName { name, character });
        }
    }

    fn group_names(&mut self, wire: List<Text<'_>>, at: &Path<'_>) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for (index, name) in wire.optional().unwrap_or_default().into_iter().enumerate() {
            let Some(name) = self.report.required(name, None, &at.index(index)) else {
                continue;
            };
            if let Declared::Known(groups) = &self.groups {
                if !groups.contains_key(&*name.value) {
                    let problem = ProblemKind::UndeclaredGroup {
                        group: excerpt(&name.value),
                        nearest: if self.report.is_full() {
                            None
                        } else {
                            near_group(&name.value, groups)
                        },
                    };
                    self.report.push(&at.index(index), name.span, problem);
                }
            }
            names.insert(owned(name.value));
        }
        names
    }

    fn group(&mut self, wire: At<WireGroup<'_>>, at: &Path<'_>, index: usize) -> Option<Group> {
        let path = at.field("name");
        let name = self
            .report
            .required(wire.value.name, wire.span, &path)
            .map(|name| {
                if name.value.is_empty() {
                    self.report.push(&path, name.span, ProblemKind::EmptyName);
                } else if let Some(problem) = control_character(&name.value) {
                    self.report.push(&path, name.span, problem);
                }
                if let Declared::Known(groups) = &self.groups {
                    if let Some(first) = groups.get(&*name.value).filter(|first| **first < index) {
                        let problem = ProblemKind::DuplicateGroup {
                            group: excerpt(&name.value),
                            first: *first,
                        };
                        self.report.push(&path, name.span, problem);
                    }
                }
                owned(name.value)
            });
        let required = wire.value.required.optional().unwrap_or_default();
        let path = at.field("satisfiedBy");
        let satisfied_by = match wire.value.satisfied_by {
            Field::Absent => Some(super::SatisfiedBy::default()),
            Field::Unreadable => None,
            Field::Present(text) => {
                let parsed = text.value.parse().map_err(|_| ProblemKind::SatisfiedBy {
                    found: excerpt(&text.value),
                });
                self.report.keep(parsed, text.span, &path)
            }
        };
        Some(Group {
            name: name?,
            required,
            satisfied_by: satisfied_by?,
        })
    }

    fn signature(
        &mut self,
        wire: At<WireSignature<'_>>,
        at: &Path<'_>,
        _: usize,
    ) -> Option<SignatureBlock> {
        let At { value: wire, span } = wire;
        let path = at.field("by");
        let by = self.report.required(wire.by, span, &path).map(|by| {
            if let Some(problem) = control_character(&by.value) {
                self.report.push(&path, by.span, problem);
            }
            owned(by.value)
        });
        let path = at.field("role");
        let role = self
            .report
            .required(wire.role, span, &path)
            .and_then(|role| {
                let parsed = role.value.parse::<Role>().map_err(|_| ProblemKind::Role {
                    found: excerpt(&role.value),
                });
                self.report.keep(parsed, role.span, &path)
            });
        let time = self.report.required(wire.at, span, &at.field("at"));
        let time = time.and_then(|time| self.number(time, TIME, &at.field("at")));
        let signature_path = at.field("signature");
        let signature = self.report.required(wire.signature, span, &signature_path);
        let key_path = at.field("key");
        let key = self.report.required(wire.key, span, &key_path);
        let (signature, key) = (signature?, key?);
        let block = SignatureBlock {
            by: by?,
            signature: signature.value.into(),
            key: key.value.into(),
            role: role?,
            at: UnixTime::from_seconds(time?.value),
        };
        if let Err(malformed) = block.signature_bytes() {
            let reason = malformed.reason();
            let problem = ProblemKind::MalformedSignature { reason };
            self.report.push(&signature_path, signature.span, problem);
        }
        if let Err(malformed) = block.key_bytes() {
            let reason = malformed.reason();
            self.report
                .push(&key_path, key.span, ProblemKind::MalformedKey { reason });
        }
        Some(block)
    }

    fn yank(
        &mut self,
        flag: Field<bool>,
        reason: Field<Text<'_>>,
        signatures: List<WireSignature<'_>>,
    ) -> Option<Yank> {
        let root = Path::Root;
        let trace = match (&reason, &signatures) {
            (Field::Present(reason), _) if !reason.value.is_empty() => Some(reason.span),
            (_, Field::Present(signatures)) if !signatures.value.is_empty() => {
                Some(signatures.span)
            }
            _ => None,
        };
        let reason = self.plain_text(reason, &root.field("yankedReason"));
        let at = root.field("yankedSignature");
        let signatures = self.list(signatures, &at, self.limits.signatures, Self::signature);
        if !flag.optional().unwrap_or_default() {
            self.report
                .push(&root.field("yanked"), trace?, ProblemKind::YankFlag);
        }
        Some(Yank {
            reason,
            signatures: signatures.unwrap_or_default(),
        })
    }

    /// Reports content, sorted by its digest, that is said to have two sizes.
    fn sizes(&mut self, contents: &[Content]) {
        let root = Path::Root;
        let root = root.field("parcel");
        let same = contents.chunk_by(|left, right| left.digest == right.digest);
        let mut pairs: Vec<_> = same
            .flat_map(|same| same[1..].iter().map(|other| (other, &same[0])))
            .filter(|(other, first)| other.size != first.size)
            .collect();
        pairs.sort_unstable_by_key(|(other, _)| other.parcel);
        for (other, first) in pairs {
            let problem = ProblemKind::OtherSize {
                first: first.parcel,
                size: first.size,
            };
            let at = root.index(other.parcel);
            let at = at.field("label");
            self.report.push(&at.field("size"), other.span, problem);
        }
    }

    /// Reports parcels, of which `contents` is sorted by digest, that are the
    /// same as one before.
    fn repeated_parcels(
        &mut self,
        invoice: &Invoice,
        contents: &[Content],
        spans: &[Option<Span>],
    ) {
        let root = Path::Root;
        let root = root.field("parcel");
        let sameness = |index: &usize| {
            let parcel = &invoice.parcels[*index];
            (&parcel.label.name, &parcel.member_of, &parcel.requires)
        };
        let mut pairs = Vec::new();
        for same in contents.chunk_by(|left, right| left.digest == right.digest) {
            if same.len() == 1 {
                continue;
            }
            let mut order: Vec<_> = same.iter().map(|content| content.parcel).collect();
            order.sort_by(|left, right| sameness(left).cmp(&sameness(right)));
            let same = order.chunk_by(|left, right| sameness(left) == sameness(right));
            pairs.extend(same.flat_map(|same| same[1..].iter().map(|other| (*other, same[0]))));
        }
        pairs.sort_unstable();
        for (index, first) in pairs {
            let span = spans.get(index).copied().flatten();
            let problem = ProblemKind::DuplicateParcel { first };
            self.report.push(&root.index(index), span, problem);
        }
    }

    fn group_cycles(&mut self, invoice: &Invoice, spans: &[Option<Span>]) {
        let root = Path::Root;
        let root = root.field("group");
        for cycle in cycles::of(&invoice.groups, &invoice.parcels) {
            let path = cycle.iter().chain(cycle.first());
            let path = path.map(|group| invoice.groups[*group].name.clone());
            let problem = ProblemKind::GroupCycle {
                path: path.collect(),
            };
            let span = spans.get(cycle[0]).copied().flatten();
            self.report.push(&root.index(cycle[0]), span, problem);
        }
    }

    fn signers(&mut self, invoice: &Invoice, spans: &[Option<Span>], root_span: Option<Span>) {
        let root = Path::Root;
        let at = root.field("signature");
        let mut seen = BTreeMap::new();
        for (index, signature) in invoice.signatures.iter().enumerate() {
            let first = *seen.entry(&*signature.key).or_insert(index);
            if first < index {
                let span = spans.get(index).copied().flatten();
                self.report
                    .push(&at.index(index), span, ProblemKind::DuplicateKey { first });
            }
        }
        if !invoice
            .signatures
            .iter()
            .any(|signature| signature.role == Role::Creator)
        {
            self.report.push(&at, root_span, ProblemKind::NoCreator);
        }
    }

    /// A text that identifies something; empty if it is absent.
    fn plain_text(&mut self, wire: Field<Text<'_>>, at: &Path<'_>) -> String {
        let Field::Present(text) = wire else {
            return String::new();
        };
        if let Some(problem) = control_character(&text.value) {
            self.report.push(at, text.span, problem);
        }
        owned(text.value)
    }

    fn list<W, T>(
        &mut self,
        wire: List<W>,
        at: &Path<'_>,
        limit: usize,
        make: fn(&mut Self, At<W>, &Path<'_>, usize) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = match wire {
            Field::Absent => return Some(Vec::new()),
            Field::Unreadable => return None,
            Field::Present(items) => items,
        };
        let found = items.value.len();
        if found > limit {
            let problem = ProblemKind::Limit {
                what: "entries",
                found,
                limit,
            };
            self.report.push(at, items.span, problem);
            return None;
        }
        let mut made = Vec::with_capacity(found);
        for (index, item) in items.value.into_iter().enumerate() {
            let at = at.index(index);
            let item = self.report.required(item, items.span, &at);
            made.extend(item.and_then(|item| make(self, item, &at, index)));
        }
        (made.len() == found).then_some(made)
    }
}

fn owned(text: Text<'_>) -> String {
    text.into_owned()
}

fn near_group(name: &str, groups: &BTreeMap<String, usize>) -> Option<alloc::boxed::Box<str>> {
    // Guessing takes time for each declared group: not with very many.
    const MOST: usize = 100;
    let candidates = groups.keys().take(MOST).map(String::as_str);
    nearest(name, candidates).map(Into::into)
}
