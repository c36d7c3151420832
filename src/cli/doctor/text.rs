//! Findings for people.

use std::io::{self, Write};

use super::Told;
use crate::cli::paint::{Paint, Style};

/// Writes them in the order of their codes, what couldn't be told, and a summary.
pub(super) fn tell(
    told: &[Told<'_>],
    notes: &[String],
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    for of in told {
        let style = match of.severity {
            "error" => Style::Bad,
            _ => Style::Doubtful,
        };
        let head = paint.styled(style, &format!("{:7} {}", of.severity, of.code));
        writeln!(out, "{head} {}", paint.styled(Style::Heading, of.title))?;
        write!(
            out,
            "{}",
            paint.paragraph("  at    ", Style::Faint, &of.place)
        )?;
        write!(
            out,
            "{}",
            paint.paragraph("  what  ", Style::Plain, of.what)
        )?;
        write!(out, "{}", paint.paragraph("  fix   ", Style::Good, of.fix))?;
        writeln!(out)?;
    }
    for note in notes {
        write!(out, "{}", paint.paragraph("note: ", Style::Faint, note))?;
    }
    let count = |severity: &str| told.iter().filter(|of| of.severity == severity).count();
    let (errors, warnings) = (count("error"), count("warning"));
    let (style, summary) = match (errors, warnings) {
        (0, 0) => (Style::Good, "no findings".to_owned()),
        _ => {
            let style = match errors {
                0 => Style::Doubtful,
                _ => Style::Bad,
            };
            (
                style,
                format!(
                    "{}, {}",
                    plural(errors, "error"),
                    plural(warnings, "warning")
                ),
            )
        }
    };
    writeln!(out, "{}", paint.styled(style, &summary))
}

fn plural(number: usize, of: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {of}{end}")
}
