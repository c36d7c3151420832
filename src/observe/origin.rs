//! Who made an error.

mod evidence;
mod text;

#[cfg(test)]
mod tests;

pub use evidence::Evidence;
pub use text::BODY;

use evidence::{Server, Signs};
use text::Text;

/// Whoever made an answer that isn't a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// This gateway.
    Gateway,
    /// A sidecar: ours, or that of the service.
    Sidecar,
    /// The service's own program.
    Application,
    /// The evidence doesn't say.
    Unknown,
}

impl Origin {
    /// All of them, for tables.
    pub const ALL: [Self; 4] = [
        Self::Gateway,
        Self::Sidecar,
        Self::Application,
        Self::Unknown,
    ];

    /// Its name in log, metrics and status.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Sidecar => "sidecar",
            Self::Application => "application",
            Self::Unknown => "unknown",
        }
    }

    /// Who made an answer that came from the service's side; never [`Origin::Gateway`].
    ///
    /// The rules are in `docs/origin.md`, in this order.
    #[must_use]
    pub fn of(evidence: &Evidence<'_>) -> Self {
        Self::by(evidence, &Signs::of(evidence))
    }

    fn by(evidence: &Evidence<'_>, signs: &Signs) -> Self {
        let timed = signs.upstream_time;
        if evidence.cut && evidence.status < 400 {
            // Not the answer but its end is the error, and a sidecar hides whose that was.
            let direct = !timed && matches!(signs.server, Server::Absent | Server::Other);
            return if direct {
                Self::Application
            } else {
                Self::Unknown
            };
        }
        match (signs.server, signs.text) {
            (Server::Several, _) | (_, Text::Misplaced) | (Server::Other, Text::Known) => {
                Self::Unknown
            }
            (Server::Other, _) => Self::Application,
            (_, Text::Known) => Self::Sidecar,
            (_, Text::Empty) if signs.limited => Self::Sidecar,
            (_, Text::Common | Text::Unseen) if timed => Self::Unknown,
            (_, _) if timed => Self::Application,
            (Server::Envoy, Text::Common) => Self::Sidecar,
            (Server::Envoy, Text::Empty) if text::is_sent_empty(evidence.status) => Self::Sidecar,
            (Server::Envoy, _) | (Server::Absent, Text::Unseen) => Self::Unknown,
            (Server::Absent, _) => Self::Application,
        }
    }
}

/// Whether a sidecar answered as it does when it found no virtual host for the Host that
/// it got and passed the request on in plaintext, or into the black hole.
///
/// Other failures of the connection look the same: a hint where to look, not a verdict.
#[must_use]
pub fn looks_like_host_mismatch(evidence: &Evidence<'_>) -> bool {
    if evidence.status < 400 && !evidence.is_grpc() {
        return false;
    }
    let signs = Signs::of(evidence);
    // With a time it is not our own sidecar that failed, and only ours chooses by Host.
    if signs.upstream_time || Origin::by(evidence, &signs) != Origin::Sidecar {
        return false;
    }
    match signs.text {
        Text::Known => text::is_plaintext_failure(evidence.message()),
        Text::Empty => evidence.status == 502 && !signs.limited,
        _ => false,
    }
}
