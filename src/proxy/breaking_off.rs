//! The end of an answer that a service began and didn't finish.

use std::time::Duration;

use pingora_proxy::Session;

/// A reset overtakes what is still to be written; that goes out in far less.
const FLUSH: Duration = Duration::from_millis(10);

/// Ends it for the client. A stream that is only dropped ends with CANCEL,
/// which says that nobody wants the rest.
pub(super) async fn break_off(session: &mut Session) {
    if session.is_http2() {
        tokio::time::sleep(FLUSH).await;
        session.as_downstream_mut().shutdown().await;
    }
}
