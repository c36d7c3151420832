//! The listeners on real sockets, telling about a subject that only counts.

mod limits;
mod operator;
mod page;
mod public;
mod stopping;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::runtime::{Builder, Runtime};

use super::*;

/// Longer than anything here takes, shorter than patience.
const HANGS: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Fake {
    pending: Mutex<Vec<String>>,
    drains: AtomicUsize,
    reloads: AtomicUsize,
    looks: AtomicUsize,
}

impl Fake {
    /// Drains and reloads so far.
    fn asked(&self) -> (usize, usize) {
        let count = |of: &AtomicUsize| of.load(Ordering::SeqCst);
        (count(&self.drains), count(&self.reloads))
    }
}

impl Subject for Fake {
    fn pending(&self) -> Vec<String> {
        self.pending.lock().clone()
    }

    fn status(&self) -> serde_json::Value {
        serde_json::json!({ "generation": 7 })
    }

    fn seen(&self) -> serde_json::Value {
        let looks = self.looks.fetch_add(1, Ordering::SeqCst);
        serde_json::json!({ "look": looks })
    }

    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "config": {} })
    }

    fn metrics(&self) -> (String, &'static str) {
        ("requests 7\n".to_owned(), "text/plain; version=0.0.4")
    }

    fn drain(&self) {
        self.drains.fetch_add(1, Ordering::SeqCst);
    }

    fn reload(&self) {
        self.reloads.fetch_add(1, Ordering::SeqCst);
    }
}

struct Running {
    admin: Admin,
    subject: Arc<Fake>,
    public: SocketAddr,
    operator: SocketAddr,
    _runtime: Runtime,
}

fn running() -> Running {
    running_with(Limits::default())
}

fn running_with(limits: Limits) -> Running {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let listen = || {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        (vec![listener], address)
    };
    let ((public, at), (operator, operator_at)) = (listen(), listen());
    let subject = Arc::new(Fake::default());
    let shared: Arc<dyn Subject> = subject.clone();
    let admin = Admin::start_with(limits, runtime.handle(), public, operator, &shared).unwrap();
    Running {
        admin,
        subject,
        public: at,
        operator: operator_at,
        _runtime: runtime,
    }
}

fn connect(to: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(to).unwrap();
    client.set_read_timeout(Some(HANGS)).unwrap();
    client
}

/// What is still sent until the connection is closed.
fn rest(client: &mut TcpStream) -> String {
    let mut rest = String::new();
    client.read_to_string(&mut rest).unwrap();
    rest
}

/// One request, with further lines of its head, on a connection of its own.
fn ask(to: SocketAddr, request: &str, lines: &[&str]) -> Answer {
    let mut client = connect(to);
    let mut head = format!("{request} HTTP/1.1\r\nConnection: close\r\n");
    if !lines.iter().any(|line| line.starts_with("Host:")) {
        head += &format!("Host: {to}\r\n");
    }
    for line in lines {
        head += &format!("{line}\r\n");
    }
    client.write_all((head + "\r\n").as_bytes()).unwrap();
    Answer::new(&rest(&mut client))
}

/// A request on a connection that is kept, and its answer.
fn ask_on(client: &mut TcpStream, request: &str) -> Answer {
    let head = format!("{request} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.write_all(head.as_bytes()).unwrap();
    read_answer(client)
}

fn read_answer(client: &mut TcpStream) -> Answer {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte).unwrap();
        text.push(byte[0]);
    }
    let mut answer = Answer::new(&String::from_utf8(text).unwrap());
    let length = answer.header("content-length").unwrap().parse().unwrap();
    let mut body = vec![0; length];
    client.read_exact(&mut body).unwrap();
    answer.body = String::from_utf8(body).unwrap();
    answer
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn new(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let pair = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_lowercase(), value.into())
        };
        Self {
            status: status.parse().unwrap(),
            headers: lines.map(pair).collect(),
            body: body.into(),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status, self.body.as_str()), (status, body));
    }
}
