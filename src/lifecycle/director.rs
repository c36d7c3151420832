//! Decides what becomes of the process: the one place where signals, operators and
//! successors meet.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use log::{error, info, warn};
use tokio::sync::mpsc;

use super::handoff::{
    Channel, Door, Message, Order, Sockets, Visitor, hand_over, settled, start_successor,
};
use super::leave::{Next, leave};
use super::live::Live;
use super::operator::Operator;
use super::readiness::{Pending, Readiness};
use super::runtime_dir::RuntimeDir;
use super::signals::{Signal, Signals};
use super::systemd;
use crate::admin::Admin;

/// How many may wait at the door.
pub(super) const CROWD: usize = 8;

/// How long the end waits for the last lines of the access log, when its output is slow.
const LAST_LINES: Duration = Duration::from_secs(1);

/// The same of a process that was told to stop twice.
const LAST_LINES_AT_ONCE: Duration = Duration::from_millis(100);

/// How long the end waits for requests that are cut to be dropped, and so to be told of.
const DROPPED: Duration = Duration::from_millis(500);

/// How a process ends that was told to stop twice.
const AT_ONCE: i32 = 1;

type Task<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Everything that the end of the process, or its succession, touches.
pub(super) struct Director {
    pub(super) live: Arc<Live>,
    pub(super) readiness: Readiness,
    pub(super) signals: Signals,
    /// `None` where nobody can take over.
    pub(super) runtime_dir: Option<RuntimeDir>,
    pub(super) door: Option<Door>,
    pub(super) visitors: mpsc::Receiver<Visitor>,
    /// What a successor gets; nothing once the listeners are closed.
    pub(super) sockets: Arc<Sockets>,
    pub(super) admin: Option<Admin>,
    pub(super) operator: Arc<Operator>,
    pub(super) state: State,
}

/// What is under way.
#[derive(Default)]
pub(super) struct State {
    /// A new process that came by itself and is ready, but for somebody's word.
    waiting: Option<(Channel, u32)>,
    handing: Option<Handing>,
    leaving: Option<Task<()>>,
    /// Draining gateways aren't ready.
    unready: Option<Pending>,
    /// By a signal: the next one means at once. An operator's word doesn't count, or a
    /// drain that is asked for ahead of the platform's signal would be cut by that.
    told_to_stop: bool,
}

struct Handing {
    outcome: Task<Result<(u32, Channel), String>>,
    /// Where new processes go, while one is expected.
    expected: Option<mpsc::Sender<(Channel, u32)>>,
    /// Who asked for it.
    asked: Option<Arc<Channel>>,
}

enum Event {
    Signal(Signal),
    Drain,
    Visitor(Visitor),
    WaitingGone,
    Handed(Result<(u32, Channel), String>),
    Left,
}

/// Waits for what is there; for ever when nothing is.
async fn of<F: Future>(task: Option<F>) -> F::Output {
    match task {
        Some(task) => task.await,
        None => std::future::pending().await,
    }
}

/// Sees to it that each request that is still in progress is told of.
async fn tell_the_last(live: &Live, code: i32) {
    let observer = live.observer();
    if live.connections.open() > 0 {
        observer.end();
        // A worker that stands still keeps nobody.
        let _ = tokio::time::timeout(DROPPED, live.connections.abandon()).await;
    }
    let patience = match code {
        AT_ONCE => LAST_LINES_AT_ONCE,
        _ => LAST_LINES,
    };
    // On a thread that may wait: it does when the output takes nothing.
    let flush = move || observer.access_log.flush(patience);
    let _ = tokio::task::spawn_blocking(flush).await;
}

impl Director {
    /// Directs until the process has nothing left to do. Gives its exit code.
    pub(super) async fn run(mut self) -> i32 {
        loop {
            let event = self.next().await;
            let end = match event {
                Event::Signal(signal) => self.signalled(signal),
                Event::Drain => {
                    self.stop("an operator", Next::Own);
                    None
                }
                Event::Visitor(visitor) => {
                    self.visited(visitor).await;
                    None
                }
                Event::WaitingGone => {
                    info!("the process that waited to take over has gone");
                    self.state.waiting = None;
                    None
                }
                Event::Handed(outcome) => {
                    self.handed(outcome).await;
                    None
                }
                Event::Left => Some(0),
            };
            if let Some(code) = end {
                tell_the_last(&self.live, code).await;
                if let Some(own) = &self.runtime_dir {
                    own.remove();
                }
                return code;
            }
        }
    }

    async fn next(&mut self) -> Event {
        let state = &mut self.state;
        let waiting = async {
            match &mut state.waiting {
                Some((channel, _)) => channel.gone().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            signal = self.signals.next() => Event::Signal(signal),
            () = self.operator.drain.notified() => Event::Drain,
            Some(visitor) = self.visitors.recv() => Event::Visitor(visitor),
            () = waiting => Event::WaitingGone,
            outcome = of(state.handing.as_mut().map(|h| &mut h.outcome)) => Event::Handed(outcome),
            () = of(state.leaving.as_mut()) => Event::Left,
        }
    }

    /// The exit code when the process ends now.
    fn signalled(&mut self, signal: Signal) -> Option<i32> {
        let leaving = self.state.leaving.is_some();
        match signal {
            Signal::Terminate | Signal::Interrupt => {
                if std::mem::replace(&mut self.state.told_to_stop, true) {
                    warn!("told to stop again: stopping at once");
                    return Some(AT_ONCE);
                }
                self.stop(signal.name(), Next::of(signal));
            }
            Signal::Reopen => {
                info!("SIGUSR1: opening the access log again");
                self.live.observer().access_log.reopen();
            }
            Signal::Reload if !leaving => self.operator.reload.notify_one(),
            Signal::HandOver if !leaving => self.hand_over(),
            Signal::Reload | Signal::HandOver => {
                info!("{}: too late, draining already", signal.name());
            }
        }
        None
    }

    /// Begins to leave, unless it does so already.
    fn stop(&mut self, who: &str, next: Next) {
        info!("{who} asks to stop");
        // A new process that was started for this and doesn't serve yet goes with it. One
        // that came by itself has been promised the sockets.
        let ours = |handing: &mut Handing| handing.expected.is_some();
        if let Some(handing) = self.state.handing.take_if(ours) {
            handing.tell(Message::refused("the gateway is stopping"));
        }
        if self.state.leaving.is_none() {
            systemd::stopping();
            self.state.unready = Some(self.readiness.wait_for("draining"));
            self.dismiss("the gateway is stopping");
            self.leave(next);
        }
    }

    /// Sends away who waits to take over.
    fn dismiss(&mut self, why: &'static str) {
        if let Some((channel, _)) = self.state.waiting.take() {
            tokio::spawn(async move { channel.refuse(why).await });
        }
    }

    fn leave(&mut self, next: Next) {
        let drain = self.live.snapshot.load().config().server.drain;
        // Open, they would keep the listeners open.
        let sockets = std::mem::take(&mut self.sockets);
        let left = leave(self.live.clone(), drain, next, move || drop(sockets));
        self.state.leaving = Some(Box::pin(left));
    }

    /// Hands over to the process that waits for it.
    fn hand_over(&mut self) {
        if self.state.handing.is_some() {
            warn!("SIGQUIT refused: an upgrade is under way");
            return;
        }
        let Some((mut channel, pid)) = self.state.waiting.take() else {
            warn!(
                "SIGQUIT refused: no new process waits to take over; `api-gateway upgrade` starts \
                 one"
            );
            return;
        };
        info!("SIGQUIT: handing over to process {pid}");
        let sockets = self.sockets.clone();
        self.state.handing = Some(Handing {
            outcome: Box::pin(async move {
                let handed = hand_over(&mut channel, &sockets).await;
                handed
                    .map(|()| (pid, channel))
                    .map_err(|error| error.to_string())
            }),
            expected: None,
            asked: None,
        });
    }

    async fn visited(&mut self, visitor: Visitor) {
        match visitor {
            Visitor::Upgrade(channel, order) => match self.busy() {
                Some(why) => channel.refuse(why).await,
                None => self.upgrade(channel, order),
            },
            Visitor::Successor(channel, pid) => {
                let handing = self.state.handing.as_ref();
                if let Some(expected) = handing.and_then(|h| h.expected.as_ref()) {
                    if let Err(error) = expected.try_send((channel, pid)) {
                        warn!("process {pid} wants to take over and can't: {error}");
                    }
                    return;
                }
                let why = self.busy();
                let taken = self.state.waiting.is_some();
                let why = why.or(taken.then_some("another process waits to take over"));
                match why {
                    Some(why) => channel.refuse(why).await,
                    None => {
                        info!("process {pid} waits to take over; SIGQUIT lets it");
                        self.state.waiting = Some((channel, pid));
                    }
                }
            }
        }
    }

    /// Why nobody can take over just now.
    fn busy(&self) -> Option<&'static str> {
        match (&self.state.leaving, &self.state.handing) {
            (Some(_), _) => Some("the gateway is stopping"),
            (_, Some(_)) => Some("an upgrade is under way"),
            (None, None) => None,
        }
    }

    fn upgrade(&mut self, channel: Channel, order: Order) {
        info!("upgrade: {order}");
        let (expected, arrivals) = mpsc::channel(CROWD);
        let (channel, sockets) = (Arc::new(channel), self.sockets.clone());
        let asked = channel.clone();
        self.state.handing = Some(Handing {
            outcome: Box::pin(async move {
                let started = start_successor(&order, &sockets, arrivals, &channel).await;
                started.map_err(|error| error.to_string())
            }),
            expected: Some(expected),
            asked: Some(asked),
        });
    }

    async fn handed(&mut self, outcome: Result<(u32, Channel), String>) {
        let asked = self.state.handing.take().and_then(|handing| handing.asked);
        let (pid, mut successor) = match outcome {
            Ok(successor) => successor,
            Err(why) => {
                error!("the upgrade failed, this process serves on: {why}");
                if let Some(asked) = asked {
                    asked.refuse(&why).await;
                }
                return;
            }
        };
        info!("process {pid} serves from now on");
        systemd::successor(pid);
        // All of it is the successor's by now.
        self.door = None;
        self.runtime_dir = None;
        if let Some(admin) = self.admin.take() {
            admin.stop_accepting();
        }
        self.dismiss("another process has taken over");
        if self.state.leaving.is_none() {
            self.leave(Next::Successor);
        }
        let left = self.state.leaving.take();
        self.state.leaving = Some(Box::pin(async move {
            let told = async {
                let said = match settled(&mut successor).await {
                    true => Message::Done { pid },
                    false => {
                        let why = format!("process {pid} took over and ended at once");
                        error!("{why}: nobody serves any more");
                        Message::Outage { why }
                    }
                };
                if let Some(asked) = asked
                    && let Err(error) = asked.send(&said).await
                {
                    info!("who asked for the upgrade has gone: {error}");
                }
            };
            tokio::join!(told, of(left));
        }));
    }
}

impl Handing {
    /// Tells whoever asked for it how it ended.
    fn tell(self, how: Message) {
        if let Some(asked) = self.asked {
            tokio::spawn(async move { asked.send(&how).await });
        }
    }
}
