//! The file and line of a finding.

use crate::config::Report;
use crate::mesh::findings::Place;

/// Marks the entry that is looked for among the others.
const MARK: &str = "where is this";

/// Knows the lines of the configuration's keys.
pub(super) struct Places {
    report: Report,
}

impl Places {
    pub(super) fn new(report: &Report) -> Self {
        Self {
            report: report.clone(),
        }
    }

    /// The file, the line in it, and what is there.
    pub(super) fn find(&mut self, place: &Place) -> (String, usize, String) {
        match place {
            Place::Manifest { file, line, object } => (file.clone(), *line, object.clone()),
            Place::Key(key) => {
                self.report.warning(key, "", MARK);
                let mut all = self.report.iter();
                let line = all
                    .find(|of| of.fix == MARK && of.path == *key)
                    .map_or(1, |of| of.line);
                (self.report.file().to_owned(), line, key.clone())
            }
        }
    }
}
