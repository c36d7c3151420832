//! `server.drain:`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shape::Shape;
use super::super::value::{DrainDelay, DrainTimeout, Leaf};

/// How the gateway stops.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Drain {
    /// How long a gateway that was told to stop still accepts connections, saying
    /// `Connection: close` with each response, and how long idle connections stay; at most
    /// `1h`, and `0s` for none. Default: `5s`.
    pub(in super::super) delay: Option<Leaf<DrainDelay>>,
    /// How long what is in flight may take after that, until it is cut; at most `1h`.
    /// Default: `20s`.
    pub(in super::super) timeout: Option<Leaf<DrainTimeout>>,
}

impl Shape for Drain {
    const FIX: &'static str = "write a mapping such as { delay: 5s, timeout: 20s }";
}
