//! Text for a terminal: 80 columns, and colours where they are wanted.

use std::fmt::Write as _;

/// The columns of a terminal that everybody has.
pub(super) const COLUMNS: usize = 80;

/// How a word is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Heading,
    Faint,
    Good,
    Doubtful,
    Bad,
}

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    pub(super) colors: bool,
}

impl Paint {
    pub(super) fn styled(self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Heading => "1",
            Style::Faint => "2",
            Style::Good => "1;32",
            Style::Doubtful => "1;33",
            Style::Bad => "1;31",
            Style::Plain => return text.to_owned(),
        };
        match self.colors {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }

    /// A paragraph whose lines after the first are indented as far as the first, which
    /// begins with `head`. Words are kept whole.
    pub(super) fn paragraph(self, head: &str, style: Style, text: &str) -> String {
        let indent = head.chars().count();
        let mut out = head.to_owned();
        for (index, line) in wrap(&printable(text), COLUMNS.saturating_sub(indent))
            .iter()
            .enumerate()
        {
            if index > 0 {
                let _ = write!(out, "{:indent$}", "");
            }
            out.push_str(&self.styled(style, line));
            out.push('\n');
        }
        out
    }
}

/// Without anything that a terminal obeys: what is shown comes from a file that others wrote.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_broken_between_words() {
        let paint = Paint { colors: false };
        let text = "word ".repeat(40);
        let shown = paint.paragraph("  name   ", Style::Plain, text.trim());
        assert!(shown.lines().all(|line| line.len() <= COLUMNS), "{shown}");
        assert!(
            shown
                .lines()
                .skip(1)
                .all(|line| line.starts_with("         word"))
        );
        assert_eq!(shown.split_whitespace().count(), 41);
        // A name that is longer than the line stays one.
        let name = "n".repeat(100);
        assert_eq!(
            paint.paragraph("  ", Style::Plain, &name),
            format!("  {name}\n")
        );
    }

    #[test]
    fn colours_only_where_they_are_wanted() {
        let text = |colors| Paint { colors }.styled(Style::Bad, "no");
        assert_eq!(text(false), "no");
        assert_eq!(text(true), "\x1b[1;31mno\x1b[0m");
    }

    #[test]
    fn a_dump_moves_no_cursor() {
        let shown = Paint { colors: false }.paragraph("", Style::Plain, "a\x1b[2Jb\u{9b}c\nd");
        assert_eq!(shown, "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d\n");
    }
}
