//! The phases of a request.

use std::os::fd::RawFd;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{StatusCode, Version, header};
use log::debug;
use pingora_core::modules::http::HttpModules;
use pingora_core::protocols::Digest;
use pingora_core::upstreams::peer::{HttpPeer, Peer};
use pingora_core::{Error, ErrorType, Result};
use pingora_http::{RequestHeader, ResponseHeader};
use pingora_proxy::{FailToProxy, ProxyHttp, ProxyWarnLogContext, Session};

use super::client::Client;
use super::ctx::Ctx;
use super::decide::Rejected;
use super::ended;
use super::gateway::Gateway;
use super::headers;
use super::request::{self, Came};
use super::response;
use super::snapshot::Host;
use super::tries::bug;
use super::unchunked::unchunked;
use crate::failure::Failure;
use crate::guard;
use crate::observe::BODY;
use crate::route::Target;
use crate::upstream::prepare_upgrade;

#[async_trait]
impl ProxyHttp for Gateway {
    type CTX = Ctx;

    fn new_ctx(&self) -> Ctx {
        Ctx::new(self.snapshot.load_full(), guard::current())
    }

    /// None: the default adds a compression module to every request.
    fn init_downstream_modules(&self, _modules: &mut HttpModules) {}

    async fn request_filter(&self, session: &mut Session, ctx: &mut Ctx) -> Result<bool> {
        let client = Client::of(session, &ctx.snapshot.config.server);
        ctx.request_id = Some(client.request_id((&session.req_header().headers).into()));
        ctx.client = Some(client);
        if let Some(http1) = session.as_downstream().as_http1() {
            ctx.head = http1.get_headers_raw_bytes();
        }
        if session.req_header().version == Version::HTTP_2 {
            ctx.head = ended::head_of(session.req_header());
            // The guard sees the connection's bytes, not each stream's.
            let write_idle = ctx.control.as_ref().and_then(|c| c.write_idle());
            session.set_write_timeout(write_idle);
        }
        // It would take them for the answer (RFC 9110, section 15.2).
        let old = session.req_header().version == Version::HTTP_10;
        session.set_ignore_info_resp(old);
        match self.decide(session, ctx).await {
            Ok(answered) => Ok(answered),
            Err(Rejected::Broken(error)) => Err(error),
            Err(Rejected::Failed(failure)) => {
                self.give_up(session, ctx, failure, None).await?;
                Ok(true)
            }
        }
    }

    async fn upstream_peer(&self, session: &mut Session, ctx: &mut Ctx) -> Result<Box<HttpPeer>> {
        let (upstream, turn) = ctx.turn().await?;
        let peer = upstream.peer(turn);
        let mut peer = peer.ok_or_else(|| ctx.unresolved_now())?;
        prepare_upgrade(&mut peer, session.req_header());
        ctx.begin_try();
        ctx.address = peer.address().as_inet().copied();
        Ok(peer)
    }

    async fn connected_to_upstream(
        &self,
        session: &mut Session,
        reused: bool,
        _peer: &HttpPeer,
        _fd: RawFd,
        digest: Option<&Digest>,
        ctx: &mut Ctx,
    ) -> Result<()> {
        ctx.times.connected(reused);
        ctx.reused = Some(reused);
        if !session.as_downstream_mut().is_body_empty()
            && let Some(control) = &ctx.control
        {
            control.upload_to(digest.and_then(|digest| digest.socket_digest.clone()));
        }
        Ok(())
    }

    async fn upstream_request_filter(
        &self,
        session: &mut Session,
        request: &mut RequestHeader,
        ctx: &mut Ctx,
    ) -> Result<()> {
        let choice = ctx.choice.ok_or_else(|| bug("no route was chosen"))?;
        let (Some(client), Some(id)) = (ctx.client, &ctx.request_id) else {
            return Err(bug("the client is unknown"));
        };
        let snapshot = &ctx.snapshot;
        let bodiless = session.as_downstream_mut().is_body_empty();
        let original = session.req_header();
        request::change(request, |headers| {
            request::distrust(headers, client.trusted);
            if let Some(rules) = snapshot.request_headers(choice.route) {
                headers::change_request(headers, rules);
            }
            match snapshot.host(choice.route) {
                Some(Host::Literal(host)) => {
                    headers.insert(header::HOST, host.clone());
                }
                Some(Host::Preserve { fallback }) if !headers.contains_key(header::HOST) => {
                    headers.insert(header::HOST, fallback.clone());
                }
                Some(Host::Preserve { .. }) | None => {}
            }
            request::forward(headers, &Came::of(original), client, id)
        })?;
        let target = Target::parse(original.raw_path()).map_err(|_| bug("the target changed"))?;
        let path = ctx.normalized.as_deref().unwrap_or(target.path);
        let table = &snapshot.table;
        request.set_raw_path(&table.upstream_target(choice, path, target.query))?;
        if let Some(control) = &ctx.control {
            let limit = ctx.deadlines().response_header;
            if bodiless {
                // To a service of HTTP/2 the end of the request goes with its header, and
                // no part of a body tells.
                control.await_response(limit);
            } else if request::expects_continue(original) {
                control.expect_continue(limit);
            }
        }
        Ok(())
    }

    /// Called for each part of the body. From its end on the service has
    /// `response_header` to answer.
    async fn request_body_filter(
        &self,
        session: &mut Session,
        body: &mut Option<Bytes>,
        end_of_stream: bool,
        ctx: &mut Ctx,
    ) -> Result<()> {
        ctx.body_bytes += body.as_ref().map_or(0, |part| part.len() as u64);
        let limit = ctx
            .choice
            .and_then(|c| ctx.snapshot.request_body_limit(c.route));
        if limit.is_some_and(|limit| ctx.body_bytes > limit) {
            ctx.failure = Some(Failure::BodyTooLarge);
            return Err(Error::explain(ErrorType::InvalidHTTPHeader, "body too large").into_down());
        }
        if let Some(control) = &ctx.control {
            if session.req_header().version == Version::HTTP_2 {
                control.body_passed(end_of_stream);
            }
            match (end_of_stream, ctx.response_began) {
                // Without a body the clock runs since the head was made.
                (true, false) if session.as_downstream_mut().is_body_empty() => {}
                (true, false) => control.await_response(ctx.deadlines().response_header),
                (true, true) => control.request_passed(),
                (false, _) => {}
            }
        }
        Ok(())
    }

    async fn upstream_response_filter(
        &self,
        session: &mut Session,
        response: &mut ResponseHeader,
        ctx: &mut Ctx,
    ) -> Result<()> {
        let switching = response.status == StatusCode::SWITCHING_PROTOCOLS;
        let asked = session.is_upgrade_req();
        if switching && !(asked && response::switches_to_websocket(response)) {
            return Err(Error::explain(ErrorType::InvalidHTTPHeader, "unsolicited 101").into_up());
        }
        if !response::is_sound(response) {
            return Err(Error::explain(ErrorType::InvalidHTTPHeader, "framing").into_up());
        }
        if response::is_interim(response.status) {
            if let Some(control) = &ctx.control
                && response.status == StatusCode::CONTINUE
            {
                control.continued();
            }
            return Ok(());
        }
        ctx.response_began = true;
        ctx.began_with = Some(response.status.as_u16());
        if response.status.as_u16() >= ended::ERROR {
            ctx.evidence = Some(Box::new(response.headers.clone()));
        }
        ctx.times.answered();
        if let Some(control) = &ctx.control {
            if switching {
                control.upgraded();
            } else {
                control.response_began(ctx.deadlines().body_idle);
            }
        }
        Ok(())
    }

    fn upstream_response_body_filter(
        &self,
        _session: &mut Session,
        body: &mut Option<Bytes>,
        end_of_stream: bool,
        ctx: &mut Ctx,
    ) -> Result<Option<Duration>> {
        ctx.sent += body.as_ref().map_or(0, |part| part.len() as u64);
        let is_error = ctx.began_with.is_some_and(|status| status >= ended::ERROR);
        if let Some(part) = body
            && is_error
            && ctx.beginning.is_empty()
        {
            ctx.beginning = part.slice(..part.len().min(BODY));
        }
        if let Some(control) = &ctx.control {
            control.response_passed(end_of_stream);
        }
        Ok(None)
    }

    async fn response_filter(
        &self,
        session: &mut Session,
        response: &mut ResponseHeader,
        ctx: &mut Ctx,
    ) -> Result<()> {
        response::strip_hop_by_hop(response);
        let rules = ctx
            .choice
            .and_then(|c| ctx.snapshot.response_headers(c.route));
        if let Some(rules) = rules {
            headers::change(response, rules);
        }
        // Pingora closes when the answer overtakes the request's body, and takes
        // 100 Continue for an answer.
        let interim = response::is_interim(response.status);
        session.set_close_on_response_before_downstream_finish(!interim);
        ctx.ends_by_closing = response::frame_for(session.req_header().version, response);
        if ctx.ends_by_closing {
            session.downstream_modules_ctx = unchunked();
        }
        if ctx.ends_by_closing || ctx.control.as_ref().is_some_and(|c| c.is_closing()) {
            // The client learns now that its next request needs a new connection.
            session.set_keepalive(None);
        }
        Ok(())
    }

    fn fail_to_connect(
        &self,
        _session: &mut Session,
        _peer: &HttpPeer,
        ctx: &mut Ctx,
        error: Box<Error>,
    ) -> Box<Error> {
        ctx.refused(error)
    }

    fn error_while_proxy(
        &self,
        _peer: &HttpPeer,
        session: &mut Session,
        error: Box<Error>,
        ctx: &mut Ctx,
        reused: bool,
    ) -> Box<Error> {
        let repeatable =
            session.req_header().method.is_idempotent() && !session.retry_buffer_truncated();
        ctx.broke(error, repeatable, reused)
    }

    async fn fail_to_proxy(
        &self,
        session: &mut Session,
        error: &Error,
        ctx: &mut Ctx,
    ) -> FailToProxy {
        let failure = ctx.failure_by(error);
        // Pingora closes the connection after a failure, so it is announced.
        session.set_keepalive(None);
        if let Err(error) = self.give_up(session, ctx, failure, Some(error)).await {
            debug!("the answer to a failed request couldn't be written: {error}");
        }
        FailToProxy {
            error_code: failure.status(),
            can_reuse_downstream: false,
        }
    }

    async fn logging(&self, session: &mut Session, error: Option<&Error>, ctx: &mut Ctx) {
        ctx.told = true;
        ctx.ended(session);
        let complete = ctx.answered || error.is_none();
        if !complete || session.was_upgraded() || session.is_body_done() {
            return;
        }
        // The client is still sending although its answer is complete: the guard closes
        // the connection in a way that keeps the answer.
        if let Err(error) = session.finish_body().await {
            debug!("the end of an answer couldn't be written: {error}");
        }
    }

    /// `give_up` has told it, once and in our words.
    fn suppress_error_log(&self, _session: &Session, _ctx: &Ctx, _error: &Error) -> bool {
        true
    }

    fn suppress_proxy_warn_log(
        &self,
        _session: &Session,
        _ctx: &Ctx,
        _error: &Error,
        _context: ProxyWarnLogContext,
    ) -> bool {
        true
    }
}
