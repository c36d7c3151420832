//! A service that remembers every byte it got, and takes nothing but sound requests.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use super::canary;
use super::strict::{Bad, Parsed, Request, parse};

/// What came.
#[derive(Debug, Clone)]
pub enum Record {
    Request(Request),
    /// A request that was never whole, as far as it came.
    Part(Vec<u8>),
    /// Bytes that are none.
    Bad(Bad, Vec<u8>),
}

pub struct Recorder {
    pub address: SocketAddr,
    records: Arc<Mutex<Vec<Record>>>,
    stop: Arc<AtomicBool>,
    accepting: Option<JoinHandle<Vec<JoinHandle<()>>>>,
}

impl Recorder {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let records = Arc::<Mutex<Vec<Record>>>::default();
        let stop = Arc::new(AtomicBool::new(false));
        let (into, stopped) = (records.clone(), stop.clone());
        let accepting = thread::spawn(move || {
            let mut serving = Vec::new();
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let (stream, into) = (stream.unwrap(), into.clone());
                serving.push(thread::spawn(move || serve(stream, &into)));
            }
            serving
        });
        Self {
            address,
            records,
            stop,
            accepting: Some(accepting),
        }
    }

    /// All that ever came. The gateway has ended, so each connection has, too.
    pub fn finish(mut self) -> Vec<Record> {
        self.stop.store(true, Ordering::Relaxed);
        TcpStream::connect(self.address).unwrap();
        for serving in self.accepting.take().unwrap().join().unwrap() {
            serving.join().unwrap();
        }
        std::mem::take(&mut self.records.lock().unwrap())
    }
}

fn serve(mut stream: TcpStream, records: &Mutex<Vec<Record>>) {
    let mut bytes = Vec::new();
    let mut told = false;
    let mut part = [0; 16 << 10];
    let keep = |record| records.lock().unwrap().push(record);
    loop {
        match parse(&bytes) {
            Ok(Parsed::Whole(request, length)) => {
                let answer = answer(&request, &bytes[..length]);
                bytes.drain(..length);
                told = false;
                keep(Record::Request(request));
                // Who doesn't take its answer any more is noticed by the next read.
                let _ = stream.write_all(answer.as_bytes());
                continue;
            }
            Ok(Parsed::Head(true)) if !told => {
                told = true;
                let _ = stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
            }
            Ok(Parsed::Head(_) | Parsed::Part) => {}
            Err(bad) => return keep(Record::Bad(bad, bytes)),
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) if bytes.is_empty() => return,
            Ok(0) | Err(_) => return keep(Record::Part(bytes)),
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    }
}

/// Says whose request it answers, in its header and in its body.
fn answer(request: &Request, raw: &[u8]) -> String {
    let words = canary::all(raw).join(",");
    let length = words.len();
    let body = match request.line.starts_with("HEAD ") {
        true => "",
        false => &words,
    };
    format!("HTTP/1.1 200 OK\r\nX-Canary: {words}\r\nContent-Length: {length}\r\n\r\n{body}")
}
