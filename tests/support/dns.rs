//! A DNS server whose answers the test changes at run time.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};

use hickory_proto::rr::RecordType;

use super::clock::eventually;
use super::nameserver::Nameserver;
pub use super::nameserver::Says;

struct State {
    says: Says,
    /// Questions for IPv4 addresses.
    asked: usize,
}

/// It says the same to every question.
pub struct Dns {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    _server: Nameserver,
}

impl Dns {
    pub fn start(says: Says) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let state = Arc::new(Mutex::new(State { says, asked: 0 }));
        let shared = state.clone();
        let server = Nameserver::start(socket, move |_, kind| {
            let mut state = shared.lock().unwrap();
            state.asked += usize::from(kind == RecordType::A);
            state.says.clone()
        });
        Self {
            address: server.address,
            state,
            _server: server,
        }
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
