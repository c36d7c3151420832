//! A request and its answer, on as many connections as it takes.

use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::pin;
use std::task::{Context, Poll};

use pingora_core::{Error, ErrorSource, ErrorType, Result, RetryType};
use tokio::io::AsyncReadExt;
use tokio::task::coop::consume_budget;

use super::Straight;
use super::reply::Reply;
use super::sent;
use super::service::Service;
use super::wanted::Wanted;
use crate::guard::ClientSide;
use crate::proxy::ctx::Ctx;
use crate::proxy::gateway::MAX_TRIES;
use crate::upstream::connect;

/// A part of a body is as long at most, and so much of it is kept for another try.
const PART: usize = 64 << 10;

/// What became of the request so far.
enum Request {
    /// There is more of its body to come.
    Coming,
    /// A part of it is on its way; so many bytes of that were taken.
    Passing(Vec<u8>, usize),
    Sent,
    /// The service doesn't take it. It may have said why.
    Refused(Box<Error>),
}

/// The beginning of a body, for another try.
#[derive(Default)]
struct Kept {
    body: Vec<u8>,
    /// It was longer than what is kept, or isn't to be sent twice.
    lost: bool,
}

impl Kept {
    fn keep(&mut self, part: &[u8]) {
        self.lost |= self.body.len() + part.len() > PART;
        match self.lost {
            true => self.body = Vec::new(),
            false => self.body.extend_from_slice(part),
        }
    }
}

/// One request in progress.
struct Exchange<'e, 'w, 'c> {
    wanted: &'e Wanted<'w>,
    ctx: &'e mut Ctx,
    client: &'e mut ClientSide<'c>,
    reply: &'e mut Reply,
    kept: &'e mut Kept,
    /// Room for the next part of the body.
    spare: Vec<u8>,
}

impl Straight {
    /// Has the request answered, with as many tries as Pingora allows.
    pub(super) async fn answer(
        &self,
        wanted: &Wanted<'_>,
        ctx: &mut Ctx,
        client: &mut ClientSide<'_>,
        reply: &mut Reply,
    ) -> Result<()> {
        let mut kept = Kept {
            // What is sent once only needn't be kept.
            lost: !wanted.method.is_idempotent(),
            ..Kept::default()
        };
        let mut tries = 1;
        loop {
            let exchange = Exchange {
                wanted,
                ctx: &mut *ctx,
                client: &mut *client,
                reply: &mut *reply,
                kept: &mut kept,
                spare: Vec::new(),
            };
            // Where two were stale, so may be all that were kept.
            match self.try_once(exchange, tries < MAX_TRIES).await {
                Err(error) if error.retry() && tries < MAX_TRIES => tries += 1,
                done => return done,
            }
        }
    }

    /// On a connection that was kept, where there is one and that will do.
    async fn try_once(&self, mut exchange: Exchange<'_, '_, '_>, kept: bool) -> Result<()> {
        let ctx = &mut *exchange.ctx;
        let (upstream, turn) = ctx.turn().await?;
        let address = upstream.address(turn);
        let address = address.ok_or_else(|| ctx.unresolved_now())?;
        ctx.begin_try();
        ctx.address = Some(address);
        let timeouts = &upstream.service().timeouts;
        let waiting = if kept { self.pool.take(address) } else { None };
        let mut service = match waiting {
            Some(socket) => Service::new(socket, true),
            None => match connect(address, timeouts.connect).await {
                Ok(socket) => Service::new(socket, false),
                Err(error) => return Err(ctx.refused(error.into_up()).into_up()),
            },
        };
        match exchange.on(&mut service).await {
            Ok(whole) => {
                if whole
                    && exchange.reply.keeps_service()
                    && let Some(socket) = service.into_socket()
                {
                    self.pool.put(address, socket, timeouts.idle);
                }
                Ok(())
            }
            Err(error) => Err(exchange.broke(error, service.reused)),
        }
    }
}

impl Exchange<'_, '_, '_> {
    /// True when the service has the whole request.
    async fn on(&mut self, service: &mut Service) -> Result<bool> {
        self.ctx.times.connected(service.reused);
        self.ctx.reused = Some(service.reused);
        let limit = self.ctx.deadlines().response_header;
        let head = sent::head(self.wanted, self.ctx)?;
        if let Some(control) = &self.ctx.control {
            match self.wanted.length {
                0 => control.await_response(limit),
                _ => control.upload_to(Some(service.digest())),
            }
        }
        service.write_all(&head).await.map_err(unwritable)?;
        drop(head);
        let mut request = self.begin();
        let mut turn = false;
        loop {
            if self.reply.is_done() && !request.is_under_way() {
                return Ok(matches!(request, Request::Sent));
            }
            // The clocks are looked at when the task rests, and a service that never does
            // mustn't keep it from that.
            consume_budget().await;
            turn = !turn;
            match self.next(service, &mut request, turn).await {
                News::Answer(Ok(0)) => {
                    let ended = self.reply.end_of_service(self.client, self.ctx).await;
                    ended.map_err(|error| request.blame(error))?;
                }
                News::Answer(Ok(_)) => self.pass(service).await.map_err(|e| request.blame(e))?,
                News::Answer(Err(error)) => return Err(request.blame(unreadable(error))),
                News::Taken(Ok(())) => {
                    let next = match self.client.is_request_done() {
                        true => Request::Sent,
                        false => Request::Coming,
                    };
                    if let Request::Passing(mut part, _) = mem::replace(&mut request, next) {
                        part.clear();
                        self.spare = part;
                    }
                }
                News::Taken(Err(error)) => request = Request::Refused(unwritable(error)),
                News::Part(Ok(part)) if !part.is_empty() => {
                    self.kept.keep(&part);
                    request = self.send(part);
                }
                News::Part(gone) => return Err(left(gone.err())),
            }
        }
    }

    async fn pass(&mut self, service: &mut Service) -> Result<()> {
        let method = &self.wanted.method;
        let passed = self
            .reply
            .pass(service, self.client, method, self.ctx)
            .await;
        if passed.is_err() {
            // What came before it broke is the client's.
            self.reply.write(self.client).await?;
        }
        passed
    }

    /// With what an earlier try had read of the body; at its end, where there is none.
    fn begin(&mut self) -> Request {
        if self.wanted.length == 0 {
            Request::Sent
        } else if self.kept.body.is_empty() {
            Request::Coming
        } else {
            self.send(self.kept.body.clone())
        }
    }

    /// Sends a part of the body. From its end on the service has `response_header` to answer.
    fn send(&mut self, part: Vec<u8>) -> Request {
        self.ctx.body_bytes += part.len() as u64;
        if self.client.is_request_done()
            && let Some(control) = &self.ctx.control
        {
            match self.ctx.response_began {
                true => control.request_passed(),
                false => control.await_response(self.ctx.deadlines().response_header),
            }
        }
        Request::Passing(part, 0)
    }

    /// Waits for either side, and looks at one first and then at the other.
    async fn next(&mut self, service: &mut Service, request: &mut Request, turn: bool) -> News {
        let hears = !self.reply.is_done();
        poll_fn(|cx| {
            for asked in [turn, !turn] {
                let news = match asked {
                    true if hears => service.poll_fill(cx).map(News::Answer),
                    true => Poll::Pending,
                    false => self.poll_request(service, request, cx),
                };
                if news.is_ready() {
                    return news;
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Brings the request forward, or watches over the client where it can't.
    fn poll_request(
        &mut self,
        service: &mut Service,
        request: &mut Request,
        cx: &mut Context<'_>,
    ) -> Poll<News> {
        let taken = match request {
            Request::Passing(part, at) => service.poll_write_all(part, at, cx),
            Request::Refused(_) => Poll::Pending,
            Request::Coming | Request::Sent => return self.poll_client(request, cx),
        };
        // What there is of the answer leaves meanwhile. A deadline is told once, another error
        // is the next write's to tell.
        if taken.is_pending()
            && let Poll::Ready(Err(error)) = self.client.poll_flush(cx)
            && error.kind() == io::ErrorKind::TimedOut
        {
            return Poll::Ready(News::Part(Err(error)));
        }
        taken.map(News::Taken)
    }

    /// Reads a part of the body, or hears that the client has gone.
    fn poll_client(&mut self, request: &Request, cx: &mut Context<'_>) -> Poll<News> {
        if !matches!(request, Request::Coming) {
            let read = pin!(self.client.read(&mut [0])).poll(cx);
            return read.map_ok(|_| Vec::new()).map(News::Part);
        }
        let mut part = mem::take(&mut self.spare);
        part.reserve(PART);
        let read = pin!(self.client.read_buf(&mut part)).poll(cx);
        match read {
            Poll::Ready(read) => Poll::Ready(News::Part(read.map(|_| part))),
            Poll::Pending => {
                self.spare = part;
                Poll::Pending
            }
        }
    }

    /// Whether to try again what went wrong.
    fn broke(&mut self, error: Box<Error>, reused: bool) -> Box<Error> {
        let unsent = reused && self.is_unsent(&error);
        let repeatable = self.wanted.method.is_idempotent() && self.is_kept();
        let mut error = self.ctx.broke(error, repeatable, reused);
        if unsent && self.ctx.failure.is_none() {
            error.set_retry(true);
        }
        error
    }

    /// Whether the request couldn't be written, is still at hand, and has no answer. The
    /// service can't have the whole of it, so any method may try again where the connection
    /// is to blame: it was reset while it waited, which a worker that is busy learns of by
    /// writing to it.
    fn is_unsent(&self, error: &Error) -> bool {
        *error.esource() == ErrorSource::Upstream
            && *error.etype() == ErrorType::WriteError
            && !self.ctx.response_began
            && self.is_kept()
    }

    /// Whether all that was read of the body is at hand.
    fn is_kept(&self) -> bool {
        self.ctx.body_bytes == self.kept.body.len() as u64
    }
}

/// What has happened.
enum News {
    /// So much of the answer came.
    Answer(io::Result<usize>),
    /// The service has taken a part of the body.
    Taken(io::Result<()>),
    /// A part of the body came; nothing when the client has gone.
    Part(io::Result<Vec<u8>>),
}

impl Request {
    fn is_under_way(&self) -> bool {
        matches!(self, Self::Coming | Self::Passing(..))
    }

    /// What the service didn't take comes before what it didn't answer.
    fn blame(&mut self, error: Box<Error>) -> Box<Error> {
        match mem::replace(self, Self::Sent) {
            Self::Refused(first) if *error.esource() == ErrorSource::Upstream => first,
            _ => error,
        }
    }
}

fn unwritable(error: io::Error) -> Box<Error> {
    Error::because(ErrorType::WriteError, "writing a request", error).into_up()
}

/// A kept connection may have been closed while the request was on its way.
fn unreadable(error: io::Error) -> Box<Error> {
    let of_system = error.raw_os_error().is_some();
    let mut error = Error::because(ErrorType::ReadError, "reading an answer", error).into_up();
    if of_system {
        error.retry = RetryType::ReusedOnly;
    }
    error
}

/// The client has gone, or a deadline passed at its side.
fn left(error: Option<io::Error>) -> Box<Error> {
    let why = "the client left before its answer";
    match error {
        Some(error) => Error::because(ErrorType::ReadError, why, error).into_down(),
        None => Error::explain(ErrorType::ConnectionClosed, why).into_down(),
    }
}
