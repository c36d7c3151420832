//! What has become of changed configurations.

use std::time::SystemTime;

use serde_json::{Value, json};

/// The result of a file with mistakes.
pub(super) const REFUSED: &str = "refused";

/// What operators want to know of it.
#[derive(Debug)]
pub(super) struct Reloads {
    /// When the first configuration was read.
    began: SystemTime,
    /// Counts the configurations that took another's place.
    replaced: u64,
    latest: Option<Reload>,
}

impl Default for Reloads {
    fn default() -> Self {
        Self {
            began: SystemTime::now(),
            replaced: 0,
            latest: None,
        }
    }
}

#[derive(Debug)]
struct Reload {
    at: SystemTime,
    result: &'static str,
    /// Why it was refused, a line each.
    errors: Vec<String>,
    /// Keys that are changed and wait for a new process.
    waiting: Vec<&'static str>,
}

impl Reloads {
    /// The number of the configuration in use, from 1.
    fn generation(&self) -> u64 {
        self.replaced + 1
    }

    /// Another configuration is in use: gives its number.
    pub(super) fn replaced(&mut self) -> u64 {
        self.replaced += 1;
        self.generation()
    }

    /// How an attempt ended, why not, and which keys have to wait.
    pub(super) fn tell(
        &mut self,
        result: &'static str,
        errors: Vec<String>,
        waiting: Vec<&'static str>,
    ) {
        self.latest = Some(Reload {
            at: SystemTime::now(),
            result,
            errors,
            waiting,
        });
    }

    /// The number of the configuration in use, when one was read last, and whether that is
    /// the one.
    pub(super) fn gauges(&self) -> (u64, SystemTime, bool) {
        let latest = self.latest.as_ref();
        let at = latest.map_or(self.began, |reload| reload.at);
        let successful = latest.is_none_or(|reload| reload.result != REFUSED);
        (self.generation(), at, successful)
    }

    pub(super) fn to_json(&self) -> Value {
        let latest = self.latest.as_ref().map(|reload| {
            json!({
                "result": reload.result,
                "seconds_ago": reload.at.elapsed().unwrap_or_default().as_secs(),
                "errors": reload.errors,
                "needs_new_process": reload.waiting,
            })
        });
        json!({ "generation": self.generation(), "last_reload": latest })
    }
}
