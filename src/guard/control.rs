//! What the phases of a request and the stream that it comes on tell each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use atomic_waker::AtomicWaker;
use parking_lot::Mutex;
use pingora_core::protocols::SocketDigest;

use super::clocks::{Clock, Limit, Moment};
use super::deadline::Deadline;
use super::intake::{Intake, Ticket};
use super::stall::Stall;
use super::state::State;
use super::timer::Timer;

/// How long a request may go on that is over: it was cut, or it was answered and the
/// service still takes it.
const REST: Duration = Duration::from_secs(1);

/// More than any ticket.
const OUTSIDE: u64 = u64::MAX;

tokio::task_local! {
    /// Of the request that the task is at.
    pub(super) static CONTROL: Arc<Control>;
}

/// The control of the request in progress; `None` outside of guarded connections.
#[must_use]
pub fn current() -> Option<Arc<Control>> {
    CONTROL.try_with(Arc::clone).ok()
}

/// The deadlines of one client's connection, or of one stream of HTTP/2, and what
/// became of them.
#[derive(Debug)]
pub struct Control {
    state: AtomicU8,
    /// A [`Deadline`], 0 for none.
    fired: AtomicU8,
    malformed: AtomicBool,
    /// The response broke off in a way that only a reset tells.
    broken: AtomicBool,
    /// The whole request was passed on.
    passed: AtomicBool,
    /// The client pauses in its request's body.
    client: Clock,
    /// The service is silent.
    service: Clock,
    /// The client takes nothing of its response.
    write: Stall,
    /// Whether the client takes nothing right now; the clock may be off.
    stalled: AtomicBool,
    /// The service takes nothing of an upload, or has taken all and is silent.
    upload: Stall,
    uploading: AtomicBool,
    /// The client waits for a 100, and the service is asked for it.
    expecting: AtomicBool,
    /// When the head was here.
    arrived: Clock,
    /// The whole request.
    request: Clock,
    /// What is over: see [`REST`].
    rest: Clock,
    /// How long the service may take nothing of an upload, or be silent in its body.
    service_limit: Limit,
    request_body_idle: Limit,
    write_idle: Limit,
    /// No further request will be taken.
    closing: AtomicBool,
    /// Nor is there time for the one in progress: its own clock was put to now.
    cut: AtomicBool,
    answer: Mutex<Option<Vec<u8>>>,
    intake: Arc<Intake>,
    /// A [`Ticket`], [`OUTSIDE`] for none.
    ticket: AtomicU64,
    opened: Moment,
    read: AtomicU64,
    written: AtomicU64,
    /// Wakes the connection's task.
    pub(super) waker: AtomicWaker,
}

impl Control {
    /// Of a connection with this socket.
    pub(super) fn new(socket: Option<Arc<SocketDigest>>, intake: Arc<Intake>) -> Self {
        Self {
            state: AtomicU8::new(State::Idle as u8),
            fired: AtomicU8::new(0),
            malformed: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            passed: AtomicBool::new(false),
            client: Clock::default(),
            service: Clock::default(),
            write: Stall::of(socket),
            stalled: AtomicBool::new(false),
            upload: Stall::default(),
            uploading: AtomicBool::new(false),
            expecting: AtomicBool::new(false),
            arrived: Clock::default(),
            request: Clock::default(),
            rest: Clock::default(),
            service_limit: Limit::default(),
            request_body_idle: Limit::default(),
            write_idle: Limit::default(),
            closing: AtomicBool::new(false),
            cut: AtomicBool::new(false),
            answer: Mutex::default(),
            intake,
            ticket: AtomicU64::new(OUTSIDE),
            opened: Moment::now(),
            read: AtomicU64::new(0),
            written: AtomicU64::new(0),
            waker: AtomicWaker::new(),
        }
    }

    /// A stream of an HTTP/2 connection, which has no socket of its own.
    pub(super) fn of_stream(&self) -> Self {
        let stream = Self::new(None, self.intake.clone());
        stream.allow(self.request_body_idle.get(), self.write_idle.get());
        stream.set_state(State::Request);
        stream
    }

    /// The whole head of a request is here. Waits until it may begin.
    pub(super) async fn enter(&self, timer: &mut Timer) {
        self.arrived.set(Moment::now());
        self.set_state(State::Request);
        if let Some(Ticket(ticket)) = self.intake.enter(timer).await {
            self.ticket.store(ticket.into(), Ordering::Relaxed);
        }
    }

    /// When the whole head of the request was here.
    #[must_use]
    pub fn arrived(&self) -> Option<Instant> {
        Some(self.arrived.at()?.instant().into_std())
    }

    /// Whether no request is to be begun any more.
    pub(super) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }

    /// The worker's part in the request is as good as done.
    pub(super) fn leave(&self) {
        let ticket = self.ticket.swap(OUTSIDE, Ordering::Relaxed);
        if let Ok(ticket) = u32::try_from(ticket) {
            self.intake.leave(Ticket(ticket));
        }
    }

    /// How long a client may pause in its request's body, and take nothing of its
    /// response.
    pub(super) fn allow(&self, request_body_idle: Option<Duration>, write_idle: Option<Duration>) {
        self.request_body_idle.set(request_body_idle);
        self.write_idle.set(write_idle);
    }

    /// The request in progress becomes the last.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    /// Ends the request in progress, as a deadline does: what is waited for is ours no
    /// longer.
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::Relaxed);
        self.request.set(Moment::now());
        self.waker.wake();
    }

    /// Whether the client has to be told that it needs a new connection for its next
    /// request.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// What the connection is at.
    #[must_use]
    pub fn state(&self) -> State {
        State::of(self.state.load(Ordering::Relaxed))
    }

    /// Since when the connection is open.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.opened.elapsed()
    }

    /// Bytes from the client and to it.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (of(&self.read), of(&self.written))
    }

    /// The longest that the client may take nothing of its response.
    #[must_use]
    pub fn write_idle(&self) -> Option<Duration> {
        self.write_idle.get()
    }

    /// A service was chosen: it has so long for the whole exchange, and may take
    /// nothing of an upload for `stalled`.
    pub fn begin(&self, request: Option<Duration>, stalled: Option<Duration>) {
        if request.is_some() && !self.is_cut() {
            self.request.arm(request);
        }
        self.service_limit.set(stalled);
    }

    /// A part of the request's body passed by. Only for HTTP/2, where no stream of
    /// ours sees it.
    pub fn body_passed(&self, end: bool) {
        self.client
            .arm(self.request_body_idle.get().filter(|_| !end));
    }

    /// The service that an upload goes to is at the end of this socket.
    pub fn upload_to(&self, socket: Option<Arc<SocketDigest>>) {
        // From here on it is the client that is waited for, and it may take its time.
        self.leave();
        self.upload.watch(socket);
        self.uploading.store(true, Ordering::Relaxed);
    }

    /// The client asked for a 100 before it sends its body: until it comes the service
    /// is the one that is waited for, and has so long.
    pub fn expect_continue(&self, limit: Option<Duration>) {
        self.expecting.store(true, Ordering::Relaxed);
        self.service.arm(limit);
    }

    /// The client may send its body, or does.
    pub fn continued(&self) {
        if self.expecting.swap(false, Ordering::Relaxed) {
            self.service.stop();
        }
    }

    /// The whole request was passed on while its response is on the way.
    pub fn request_passed(&self) {
        self.passed.store(true, Ordering::Relaxed);
        self.rest.stop();
    }

    /// The service has the whole request, and so long for its response header.
    pub fn await_response(&self, limit: Option<Duration>) {
        self.passed.store(true, Ordering::Relaxed);
        self.set_state(State::Awaiting);
        // The end of the request is where the service has it, not where the system has.
        match self.uploading.load(Ordering::Relaxed) {
            true => self.upload.arm(limit),
            false => self.service.arm(limit),
        }
    }

    /// The response header is here. The service may pause for so long in the body.
    pub fn response_began(&self, body_idle: Option<Duration>) {
        self.leave();
        self.set_state(State::Streaming);
        self.upload.stop();
        self.service_limit.set(body_idle);
        self.service.arm(body_idle);
    }

    /// The service sent a part of its response's body.
    pub fn response_passed(&self, end: bool) {
        if end {
            self.service_limit.set(None);
            self.service.stop();
            if !self.passed.load(Ordering::Relaxed) {
                self.rest.arm(Some(REST));
            }
        } else if self.service.at().is_some() {
            self.service.arm(self.service_limit.get());
        }
    }

    /// The connection speaks another protocol from here on; it has no deadlines but
    /// for a client that takes nothing.
    pub fn upgraded(&self) {
        self.leave();
        self.set_state(State::Upgraded);
        self.service_limit.set(None);
        self.service.stop();
        self.upload.stop();
        self.client.stop();
        self.request.stop();
    }

    /// The deadline that ended the request, if one did.
    #[must_use]
    pub fn fired(&self) -> Option<Deadline> {
        Deadline::of(self.fired.load(Ordering::Relaxed))
    }

    /// Whether the body of the request turned out to be none.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        self.malformed.load(Ordering::Relaxed)
    }

    /// The response breaks off, and its end would be the end of the connection: closing it
    /// would say that it is whole.
    pub fn break_off(&self) {
        self.broken.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// What the client is told when a deadline passes that nothing in the request's
    /// phases can notice.
    pub fn leave_answer(&self, answer: Vec<u8>) {
        *self.answer.lock() = Some(answer);
    }

    pub(super) fn take_answer(&self) -> Option<Vec<u8>> {
        self.answer.lock().take()
    }

    pub(super) fn set_state(&self, state: State) {
        self.state.store(state as u8, Ordering::Relaxed);
    }

    /// Forgets the request before.
    pub(super) fn reset(&self, state: State) {
        for clock in [&self.client, &self.service, &self.request, &self.rest] {
            clock.stop();
        }
        self.write.stop();
        self.stalled.store(false, Ordering::Relaxed);
        self.upload.stop();
        self.expecting.store(false, Ordering::Relaxed);
        self.uploading.store(false, Ordering::Relaxed);
        self.service_limit.set(None);
        self.fired.store(0, Ordering::Relaxed);
        self.malformed.store(false, Ordering::Relaxed);
        self.broken.store(false, Ordering::Relaxed);
        self.passed.store(false, Ordering::Relaxed);
        self.set_state(state);
    }

    pub(super) fn malformed(&self) {
        self.malformed.store(true, Ordering::Relaxed);
    }

    /// The client waits for us, not we for it.
    pub(super) fn client_sent(&self, bytes: usize) {
        self.read.fetch_add(bytes as u64, Ordering::Relaxed);
        self.client.stop();
        self.continued();
        if self.state() == State::Request {
            // Until we ask for more, the service is the one that is slow.
            self.upload.arm(self.service_limit.get());
        }
    }

    /// The next part of the request's body is the client's to send.
    pub(super) fn wait_for_client(&self) {
        match self.state() {
            // What they carry is no body, and may pause.
            State::Upgraded | State::Http2 => return,
            State::Request => self.upload.stop(),
            _ => {}
        }
        if self.client.at().is_none() && !self.expecting.load(Ordering::Relaxed) {
            self.client.arm(self.request_body_idle.get());
        }
    }

    /// Whether the client has all that was sent so far.
    pub(super) fn has_taken_all(&self) -> bool {
        !self.stalled.load(Ordering::Relaxed) && self.write.has_taken_all()
    }

    pub(super) fn count_read(&self, bytes: usize) {
        self.read.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// The client takes nothing right now.
    pub(super) fn write_stalled(&self) {
        if !self.stalled.swap(true, Ordering::Relaxed) {
            self.write.arm(self.write_idle.get());
        }
    }

    /// The client took something.
    pub(super) fn client_took(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
        if self.stalled.load(Ordering::Relaxed) {
            self.stalled.store(false, Ordering::Relaxed);
            self.write.stop();
            // While we couldn't pass on what it sent, the service wasn't silent. Of a header
            // that isn't there nothing was to be passed on but interim answers.
            if self.state() == State::Streaming && self.service.at().is_some() {
                self.service.arm(self.service_limit.get());
            }
        }
    }

    /// The clock that runs out next.
    pub(super) fn next(&self) -> Option<(Moment, Deadline)> {
        let mut next: Option<(Moment, Deadline)> = None;
        let mut consider = |at: Option<Moment>, deadline| {
            if let Some(at) = at
                && next.is_none_or(|(first, _)| at < first)
            {
                next = Some((at, deadline));
            }
        };
        // Nobody else is slow while we can't pass on what is there.
        if !self.stalled.load(Ordering::Relaxed) {
            let service = match self.state() {
                State::Streaming => Deadline::BodyIdle,
                _ => Deadline::ResponseHeader,
            };
            consider(self.client.at(), Deadline::RequestBodyIdle);
            consider(self.service.at(), service);
            consider(self.upload.at(), Deadline::ResponseHeader);
        }
        consider(self.write.at(), Deadline::WriteIdle);
        consider(self.request.at(), Deadline::Request);
        next
    }

    /// When a request ends that is over.
    pub(super) fn rest(&self) -> Option<Moment> {
        self.rest.at()
    }

    /// Ends the request when one of its clocks has run out. True when one has.
    pub(super) fn fire(&self) -> bool {
        let Some((at, deadline)) = self.next() else {
            return false;
        };
        if at > Moment::now() {
            return false;
        }
        let over = match deadline {
            Deadline::WriteIdle => self.write.is_over(),
            Deadline::ResponseHeader if self.upload.at() == Some(at) => self.upload.is_over(),
            _ => true,
        };
        if !over {
            return false;
        }
        let fired = match deadline {
            Deadline::Request if self.is_cut() => Deadline::Drain,
            deadline => deadline,
        };
        self.fired.store(fired as u8, Ordering::Relaxed);
        for clock in [&self.client, &self.service, &self.request] {
            clock.stop();
        }
        self.upload.stop();
        if deadline == Deadline::WriteIdle {
            self.write.stop();
            self.stalled.store(false, Ordering::Relaxed);
        }
        self.service_limit.set(None);
        self.rest.arm(Some(REST));
        true
    }
}

/// Whatever becomes of a request, others get its place.
impl Drop for Control {
    fn drop(&mut self) {
        self.leave();
    }
}
