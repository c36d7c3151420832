//! `server.drain:`.

use super::super::model::Drain;
use super::super::raw;
use super::super::report::Report;
use super::super::shape::Section;
use super::value;

pub(super) fn drain(raw: Option<&Section<raw::Drain>>, report: &mut Report) -> Drain {
    let default = Drain::default();
    let Some(Section(raw)) = raw else {
        return default;
    };
    Drain {
        delay: value("server.drain.delay", raw.delay.as_ref(), report).unwrap_or(default.delay),
        timeout: value("server.drain.timeout", raw.timeout.as_ref(), report)
            .unwrap_or(default.timeout),
    }
}
