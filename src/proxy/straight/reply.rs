//! What the client is told, and how far that has come.

use std::io::{IoSlice, Write};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, DATE, TRANSFER_ENCODING};
use http::{HeaderValue, Method};
use pingora_core::protocols::http::date::get_cached_date;
use pingora_core::{Error, ErrorType, Result};

use super::answer::Answer;
use super::body::{Framing, Piece};
use super::service::Service;
use crate::config::HeaderRules;
use crate::fields::{Edit, Edits, Fields, Spelling};
use crate::guard::ClientSide;
use crate::observe::BODY;
use crate::proxy::ctx::Ctx;
use crate::proxy::ended::ERROR;
use crate::proxy::headers;
use crate::proxy::response::strip;
use crate::proxy::tries::bug;

/// Room for the head of an ordinary answer, and a small body.
const ROOM: usize = 512;

/// The answer to one request.
#[derive(Debug)]
pub(super) struct Reply {
    /// To be written before whatever comes next.
    pending: Vec<u8>,
    /// The service's final head.
    answer: Option<Answer>,
    framing: Framing,
    /// The status that the client got or is about to get.
    pub(super) status: Option<u16>,
    /// The connection ends with it.
    last: bool,
    done: bool,
}

impl Reply {
    pub(super) fn new(last: bool) -> Self {
        Self {
            pending: Vec::new(),
            answer: None,
            framing: Framing::Close,
            status: None,
            last,
            done: false,
        }
    }

    /// Whether all of it has come from the service.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// Whether the client's connection may carry another request, as far as its answer goes.
    pub(super) fn keeps_client(&self) -> bool {
        self.done && !self.last
    }

    /// Whether the service's connection may.
    pub(super) fn keeps_service(&self) -> bool {
        let ended = self.done && self.framing.is_done();
        ended && self.answer.as_ref().is_some_and(Answer::keeps_connection)
    }

    /// The fields of the service's answer, as they came.
    pub(super) fn fields(&self) -> Option<Fields<'_>> {
        Some(self.answer.as_ref()?.fields().into())
    }

    /// The service's connection has ended.
    pub(super) async fn end_of_service(
        &mut self,
        client: &mut ClientSide<'_>,
        ctx: &mut Ctx,
    ) -> Result<()> {
        if self.answer.is_some() && matches!(self.framing, Framing::Close) {
            return self.finish(client, ctx).await;
        }
        let mut error = Error::explain(ErrorType::ConnectionClosed, "the answer isn't whole");
        if self.answer.is_none() {
            error.retry = pingora_core::RetryType::ReusedOnly;
        }
        Err(error.into_up())
    }

    /// Passes on what the service has sent, as far as it is understood.
    pub(super) async fn pass(
        &mut self,
        service: &mut Service,
        client: &mut ClientSide<'_>,
        method: &Method,
        ctx: &mut Ctx,
    ) -> Result<()> {
        while self.answer.is_none() {
            let Some((answer, length)) = Answer::read(service.unread())? else {
                return Ok(());
            };
            service.consume(length);
            if answer.status == 101 {
                let why = "unsolicited 101";
                return Err(Error::explain(ErrorType::InvalidHTTPHeader, why).into_up());
            }
            match answer.is_interim() {
                true => self.interim(&answer, client, ctx).await?,
                false => self.begin(answer, client, method, ctx)?,
            }
        }
        while !self.framing.is_done() && !service.unread().is_empty() {
            match self.framing.take(service.unread()) {
                Piece::Body(length) => {
                    let piece = &service.unread()[..length];
                    self.body(piece, client, ctx).await?;
                    service.consume(length);
                }
                Piece::Frame(length) => service.consume(length),
                Piece::End => return self.finish(client, ctx).await,
                Piece::Bad => {
                    return Err(Error::new_up(ErrorType::new("InvalidChunk")));
                }
            }
        }
        match self.framing.is_done() {
            true => self.finish(client, ctx).await,
            // It leaves before the service pauses.
            false => self.write(client).await,
        }
    }

    /// One that isn't the answer yet leaves at once.
    async fn interim(
        &mut self,
        answer: &Answer,
        client: &mut ClientSide<'_>,
        ctx: &mut Ctx,
    ) -> Result<()> {
        if answer.status == 100
            && let Some(control) = &ctx.control
        {
            control.continued();
        }
        let mut fields = changed(answer, ctx)?;
        fields.remove(&CONTENT_LENGTH);
        fields.remove(&TRANSFER_ENCODING);
        write_head(answer, &fields, &mut self.pending);
        self.write(client).await?;
        client.flush().await.map_err(unwritable)
    }

    /// The final head is here.
    fn begin(
        &mut self,
        answer: Answer,
        client: &ClientSide<'_>,
        method: &Method,
        ctx: &mut Ctx,
    ) -> Result<()> {
        ctx.response_began = true;
        ctx.began_with = Some(answer.status);
        if answer.status >= ERROR {
            ctx.evidence = Some(Box::new(answer.fields().to_map()));
        }
        ctx.times.answered();
        if let Some(control) = &ctx.control {
            control.response_began(ctx.deadlines().body_idle);
            // The client learns now that its next request needs a new connection.
            self.last |= control.is_closing();
        }
        // What is left of an upload would be taken for the next request.
        self.last |= !client.is_request_done();
        self.framing = answer.framing(method);
        let fields = changed(&answer, ctx)?;
        self.status = Some(answer.status);
        self.pending.reserve(ROOM);
        write_final(&answer, &self.framing, fields, self.last, &mut self.pending);
        self.answer = Some(answer);
        Ok(())
    }

    async fn body(
        &mut self,
        piece: &[u8],
        client: &mut ClientSide<'_>,
        ctx: &mut Ctx,
    ) -> Result<()> {
        if ctx.began_with.is_some_and(|status| status >= ERROR) && ctx.beginning.is_empty() {
            ctx.beginning = Bytes::copy_from_slice(&piece[..piece.len().min(BODY)]);
        }
        if let Some(control) = &ctx.control {
            control.response_passed(self.framing.is_done());
        }
        let mut end: &[u8] = b"";
        if self.framing.is_chunked() {
            // Writing to memory doesn't fail.
            let _ = write!(self.pending, "{:x}\r\n", piece.len());
            end = b"\r\n";
        }
        let mut parts = [&*self.pending, piece, end].map(IoSlice::new);
        let written = client.write_all(&mut parts).await;
        // However much of it went out, it isn't written twice.
        self.pending.clear();
        written.map_err(unwritable)?;
        ctx.sent += piece.len() as u64;
        Ok(())
    }

    /// All has come.
    async fn finish(&mut self, client: &mut ClientSide<'_>, ctx: &mut Ctx) -> Result<()> {
        self.done = true;
        if let Some(control) = &ctx.control {
            control.response_passed(true);
        }
        if self.framing.is_chunked() {
            self.pending.extend_from_slice(b"0\r\n\r\n");
        }
        self.write(client).await?;
        client.flush().await.map_err(unwritable)
    }

    /// Writes what is pending, to leave with the next flush.
    pub(super) async fn write(&mut self, client: &mut ClientSide<'_>) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let written = client.write_all(&mut [IoSlice::new(&self.pending)]).await;
        self.pending.clear();
        written.map_err(unwritable)
    }
}

/// The fields of an answer without what was said to us alone.
pub(super) fn passing(answer: &Answer) -> Option<Edits<'_>> {
    let mut fields = Edits::of(answer.fields())?;
    if answer.has_hop_by_hop() {
        strip(&mut fields, false);
    }
    Some(fields)
}

/// The same as its route changes them.
fn changed<'a>(answer: &'a Answer, ctx: &Ctx) -> Result<Edits<'a>> {
    let fields = passing(answer);
    let mut fields = fields.ok_or_else(|| bug("more fields than were read"))?;
    let choice = ctx.choice.map(|choice| choice.route);
    let rules: Option<&HeaderRules> = choice.and_then(|route| ctx.snapshot.response_headers(route));
    if let Some(rules) = rules {
        headers::change(&mut fields, rules);
    }
    Ok(fields)
}

/// Appends the final head, with what it says of its end and of the client's connection.
pub(super) fn write_final(
    answer: &Answer,
    framing: &Framing,
    mut fields: Edits<'_>,
    last: bool,
    to: &mut Vec<u8>,
) {
    if answer.status == 204 {
        // It has no body, nor says how long that is (RFC 9110, section 8.6).
        fields.remove(&CONTENT_LENGTH);
        fields.remove(&TRANSFER_ENCODING);
    } else if answer.has_length_to_ignore() {
        fields.remove(&CONTENT_LENGTH);
    } else if matches!(framing, Framing::Close) {
        fields.set(&TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    fields.set(&DATE, get_cached_date());
    let connection = if last { "close" } else { "keep-alive" };
    fields.set(&CONNECTION, HeaderValue::from_static(connection));
    write_head(answer, &fields, to);
}

fn write_head(answer: &Answer, fields: &Edits<'_>, to: &mut Vec<u8>) {
    to.extend_from_slice(b"HTTP/1.1 ");
    to.extend_from_slice(itoa::Buffer::new().format(answer.status).as_bytes());
    to.push(b' ');
    to.extend_from_slice(answer.reason());
    to.extend_from_slice(b"\r\n");
    fields.write(Spelling::Theirs, to);
    to.extend_from_slice(b"\r\n");
}

fn unwritable(error: std::io::Error) -> Box<Error> {
    Error::because(ErrorType::WriteError, "writing an answer", error).into_down()
}
