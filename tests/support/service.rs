//! A service that does what the test says with each connection, and remembers
//! every request that reached it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::clock::eventually;
use super::message::Head;
use super::wire::{Broken, Wire};

#[derive(Default)]
struct Record {
    heads: Vec<Head>,
    bodies: Vec<Vec<u8>>,
    connections: usize,
}

pub struct Service {
    pub address: SocketAddr,
    record: Arc<Mutex<Record>>,
    stop: Arc<AtomicBool>,
}

/// One connection of the gateway.
pub struct Conn {
    wire: Wire,
    record: Arc<Mutex<Record>>,
    /// Counts from 0.
    pub number: usize,
}

impl Deref for Conn {
    type Target = Wire;
    fn deref(&self) -> &Wire {
        &self.wire
    }
}

impl DerefMut for Conn {
    fn deref_mut(&mut self) -> &mut Wire {
        &mut self.wire
    }
}

impl Conn {
    /// The head of the next request; `None` when there is none.
    pub fn request_head(&mut self) -> Option<Head> {
        let head = self.wire.head().ok()?;
        self.record.lock().unwrap().heads.push(head.clone());
        Some(head)
    }

    /// The next request, whole.
    pub fn request(&mut self) -> Option<(Head, Vec<u8>)> {
        let head = self.request_head()?;
        let body = self.request_body(&head).ok()?;
        Some((head, body))
    }

    pub fn request_body(&mut self, head: &Head) -> Result<Vec<u8>, Broken> {
        let body = self.wire.body_of(head)?;
        self.record.lock().unwrap().bodies.push(body.clone());
        Ok(body)
    }

    /// Keeps the connection for so long and reads nothing from it.
    pub fn stall(self, long: Duration) {
        thread::sleep(long);
    }

    pub fn into_wire(self) -> Wire {
        self.wire
    }
}

impl Service {
    /// Runs `script` in a thread for each connection; the connection closes when
    /// it returns.
    pub fn start(script: impl Fn(Conn) + Send + Sync + 'static) -> Self {
        let at = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Self::at(at, script).unwrap()
    }

    /// The same on a given address; `None` when its port is taken.
    pub fn at(at: SocketAddr, script: impl Fn(Conn) + Send + Sync + 'static) -> Option<Self> {
        let listener = TcpListener::bind(at).ok()?;
        let address = listener.local_addr().unwrap();
        let record = Arc::<Mutex<Record>>::default();
        let stop = Arc::new(AtomicBool::new(false));
        let (script, records, stopped) = (Arc::new(script), record.clone(), stop.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let (script, record) = (script.clone(), records.clone());
                let number = {
                    let mut record = record.lock().unwrap();
                    record.connections += 1;
                    record.connections - 1
                };
                let wire = Wire::new(stream.unwrap());
                thread::spawn(move || {
                    script(Conn {
                        wire,
                        record,
                        number,
                    });
                });
            }
        });
        Some(Self {
            address,
            record,
            stop,
        })
    }

    /// Reads each request whole and answers it.
    pub fn answering(answer: impl Fn(&Head, &[u8]) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::start(keep_answering(answer))
    }

    /// Answers each request with `done` when it is told to.
    pub fn on_command() -> (Self, mpsc::Sender<()>) {
        let (go, wait) = mpsc::channel::<()>();
        let wait = Mutex::new(wait);
        let service = Self::start(move |mut conn| {
            while conn.request().is_some() {
                let _ = wait.lock().unwrap().recv();
                let _ = conn.try_send(ok("done"));
            }
        });
        (service, go)
    }

    /// Answers 200 with `hello`.
    pub fn hello() -> Self {
        Self::answering(|_, _| ok("hello"))
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn connections(&self) -> usize {
        self.record.lock().unwrap().connections
    }

    pub fn heads(&self) -> Vec<Head> {
        self.record.lock().unwrap().heads.clone()
    }

    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.record.lock().unwrap().bodies.clone()
    }

    /// The only request so far.
    pub fn head(&self) -> Head {
        let heads = self.heads();
        assert_eq!(heads.len(), 1, "{heads:?}");
        heads.into_iter().next().unwrap()
    }

    /// Waits until this many requests have arrived.
    pub fn received(&self, count: usize) {
        eventually("the request reaches the service", || {
            (self.heads().len() >= count).then_some(())
        });
    }

    /// How many requests of this method arrived.
    pub fn count(&self, method: &str) -> usize {
        let heads = self.heads();
        heads.iter().filter(|head| head.method() == method).count()
    }

    /// Closes the port: from here on connections are refused.
    pub fn stop(&self) {
        if !self.stop.swap(true, Ordering::Relaxed) {
            // Wakes the accept; its connection is never served.
            let _ = std::net::TcpStream::connect(self.address);
            eventually("the service's port closes", || {
                std::net::TcpStream::connect(self.address).err()
            });
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = std::net::TcpStream::connect(self.address);
    }
}

/// A script that reads each request whole and answers it.
pub fn keep_answering(
    answer: impl Fn(&Head, &[u8]) -> Vec<u8> + Send + Sync + 'static,
) -> impl Fn(Conn) + Send + Sync + 'static {
    move |mut conn| {
        while let Some((head, body)) = conn.request() {
            if conn.try_send(answer(&head, &body)).is_err() {
                return;
            }
        }
    }
}

/// A 200 with a length.
pub fn ok(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
}

/// Accepts no connection: the backlog is full, and the kernel drops what comes.
pub fn full() -> (SocketAddr, Socket, Vec<TcpStream>) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let soon = Duration::from_millis(100);
    let waiting = std::iter::from_fn(|| TcpStream::connect_timeout(&address, soon).ok());
    (address, listener, waiting.collect())
}
