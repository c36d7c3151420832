//! One timer for all deadlines of a connection.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::unconstrained;
use tokio::time::Sleep;

use super::clocks::Moment;

/// A timer that is only moved when it would fire too late: moving it costs more than
/// letting it fire early and looking again. One task uses it for all of its life.
#[derive(Debug, Default)]
pub(super) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    /// It knows whom to wake.
    waits: bool,
}

impl Timer {
    /// Ready once the moment is past; otherwise the task is woken then.
    pub(super) fn poll_until(&mut self, at: Moment, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let sleep = self
                .sleep
                .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at.instant())));
            if sleep.is_elapsed() || at.instant() < sleep.deadline() {
                if at <= Moment::now() {
                    return Poll::Ready(());
                }
                sleep.as_mut().reset(at.instant());
                self.waits = false;
            }
            if self.waits {
                return Poll::Pending;
            }
            // Out of its budget it would say that it waits and not be.
            if pin!(unconstrained(sleep.as_mut())).poll(cx).is_pending() {
                self.waits = true;
                return Poll::Pending;
            }
        }
    }

    /// What a future gives within the limit; `None` when it takes longer.
    pub(super) async fn within<F: Future>(
        &mut self,
        limit: Option<Duration>,
        future: F,
    ) -> Option<F::Output> {
        let mut future = pin!(future);
        let mut deadline = None;
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            let Some(limit) = limit else {
                return Poll::Pending;
            };
            // Most futures are ready at once: the clock is only asked when one isn't.
            let at = *deadline.get_or_insert_with(|| Moment::after(limit));
            self.poll_until(at, cx).map(|()| None)
        })
        .await
    }
}
