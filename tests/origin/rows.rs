//! Each answer, and what it is taken for.

use api_gateway::observe::Origin::{self, Application, Sidecar as Envoy, Unknown};

use crate::config::Listeners;

pub(crate) enum At {
    AllowAny,
    /// The service resets what comes in plaintext.
    StrictReset,
    RegistryOnly,
    /// `proxyHeaders` are off.
    Bare,
    /// The service's sidecar, without one of ours.
    Inbound,
}

impl At {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::AllowAny => "allow-any",
            Self::StrictReset => "strict-reset",
            Self::RegistryOnly => "registry-only",
            Self::Bare => "bare",
            Self::Inbound => "inbound",
        }
    }

    pub(crate) fn address(&self, of: &Listeners) -> std::net::SocketAddr {
        match self {
            Self::AllowAny => of.allow_any,
            Self::StrictReset => of.strict_reset,
            Self::RegistryOnly => of.registry_only,
            Self::Bare => of.bare,
            Self::Inbound => of.inbound,
        }
    }
}

pub(crate) struct Row {
    pub(crate) at: At,
    /// `METHOD host path`.
    pub(crate) request: &'static str,
    /// Further header fields.
    pub(crate) fields: &'static str,
    /// What the first sidecar logs as the reason begins so.
    pub(crate) details: &'static str,
    pub(crate) status: u16,
    pub(crate) origin: Origin,
    pub(crate) mismatch: bool,
}

const fn row(
    at: At,
    request: &'static str,
    details: &'static str,
    status: u16,
    origin: Origin,
) -> Row {
    Row {
        at,
        request,
        fields: "",
        details,
        status,
        origin,
        mismatch: false,
    }
}

impl Row {
    const fn with(mut self, fields: &'static str) -> Self {
        self.fields = fields;
        self
    }

    const fn mismatch(mut self) -> Self {
        self.mismatch = true;
        self
    }
}

const GRPC: &str = "content-type: application/grpc\r\n";
const RESET: &str = "upstream_reset_before_response_started";
const LATE: &str = "upstream_reset_after_response_started";
/// What no log tells: the request broke HTTP, or the listener keeps none.
const UNLOGGED: &str = "";
const VIA: &str = "via_upstream";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = no_virtual_host();
    rows.extend(ours());
    rows.extend(the_application());
    rows.extend(the_service_s_sidecar());
    rows.extend(without_marks());
    rows.extend(wrong_or_open());
    rows
}

fn no_virtual_host() -> Vec<Row> {
    use At::{AllowAny, RegistryOnly, StrictReset};
    vec![
        row(AllowAny, "GET 10.0.0.1 /", RESET, 503, Envoy).mismatch(),
        row(AllowAny, "POST 10.0.0.1 /", RESET, 503, Envoy)
            .with("content-length: 0\r\n")
            .mismatch(),
        row(StrictReset, "GET 10.0.0.1 /", RESET, 503, Envoy).mismatch(),
        row(AllowAny, "GET 10.0.0.1 /", RESET, 200, Envoy)
            .with(GRPC)
            .mismatch(),
        row(
            RegistryOnly,
            "GET 10.0.0.1 /",
            "direct_response",
            502,
            Envoy,
        )
        .mismatch(),
    ]
}

fn ours() -> Vec<Row> {
    use At::AllowAny;
    vec![
        row(AllowAny, "GET empty /", "no_healthy_upstream", 503, Envoy),
        row(AllowAny, "GET empty /", "no_healthy_upstream", 200, Envoy).with(GRPC),
        row(AllowAny, "GET refused /", RESET, 503, Envoy),
        row(AllowAny, "GET full /", RESET, 503, Envoy),
        row(AllowAny, "GET tls /", RESET, 503, Envoy),
        row(AllowAny, "GET overflow /", RESET, 503, Envoy),
        row(AllowAny, "GET gone /", "cluster_not_found", 503, Envoy),
        row(AllowAny, "GET faulty /", "fault_filter_abort", 500, Envoy),
        row(AllowAny, "GET moved /", "direct_response", 301, Envoy),
        row(AllowAny, "GET partial /", "route_not_found", 404, Envoy),
        row(
            AllowAny,
            "GET deadline /slow",
            "response_timeout",
            504,
            Envoy,
        ),
        row(
            AllowAny,
            "GET duration /slow",
            "max_duration_timeout",
            504,
            Envoy,
        ),
        row(
            AllowAny,
            "GET lasting /slow",
            "upstream_max_stream_duration_reached",
            504,
            Envoy,
        ),
        row(AllowAny, "GET maintained /", "maintenance_mode", 503, Envoy),
        row(AllowAny, "GET app /slow", "stream_idle_timeout", 504, Envoy),
        row(AllowAny, "GET app /garbage", RESET, 502, Envoy),
        row(AllowAny, "GET app /", "upgrade_failed", 403, Envoy)
            .with("Connection: upgrade\r\nUpgrade: websocket\r\n"),
        row(AllowAny, "GET app /", UNLOGGED, 400, Envoy).with("a line without colon\r\n"),
    ]
}

fn the_application() -> Vec<Row> {
    use At::{AllowAny, Inbound};
    vec![
        row(AllowAny, "GET app /503", VIA, 503, Application),
        row(AllowAny, "GET app /404", VIA, 404, Application),
        row(AllowAny, "GET app /500", VIA, 500, Application),
        row(AllowAny, "GET app /generic", VIA, 400, Application),
        row(AllowAny, "GET app /moved", VIA, 302, Application),
        row(AllowAny, "GET app /grpc", VIA, 200, Application).with(GRPC),
        row(AllowAny, "HEAD app /500", VIA, 500, Application),
        row(AllowAny, "GET app /half-500", LATE, 500, Application),
        row(AllowAny, "GET service /503", VIA, 503, Application),
        row(AllowAny, "GET service /404", VIA, 404, Application),
        row(Inbound, "GET service /503", UNLOGGED, 503, Application),
    ]
}

fn the_service_s_sidecar() -> Vec<Row> {
    use At::{AllowAny, Bare, Inbound};
    vec![
        row(AllowAny, "GET service /denied", VIA, 403, Envoy),
        row(AllowAny, "GET service /jwt", VIA, 401, Envoy),
        row(AllowAny, "GET service /down", VIA, 503, Envoy),
        row(AllowAny, "GET service /close", VIA, 503, Envoy),
        row(AllowAny, "GET service /limited", VIA, 429, Envoy),
        row(Inbound, "GET service /denied", UNLOGGED, 403, Envoy),
        row(Bare, "GET service /denied", VIA, 403, Envoy),
    ]
}

/// With `proxyHeaders` off the sidecar leaves nothing but its texts.
fn without_marks() -> Vec<Row> {
    use At::Bare;
    vec![
        row(Bare, "GET app /503", VIA, 503, Application),
        row(Bare, "GET app /404", VIA, 404, Application),
        row(Bare, "GET app /500", VIA, 500, Application),
        row(Bare, "GET empty /", "no_healthy_upstream", 503, Envoy),
    ]
}

/// The rows of "Where it is wrong" in docs/origin.md.
fn wrong_or_open() -> Vec<Row> {
    use At::{AllowAny, Bare, RegistryOnly};
    vec![
        // Its own black hole and its own 404 are as bare as an application's.
        row(Bare, "GET 10.0.0.1 /", "direct_response", 502, Application),
        row(Bare, "GET partial /", "route_not_found", 404, Application),
        // An operator's text may be anybody's.
        row(AllowAny, "GET text /", "direct_response", 418, Unknown),
        // Without the body an answer to HEAD is the same from both.
        row(
            AllowAny,
            "HEAD empty /",
            "no_healthy_upstream",
            503,
            Unknown,
        ),
        // The status is in a header, the text isn't there.
        row(
            RegistryOnly,
            "GET 10.0.0.1 /",
            "direct_response",
            200,
            Unknown,
        )
        .with(GRPC),
        // Answered before the request was whole: Envoy sets no time.
        row(AllowAny, "POST app /early", VIA, 413, Unknown).with("content-length: 9\r\n"),
        // An application that hands on what it got from its own sidecar.
        row(AllowAny, "GET app /relay", VIA, 503, Unknown),
        row(AllowAny, "GET app /half-200", LATE, 200, Unknown),
        // A service without a sidecar, or with retries off, fails like a plaintext request.
        row(AllowAny, "GET app /close", RESET, 503, Envoy).mismatch(),
        row(Bare, "GET app /close", RESET, 503, Envoy).mismatch(),
        row(AllowAny, "GET refused-once /", RESET, 503, Envoy).mismatch(),
    ]
}
