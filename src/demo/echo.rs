//! Echo servers: each answers with what reached it.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Json;
use http::header::HOST;
use http_body_util::BodyExt;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

/// What a service saw of a request.
#[derive(Debug, Serialize)]
struct Echo {
    service: String,
    method: String,
    path: String,
    query: Option<String>,
    host: String,
    headers: BTreeMap<String, String>,
    body_bytes: usize,
}

/// Servers that run for the life of the process.
#[derive(Debug)]
pub struct EchoServices {
    addresses: Vec<(&'static str, SocketAddr)>,
}

impl EchoServices {
    /// Starts a server on a free loopback port for each name.
    ///
    /// # Errors
    /// When the system gives no port or no thread.
    pub fn start(names: &[&'static str]) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let mut addresses = Vec::new();
        for name in names {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            listener.set_nonblocking(true)?;
            addresses.push((*name, listener.local_addr()?));
            let _guard = runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let app = app(name);
            // It ends with the process; an accept error is retried by axum.
            runtime.spawn(async move { axum::serve(listener, app).await });
        }
        std::thread::Builder::new()
            .name("echo".into())
            .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
        Ok(Self { addresses })
    }

    /// Where the server of this name listens.
    #[must_use]
    pub fn address(&self, name: &str) -> Option<SocketAddr> {
        let mut all = self.addresses.iter();
        all.find(|(of, _)| *of == name).map(|(_, address)| *address)
    }
}

fn app(name: &str) -> Router {
    Router::new().fallback(echo).with_state(Arc::from(name))
}

/// Serves as the echo service `name` until SIGTERM, which a container's first process gets
/// only if it asks for it, and then finishes what is in flight. Says where it listens.
///
/// # Errors
/// When the address is taken or serving fails.
pub fn serve_echo(
    name: &str,
    listen: SocketAddr,
    listening: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut stop = signal(SignalKind::terminate())?;
        let listener = tokio::net::TcpListener::bind(listen).await?;
        listening(listener.local_addr()?);
        let stopped = async move {
            stop.recv().await;
        };
        let serve = axum::serve(listener, app(name));
        serve.with_graceful_shutdown(stopped).await
    })
}

/// The body is read before the answer. A server that answers without it closes a
/// connection that it said it would keep, and the next request finds out.
async fn echo(State(service): State<Arc<str>>, request: Request) -> Json<Echo> {
    let (request, mut body) = request.into_parts();
    let mut body_bytes = 0;
    while let Some(Ok(frame)) = body.frame().await {
        body_bytes += frame.data_ref().map_or(0, |data| data.len());
    }
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &request.headers {
        let all = headers.entry(name.to_string()).or_default();
        if !all.is_empty() {
            all.push_str(", ");
        }
        all.push_str(&text(value));
    }
    Json(Echo {
        service: service.to_string(),
        method: request.method.to_string(),
        path: request.uri.path().to_owned(),
        query: request.uri.query().map(str::to_owned),
        host: request.headers.get(HOST).map(text).unwrap_or_default(),
        headers,
        body_bytes,
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    /// A server asks for the body by an interim answer, and only when it reads it.
    #[test]
    fn the_body_is_read_before_the_answer() {
        let services = EchoServices::start(&["any"]).unwrap();
        let mut client = TcpStream::connect(services.address("any").unwrap()).unwrap();
        let head = "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\n\
                    Content-Length: 4\r\n\r\n";
        client.write_all(head.as_bytes()).unwrap();
        let mut interim = [0; 25];
        client.read_exact(&mut interim).unwrap();
        assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
        client.write_all(b"body").unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("\"body_bytes\":4"), "{answer}");
    }
}
