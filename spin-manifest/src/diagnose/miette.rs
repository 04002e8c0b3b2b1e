//! The diagnostics of a manifest as reports of the crate `miette`.

use std::fmt;
use std::ops::Range;

use bindle_core::text::Span;
use miette::{Diagnostic, LabeledSpan, NamedSource, Severity as MietteSeverity, SourceCode};

use super::{Diagnostics, Problem, Severity};

/// [`Diagnostics`] with the text that they are about, as a report of the crate
/// [`miette`].
///
/// ```
/// use spin_manifest::Manifest;
///
/// fn read(text: &str) -> miette::Result<Manifest> {
///     Ok(Manifest::from_toml(text).map_err(|found| found.to_miette("spin.toml", text))?)
/// }
///
/// let report = read("spin_manifest_version = 2\n").unwrap_err();
/// assert_eq!(report.to_string(), "spin.toml has 2 errors");
/// ```
#[derive(Clone, Debug)]
pub struct MietteDiagnostics {
    source: NamedSource<String>,
    problems: Vec<Shown>,
    omitted: usize,
}

/// A problem whose place is shown beside it.
#[derive(Clone, Debug)]
struct Shown(Problem);

impl Diagnostics {
    /// Converts to a report for programs that use [`miette`]. `name` is what to
    /// call the text, such as `spin.toml`.
    #[must_use]
    pub fn to_miette(&self, name: &str, text: &str) -> MietteDiagnostics {
        MietteDiagnostics {
            source: NamedSource::new(name, text.to_owned()).with_language("TOML"),
            problems: self.problems.iter().cloned().map(Shown).collect(),
            omitted: self.omitted,
        }
    }
}

impl MietteDiagnostics {
    fn count(&self, severity: Severity) -> usize {
        let problems = self.problems.iter();
        problems
            .filter(|shown| shown.0.severity() == severity)
            .count()
    }
}

/// Prints the number of errors and warnings.
impl fmt::Display for MietteDiagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} has ", self.source.name())?;
        let counts = [Severity::Error, Severity::Warning].map(|severity| {
            let count = self.count(severity);
            let plural = if count == 1 { "" } else { "s" };
            (count, format!("{count} {severity}{plural}"))
        });
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<_> = counts.map(|(_, text)| text).collect();
        formatter.write_str(&counts.join(" and "))?;
        match self.omitted {
            0 => Ok(()),
            omitted => write!(formatter, ", and {omitted} more problems"),
        }
    }
}

impl std::error::Error for MietteDiagnostics {}

impl Diagnostic for MietteDiagnostics {
    fn severity(&self) -> Option<MietteSeverity> {
        let worst = self.problems.iter().map(|shown| shown.0.severity()).max();
        worst.map(severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn related<'d>(&'d self) -> Option<Box<dyn Iterator<Item = &'d dyn Diagnostic> + 'd>> {
        let problems = self.problems.iter();
        Some(Box::new(problems.map(|shown| shown as &dyn Diagnostic)))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.message())
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'d>(&'d self) -> Option<Box<dyn fmt::Display + 'd>> {
        Some(Box::new(self.0.kind()))
    }

    fn severity(&self) -> Option<MietteSeverity> {
        Some(severity(self.0.severity()))
    }

    fn help<'d>(&'d self) -> Option<Box<dyn fmt::Display + 'd>> {
        let hint = self.0.hint()?;
        Some(Box::new(hint))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let first = LabeledSpan::new_primary_with_span(None, range(self.0.span()));
        let related = self.0.related().iter().map(|related| {
            let message = Some(related.message().to_owned());
            LabeledSpan::new_with_span(message, range(related.span()))
        });
        Some(Box::new(std::iter::once(first).chain(related)))
    }
}

fn range(span: Span) -> Range<usize> {
    span.start..span.end
}

fn severity(severity: Severity) -> MietteSeverity {
    match severity {
        Severity::Error => MietteSeverity::Error,
        Severity::Warning => MietteSeverity::Warning,
    }
}
