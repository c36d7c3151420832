//! The paths on the main port that the gateway answers itself.

use crate::config::BuiltinEndpoints;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    /// 200 and nothing else.
    Health,
    /// The status document of the Go program.
    Stats,
    /// The page of metrics.
    Metrics,
}

impl Builtin {
    /// The endpoint with this path.
    pub(super) fn at(endpoints: &BuiltinEndpoints, path: &[u8]) -> Option<Self> {
        let is = |what: &Self| what.path(endpoints).map(str::as_bytes) == Some(path);
        [Self::Health, Self::Stats, Self::Metrics]
            .into_iter()
            .find(is)
    }

    /// Where it is; `None` when it is off.
    #[must_use]
    pub fn path(self, endpoints: &BuiltinEndpoints) -> Option<&str> {
        match self {
            Self::Health => endpoints.health.as_deref(),
            Self::Stats => endpoints.stats.as_deref(),
            Self::Metrics => endpoints.metrics.as_deref(),
        }
    }
}
