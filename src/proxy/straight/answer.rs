//! The parts of an answer, made ready for the client.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http::{Method, Version, header};
use pingora_core::protocols::http::HttpTask;
use pingora_core::protocols::http::v1::client::HttpSession;
use pingora_core::{Error, Result};
use pingora_http::{RequestHeader, ResponseHeader};
use pingora_proxy::{ProxyHttp, Session};
use tokio::task::coop::unconstrained;

use crate::proxy::ctx::Ctx;
use crate::proxy::gateway::Gateway;

/// Parts of an answer that are written at once where they are at hand.
const AT_ONCE: usize = 4;

impl Gateway {
    /// This part and those that are at hand behind it, up to one that is broken.
    pub(super) async fn parts(
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
