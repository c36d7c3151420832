//! The texts that Envoy answers with.

/// Bytes of a body that are worth keeping for [`super::Origin::of`].
pub const BODY: usize = 256;

/// What the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    /// There is none.
    Empty,
    /// One of Envoy's, in its form and with a status that it goes with.
    Known,
    /// The same, but others say this too.
    Common,
    /// One of Envoy's, but in another form or with another status: somebody relayed it.
    Misplaced,
    /// It was not seen far enough to exclude one of Envoy's.
    Unseen,
    /// None of Envoy's.
    Other,
}

pub(super) struct Known {
    pub(super) text: &'static str,
    /// Whether something may follow.
    pub(super) open: bool,
    /// The statuses that Envoy sends it with; all when empty.
    statuses: &'static [u16],
    common: bool,
}

impl Known {
    pub(super) const fn is_common(&self) -> bool {
        self.common
    }

    pub(super) fn goes_with(&self, status: u16) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&status)
    }
}

const fn whole(text: &'static str, statuses: &'static [u16]) -> Known {
    Known {
        text,
        open: false,
        statuses,
        common: false,
    }
}

const fn open(text: &'static str, statuses: &'static [u16]) -> Known {
    Known {
        text,
        open: true,
        statuses,
        common: false,
    }
}

const fn common(text: &'static str, statuses: &'static [u16]) -> Known {
    Known {
        text,
        open: false,
        statuses,
        common: true,
    }
}

/// What every failure of a connection or stream to the next hop begins with.
const CONNECT: &str = "upstream connect error or disconnect/reset before headers";

const TIMEOUT: &[u16] = &[408, 504];
const UNAVAILABLE: &[u16] = &[503];
const TOKEN: &[u16] = &[401, 403];

/// Of Envoy's router, connection manager, codecs, and the filters that Istio sets up.
pub(super) const ALL: [Known; 25] = [
    // 502 for a protocol error.
    open(CONNECT, &[502, 503, 504]),
    whole("no healthy upstream", UNAVAILABLE),
    whole("upstream request timeout", &[504]),
    whole("upstream max stream duration reached", TIMEOUT),
    whole("downstream duration timeout", TIMEOUT),
    whole("stream timeout", TIMEOUT),
    whole("RBAC: access denied", &[403]),
    open("Jwt ", TOKEN),
    open("Jwks ", TOKEN),
    whole("Audiences in Jwt are not allowed", TOKEN),
    // An operator chooses the status of these two.
    whole("fault filter abort", &[]),
    whole("local_rate_limited", &[]),
    whole("maintenance mode", UNAVAILABLE),
    whole("drop overload", UNAVAILABLE),
    whole("unconditional drop overload", UNAVAILABLE),
    whole("envoy overloaded", UNAVAILABLE),
    whole("DNS resolution failure", UNAVAILABLE),
    whole(
        "Dynamic forward proxy pending request overflow",
        UNAVAILABLE,
    ),
    common("request timeout", &[408]),
    common("Bad Request", &[400]),
    common("Payload Too Large", &[413]),
    common("Content Too Large", &[413]),
    common("Upgrade Required", &[426]),
    common("Request Header Fields Too Large", &[431]),
    common("Internal Server Error", &[500]),
];

pub(super) fn find(message: &[u8]) -> Option<&'static Known> {
    ALL.iter().find(|known| {
        let text = known.text.as_bytes();
        message == text || known.open && message.starts_with(text)
    })
}

/// Whether one of them begins so.
pub(super) fn begins(message: &[u8]) -> bool {
    let mut texts = ALL.iter().map(|known| known.text.as_bytes());
    texts.any(|text| text.starts_with(message))
}

/// The statuses that Envoy sends without a body: redirects, a refused upgrade or
/// authorization, no route, rate limits, no cluster, the black hole.
pub(super) const fn is_sent_empty(status: u16) -> bool {
    matches!(
        status,
        301 | 302 | 303 | 307 | 308 | 400 | 403 | 404 | 429 | 500 | 502 | 503 | 504
    )
}

/// Whether a connection was refused or closed that was not tried twice. What Istio routes
/// to a service by name is retried when connecting fails; what it passes through is not.
pub(super) fn is_plaintext_failure(message: &[u8]) -> bool {
    let reason = message
        .strip_prefix(CONNECT.as_bytes())
        .and_then(|rest| rest.strip_prefix(b". reset reason: "));
    let Some(reason) = reason else {
        return false;
    };
    let kinds: [&[u8]; 4] = [
        b"connection termination",
        b"remote connection failure",
        b"local connection failure",
        // As older Envoys say it.
        b"connection failure",
    ];
    let fails = kinds.iter().any(|kind| reason.starts_with(kind));
    fails && !reason.windows(3).any(|part| part == b"TLS")
}
