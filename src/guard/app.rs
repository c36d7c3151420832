//! The application behind the guard, for connections that carry many requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use pingora_core::apps::{HttpServerApp, HttpServerOptions, ReusedHttpStream};
use pingora_core::protocols::http::ServerSession;
use pingora_core::protocols::http::v2::server::{H2Options, default_h2_options};
use pingora_core::server::ShutdownWatch;

use super::clocks::{Clock, Moment};
use super::control::{CONTROL, Control};
use super::leaving::QUIET;
use super::settings::Settings;
use super::timer::Timer;
use super::watch::watch;

/// Gives each stream of an HTTP/2 connection its own deadlines. One that misses its
/// deadline is reset, which is all that can be done to it from outside.
pub(super) struct Http2<A> {
    app: Arc<A>,
    connection: Arc<Control>,
    options: HttpServerOptions,
    settings: Arc<Settings>,
    streams: AtomicUsize,
    /// When the latest stream ended, or the connection began.
    latest: Clock,
}

impl<A> Http2<A> {
    pub(super) fn new(app: Arc<A>, connection: Arc<Control>, settings: Arc<Settings>) -> Self {
        let mut options = HttpServerOptions::default();
        options.h2c = true;
        options.h2_idle_timeout = settings.server.timeouts.idle;
        let latest = Clock::default();
        latest.set(Moment::now());
        Self {
            app,
            connection,
            options,
            settings,
            streams: AtomicUsize::new(0),
            latest,
        }
    }

    /// Whether it has had no stream for a while.
    pub(super) fn is_quiet(&self) -> bool {
        self.streams.load(Ordering::Acquire) == 0
            && self.latest.at().is_none_or(|at| at.elapsed() >= QUIET)
    }
}

/// One stream in progress.
struct Stream<'a, A>(&'a Http2<A>);

impl<'a, A> Stream<'a, A> {
    fn of(app: &'a Http2<A>) -> Self {
        app.streams.fetch_add(1, Ordering::AcqRel);
        Self(app)
    }
}

impl<A> Drop for Stream<'_, A> {
    fn drop(&mut self) {
        self.0.latest.set(Moment::now());
        self.0.streams.fetch_sub(1, Ordering::AcqRel);
    }
}

#[async_trait]
impl<A: HttpServerApp + Send + Sync + 'static> HttpServerApp for Http2<A> {
    async fn process_new_http(
        self: &Arc<Self>,
        session: ServerSession,
        shutdown: &ShutdownWatch,
    ) -> Option<ReusedHttpStream> {
        let _stream = Stream::of(self.as_ref());
        let control = Arc::new(self.connection.of_stream());
        let mut timer = Timer::default();
        control.enter(&mut timer).await;
        let request = self.app.process_new_http(session, shutdown);
        let request = CONTROL.scope(control.clone(), request);
        watch(request, &control, &mut timer).await?
    }

    fn server_options(&self) -> Option<&HttpServerOptions> {
        Some(&self.options)
    }

    fn h2_options(&self) -> Option<H2Options> {
        let mut options = default_h2_options();
        let list = u32::try_from(self.settings.server.limits.header_bytes).unwrap_or(u32::MAX);
        options.max_header_list_size(list);
        Some(options)
    }
}
