//! A request in progress, and the eye on its deadlines.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::control::Control;
use super::timer::Timer;

/// How long after its deadline a request has to notice it by itself.
const SLACK: Duration = Duration::from_millis(20);

/// Drives a request. Its stream fails at the deadline, and the request ends in the
/// ordinary way; but Pingora doesn't poll the client's stream while a service takes
/// nothing, nor while it connects. Then the request is dropped, and `None` is the
/// answer. So it is when the response is complete and the service doesn't take the rest
/// of the request.
pub(super) async fn watch<F: Future>(
    request: F,
    control: &Control,
    timer: &mut Timer,
) -> Option<F::Output> {
    let mut request = pin!(request);
    let mut missed = None;
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(output) = request.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            if let Some(at) = control.rest()
                && timer.poll_until(at, cx).is_ready()
            {
                return Poll::Ready(None);
            }
            let Some((at, _)) = control.next() else {
                return Poll::Pending;
            };
            if missed != Some(at) {
                if timer.poll_until(at, cx).is_pending() {
                    return Poll::Pending;
                }
                // It ran out since the request was polled: let it see for itself.
                missed = Some(at);
                continue;
            }
            if timer.poll_until(at.plus(SLACK), cx).is_pending() {
                return Poll::Pending;
            }
            if control.fire() {
                return Poll::Ready(None);
            }
        }
    })
    .await
}
