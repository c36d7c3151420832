//! The paths that a file is written for, also where other mistakes leave no
//! configuration to look at.

use super::model::Normalization;
use super::report::Report;
use super::tree::{self, Kind, child, item};
use super::value::{Path, PathNormalization, Value as _};

impl Report {
    /// Each prefix, exact path and built-in endpoint that is one, with its key.
    #[must_use]
    pub fn written_paths(&self) -> Vec<(String, &str)> {
        let mut keys: Vec<String> = ["health", "stats"]
            .map(|key| format!("server.builtin_endpoints.{key}"))
            .into();
        for route in self.items("routes") {
            let matches = child(&route, "match");
            let mut all = self.items(&matches);
            if all.is_empty() {
                all.push(matches);
            }
            for one in all {
                keys.extend(["prefix", "exact"].map(|key| format!("{one}.path.{key}")));
            }
        }
        let sound = |key: String| {
            let text = self.text(&key).filter(|text| Path::read(text).is_ok())?;
            Some((key, text))
        };
        keys.into_iter().filter_map(sound).collect()
    }

    /// How the file has paths normalised; `None` when it can't be read there.
    #[must_use]
    pub fn path_normalization(&self) -> Option<Normalization> {
        const KEY: &str = "server.path_normalization";
        if !self.is_written(KEY) {
            return Some(Normalization::default());
        }
        PathNormalization::read(self.text(KEY)?).ok()
    }

    fn items(&self, list: &str) -> Vec<String> {
        match tree::find(self.tree(), list).map(|found| &found.node.kind) {
            Some(Kind::Sequence(all)) => (0..all.len()).map(|at| item(list, at)).collect(),
            _ => Vec::new(),
        }
    }

    /// The value at `key`, with its variables; `None` when there is none.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match &tree::find(self.tree(), key)?.node.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }
}
