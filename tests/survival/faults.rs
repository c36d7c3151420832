//! Services that each break in their own way, and a gateway in front of all of them.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use crate::support::dns::Says;
use crate::support::message::Head;
use crate::support::service::keep_answering;
use crate::support::{Config, Conn, Dns, Service, ok};

/// What a client asks for; the first segment of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A service that works, asked by GET and POST, for little and much.
    Good,
    /// The same by a name whose server says something else each time.
    Named,
    /// Accepts and never answers.
    Silent,
    /// Closes or resets instead of a response.
    NoHead,
    /// Resets in the middle of a body.
    HalfBody,
    /// Sends what isn't HTTP.
    Garbage,
    /// Closes each connection that was kept, as it is used again.
    Stale,
    /// The client's own: what is no request.
    Malformed,
}

pub const KINDS: [Kind; 8] = [
    Kind::Good,
    Kind::Named,
    Kind::Silent,
    Kind::NoHead,
    Kind::HalfBody,
    Kind::Garbage,
    Kind::Stale,
    Kind::Malformed,
];

const GARBAGE: [&str; 5] = [
    "this is not http at all\r\n\r\n",
    "\0\u{1}\u{2}\u{3}\r\n\r\n\r\n\r\n",
    "HTTP/1.1 99999 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
];

const HALVES: [&str; 3] = [
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf",
];

pub struct Faults {
    pub dns: Dns,
    services: Vec<(&'static str, Service)>,
    /// How often each POST arrived, by its path.
    posts: Arc<Mutex<HashMap<String, u32>>>,
}

/// The body that the good services answer with.
pub fn answer(path: &str, body: &[u8]) -> String {
    let length = if path.ends_with("much") { 200_000 } else { 0 };
    format!("{path} {} {}", body.len(), "x".repeat(length))
}

impl Faults {
    pub fn start() -> Self {
        let posts = Arc::<Mutex<HashMap<String, u32>>>::default();
        let counted = posts.clone();
        let count = move |head: &Head| {
            if head.method() == "POST" {
                let path = head.second().to_owned();
                *counted.lock().unwrap().entry(path).or_default() += 1;
            }
        };
        // Each request that comes is counted, whatever becomes of it.
        let counting = count.clone();
        let take = move |conn: &mut Conn| {
            let request = conn.request();
            if let Some((head, _)) = &request {
                counting(head);
            }
            request
        };
        let good = Service::start(keep_answering(move |head, body| {
            count(head);
            ok(&answer(head.second(), body))
        }));
        let taking = take.clone();
        let silent = Service::start(move |mut conn| {
            taking(&mut conn);
            conn.drain();
        });
        let taking = take.clone();
        let no_head = Service::start(move |mut conn| {
            taking(&mut conn);
            match conn.number % 3 {
                0 => drop(conn),
                1 => conn.into_wire().reset(),
                _ => conn.send("HTTP/1.1 200 OK\r\nContent-Le"),
            }
        });
        let taking = take.clone();
        let half_body = Service::start(move |mut conn| {
            taking(&mut conn);
            let half = HALVES[conn.number % HALVES.len()];
            conn.send(half);
            conn.into_wire().reset();
        });
        let taking = take.clone();
        let garbage = Service::start(move |mut conn| {
            taking(&mut conn);
            let garbage = GARBAGE[conn.number % GARBAGE.len()];
            let _ = conn.try_send(garbage);
            let _ = conn.rest();
        });
        let stale = Service::start(move |mut conn: Conn| {
            if let Some((head, body)) = take(&mut conn) {
                let _ = conn.try_send(ok(&answer(head.second(), &body)));
            }
            take(&mut conn);
        });
        let services = vec![
            ("good", good),
            ("silent", silent),
            ("no-head", no_head),
            ("half-body", half_body),
            ("garbage", garbage),
            ("stale", stale),
        ];
        Self {
            dns: Dns::start(right()),
            services,
            posts,
        }
    }

    /// A gateway that gives a silent service half a second, and a good one all the time
    /// that a busy machine takes.
    pub fn config(&self) -> Config {
        let mut config = Config::new().top(&format!(
            "dns: {{ servers: [\"{}\"], timeout: 300ms, min_ttl: 100ms, max_ttl: 300ms }}",
            self.dns.address
        ));
        for (name, service) in &self.services {
            let limit = if *name == "silent" { "500ms" } else { "5m" };
            let keys = format!("timeouts: {{ connect: 5m, response_header: {limit} }}");
            let taken = format!("match: {{ path: {{ prefix: /{name} }} }}");
            config = config
                .service(name, &service.url(), &keys)
                .route(name, name, &taken);
        }
        let named = format!("http://shop.test:{}", self.services[0].1.address.port());
        config
            .service(
                "named",
                &named,
                "timeouts: { connect: 5m, response_header: 5m }",
            )
            .route("named", "named", "match: { path: { prefix: /named } }")
    }

    /// POSTs that a service got more than once.
    pub fn doubled(&self) -> Vec<String> {
        let posts = self.posts.lock().unwrap();
        let doubled = posts.iter().filter(|(_, times)| **times > 1);
        doubled.map(|(path, _)| path.clone()).collect()
    }

    pub fn posts(&self) -> usize {
        self.posts.lock().unwrap().len()
    }
}

/// Where the service is.
pub fn right() -> Says {
    Says::Addresses(0, vec![Ipv4Addr::LOCALHOST])
}

/// An address at which nobody listens.
pub fn wrong() -> Says {
    Says::Addresses(0, vec![Ipv4Addr::new(127, 0, 0, 99)])
}

/// The server works, and has no address.
pub fn empty() -> Says {
    Says::Addresses(0, vec![])
}
