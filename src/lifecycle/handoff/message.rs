//! What the processes say to each other, one JSON object a line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The exchange as this version knows it.
pub(crate) const PROTOCOL: u32 = 1;

/// The oldest exchange that it still understands.
pub(super) const OLDEST: u32 = 1;

/// One line. Members that a reader doesn't know are passed over; a message that it
/// doesn't know ends the exchange.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Message {
    /// From `api-gateway upgrade`: start this program with this configuration, and hand
    /// over to it.
    Upgrade {
        protocol: u32,
        oldest: u32,
        program: PathBuf,
        config: PathBuf,
        /// Variables that the configuration names, as the command's environment has them.
        variables: BTreeMap<String, String>,
    },
    /// From a new process: I want to take over. It speaks every protocol from `oldest`
    /// to `protocol`.
    Successor {
        protocol: u32,
        oldest: u32,
        pid: u32,
    },
    /// The answer: go on, in this protocol.
    Welcome { protocol: u32, pid: u32 },
    /// From the successor: all is ready but for the sockets.
    Ready,
    /// The sockets, in this order; they travel with the line.
    Sockets { names: Vec<String> },
    /// From the successor: I can serve with them.
    Serving,
    /// The old process accepts no more. Here is the point of no return.
    Committed,
    /// From the successor: all that others find me by is mine.
    Settled,
    /// There will be no handoff.
    Refused { why: String },
    /// To `api-gateway upgrade`: how far it is.
    Progress { text: String },
    /// To `api-gateway upgrade`: this process serves now.
    Done { pid: u32 },
    /// To `api-gateway upgrade`: the new process ended when nothing could be taken back.
    Outage { why: String },
}

impl Message {
    pub(crate) fn successor() -> Self {
        Self::Successor {
            protocol: PROTOCOL,
            oldest: OLDEST,
            pid: std::process::id(),
        }
    }

    pub(crate) fn welcome(protocol: u32) -> Self {
        let pid = std::process::id();
        Self::Welcome { protocol, pid }
    }

    pub(crate) fn refused(why: impl ToString) -> Self {
        let why = why.to_string();
        Self::Refused { why }
    }
}

/// The newest protocol that both sides speak.
pub(super) fn agree(protocol: u32, oldest: u32) -> Option<u32> {
    let common = PROTOCOL.min(protocol);
    (common >= OLDEST.max(oldest)).then_some(common)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_version_is_understood_when_it_still_speaks_ours() {
        assert_eq!(agree(PROTOCOL + 1, PROTOCOL), Some(PROTOCOL));
        assert_eq!(agree(PROTOCOL + 1, PROTOCOL + 1), None);
        assert_eq!(agree(PROTOCOL, OLDEST), Some(PROTOCOL));
    }

    #[test]
    fn what_a_later_version_adds_is_passed_over() {
        let line = r#"{"welcome":{"protocol":1,"pid":7,"mood":"good"}}"#;
        let read: Message = serde_json::from_str(line).unwrap();
        assert!(matches!(read, Message::Welcome { pid: 7, .. }));
        assert!(serde_json::from_str::<Message>(r#"{"farewell":{}}"#).is_err());
    }
}
