//! What is done with an accepted connection.

use std::sync::Arc;

use async_trait::async_trait;
use pingora_core::apps::ServerApp;
use pingora_core::protocols::Stream;
use pingora_core::server::ShutdownWatch;

use super::connections::Connections;
use super::stream::GuardedStream;

/// An application whose connections are guarded.
#[derive(Debug)]
pub struct Guarded<A> {
    inner: Arc<A>,
    connections: Arc<Connections>,
}

impl<A> Guarded<A> {
    /// Puts the guard in front of `inner` and counts its clients.
    #[must_use]
    pub fn new(inner: A, connections: Arc<Connections>) -> Self {
        Self {
            inner: Arc::new(inner),
            connections,
        }
    }
}

#[async_trait]
impl<A: ServerApp + Send + Sync + 'static> ServerApp for Guarded<A> {
    async fn process_new(
        self: &Arc<Self>,
        stream: Stream,
        shutdown: &ShutdownWatch,
    ) -> Option<Stream> {
        let _place = self.connections.enter();
        let guarded = Box::new(GuardedStream::new(stream));
        self.inner.process_new(guarded, shutdown).await
    }

    async fn cleanup(&self) {
        self.inner.cleanup().await;
        self.connections.close();
    }
}
