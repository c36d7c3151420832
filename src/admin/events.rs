//! Events for those who watch the live page.
//!
//! What is told is made when somebody is to be told, and once for all who are told in the
//! same moment: nobody who watches costs nothing, and eight cost about what one does.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::reply::{Answer, text};
use super::{Limits, Site, Subject};

/// What a browser waits for before it comes again, in milliseconds: after an upgrade the
/// new process answers at once.
const RETRY: &[u8] = b"retry: 1000\n";

/// The places of those who watch a listener, and what they were told last.
pub(super) struct Watchers {
    limits: Limits,
    free: Arc<Semaphore>,
    latest: Arc<Mutex<Option<Latest>>>,
}

struct Latest {
    made: Instant,
    event: Bytes,
}

impl Watchers {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            free: Arc::new(Semaphore::new(limits.watchers)),
            latest: Arc::default(),
        }
    }
}

/// Begins to tell a client, if there is a place.
pub(super) fn watch(site: &Site) -> Answer {
    let watchers = &site.watchers;
    let Ok(place) = watchers.free.clone().try_acquire_owned() else {
        let mut answer = text(
            StatusCode::SERVICE_UNAVAILABLE,
            "As many watch as may. Close a page.\n",
        );
        let after = HeaderValue::from_static("5");
        answer.headers_mut().insert(RETRY_AFTER, after);
        return answer;
    };
    let look = watchers.limits.look;
    let mut ticks = interval(look);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let events = Events {
        subject: site.subject.clone(),
        latest: watchers.latest.clone(),
        look,
        ticks,
        stopping: stopping(site.stopping.clone()),
        is_first: true,
        _place: place,
    };
    let mut answer = Response::new(events.boxed_unsync());
    let kind = HeaderValue::from_static("text/event-stream");
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    // Events end because another process serves now: who comes again has to find that one.
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

type Stopping = Pin<Box<dyn Future<Output = ()> + Send>>;

fn stopping(mut stopping: watch::Receiver<bool>) -> Stopping {
    Box::pin(async move {
        // Who can't be told any more has stopped.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    })
}

/// One event after the other, until the client goes or the listener stops.
struct Events {
    subject: Arc<dyn Subject>,
    latest: Arc<Mutex<Option<Latest>>>,
    look: Duration,
    ticks: Interval,
    stopping: Stopping,
    is_first: bool,
    _place: OwnedSemaphorePermit,
}

impl Events {
    /// Ends with the listener: the next connection is for whoever serves then.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.stopping.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        let now = ready!(self.ticks.poll_tick(cx));
        let event = self.event(now);
        if !std::mem::take(&mut self.is_first) {
            return Poll::Ready(Some(event));
        }
        let mut first = BytesMut::from(RETRY);
        first.put(event);
        Poll::Ready(Some(first.freeze()))
    }

    /// The latest one, unless it is older than half the time between two.
    fn event(&self, now: Instant) -> Bytes {
        let mut latest = self.latest.lock();
        if let Some(latest) = &*latest
            && now.saturating_duration_since(latest.made) < self.look / 2
        {
            return latest.event.clone();
        }
        let event = Bytes::from(format!("data: {}\n\n", self.subject.seen()));
        *latest = Some(Latest {
            made: now,
            event: event.clone(),
        });
        event
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let event = ready!(self.get_mut().poll_next(cx));
        Poll::Ready(event.map(|event| Ok(Frame::data(event))))
    }
}
