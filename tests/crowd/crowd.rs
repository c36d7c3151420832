//! Many clients, driven by one thread.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

/// Clients that go when this is dropped.
pub struct Crowd {
    runtime: Option<Runtime>,
}

/// What clients tell.
#[derive(Clone, Default)]
pub struct Count(Arc<AtomicU32>);

impl Count {
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Crowd {
    /// Each does the same with one connection after the other. They come one by one,
    /// in this time.
    pub fn start<F>(
        size: u32,
        within: Duration,
        gateway: SocketAddr,
        client: impl Fn(TcpStream) -> F + Clone + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        for number in 0..size {
            let client = client.clone();
            runtime.spawn(async move {
                tokio::time::sleep(within * number / size).await;
                loop {
                    match TcpStream::connect(gateway).await {
                        Ok(stream) => client(stream).await,
                        Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                    }
                }
            });
        }
        let runtime = Some(runtime);
        Self { runtime }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}
