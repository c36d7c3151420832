//! One request and its answer on a connection to its service.

use bytes::Bytes;
use http::{Version, header};
use log::error;
use pingora_core::protocols::UniqueID;
use pingora_core::protocols::http::authority::validate_request_authority;
use pingora_core::protocols::http::v1::client::HttpSession;
use pingora_core::upstreams::peer::HttpPeer;
use pingora_core::{Error, Result};
use pingora_http::RequestHeader;
use pingora_proxy::{ProxyHttp, Session};
use tokio::task::coop::consume_budget;

use crate::proxy::ctx::Ctx;
use crate::proxy::gateway::Gateway;

/// What became of the request so far.
enum Request {
    /// There is more of its body to come.
    Coming,
    Sent,
    /// The service doesn't take it. It may have said why.
    Refused(Box<Error>),
}

impl Gateway {
    /// Whether the service has the whole request. If so, and if its session doesn't mind,
    /// the connection can be used again.
    pub(super) async fn exchange(
        &self,
        session: &mut Session,
        service: &mut HttpSession,
        peer: &HttpPeer,
        reused: bool,
        ctx: &mut Ctx,
    ) -> Result<bool> {
        let (id, digest) = (service.id(), Some(service.digest()));
        self.connected_to_upstream(session, reused, peer, id, digest, ctx)
            .await?;
        let head = self.head(session, ctx).await?;
        let written = service.write_request_header(Box::new(head)).await;
        written.map_err(|error| error.into_up())?;
        let request = self.begin(session, service, ctx).await?;
        let request = self.pass(session, service, request, ctx).await?;
        if let Err(error) = session.as_mut().finish_body().await {
            error!("the end of an answer couldn't be written: {error}");
            session.set_keepalive(None);
        }
        Ok(matches!(request, Request::Sent))
    }

    /// The head of the request as its service gets it.
    async fn head(&self, session: &mut Session, ctx: &mut Ctx) -> Result<RequestHeader> {
        let mut head = session.req_header().clone();
        head.set_version(Version::HTTP_11);
        head.remove_header(&header::CONNECTION);
        self.upstream_request_filter(session, &mut head, ctx)
            .await?;
        validate_request_authority(&head).map_err(|error| error.into_in())?;
        Ok(head)
    }

    /// What is at hand of the body: its end where there is none, what an earlier try had
    /// read of it.
    async fn begin(
        &self,
        session: &mut Session,
        service: &mut HttpSession,
        ctx: &mut Ctx,
    ) -> Result<Request> {
        if session.as_mut().is_body_empty() {
            return self.send(session, service, None, ctx).await;
        }
        // What is sent once only needn't be kept.
        if session.req_header().method.is_idempotent() {
            session.as_mut().enable_retry_buffering();
        }
        match session.as_mut().get_retry_buffer() {
            Some(again) => self.send(session, service, Some(again), ctx).await,
            None => Ok(Request::Coming),
        }
    }

    /// Sends a part of the body, or its end.
    async fn send(
        &self,
        session: &mut Session,
        service: &mut HttpSession,
        mut part: Option<Bytes>,
        ctx: &mut Ctx,
    ) -> Result<Request> {
        let end = part.is_none() || session.as_mut().is_body_done();
        self.request_body_filter(session, &mut part, end, ctx)
            .await?;
        let sent = async {
            if let Some(part) = part {
                service.write_body(&part).await?;
            }
            if end {
                service.finish_body().await?;
            }
            Ok(())
        };
        Ok(match sent.await {
            Ok(()) if end => Request::Sent,
            Ok(()) => Request::Coming,
            Err(error) => Request::Refused(Error::into_up(error)),
        })
    }

    /// Passes the request on and the answer back, part by part, until both have ended or
    /// the client goes.
    async fn pass(
        &self,
        session: &mut Session,
        service: &mut HttpSession,
        mut request: Request,
        ctx: &mut Ctx,
    ) -> Result<Request> {
        let mut answered = false;
        loop {
            let coming = matches!(request, Request::Coming);
            if answered && !coming {
                return Ok(request);
            }
            let refused = matches!(request, Request::Refused(_));
            // The clocks are looked at when the task rests, and a service that never does
            // mustn't keep it from that.
            consume_budget().await;
            let part = tokio::select! {
                part = service.read_response_task(), if !answered => part,
                part = session.as_downstream_mut().read_body_or_idle(!coming), if !refused => {
                    let part = part.map_err(|error| error.into_down())?;
                    if coming {
                        request = self.send(session, service, part, ctx).await?;
                    }
                    continue;
                }
            };
            let (parts, broken) = self.parts(session, service, part, ctx).await;
            // What came before it broke is the client's.
            answered = !parts.is_empty() && session.write_response_tasks(parts).await?;
            if let Some(error) = broken {
                return Err(match request {
                    Request::Refused(first) => first,
                    _ => error,
                });
            }
        }
    }
}
