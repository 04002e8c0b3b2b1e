//! A second way to write invoices: in any style and order that TOML has for
//! the same document, as the choices say.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bindle_core::SatisfiedBy;

use crate::sample::{Sample, SampleGroup, SampleParcel, SampleSignature, Texts};

/// Decisions that a test makes once and can repeat.
pub(crate) struct Choices {
    bytes: Vec<u8>,
    next: usize,
}

impl Choices {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, next: 0 }
    }

    /// One of `count`.
    fn pick(&mut self, count: usize) -> usize {
        let byte = self.bytes.get(self.next % self.bytes.len().max(1));
        let round = self.next / self.bytes.len().max(1);
        self.next += 1;
        (usize::from(byte.copied().unwrap_or(0)) + round) % count
    }

    fn flip(&mut self) -> bool {
        self.pick(2) == 1
    }

    fn shuffled<T>(&mut self, items: impl IntoIterator<Item = T>) -> Vec<T> {
        let mut rest: Vec<T> = items.into_iter().collect();
        let mut shuffled = Vec::new();
        while !rest.is_empty() {
            let index = self.pick(rest.len());
            shuffled.push(rest.remove(index));
        }
        shuffled
    }
}

/// `sample` as TOML in the style of `choices`.
pub(crate) fn write(sample: &Sample, choices: &mut Choices) -> String {
    let mut root = vec![pair(
        "bindleVersion",
        if choices.flip() {
            "\"1.0.0\"".into()
        } else {
            "'v1.0.0'".into()
        },
    )];
    match &sample.yank {
        Some((reason, signatures)) => {
            root.push(pair("yanked", "true".into()));
            let key = ["yankedReason", "yanked_reason"][choices.pick(2)];
            root.push(pair(key, string(reason, choices)));
            let key = ["yankedSignature", "yanked_signature"][choices.pick(2)];
            let tables: Vec<_> = signatures
                .iter()
                .map(|block| inline(&signature(block, choices), choices))
                .collect();
            root.push(pair(key, format!("[{}]", tables.join(", "))));
        }
        None if choices.flip() => root.push(pair("yanked", "false".into())),
        None => {}
    }
    // Each list keeps its order; where its items stand among the others does
    // not matter.
    let mut lists = vec![
        vec![table("bindle", &bindle(sample, choices), choices)],
        if sample.annotations.is_empty() && choices.flip() {
            Vec::new()
        } else {
            vec![table(
                "annotations",
                &map(&sample.annotations, choices),
                choices,
            )]
        },
    ];
    let array = |name: &str, items: Vec<Fields>, root: &mut Fields, choices: &mut Choices| {
        if choices.flip() {
            let items: Vec<_> = items.iter().map(|item| inline(item, choices)).collect();
            root.push(pair(name, format!("[{}]", items.join(",\n  "))));
            return Vec::new();
        }
        let header = format!("[[{name}]]\n");
        let items = items.iter();
        items
            .map(|item| header.clone() + &lines(item, choices))
            .collect()
    };
    let parcels = if choices.flip() {
        sample
            .parcels
            .iter()
            .map(|sample| parcel_tables(sample, choices))
            .collect()
    } else {
        let fields = sample
            .parcels
            .iter()
            .map(|sample| parcel(sample, choices))
            .collect();
        array("parcel", fields, &mut root, choices)
    };
    lists.push(parcels);
    let fields = sample
        .groups
        .iter()
        .map(|sample| group(sample, choices))
        .collect();
    lists.push(array("group", fields, &mut root, choices));
    let fields = sample
        .signatures
        .iter()
        .map(|block| signature(block, choices))
        .collect();
    lists.push(array("signature", fields, &mut root, choices));

    let mut text = lines(&root, choices);
    let mut rest: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
    while !rest.is_empty() {
        let index = choices.pick(rest.len());
        match rest[index].next() {
            Some(part) => text += &part,
            None => drop(rest.remove(index)),
        }
    }
    text
}

/// Keys as they are written, and values.
type Fields = Vec<(String, Written)>;

enum Written {
    Value(String),
    Table(Fields),
}

fn pair(key: &str, value: String) -> (String, Written) {
    (key.into(), Written::Value(value))
}

fn bindle(sample: &Sample, choices: &mut Choices) -> Fields {
    let mut fields = vec![
        pair("name", string(&sample.name, choices)),
        pair("version", string(&sample.version, choices)),
    ];
    if !sample.description.is_empty() || choices.flip() {
        fields.push(pair("description", string(&sample.description, choices)));
    }
    if !sample.authors.is_empty() || choices.flip() {
        fields.push(pair("authors", strings(&sample.authors, choices)));
    }
    fields
}

fn label(sample: &SampleParcel, choices: &mut Choices) -> Fields {
    let mut fields = vec![
        pair("sha256", string(&sample.digest.to_string(), choices)),
        pair("mediaType", string(&sample.media_type, choices)),
        pair("size", integer(sample.size, choices)),
    ];
    for (key, value) in [("name", &sample.name), ("origin", &sample.origin)] {
        if !value.is_empty() || choices.flip() {
            fields.push(pair(key, string(value, choices)));
        }
    }
    if !sample.annotations.is_empty() || choices.flip() {
        fields.push((
            "annotations".into(),
            Written::Table(map(&sample.annotations, choices)),
        ));
    }
    if !sample.features.is_empty() || choices.flip() {
        let mut sections = sample.features.clone();
        if choices.flip() {
            // A section without properties means nothing.
            sections.entry("nothing here".into()).or_default();
        }
        let sections = sections
            .iter()
            .map(|(name, section)| (key(name, choices), Written::Table(map(section, choices))));
        let sections = sections.collect();
        fields.push(("feature".into(), Written::Table(sections)));
    }
    fields
}

fn conditions(sample: &SampleParcel, choices: &mut Choices) -> Option<Fields> {
    let mut fields = Fields::new();
    for (key, names) in [
        ("memberOf", &sample.member_of),
        ("requires", &sample.requires),
    ] {
        if !names.is_empty() || choices.flip() {
            // Sets: neither order nor repetition matters.
            let mut names = choices.shuffled(names);
            if choices.flip() {
                names.extend(names.first().copied());
            }
            fields.push(pair(key, strings(names, choices)));
        }
    }
    (!fields.is_empty() || choices.flip()).then_some(fields)
}

fn parcel(sample: &SampleParcel, choices: &mut Choices) -> Fields {
    let mut fields = vec![("label".into(), Written::Table(label(sample, choices)))];
    let conditions = conditions(sample, choices);
    fields.extend(conditions.map(|fields| ("conditions".into(), Written::Table(fields))));
    fields
}

/// A parcel with a header for each of its tables.
fn parcel_tables(sample: &SampleParcel, choices: &mut Choices) -> String {
    let mut text = String::from("[[parcel]]\n");
    let mut tables = vec![table("parcel.label", &label(sample, choices), choices)];
    let conditions = conditions(sample, choices);
    tables.extend(conditions.map(|fields| table("parcel.conditions", &fields, choices)));
    text.extend(choices.shuffled(tables));
    text
}

fn group(sample: &SampleGroup, choices: &mut Choices) -> Fields {
    let mut fields = vec![pair("name", string(&sample.name, choices))];
    if sample.required || choices.flip() {
        fields.push(pair("required", sample.required.to_string()));
    }
    if sample.satisfied_by != SatisfiedBy::AllOf || choices.flip() {
        let text = match sample.satisfied_by {
            SatisfiedBy::Optional if choices.flip() => "anyOf",
            other => other.as_str(),
        };
        fields.push(pair("satisfiedBy", string(text, choices)));
    }
    fields
}

fn signature(block: &SampleSignature, choices: &mut Choices) -> Fields {
    vec![
        pair("by", string(&block.by, choices)),
        pair("signature", string(&block.signature, choices)),
        pair("key", string(&block.key, choices)),
        pair("role", string(block.role, choices)),
        pair("at", integer(block.at, choices)),
    ]
}

fn map(map: &Texts, choices: &mut Choices) -> Fields {
    let fields = map
        .iter()
        .map(|(name, value)| (key(name, choices), Written::Value(string(value, choices))));
    fields.collect()
}

fn table(name: &str, fields: &Fields, choices: &mut Choices) -> String {
    format!("[{name}]\n{}", lines(fields, choices))
}

/// Each field on its line, tables as dotted keys or inline.
fn lines(fields: &Fields, choices: &mut Choices) -> String {
    let mut text = String::new();
    for (key, value) in choices.shuffled(fields) {
        if choices.pick(6) == 0 {
            text += "  # remark\n\n";
        }
        match value {
            Written::Value(value) => {
                let space = ["", " ", "\t"][choices.pick(3)];
                let end = ["\n", "\r\n", " # remark\n"][choices.pick(3)];
                let _ = write!(text, "{key}{space}={space}{value}{end}");
            }
            Written::Table(fields) if !fields.is_empty() && choices.flip() => {
                let fields: BTreeMap<_, _> = dotted(key, fields).into_iter().collect();
                for (key, value) in choices.shuffled(fields) {
                    let _ = writeln!(text, "{key} = {value}");
                }
            }
            Written::Table(fields) => {
                let _ = writeln!(text, "{key} = {}", inline(fields, choices));
            }
        }
    }
    text
}

fn dotted(prefix: &str, fields: &Fields) -> Vec<(String, String)> {
    let fields = fields.iter().flat_map(|(key, value)| {
        let key = format!("{prefix}.{key}");
        match value {
            Written::Value(value) => vec![(key, value.clone())],
            Written::Table(fields) if !fields.is_empty() => dotted(&key, fields),
            Written::Table(_) => vec![(key, "{}".into())],
        }
    });
    fields.collect()
}

fn inline(fields: &Fields, choices: &mut Choices) -> String {
    let fields = choices
        .shuffled(fields)
        .into_iter()
        .map(|(key, value)| match value {
            Written::Value(value) => format!("{key} = {value}"),
            Written::Table(fields) => format!("{key} = {}", inline(fields, choices)),
        });
    let fields: Vec<_> = fields.collect();
    format!("{{ {} }}", fields.join(", "))
}

fn key(name: &str, choices: &mut Choices) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(is_bare) && choices.flip() {
        name.into()
    } else {
        basic(name, choices)
    }
}

fn strings(texts: impl IntoIterator<Item = impl AsRef<str>>, choices: &mut Choices) -> String {
    let texts = texts.into_iter().map(|text| string(text.as_ref(), choices));
    let texts: Vec<_> = texts.collect();
    let comma = [", ", ",\n    "][choices.pick(2)];
    format!("[{}]", texts.join(comma))
}

fn integer(number: u64, choices: &mut Choices) -> String {
    match choices.pick(3) {
        0 => number.to_string(),
        1 => format!("0x{number:x}"),
        _ => {
            let digits = number.to_string();
            let (first, rest) = digits.split_at(1);
            if rest.is_empty() {
                digits
            } else {
                format!("{first}_{rest}")
            }
        }
    }
}

fn string(text: &str, choices: &mut Choices) -> String {
    let is_literal = !text.contains(|c: char| c == '\'' || c.is_control());
    match choices.pick(3) {
        0 if is_literal => format!("'{text}'"),
        // The first line break of a multi-line string does not count.
        1 if is_literal => format!("'''\n{text}'''"),
        _ => basic(text, choices),
    }
}

fn basic(text: &str, choices: &mut Choices) -> String {
    let mut written = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => written.extend(['\\', character]),
            c if c.is_control() || choices.pick(8) == 0 => {
                let _ = write!(written, "\\U{:08x}", u32::from(c));
            }
            c => written.push(c),
        }
    }
    written + "\""
}
