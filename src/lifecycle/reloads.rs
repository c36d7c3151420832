//! What has become of changed configurations.

use std::time::Instant;

use serde_json::{Value, json};

/// What operators want to know of it.
#[derive(Debug, Default)]
pub(super) struct Reloads {
    /// Counts the configurations that took another's place.
    replaced: u64,
    latest: Option<Reload>,
}

#[derive(Debug)]
struct Reload {
    at: Instant,
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
            at: Instant::now(),
            result,
            errors,
            waiting,
        });
    }

    pub(super) fn to_json(&self) -> Value {
        let latest = self.latest.as_ref().map(|reload| {
            json!({
                "result": reload.result,
                "seconds_ago": reload.at.elapsed().as_secs(),
                "errors": reload.errors,
                "needs_new_process": reload.waiting,
            })
        });
        json!({ "generation": self.generation(), "last_reload": latest })
    }
}
