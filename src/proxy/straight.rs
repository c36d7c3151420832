//! The straight way to a service, for requests whose length is known, or that have no body.
//!
//! Pingora carries every request as two tasks, one for each side, with a pipe for either
//! direction between them. Most requests need none of that: they are written, their answer
//! is read and passed on. Pingora's own sessions do that here, in the order of its
//! proxy_h1.rs and with the same phases, so all that is said and heard is the same. Where
//! it isn't that simple, Pingora's way is taken.

mod answer;
mod exchange;

use http::{HeaderName, HeaderValue, Version, header};
use pingora_core::protocols::Stream;
use pingora_core::protocols::http::v1::client::HttpSession;
use pingora_core::upstreams::peer::HttpPeer;
use pingora_core::{Error, ErrorSource, ErrorType, Result};
use pingora_http::RequestHeader;
use pingora_proxy::{ProxyHttp, Session};

use super::ctx::Ctx;
use super::gateway::{Gateway, MAX_TRIES};
use crate::config::Protocol;

/// Fields that ask for more than an answer, or that Pingora takes out for a service.
static ELSEWHERE: [HeaderName; 10] = [
    header::EXPECT,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("http2-settings"),
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// Whether the request asks for nothing but an answer.
pub(super) fn fits(session: &Session, ctx: &Ctx) -> bool {
    let service = ctx.upstream().map(|upstream| upstream.service());
    service.is_some_and(|service| service.protocol == Protocol::Http1)
        && session.as_downstream().as_http1().is_some()
        && is_plain(session.req_header())
}

fn is_plain(request: &RequestHeader) -> bool {
    let passes = |(name, value): (&HeaderName, &HeaderValue)| match name {
        &header::CONNECTION => is_about_reuse(value),
        name => !ELSEWHERE.contains(name),
    };
    request.version == Version::HTTP_11
        && request.raw_path().starts_with(b"/")
        && request.headers.iter().all(passes)
}

/// Other fields that Connection names would have to go with it.
fn is_about_reuse(connection: &HeaderValue) -> bool {
    let options: [&[u8]; 2] = [b"keep-alive", b"close"];
    options
        .iter()
        .any(|option| connection.as_bytes().eq_ignore_ascii_case(option))
}

/// Whether the request couldn't be written, is still at hand, and has no answer. The service
/// can't have the whole of it, so any method may try again where the connection is to blame:
/// it was reset while it waited, which a worker that is busy learns of by writing to it.
fn is_unsent(error: &Error, session: &Session, ctx: &Ctx) -> bool {
    let kept = session.as_ref().get_retry_buffer();
    *error.esource() == ErrorSource::Upstream
        && *error.etype() == ErrorType::WriteError
        && !ctx.response_began
        && ctx.body_bytes == kept.map_or(0, |body| body.len() as u64)
}

impl Gateway {
    /// Has the request answered, with as many tries as Pingora allows.
    pub(super) async fn go_straight(&self, session: &mut Session, ctx: &mut Ctx) -> Result<()> {
        let mut tries = 1;
        loop {
            // Where two were stale, so may be all that were kept.
            let kept = tries < MAX_TRIES;
            match self.try_straight(session, ctx, kept).await {
                Err(error) if error.retry() && tries < MAX_TRIES => tries += 1,
                done => return done,
            }
        }
    }

    /// On a connection that was kept, where there is one and that will do.
    async fn try_straight(&self, session: &mut Session, ctx: &mut Ctx, kept: bool) -> Result<()> {
        let peer = self.upstream_peer(session, ctx).await?;
        let (stream, reused) = match self.connect(&peer, ctx, kept).await {
            Ok(connected) => connected,
            Err(mut error) => {
                error.as_up();
                return Err(self.fail_to_connect(session, &peer, ctx, error).into_up());
            }
        };
        let mut service = HttpSession::new_with_options(stream, &*peer);
        match self
            .exchange(session, &mut service, &peer, reused, ctx)
            .await
        {
            Ok(false) => {
                service.shutdown().await;
                Ok(())
            }
            Ok(true) => {
                service.respect_keepalive();
                if let (Some(stream), Some(address)) = (service.reuse().await, ctx.address) {
                    self.pool.put(address, stream, peer.options.idle_timeout);
                }
                Ok(())
            }
            Err(error) => {
                let unsent = reused && is_unsent(&error, session, ctx);
                let mut error = self.error_while_proxy(&peer, session, error, ctx, reused);
                if unsent && ctx.failure.is_none() {
                    error.set_retry(true);
                }
                Err(error)
            }
        }
    }

    async fn connect(&self, peer: &HttpPeer, ctx: &Ctx, kept: bool) -> Result<(Stream, bool)> {
        let address = ctx.address.filter(|_| kept);
        if let Some(stream) = address.and_then(|address| self.pool.take(address)) {
            return Ok((stream, true));
        }
        Ok((self.connector.new_stream(peer).await?, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(target: &str, fields: &[(&'static str, &'static str)]) -> bool {
        let mut request = RequestHeader::build("GET", target.as_bytes(), None).unwrap();
        for (name, value) in fields {
            request.append_header(*name, *value).unwrap();
        }
        is_plain(&request)
    }

    #[test]
    fn most_requests_are_plain() {
        assert!(plain(
            "/a?b",
            &[("accept", "*/*"), ("connection", "Keep-Alive")]
        ));
        assert!(plain(
            "/",
            &[("connection", "close"), ("content-length", "0")]
        ));
        assert!(plain("/", &[("content-length", "5")]));
    }

    #[test]
    fn what_asks_for_more_is_not() {
        for field in [
            ("connection", "close, x-token"),
            ("connection", "upgrade"),
            ("connection", ""),
            ("transfer-encoding", "chunked"),
            ("expect", "100-continue"),
            ("te", "trailers"),
            ("upgrade", "websocket"),
            ("http2-settings", "AAMAAABk"),
            ("keep-alive", "timeout=5"),
            ("proxy-authorization", "Basic YTpi"),
        ] {
            assert!(!plain("/", &[field]), "{field:?}");
        }
        assert!(!plain("http://host/", &[]));
        assert!(!plain("*", &[]));
    }
}
