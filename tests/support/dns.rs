//! A DNS server whose answers the test changes at run time.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record, RecordType};

use super::clock::eventually;

/// What it says to every question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// These addresses, for so many seconds.
    Addresses(u32, Vec<Ipv4Addr>),
    Silence,
    ServFail,
    NoSuchName,
}

struct State {
    says: Says,
    /// Questions for IPv4 addresses.
    asked: usize,
    stopped: bool,
}

pub struct Dns {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Dns {
    pub fn start(says: Says) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = socket.local_addr().unwrap();
        let asked = 0;
        let stopped = false;
        let state = Arc::new(Mutex::new(State {
            says,
            asked,
            stopped,
        }));
        let shared = state.clone();
        thread::spawn(move || serve(&socket, &shared));
        Self { address, state }
    }

    pub fn says(&self, says: Says) {
        self.state.lock().unwrap().says = says;
    }

    pub fn asked(&self) -> usize {
        self.state.lock().unwrap().asked
    }

    /// Waits for this many more questions.
    pub fn asked_again(&self, times: usize) {
        let before = self.asked();
        eventually("DNS is asked again", || {
            (self.asked() >= before + times).then_some(())
        });
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.state.lock().unwrap().stopped = true;
        // Wakes the thread so that it ends.
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let _ = socket.send_to(&[0], self.address);
    }
}

fn serve(socket: &UdpSocket, state: &Mutex<State>) {
    let mut buffer = [0; 4096];
    loop {
        let Ok((length, client)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        let mut state = state.lock().unwrap();
        if state.stopped {
            return;
        }
        let Ok(question) = Message::from_vec(&buffer[..length]) else {
            continue;
        };
        if let Some(answer) = answer(&question, &mut state) {
            // A client that has gone is no concern of a server's.
            let _ = socket.send_to(&answer.to_vec().unwrap(), client);
        }
    }
}

fn answer(question: &Message, state: &mut State) -> Option<Message> {
    let query: &Query = question.queries.first()?;
    let ipv4 = query.query_type() == RecordType::A;
    state.asked += usize::from(ipv4);
    let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
    answer.metadata.recursion_desired = question.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.add_query(query.clone());
    match &state.says {
        Says::Silence => return None,
        Says::ServFail => answer.metadata.response_code = ResponseCode::ServFail,
        Says::NoSuchName => answer.metadata.response_code = ResponseCode::NXDomain,
        // Another type of a name that exists: no error and no records.
        Says::Addresses(..) if !ipv4 => {}
        Says::Addresses(ttl, addresses) => {
            for address in addresses {
                let data = RData::A(A(*address));
                answer.add_answer(Record::from_rdata(query.name().clone(), *ttl, data));
            }
        }
    }
    Some(answer)
}
