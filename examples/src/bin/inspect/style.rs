//! The colours of text for people: few, and never all there is to tell by.
//!
//! `{GOOD}verified{GOOD:#}` in a format string; the output leaves them out where
//! it is not a terminal.

use anstyle::{AnsiColor, Style};

/// All is well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();

/// Something is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Something is to be looked at, and wrong for nobody.
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();

/// What the rest is about.
pub(crate) const SUBJECT: Style = Style::new().bold();
