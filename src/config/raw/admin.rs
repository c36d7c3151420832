//! `admin:`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shape::Shape;
use super::super::value::{Leaf, OperatorAddress, ProbeAddress, ReadyUrl};

/// The addresses beside the main port, for probes and for the operator.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Admin {
    /// An IP address and port that answers `/livez`, `/readyz` and `/metrics`; port 0 takes
    /// a free one; or `off`. Default: `0.0.0.0:9000`.
    pub(in super::super) listen: Option<Leaf<ProbeAddress>>,
    /// An IP address and port for the operator, with the live page, `/status`, `/config`,
    /// `/log-level`, `/drain` and `/reload`, without a password; port 0 takes a free one;
    /// or `off`. Default: `127.0.0.1:9001`.
    pub(in super::super) operator: Option<Leaf<OperatorAddress>>,
    /// Where the sidecar says by 200 that it is ready, such as
    /// `http://127.0.0.1:15021/healthz/ready`; until then `/readyz` is 503. Default: `off`.
    pub(in super::super) sidecar_ready: Option<Leaf<ReadyUrl>>,
}

impl Shape for Admin {
    const FIX: &'static str =
        r#"write a mapping such as { listen: "0.0.0.0:9000", operator: "127.0.0.1:9001" }"#;
}
