//! One proxy with three services of its own behind it.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::request::Request;
use crate::seen::{Received, Seen};
use crate::support::message::Head;
use crate::support::{Config, Gateway, Service, Wire};
use crate::toolchain;

/// The name of each service and the Host by which the sidecar knows it.
const SERVICES: [(&str, &str); 3] = [
    ("user", "user-service:8001"),
    ("auth", "auth-service:8002"),
    ("blog", "blog-service:8005"),
];

/// The most of Go's redirects that lead to a clean path.
const REDIRECTS: usize = 3;

pub struct Side {
    proxy: Proxy,
    /// Closed with it.
    _services: Vec<(&'static str, Service)>,
    received: Record,
}

/// What the three received, in order. Only requests that arrived whole are here.
type Record = Arc<Mutex<Vec<Received>>>;

enum Proxy {
    Go(Child, SocketAddr),
    Gateway(Gateway),
}

impl Side {
    pub fn go() -> Self {
        let received = Record::default();
        let services = services(&received);
        let mut command = Command::new(toolchain::build());
        for (name, service) in &services {
            command.arg(format!("-{name}={}", service.address));
        }
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let port: u16 = line.trim().parse().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let proxy = Proxy::Go(child, address);
        Self {
            proxy,
            _services: services,
            received,
        }
    }

    pub fn gateway() -> Self {
        let received = Record::default();
        let services = services(&received);
        let mut config = Config::new();
        for ((name, service), (_, host)) in services.iter().zip(SERVICES) {
            config = config.service(name, &service.url(), &format!("host: \"{host}\""));
        }
        let strip = |prefix: &str| {
            format!(
                "match: {{ path: {{ prefix: {prefix}/ }} }}, rewrite: {{ strip_prefix: {prefix} }}"
            )
        };
        let keep = |prefix: &str| format!("match: {{ path: {{ prefix: {prefix} }} }}");
        let gateway = config
            .route("auth", "auth", &strip("/blog/api"))
            .route("users", "user", &strip("/api/users"))
            .route("posts", "blog", &keep("/blog/api/posts/"))
            .route("categories", "blog", &keep("/blog/api/categories/"))
            .start();
        let proxy = Proxy::Gateway(gateway);
        Self {
            proxy,
            _services: services,
            received,
        }
    }

    fn address(&self) -> SocketAddr {
        match &self.proxy {
            Proxy::Go(_, address) => *address,
            Proxy::Gateway(gateway) => gateway.address,
        }
    }

    /// One request on a connection of its own.
    pub fn ask(&self, request: &Request) -> Seen {
        let mut wire = Wire::connect(self.address());
        // A proxy that refuses the head may close before it has read the body.
        let _ = wire.try_send(&request.raw);
        let response = wire.try_response(request.method()).ok();
        let received = std::mem::take(&mut *self.received.lock().unwrap());
        Seen::new(response.as_ref(), received)
    }

    /// The same, and what follows when a client goes where the proxy sends it.
    pub fn ask_and_follow(&self, request: &Request) -> Vec<Seen> {
        let mut chain = vec![self.ask(request)];
        while let Some(location) = chain.last().and_then(Seen::own_redirect)
            && chain.len() <= REDIRECTS
        {
            chain.push(self.ask(&request.with_target(location)));
        }
        chain
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        if let Proxy::Go(child, _) = &mut self.proxy {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn services(record: &Record) -> Vec<(&'static str, Service)> {
    let start = |(name, _)| {
        let record = record.clone();
        let service = Service::answering(move |head, body| {
            let received = Received::new(name, head, body.to_vec());
            record.lock().unwrap().push(received);
            answer(name, head, body)
        });
        (name, service)
    };
    SERVICES.into_iter().map(start).collect()
}

/// The path decides what is answered, so that services' own errors and redirects
/// are seen to pass.
fn answer(name: &str, head: &Head, body: &[u8]) -> Vec<u8> {
    let path = head.second().split('?').next().unwrap();
    let (status, field) = match path.rsplit('/').next().unwrap() {
        "moved" => ("302 Found", "Location: /login?next=%2Fa//b\r\n"),
        "missing" => ("404 Not Found", ""),
        "broken" => ("503 Service Unavailable", "Retry-After: 1\r\n"),
        "nothing" => return b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
        _ => ("200 OK", ""),
    };
    let text = format!("{name} got {} bytes", body.len());
    let length = text.len();
    let text = if head.method() == "HEAD" { "" } else { &text };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\n{field}Content-Length: {length}\r\n\r\n{text}"
    )
    .into_bytes()
}
