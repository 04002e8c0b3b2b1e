use std::fmt;
use std::hint::black_box;
use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::report::{self, Figure, Measured, Unit};

/// A run of benchmarks, with the rows it has measured so far.
#[derive(Debug)]
pub struct Suite {
    effort: Effort,
    filter: String,
    output: Output,
    measured: Vec<Measured>,
}

impl Suite {
    /// Reads the arguments that follow `cargo bench --`: `--quick` measures
    /// less; `--rows` is for [`include`](Self::include); any other word keeps
    /// only the rows whose name contains it.
    #[must_use]
    pub fn from_args() -> Self {
        let mut suite = Self {
            effort: Effort::FULL,
            filter: String::new(),
            output: Output::Table,
            measured: Vec::new(),
        };
        for argument in std::env::args().skip(1) {
            match argument.as_str() {
                // cargo adds it.
                "--bench" => {}
                "--quick" => suite.effort = Effort::QUICK,
                "--rows" => suite.output = Output::Rows,
                word => suite.filter = word.to_owned(),
            }
        }
        suite
    }

    /// Whether a row of that name is asked for: to set up nothing in vain.
    #[must_use]
    pub fn keeps(&self, name: &str) -> bool {
        name.contains(&self.filter)
    }

    /// Starts a row: something to be done, by several contenders.
    pub fn row<'row>(&'row mut self, name: &str, unit: Unit) -> Row<'row> {
        Row {
            suite: self,
            name: name.to_owned(),
            unit,
            contenders: Vec::new(),
        }
    }

    /// Adds a row that was not measured by the clock, such as a size.
    pub fn value(&mut self, name: &str, unit: Unit, ours: f64, limit: Option<(&str, f64)>) {
        if !self.keeps(name) {
            return;
        }
        self.measured.push(Measured {
            name: name.to_owned(),
            unit,
            ours,
            limit: limit.map(|(name, value)| Figure::aside(name, value, ours)),
            peer: None,
        });
    }

    /// Adds the rows of another program that measures, which is given the same
    /// arguments.
    ///
    /// # Errors
    ///
    /// If it cannot be run, fails, or prints no rows.
    pub fn include(&mut self, program: &str) -> io::Result<()> {
        let output = Command::new(program)
            .args(std::env::args().skip(1))
            .arg("--rows")
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("{program}: {}", output.status)));
        }
        self.measured.extend(report::from_rows(&output.stdout)?);
        Ok(())
    }

    /// Prints the table of all rows, and merges them into
    /// `target/bench/summary.json` of the workspace.
    ///
    /// # Errors
    ///
    /// If the summary cannot be read or written.
    pub fn finish(self) -> io::Result<()> {
        match self.output {
            Output::Rows => report::to_rows(&self.measured),
            Output::Table => {
                report::print(&self.measured);
                report::merge(&self.measured)
            }
        }
    }
}

/// What is made of the rows in the end.
#[derive(Clone, Copy, Debug)]
enum Output {
    Table,
    /// For the program that includes them.
    Rows,
}

/// How long the contenders of a row are measured.
#[derive(Clone, Copy, Debug)]
struct Effort {
    /// The time that one turn of one contender takes at least.
    turn: Duration,
    /// The number of turns of each contender.
    turns: usize,
    /// The time that a row may take; the turns of slow contenders are fewer
    /// then, but never fewer than three.
    row: Duration,
}

impl Effort {
    const FULL: Self = Self {
        turn: Duration::from_millis(5),
        turns: 41,
        row: Duration::from_secs(8),
    };
    const QUICK: Self = Self {
        turn: Duration::from_millis(2),
        turns: 15,
        row: Duration::from_secs(1),
    };
}

/// A row that is being set up.
pub struct Row<'row> {
    suite: &'row mut Suite,
    name: String,
    unit: Unit,
    contenders: Vec<Contender<'row>>,
}

impl<'row> Row<'row> {
    /// What the suite does. What the work returns is dropped within the time.
    #[must_use]
    pub fn ours<T>(self, work: impl FnMut() -> T + 'row) -> Self {
        self.enter(Kind::Ours, "", work)
    }

    /// The same, or less, done by what the suite stands on.
    #[must_use]
    pub fn limit<T>(self, name: &str, work: impl FnMut() -> T + 'row) -> Self {
        self.enter(Kind::Limit, name, work)
    }

    /// The same, done by another implementation.
    #[must_use]
    pub fn peer<T>(self, name: &str, work: impl FnMut() -> T + 'row) -> Self {
        self.enter(Kind::Peer, name, work)
    }

    fn enter<T>(mut self, kind: Kind, name: &str, mut work: impl FnMut() -> T + 'row) -> Self {
        self.contenders.push(Contender {
            kind,
            name: name.to_owned(),
            repeat: Box::new(move |times| {
                for _ in 0..times {
                    black_box(work());
                }
            }),
            times: 1,
            turns: Vec::new(),
        });
        self
    }

    /// Lets the contenders take turns and keeps the medians.
    pub fn measure(mut self) {
        if !self.suite.keeps(&self.name) {
            return;
        }
        let effort = self.suite.effort;
        let contenders = &mut self.contenders;
        let round: Duration = contenders.iter_mut().map(|c| c.warm_up(effort.turn)).sum();
        let affordable = effort.row.as_nanos() / round.as_nanos().max(1);
        let turns = usize::try_from(affordable)
            .unwrap_or(usize::MAX)
            .clamp(3, effort.turns);
        for turn in 0..turns {
            let first = turn % contenders.len().max(1);
            let (left, right) = contenders.split_at_mut(first);
            right.iter_mut().chain(left).for_each(Contender::take_turn);
        }
        let Some(ours) = contenders.iter().find(|c| c.kind == Kind::Ours) else {
            return;
        };
        let figure = |kind| {
            let contender = contenders.iter().find(|c| c.kind == kind)?;
            let ratios = ours
                .turns
                .iter()
                .zip(&contender.turns)
                .map(|(ours, its)| ours / its);
            Some(Figure {
                name: contender.name.clone(),
                value: self.unit.value(median(contender.turns.clone())),
                times_ours: median(ratios.collect()),
            })
        };
        let measured = Measured {
            ours: self.unit.value(median(ours.turns.clone())),
            limit: figure(Kind::Limit),
            peer: figure(Kind::Peer),
            name: self.name,
            unit: self.unit,
        };
        report::progress(&measured);
        self.suite.measured.push(measured);
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Row")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Ours,
    Limit,
    Peer,
}

struct Contender<'row> {
    kind: Kind,
    name: String,
    repeat: Box<dyn FnMut(u32) + 'row>,
    /// How often the work is done in one turn.
    times: u32,
    /// Nanoseconds for doing the work once, turn by turn.
    turns: Vec<f64>,
}

impl Contender<'_> {
    /// Finds how often the work is to be done in a turn, and tells how long a
    /// turn takes.
    fn warm_up(&mut self, turn: Duration) -> Duration {
        loop {
            let start = Instant::now();
            (self.repeat)(self.times);
            let elapsed = start.elapsed();
            if elapsed >= turn || self.times >= 1 << 26 {
                return elapsed;
            }
            let missing = turn.as_nanos() * 6 / 5 / elapsed.as_nanos().max(1);
            let factor = u32::try_from(missing).unwrap_or(u32::MAX).clamp(2, 100);
            self.times = self.times.saturating_mul(factor);
        }
    }

    fn take_turn(&mut self) {
        let start = Instant::now();
        (self.repeat)(self.times);
        let elapsed = start.elapsed().as_secs_f64() * 1e9;
        self.turns.push(elapsed / f64::from(self.times));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}
