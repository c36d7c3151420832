//! How the gateway stops.

use std::time::Duration;

/// `server.drain:`. Each is at most an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drain {
    /// How long a gateway that was told to stop still accepts connections, saying
    /// `Connection: close` with each response. May be zero.
    pub delay: Duration,
    /// How long what is in flight may take after that. Not zero.
    pub timeout: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Self {
            delay: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
        }
    }
}
