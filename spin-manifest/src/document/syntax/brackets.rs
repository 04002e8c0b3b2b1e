//! Lists and inline tables, which brackets enclose.

/// What a value of several is called, and what it stands between.
#[derive(Clone, Copy)]
pub(super) struct Brackets {
    pub(super) name: &'static str,
    pub(super) open: char,
    pub(super) close: char,
}

pub(super) const LIST: Brackets = Brackets {
    name: "list",
    open: '[',
    close: ']',
};

pub(super) const INLINE_TABLE: Brackets = Brackets {
    name: "inline table",
    open: '{',
    close: '}',
};

/// Where settings opened a list and an inline table last, in the text up to
/// `end`: found by going through it once, however often it is asked for.
#[derive(Default)]
pub(super) struct Openings {
    pub(super) list: Option<usize>,
    pub(super) inline_table: Option<usize>,
    end: usize,
}

impl Openings {
    pub(super) fn go_on(&mut self, text: &str, end: usize) {
        let next = text.get(self.end..end).unwrap_or_default();
        for (at, bracket) in next.match_indices([LIST.open, INLINE_TABLE.open]) {
            let at = self.end + at;
            if text[..at].trim_end().ends_with('=') {
                match bracket.starts_with(LIST.open) {
                    true => self.list = Some(at),
                    false => self.inline_table = Some(at),
                }
            }
        }
        self.end = end;
    }
}

#[cfg(test)]
mod tests {
    use super::Openings;

    #[test]
    fn openings_are_the_last_ones_of_settings() {
        let text = "a = [\nb = {}\n{ c = [1] }\n[d]\ne =\t {\n";
        let mut openings = Openings::default();
        for (line, list, inline_table) in [
            ("a", None, None),
            ("b", Some(4), None),
            ("{ c", Some(4), Some(10)),
            ("[d]", Some(19), Some(10)),
            ("e", Some(19), Some(10)),
            ("", Some(19), Some(34)),
        ] {
            let end = match line {
                "" => text.len(),
                _ => text.find(line).expect("a line"),
            };
            openings.go_on(text, end);
            assert_eq!((openings.list, openings.inline_table), (list, inline_table));
        }
    }

    #[test]
    fn what_was_gone_through_is_not_looked_at_again() {
        let mut openings = Openings::default();
        openings.go_on("a = [\n", 6);
        openings.go_on("b = {\nc = 1\n", 12);
        assert_eq!((openings.list, openings.inline_table), (Some(4), None));
    }
}
