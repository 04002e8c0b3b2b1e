use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Value, json};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of memory; less is better.
    Bytes,
    /// How many of something, such as allocations; less is better.
    Count,
    /// Nanoseconds; less is better.
    Time,
    /// Megabytes a second, where the work goes over `bytes` bytes; more is
    /// better.
    Throughput {
        /// The size of what one pass of the work goes over.
        bytes: usize,
    },
}

impl Unit {
    /// The figure for work that takes so many nanoseconds.
    pub(crate) fn value(self, nanoseconds: f64) -> f64 {
        match self {
            Self::Bytes | Self::Count | Self::Time => nanoseconds,
            // Bytes in a nanosecond are gigabytes in a second.
            Self::Throughput { bytes } => bytes as f64 / nanoseconds * 1000.0,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bytes => "B",
            Self::Count => "count",
            Self::Time => "ns",
            Self::Throughput { .. } => "MB/s",
        }
    }

    fn show(self, value: f64) -> String {
        match self {
            Self::Bytes if value >= 1e7 => format!("{:.1} MB", value / 1e6),
            Self::Bytes => format!("{value:.1} B"),
            Self::Count => format!("{value:.1}"),
            Self::Throughput { .. } => format!("{value:.0} MB/s"),
            Self::Time if value < 1e3 => format!("{value:.1} ns"),
            Self::Time if value < 1e6 => format!("{:.2} µs", value / 1e3),
            Self::Time if value < 1e9 => format!("{:.2} ms", value / 1e6),
            Self::Time => format!("{:.2} s", value / 1e9),
        }
    }
}

/// A row with its figures.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) ours: f64,
    pub(crate) limit: Option<Figure>,
    pub(crate) peer: Option<Figure>,
}

/// What somebody else needed for the same.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// How many times as long, or as much, ours takes: the median over the
    /// turns, in which both ran one after the other.
    pub(crate) times_ours: f64,
}

impl Figure {
    pub(crate) fn aside(name: &str, value: f64, ours: f64) -> Self {
        Self {
            name: name.to_owned(),
            value,
            times_ours: ours / value,
        }
    }
}

/// One line while the run goes on.
#[expect(clippy::print_stderr, reason = "standard output is for the table")]
pub(crate) fn progress(row: &Measured) {
    eprintln!("{}: {}", row.name, row.unit.show(row.ours));
}

/// Prints all rows as one table, with how many times the limit ours takes, and
/// how many times ours the peer takes.
#[expect(clippy::print_stdout, reason = "this is what benchmarks are for")]
pub(crate) fn print(rows: &[Measured]) {
    let heading = [
        "",
        "ours",
        "limit",
        "ours/limit",
        "peer",
        "peer/ours",
        "beside",
    ];
    let mut lines = vec![heading.map(str::to_owned)];
    for row in rows {
        let value = |figure: &Option<Figure>| {
            figure
                .as_ref()
                .map_or_else(String::new, |figure| row.unit.show(figure.value))
        };
        let ratio = |figure: &Option<Figure>, of: fn(f64) -> f64| {
            figure.as_ref().map_or_else(String::new, |figure| {
                format!("{:.2}", of(figure.times_ours))
            })
        };
        let names = [&row.limit, &row.peer]
            .into_iter()
            .flatten()
            .map(|figure| &figure.name[..]);
        lines.push([
            row.name.clone(),
            row.unit.show(row.ours),
            value(&row.limit),
            ratio(&row.limit, |times| times),
            value(&row.peer),
            ratio(&row.peer, |times| 1.0 / times),
            names.collect::<Vec<_>>().join(", "),
        ]);
    }
    let width = |column: usize| {
        let lengths = lines.iter().map(|line| line[column].chars().count());
        lengths.max().unwrap_or_default()
    };
    let widths: [usize; 7] = std::array::from_fn(width);
    println!();
    for line in &lines {
        let [name, figures @ .., beside] = line;
        print!("{name:<0$}", widths[0]);
        for (figure, width) in figures.iter().zip(&widths[1..]) {
            print!("  {figure:>width$}");
        }
        println!("  {beside}");
    }
}

/// Puts the rows in the place of those with the same name and the same peer.
pub(crate) fn merge(rows: &[Measured]) -> io::Result<()> {
    let path = summary_path();
    let mut summary = match fs::read(&path) {
        Ok(text) => serde_json::from_slice::<Vec<Value>>(&text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    for row in rows {
        let row = to_json(row);
        let key = |row: &Value| (row["name"].clone(), row["peer_name"].clone());
        match summary.iter_mut().find(|old| key(old) == key(&row)) {
            Some(old) => *old = row,
            None => summary.push(row),
        }
    }
    fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
    fs::write(path, serde_json::to_string_pretty(&summary)? + "\n")
}

/// Prints rows that were not measured by the clock, for another program.
#[expect(clippy::print_stdout, reason = "this is what it is asked for")]
pub(crate) fn to_rows(rows: &[Measured]) -> io::Result<()> {
    let rows: Vec<Value> = rows.iter().map(to_json).collect();
    println!("{}", serde_json::to_string(&rows)?);
    Ok(())
}

/// Reads the rows that another program has printed.
pub(crate) fn from_rows(text: &[u8]) -> io::Result<Vec<Measured>> {
    let rows: Vec<Value> = serde_json::from_slice(text)?;
    let rows = rows.iter().map(from_json);
    rows.collect::<Option<_>>()
        .ok_or_else(|| io::Error::other("a row that is none"))
}

fn from_json(row: &Value) -> Option<Measured> {
    let ours = row["ours"].as_f64()?;
    let figure = |value: &str, name: &str| {
        let (value, name) = (row[value].as_f64()?, row[name].as_str()?);
        Some(Figure::aside(name, value, ours))
    };
    let units = [Unit::Bytes, Unit::Count];
    Some(Measured {
        name: row["name"].as_str()?.to_owned(),
        unit: units.into_iter().find(|unit| row["unit"] == unit.name())?,
        ours,
        limit: figure("limit", "limit_name"),
        peer: figure("peer", "peer_name"),
    })
}

fn to_json(row: &Measured) -> Value {
    let value = |figure: &Option<Figure>| figure.as_ref().map(|figure| figure.value);
    let name = |figure: &Option<Figure>| figure.as_ref().map(|figure| figure.name.clone());
    json!({
        "name": row.name,
        "unit": row.unit.name(),
        "ours": row.ours,
        "peer": value(&row.peer),
        "peer_name": name(&row.peer),
        "limit": value(&row.limit),
        "limit_name": name(&row.limit),
    })
}

fn summary_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench/summary.json")
}
