//! Where the way ends.

use crate::mesh::trace::{Target, Tls, Verdict};

/// The end of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub(super) verdict: Verdict,
    pub(super) why: String,
    pub(super) status: Option<u16>,
}

impl End {
    pub(super) fn unknown(what: impl Into<String>) -> Self {
        Self::new(Verdict::Unknown, what, None)
    }

    pub(super) fn new(verdict: Verdict, why: impl Into<String>, status: Option<u16>) -> Self {
        Self {
            verdict,
            why: why.into(),
            status,
        }
    }
}

/// An answer of Envoy's own whose status its configuration may change.
pub(super) fn of_another_status(end: End) -> End {
    match end.status {
        None => end,
        Some(_) => End {
            why: format!("{}, or what the connection manager makes of it", end.why),
            status: None,
            ..end
        },
    }
}

/// To a cluster of a service.
pub(super) fn routed(name: &str, target: &Target) -> End {
    const KINDS: [&str; 5] = ["EDS", "STATIC", "STRICT_DNS", "LOGICAL_DNS", "ORIGINAL_DST"];
    if !KINDS.contains(&target.kind.as_str()) {
        return End::unknown(format!("cluster {name} is of the type {}", target.kind));
    }
    let how = match &target.tls {
        Tls::Plaintext => "in plaintext",
        Tls::Mutual { .. } => "in the mesh's TLS",
        Tls::Simple { .. } => "in TLS",
        Tls::ByEndpoint => "wrapped as each endpoint's metadata says",
        Tls::Mixed => "in TLS or plaintext, as each endpoint's metadata says",
        Tls::Other(_) => "wrapped in a way that the model doesn't know",
    };
    if target.is_starved() {
        let lacks = match target.endpoints.as_deref() {
            Some([]) => "no endpoint",
            _ => "no healthy endpoint",
        };
        let why = format!("it goes to {name}, which has {lacks}: 503 (UH)");
        return End::new(Verdict::Routed, why, Some(503));
    }
    End::new(Verdict::Routed, format!("it goes to {name} {how}"), None)
}

/// Where it was sent to.
pub(super) fn passthrough(name: &str) -> End {
    End::new(
        Verdict::Passthrough,
        format!(
            "{name}: it goes to the address it was sent to, in plaintext; a STRICT service \
             resets it (503)"
        ),
        None,
    )
}

/// Nowhere.
pub(super) fn black_hole() -> End {
    End::new(
        Verdict::BlackHole,
        "BlackHoleCluster: REGISTRY_ONLY drops what isn't in the registry",
        None,
    )
}
