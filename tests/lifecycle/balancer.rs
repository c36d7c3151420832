//! What a Service of Kubernetes does: new connections go to backends that are ready, and
//! open ones stay where they are.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

use super::http1::{Fault, Http};
use crate::support::gateway::get;

/// Between two looks at a backend.
const LOOK: Duration = Duration::from_millis(50);

#[derive(Clone, Copy)]
pub struct Backend {
    pub gateway: SocketAddr,
    pub admin: SocketAddr,
}

#[derive(Clone, Default)]
struct Ready(Arc<Mutex<Vec<SocketAddr>>>);

impl Ready {
    fn set(&self, backend: SocketAddr, ready: bool) {
        let mut all = self.0.lock().unwrap();
        all.retain(|other| *other != backend);
        if ready {
            all.push(backend);
        }
    }

    fn any(&self) -> Option<SocketAddr> {
        fastrand::choice(self.0.lock().unwrap().iter()).copied()
    }
}

pub struct Balancer {
    pub address: SocketAddr,
    ready: Ready,
    _runtime: Runtime,
}

impl Balancer {
    pub fn start(backends: &[Backend]) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let ready = Ready::default();
        for backend in backends {
            runtime.spawn(look_at(*backend, ready.clone()));
        }
        let choice = ready.clone();
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // Without a ready backend the client is closed.
                if let Some(backend) = choice.any() {
                    tokio::spawn(forward(client, backend));
                }
            }
        });
        Self {
            address,
            ready,
            _runtime: runtime,
        }
    }

    /// Whether new connections may go there.
    pub fn has(&self, backend: SocketAddr) -> bool {
        self.ready.0.lock().unwrap().contains(&backend)
    }
}

async fn look_at(backend: Backend, ready: Ready) {
    let mut looks = tokio::time::interval(LOOK);
    loop {
        looks.tick().await;
        let answer = tokio::time::timeout(Duration::from_secs(1), is_ready(backend.admin)).await;
        ready.set(backend.gateway, matches!(answer, Ok(Ok(true))));
    }
}

async fn is_ready(admin: SocketAddr) -> Result<bool, Fault> {
    let mut http = Http::connect(admin).await?;
    http.send(get("/readyz")).await?;
    Ok(http.answer().await?.status() == 200)
}

async fn forward(mut client: TcpStream, backend: SocketAddr) {
    let Ok(mut gateway) = TcpStream::connect(backend).await else {
        return;
    };
    let _ = client.set_nodelay(true);
    let _ = gateway.set_nodelay(true);
    // How it ends is what the client sees, too.
    let _ = copy_bidirectional(&mut client, &mut gateway).await;
}
