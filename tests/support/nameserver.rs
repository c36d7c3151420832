//! The part of a DNS server that is on the wire.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record, RecordType};

/// What it says to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// These addresses, for so many seconds.
    Addresses(u32, Vec<Ipv4Addr>),
    Silence,
    ServFail,
    NoSuchName,
}

/// Serves until it is dropped; then the port is closed.
pub struct Nameserver {
    pub address: SocketAddr,
    socket: Arc<UdpSocket>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Nameserver {
    /// `says` gets the name, in lower case and without the last dot, and the type.
    pub fn start(
        socket: UdpSocket,
        mut says: impl FnMut(&str, RecordType) -> Says + Send + 'static,
    ) -> Self {
        let socket = Arc::new(socket);
        let stop = Arc::new(AtomicBool::new(false));
        let (served, stopped) = (socket.clone(), stop.clone());
        let thread = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while !stopped.load(Ordering::Relaxed) {
                let Ok((length, client)) = served.recv_from(&mut buffer) else {
                    continue;
                };
                let Ok(question) = Message::from_vec(&buffer[..length]) else {
                    continue;
                };
                if let Some(answer) = answer(&question, &mut says) {
                    // A client that has gone is no concern of a server's.
                    let _ = served.send_to(&answer.to_vec().unwrap(), client);
                }
            }
        });
        Self {
            address: socket.local_addr().unwrap(),
            socket,
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Nameserver {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the thread: a message that is no question.
        let woken = self.socket.send_to(&[0], self.address);
        if let (Ok(_), Some(thread)) = (woken, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

fn answer(question: &Message, says: &mut impl FnMut(&str, RecordType) -> Says) -> Option<Message> {
    let query: &Query = question.queries.first()?;
    let name = query.name().to_lowercase().to_utf8();
    let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
    answer.metadata.recursion_desired = question.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.add_query(query.clone());
    match says(name.trim_end_matches('.'), query.query_type()) {
        Says::Silence => return None,
        Says::ServFail => answer.metadata.response_code = ResponseCode::ServFail,
        Says::NoSuchName => answer.metadata.response_code = ResponseCode::NXDomain,
        // Another type of a name that exists: no error and no records.
        Says::Addresses(..) if query.query_type() != RecordType::A => {}
        Says::Addresses(ttl, addresses) => {
            for address in addresses {
                let data = RData::A(A(address));
                answer.add_answer(Record::from_rdata(query.name().clone(), ttl, data));
            }
        }
    }
    Some(answer)
}
