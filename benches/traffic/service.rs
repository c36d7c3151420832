//! The service behind what is measured. It answers as cheaply as it can and counts what
//! reaches it: a proxy that answers by itself, changes nothing, or connects anew for each
//! request is found out.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::message::{self, LARGE, SMALL};

/// Room for a whole head, and for a good part of an upload.
const ROOM: usize = 64 << 10;

/// Where the counts are asked for. It doesn't count, and neither does its connection.
const SEEN: &[u8] = b"/seen";

#[derive(Default)]
struct Tally {
    requests: u64,
    connections: u64,
    body_bytes: u64,
    /// The last request's.
    head: Vec<u8>,
}

struct Answers {
    small: Vec<u8>,
    large: Vec<u8>,
}

type Record = Arc<Mutex<Tally>>;

pub(crate) async fn run() {
    let listener = crate::listen();
    println!("{}", listener.local_addr().unwrap());
    let answers: &'static Answers = Box::leak(Box::new(Answers {
        small: answer(&[b'a'; SMALL]),
        large: answer(&[b'a'; LARGE]),
    }));
    let record = Record::default();
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        tokio::spawn(serve(socket, answers, record.clone()));
    }
}

fn answer(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: traffic\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

async fn serve(mut socket: TcpStream, answers: &Answers, record: Record) {
    socket.set_nodelay(true).unwrap();
    let mut input = Vec::with_capacity(ROOM);
    let mut counted = false;
    while socket.read_buf(&mut input).await.is_ok_and(|n| n > 0) {
        let Some(end) = message::head_end(&input) else {
            continue;
        };
        let head = &input[..end];
        if message::target(head) == SEEN {
            let seen = record.lock().unwrap().told();
            let _ = socket.write_all(&answer(&seen)).await;
            return;
        }
        let length = message::content_length(head).unwrap_or(0);
        let answer = match message::wants_large(head) {
            true => &answers.large,
            false => &answers.small,
        };
        record.lock().unwrap().add(head, length, !counted);
        counted = true;
        let mut missing = length.saturating_sub(input.len() - end);
        input.clear();
        while missing > 0 {
            match socket.read_buf(&mut input).await {
                Ok(read) if read > 0 => missing = missing.saturating_sub(read),
                _ => return,
            }
            input.clear();
        }
        if socket.write_all(answer).await.is_err() {
            return;
        }
    }
}

impl Tally {
    fn add(&mut self, head: &[u8], body: usize, first: bool) {
        self.requests += 1;
        self.connections += u64::from(first);
        self.body_bytes += body as u64;
        self.head.clear();
        self.head.extend_from_slice(head);
    }

    /// A line of counts, then the last request's head.
    fn told(&self) -> Vec<u8> {
        let line = format!(
            "{} {} {}\n",
            self.requests, self.connections, self.body_bytes
        );
        [line.as_bytes(), &self.head].concat()
    }
}
