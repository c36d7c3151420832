//! The end of a request that failed, and what is told of any end.

use std::io::IoSlice;

use http::header::{CONNECTION, DATE};
use http::{HeaderValue, Method, StatusCode};
use log::debug;
use pingora_core::protocols::http::date::get_cached_date;
use pingora_core::{Error, Result};

use super::reply::Reply;
use super::wanted::Wanted;
use crate::failure::Failure;
use crate::fields::Edit;
use crate::guard::ClientSide;
use crate::proxy::answer::problem;
use crate::proxy::ctx::Ctx;
use crate::proxy::ended::Wire;

/// Tells the client, and the operator if it concerns one.
pub(super) async fn give_up(
    wanted: &Wanted<'_>,
    ctx: &mut Ctx,
    client: &mut ClientSide<'_>,
    reply: &mut Reply,
    error: &Error,
) {
    let failure = ctx.failure_by(error);
    ctx.failure = Some(failure);
    ctx.told = true;
    ctx.report(failure, None, Some(error));
    if failure == Failure::ClientGone || ctx.response_began {
        return;
    }
    let (head, body) = match answer(ctx, failure) {
        Ok(answer) => answer,
        Err(error) => return debug!("no answer could be made: {error}"),
    };
    let bodiless = wanted.method == Method::HEAD;
    let body = if bodiless { "" } else { &*body };
    let mut parts = [&*head, body.as_bytes()].map(IoSlice::new);
    let told = client.write_all(&mut parts).await;
    reply.status = Some(failure.status());
    ctx.answered = true;
    match told {
        Ok(()) => ctx.sent = body.len() as u64,
        Err(error) => debug!("the answer to a failed request couldn't be written: {error}"),
    }
}

/// Head and body.
fn answer(ctx: &Ctx, failure: Failure) -> Result<(Vec<u8>, String)> {
    let id = ctx.request_id.as_ref();
    let (mut head, body) = problem(failure, id, &ctx.allow, ctx.tells_proxy_status())?;
    head.set_content_length(body.len())?;
    head.set(&DATE, get_cached_date());
    head.set(&CONNECTION, HeaderValue::from_static("close"));
    let mut text = format!("HTTP/1.1 {} {}\r\n", failure.status(), failure.title()).into_bytes();
    head.header_to_h1_wire(&mut text);
    text.extend_from_slice(b"\r\n");
    Ok((text, body))
}

impl Ctx {
    /// Tells of the end of a request.
    pub(super) fn ended_straight(&mut self, wanted: &Wanted<'_>, reply: &Reply) {
        let sent = self.sent;
        self.tell(&Wire {
            method: wanted.method.as_str().as_bytes(),
            target: wanted.target,
            protocol: "HTTP/1.1",
            authority: wanted.host,
            headers: Some(wanted.fields.into()),
            written: reply
                .status
                .and_then(|code| StatusCode::from_u16(code).ok()),
            response: reply.fields(),
            sent,
        });
    }
}
