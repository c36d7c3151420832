//! One request and its answer on a connection to its service.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http::{Method, Version, header};
use log::error;
use pingora_core::protocols::UniqueID;
use pingora_core::protocols::http::HttpTask;
use pingora_core::protocols::http::authority::validate_request_authority;
use pingora_core::protocols::http::v1::client::HttpSession;
use pingora_core::upstreams::peer::HttpPeer;
use pingora_core::{Error, Result};
use pingora_http::{RequestHeader, ResponseHeader};
use pingora_proxy::{ProxyHttp, Session};
use tokio::task::coop::{consume_budget, unconstrained};

use crate::proxy::ctx::Ctx;
use crate::proxy::gateway::Gateway;

/// Parts of an answer that are written at once where they are at hand.
const AT_ONCE: usize = 4;

impl Gateway {
    /// Whether the connection can be used again, its session tells then.
    pub(super) async fn exchange(
        &self,
        session: &mut Session,
        service: &mut HttpSession,
        peer: &HttpPeer,
        reused: bool,
        ctx: &mut Ctx,
    ) -> Result<()> {
        let (id, digest) = (service.id(), Some(service.digest()));
        self.connected_to_upstream(session, reused, peer, id, digest, ctx)
            .await?;
        let request = self.request(session, ctx).await?;
        let sent = async {
            service.write_request_header(Box::new(request)).await?;
            service.finish_body().await
        };
        sent.await.map_err(|error| error.into_up())?;
        self.answer(session, service, ctx).await?;
        if let Err(error) = session.as_mut().finish_body().await {
            error!("the end of an answer couldn't be written: {error}");
            session.set_keepalive(None);
        }
        Ok(())
    }

    /// The request as its service gets it.
    async fn request(&self, session: &mut Session, ctx: &mut Ctx) -> Result<RequestHeader> {
        let mut request = session.req_header().clone();
        request.set_version(Version::HTTP_11);
        request.remove_header(&header::CONNECTION);
        self.upstream_request_filter(session, &mut request, ctx)
            .await?;
        validate_request_authority(&request).map_err(|error| error.into_in())?;
        // The end of a body that is none.
        self.request_body_filter(session, &mut None, true, ctx)
            .await?;
        Ok(request)
    }

    /// Passes the answer on, part by part, until the client goes.
    async fn answer(
        &self,
        session: &mut Session,
        service: &mut HttpSession,
        ctx: &mut Ctx,
    ) -> Result<()> {
        loop {
            // The clocks are looked at when the task rests, and a service that never does
            // mustn't keep it from that.
            consume_budget().await;
            let part = tokio::select! {
                part = service.read_response_task() => part,
                gone = session.as_downstream_mut().read_body_or_idle(true) => {
                    gone.map_err(|error| error.into_down())?;
                    continue;
                }
            };
            let (parts, broken) = self.parts(session, service, part, ctx).await;
            // What came before it broke is the client's.
            let end = !parts.is_empty() && session.write_response_tasks(parts).await?;
            match broken {
                Some(error) => return Err(error),
                None if end => return Ok(()),
                None => {}
            }
        }
    }

    /// This part and those that are at hand behind it, up to one that is broken.
    async fn parts(
        &self,
        session: &mut Session,
        service: &mut HttpSession,
        mut part: Result<HttpTask>,
        ctx: &mut Ctx,
    ) -> (Vec<HttpTask>, Option<Box<Error>>) {
        let mut parts = Vec::with_capacity(AT_ONCE);
        loop {
            let mut read = match part {
                Ok(read) => read,
                Err(error) => return (parts, Some(error.into_up())),
            };
            let end = read.is_end();
            if let Err(error) = self.filter(session, &mut read, ctx).await {
                return (parts, Some(error));
            }
            parts.push(read);
            if end || parts.len() == AT_ONCE {
                return (parts, None);
            }
            match at_hand(service) {
                Some(next) => part = next,
                None => return (parts, None),
            }
        }
    }

    async fn filter(
        &self,
        session: &mut Session,
        part: &mut HttpTask,
        ctx: &mut Ctx,
    ) -> Result<()> {
        match part {
            HttpTask::Header(response, end) => {
                self.upstream_response_filter(session, response, ctx)
                    .await?;
                frame(session.req_header(), response, *end)?;
                self.response_filter(session, response, ctx).await
            }
            HttpTask::Body(body, end) => self
                .upstream_response_body_filter(session, body, *end, ctx)
                .map(|_| ()),
            _ => Ok(()),
        }
    }
}

/// An answer that ends with its connection gets an end of its own.
fn frame(request: &RequestHeader, response: &mut ResponseHeader, end: bool) -> Result<()> {
    let status = response.status;
    let bodiless = end
        || request.method == Method::HEAD
        || status.is_informational()
        || matches!(status.as_u16(), 204 | 304);
    let headers = &response.headers;
    if bodiless
        || headers.contains_key(header::TRANSFER_ENCODING)
        || headers.contains_key(header::CONTENT_LENGTH)
    {
        return Ok(());
    }
    response.set_version(Version::HTTP_11);
    response.insert_header(header::TRANSFER_ENCODING, "chunked")
}

/// What was read already, or can be without waiting.
fn at_hand(service: &mut HttpSession) -> Option<Result<HttpTask>> {
    let part = pin!(unconstrained(service.read_response_task()));
    match part.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(part) => Some(part),
        Poll::Pending => None,
    }
}
