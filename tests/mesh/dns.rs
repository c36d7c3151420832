//! A DNS server that does what the test says, at run time: answer, lie, fail, keep silent.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record, RecordType};

use crate::place::Place;
use crate::support::{eventually, until};

/// Seconds; the shortest that DNS can say, so that a change is seen soon.
const TTL: u32 = 1;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behaviour {
    /// Tells the addresses it was given.
    Answers,
    Silent,
    ServFail,
    /// Claims that no name exists, as a restarting cluster DNS does before it has its data.
    NxDomain,
}

struct State {
    addresses: HashMap<String, Ipv4Addr>,
    behaviour: Behaviour,
    /// Questions by name, answered or not.
    asked: HashMap<String, usize>,
}

pub struct Dns {
    place: Place,
    at: SocketAddr,
    state: Arc<Mutex<State>>,
    running: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Dns {
    /// Starts at a free port.
    pub fn start(place: &Place, ip: Ipv4Addr) -> Self {
        let state = State {
            addresses: HashMap::new(),
            behaviour: Behaviour::Answers,
            asked: HashMap::new(),
        };
        let mut dns = Self {
            place: place.clone(),
            at: SocketAddr::from((ip, 0)),
            state: Arc::new(Mutex::new(state)),
            running: None,
        };
        dns.restart();
        dns
    }

    pub fn address(&self) -> SocketAddr {
        self.at
    }

    /// From now on this is the address of `name`.
    pub fn set(&self, name: &str, address: Ipv4Addr) {
        let mut state = self.state.lock().unwrap();
        state.addresses.insert(name.to_owned(), address);
    }

    pub fn behave(&self, behaviour: Behaviour) {
        self.state.lock().unwrap().behaviour = behaviour;
    }

    /// Waits until every name it knows was asked for again, `times` times.
    pub fn asked_again(&self, times: usize) {
        let asked = || self.state.lock().unwrap().asked.clone();
        let names: Vec<String> = self
            .state
            .lock()
            .unwrap()
            .addresses
            .keys()
            .cloned()
            .collect();
        let before = asked();
        until("the gateway asks DNS for every name", || {
            let now = asked();
            let more = |name| now.get(name).unwrap_or(&0) - before.get(name).unwrap_or(&0);
            names.iter().all(|name| more(name) >= times)
        });
    }

    /// Closes the port: the kernel then refuses what is sent there.
    pub fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            stop.store(true, Ordering::Relaxed);
            thread.join().unwrap();
        }
    }

    /// Comes back at the same port.
    pub fn restart(&mut self) {
        self.stop();
        let bind = || self.place.run(|| UdpSocket::bind(self.at)).ok();
        let socket = eventually("the DNS server's port is free", bind);
        self.at = socket.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (state, stopped) = (Arc::clone(&self.state), Arc::clone(&stop));
        let thread = thread::spawn(move || serve(&socket, &state, &stopped));
        self.running = Some((stop, thread));
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.stop();
    }
}

fn serve(socket: &UdpSocket, state: &Mutex<State>, stop: &AtomicBool) {
    // Only so that `stop` is noticed.
    socket
        .set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    let mut buffer = [0; 4096];
    while !stop.load(Ordering::Relaxed) {
        let Ok((length, client)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        let Ok(question) = Message::from_vec(&buffer[..length]) else {
            continue;
        };
        if let Some(answer) = answer(&question, &mut state.lock().unwrap()) {
            // A client that has gone is no concern of a server's.
            let _ = socket.send_to(&answer.to_vec().unwrap(), client);
        }
    }
}

fn answer(question: &Message, state: &mut State) -> Option<Message> {
    let query = question.queries.first()?;
    let name = asked_name(query);
    *state.asked.entry(name.clone()).or_default() += 1;
    let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
    answer.metadata.recursion_desired = question.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.add_query(query.clone());
    match state.behaviour {
        Behaviour::Silent => return None,
        Behaviour::ServFail => answer.metadata.response_code = ResponseCode::ServFail,
        Behaviour::NxDomain => answer.metadata.response_code = ResponseCode::NXDomain,
        Behaviour::Answers => match state.addresses.get(&name) {
            None => answer.metadata.response_code = ResponseCode::NXDomain,
            // Another type of a name that exists: no error and no records.
            Some(_) if query.query_type() != RecordType::A => {}
            Some(address) => {
                let data = RData::A(A(*address));
                answer.add_answer(Record::from_rdata(query.name().clone(), TTL, data));
            }
        },
    }
    Some(answer)
}

fn asked_name(query: &Query) -> String {
    query
        .name()
        .to_lowercase()
        .to_utf8()
        .trim_end_matches('.')
        .to_owned()
}

/// The address DNS can hand out; the plan has IPv4 only.
pub fn v4(address: SocketAddr) -> Ipv4Addr {
    match address.ip() {
        IpAddr::V4(ip) => ip,
        IpAddr::V6(ip) => panic!("{ip} in a plan of IPv4 addresses"),
    }
}
