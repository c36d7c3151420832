//! What is remembered of one request between its phases.

use std::net::SocketAddr;

use http::HeaderValue;

use super::client::Client;
use crate::failure::Failure;
use crate::route::Choice;

/// Plain data: texts are only made when something has to be told.
#[derive(Debug, Default)]
pub struct Ctx {
    pub(super) client: Option<Client>,
    pub(super) request_id: Option<HeaderValue>,
    /// The match that was chosen.
    pub(super) choice: Option<Choice>,
    /// The methods that would have done, for a 405.
    pub(super) allow: Vec<String>,
    /// The path that was matched, where normalising changed it.
    pub(super) normalized: Option<Box<[u8]>>,
    /// The service's turn that this request took.
    pub(super) turn: Option<usize>,
    /// Addresses that refused the connection so far.
    pub(super) refusals: usize,
    /// The next try waits until the service has moved from here.
    pub(super) refusing: Option<SocketAddr>,
    /// The address of the latest try.
    pub(super) address: Option<SocketAddr>,
    /// Known to our own phases before Pingora's error tells it.
    pub(super) failure: Option<Failure>,
    /// The final response header of the service is here.
    pub(super) response_began: bool,
    /// The client has a whole answer of the gateway.
    pub(super) answered: bool,
}
