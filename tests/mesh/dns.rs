//! A DNS server that does what the test says, at run time: answer, lie, fail, keep silent.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};

use crate::place::Place;
use crate::support::nameserver::{Nameserver, Says};
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
    running: Option<Nameserver>,
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
        self.running = None;
    }

    /// Comes back at the same port.
    pub fn restart(&mut self) {
        self.stop();
        let bind = || self.place.run(|| UdpSocket::bind(self.at)).ok();
        let socket = eventually("the DNS server's port is free", bind);
        let state = Arc::clone(&self.state);
        let says = move |name: &str, _| state.lock().unwrap().says(name);
        let server = Nameserver::start(socket, says);
        self.at = server.address;
        self.running = Some(server);
    }
}

impl State {
    fn says(&mut self, name: &str) -> Says {
        *self.asked.entry(name.to_owned()).or_default() += 1;
        match (self.behaviour, self.addresses.get(name)) {
            (Behaviour::Silent, _) => Says::Silence,
            (Behaviour::ServFail, _) => Says::ServFail,
            (Behaviour::NxDomain, _) | (_, None) => Says::NoSuchName,
            (Behaviour::Answers, Some(address)) => Says::Addresses(TTL, vec![*address]),
        }
    }
}

/// The address DNS can hand out; the plan has IPv4 only.
pub fn v4(address: SocketAddr) -> Ipv4Addr {
    match address.ip() {
        IpAddr::V4(ip) => ip,
        IpAddr::V6(ip) => panic!("{ip} in a plan of IPv4 addresses"),
    }
}
