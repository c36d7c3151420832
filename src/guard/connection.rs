//! The life of a client's connection: wait, read a head, have it served, again.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use log::debug;
use pingora_core::apps::{HttpServerApp, ServerApp};
use pingora_core::protocols::SocketDigest;
use pingora_core::protocols::http::ServerSession;
use pingora_core::server::ShutdownWatch;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use uuid::Uuid;

use super::answer::answer;
use super::app::Http2;
use super::client::Client;
use super::connections::Connections;
use super::control::{CONTROL, Control};
use super::deadline::Deadline;
use super::head::Head;
use super::intake::Intake;
use super::reading::{Next, first_bytes, read_head};
use super::settings::Settings;
use super::state::State;
use super::straight::{Incoming, StraightWay};
use super::stream::{GuardedStream, Returned};
use super::timer::Timer;
use super::watch::watch;
use crate::failure::Failure;

/// How long, and for how many bytes, a client may go on sending after its answer: many
/// send all of a request before they look at what comes back.
const LINGER: (Duration, usize) = (Duration::from_secs(5), 64 << 20);

/// How long a client may take to read an answer after which its connection closes.
const FAREWELL: Duration = Duration::from_secs(1);

/// Learns of a request that was refused before it was parsed, of whose it was, and of the
/// id that it was given; of a connection too many, which has none, now and then.
pub type Refused = Arc<dyn Fn(Failure, IpAddr, &str) + Send + Sync>;

/// What all connections share.
pub(super) struct Shared<A> {
    pub(super) app: Arc<A>,
    pub(super) straight: Option<Arc<dyn StraightWay>>,
    pub(super) settings: Arc<ArcSwap<Settings>>,
    pub(super) connections: Arc<Connections>,
    pub(super) intake: Arc<Intake>,
    /// Who is told of requests that are refused.
    pub(super) refused: Refused,
    /// What a connection too many is told.
    pub(super) overloaded: Arc<[u8]>,
    pub(super) shutdown: ShutdownWatch,
}

/// What became of a request that could do without Pingora.
enum Straight {
    /// It can't.
    No,
    /// It was served, and the connection may carry another.
    Kept,
    /// It was the last of its connection, which was in this state.
    Ended(State),
}

/// One client's connection.
pub(super) struct Connection<A> {
    shared: Arc<Shared<A>>,
    control: Arc<Control>,
    peer: SocketAddr,
    digest: Arc<SocketDigest>,
    returned: Returned,
    timer: Timer,
}

impl<A: HttpServerApp + Send + Sync + 'static> Connection<A> {
    pub(super) async fn run(
        shared: Arc<Shared<A>>,
        control: Arc<Control>,
        socket: TcpStream,
        peer: SocketAddr,
        digest: Arc<SocketDigest>,
    ) {
        let mut connection = Self {
            shared,
            control: control.clone(),
            peer,
            digest,
            returned: Returned::default(),
            timer: Timer::default(),
        };
        // The task is the same for the connection's whole life.
        poll_fn(|cx| {
            control.waker.register(cx.waker());
            Poll::Ready(())
        })
        .await;
        let mut client = Client::new(socket, control);
        loop {
            client = match connection.next(&mut client).await {
                Next::Request(head) => match connection.serve(client, head).await {
                    Some(client) => client,
                    None => return,
                },
                Next::Http2 => return connection.serve_http2(client).await,
                Next::Refuse(failure, why) => {
                    return connection.refuse(client, failure, why).await;
                }
                Next::Close => return,
            };
        }
    }

    /// Waits for a request and reads its head.
    async fn next(&mut self, client: &mut Client) -> Next {
        client.rest();
        self.control.reset(State::Idle);
        if client.input.is_empty() {
            let idle = self.shared.settings.load().server.timeouts.idle;
            let first = first_bytes(client, &self.shared.connections.leaving);
            match self.timer.within(idle, first).await {
                Some(Some(read)) => self.control.count_read(read),
                Some(None) | None => return Next::Close,
            }
        }
        self.control.set_state(State::Header);
        let settings = self.shared.settings.load();
        let timeouts = &settings.server.timeouts;
        self.control
            .allow(timeouts.request_body_idle, timeouts.write_idle);
        let read = read_head(client, &settings, &self.control);
        match self.timer.within(timeouts.request_header, read).await {
            Some(next) => next,
            None => Next::Refuse(Failure::RequestTimeout, "timeouts.request_header passed"),
        }
    }

    /// Has a request served. The connection comes back when it may carry another.
    async fn serve(&mut self, mut client: Client, head: Head) -> Option<Client> {
        self.control.enter(&mut self.timer).await;
        if self.control.is_cut() {
            let why = "drain.timeout passed before it began";
            self.refuse(client, Failure::Draining, why).await;
            return None;
        }
        let text = client.take_head(head.len);
        client.release(Bytes::new(), head.framing.into());
        match self.go_straight(&mut client, &head, &text).await {
            Straight::No => client.release(text, head.framing.into()),
            Straight::Kept => return client.is_request_done().then_some(client),
            Straight::Ended(state) => {
                self.end(client, state).await;
                return None;
            }
        }
        let session = ServerSession::new_http1(self.stream(client));
        let shared = self.shared.clone();
        let request = shared.app.process_new_http(session, &shared.shutdown);
        let request = CONTROL.scope(self.control.clone(), request);
        let served = watch(request, &self.control, &mut self.timer).await;
        self.control.leave();
        let state = self.control.state();
        if let Some(reusable) = served.flatten() {
            let client = GuardedStream::unwrap(reusable.consume().0)?;
            return client.is_request_done().then_some(client);
        }
        let client = self.returned.take()?;
        self.end(client, state).await;
        None
    }

    /// Has a request served without Pingora, if it can be.
    async fn go_straight(&mut self, client: &mut Client, head: &Head, text: &Bytes) -> Straight {
        if self.shared.straight.is_none() {
            return Straight::No;
        }
        let shared = self.shared.clone();
        let request = shared.straight.as_ref().and_then(|way| {
            way.begin(Incoming {
                client,
                head,
                text,
                control: &self.control,
                peer: self.peer.ip().to_canonical(),
                last: *shared.shutdown.borrow(),
            })
        });
        let Some(request) = request else {
            return Straight::No;
        };
        let served = watch(request, &self.control, &mut self.timer).await;
        self.control.leave();
        match served {
            Some(true) => Straight::Kept,
            _ => Straight::Ended(self.control.state()),
        }
    }

    /// The last request of a connection has ended, in this state.
    async fn end(&mut self, mut client: Client, state: State) {
        if self.control.fired() == Some(Deadline::WriteIdle) {
            return client.reset();
        }
        let answer = match state {
            State::Request | State::Awaiting => self.control.take_answer(),
            _ => None,
        };
        self.say(&mut client, &answer.unwrap_or_default()).await;
        if self.control.is_broken() {
            return client.reset();
        }
        client.end();
        if state == State::Upgraded || !client.is_request_done() || client.has_more() {
            self.linger(client).await;
        }
    }

    async fn serve_http2(&mut self, mut client: Client) {
        self.control.set_state(State::Http2);
        client.release_all();
        let shared = self.shared.clone();
        let settings = shared.settings.load_full();
        let app = Http2::new(shared.app.clone(), self.control.clone(), settings);
        let app = Arc::new(app);
        let stream = self.stream(client);
        let leaving = &shared.connections.leaving;
        let control = self.control.clone();
        // A client that doesn't react to GOAWAY isn't waited for once it has all it asked for.
        let gone = poll_fn(|cx| {
            if !leaving.idle_may_go() {
                return Poll::Pending;
            }
            // A waker wakes once.
            control.waker.register(cx.waker());
            match app.is_quiet() && control.has_taken_all() {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        });
        let served = app.process_new(stream, &shared.shutdown);
        let served = watch(served, &self.control, &mut self.timer);
        tokio::select! {
            _ = served => {}
            () = gone => {}
        }
        if let Some(client) = self.returned.take()
            && self.control.fired() == Some(Deadline::WriteIdle)
        {
            client.reset();
        }
    }

    fn stream(&self, client: Client) -> Box<GuardedStream> {
        let digest = self.digest.clone();
        Box::new(GuardedStream::new(client, self.returned.clone(), digest))
    }

    async fn refuse(&mut self, mut client: Client, failure: Failure, why: &str) {
        let id = Uuid::new_v4().to_string();
        (self.shared.refused)(failure, self.peer.ip().to_canonical(), &id);
        debug!(
            "{} {} client={} request_id={id} cause=\"{why}\"",
            failure.status(),
            failure.flag(),
            self.peer
        );
        let proxy_status = self
            .shared
            .settings
            .load()
            .tells_proxy_status(self.peer.ip());
        let answer = answer(failure, Some(&id), proxy_status);
        self.say(&mut client, &answer).await;
        client.end();
        self.linger(client).await;
    }

    /// Sends an answer, unless the client is too slow even for that.
    async fn say(&mut self, client: &mut Client, answer: &[u8]) {
        match self.timer.within(Some(FAREWELL), client.send(answer)).await {
            Some(Ok(())) => {}
            Some(Err(error)) => debug!("{}: no answer could be written: {error}", self.peer),
            None => debug!("{}: doesn't take its answer", self.peer),
        }
    }

    /// Closes, after the end was said, while the client may still be sending. Closing at once would reset the
    /// connection, and a reset destroys the answer on its way (RFC 9112, section 9.6).
    async fn linger(&mut self, mut client: Client) {
        let (limit, most) = LINGER;
        let read_out = async {
            let mut buffer = vec![0; 16 << 10];
            let mut total = 0;
            while total < most {
                match client.socket.read(&mut buffer).await? {
                    0 => break,
                    read => total += read,
                }
            }
            io::Result::Ok(())
        };
        // Whether the client finished, failed or took too long: it closes now.
        let _ = self.timer.within(Some(limit), read_out).await;
    }
}

/// A panic in a request unwinds this, too, with the connection that the request gave back.
impl<A> Drop for Connection<A> {
    fn drop(&mut self) {
        if let Some(client) = self.returned.take()
            && self.control.is_broken()
        {
            client.reset();
        }
    }
}
