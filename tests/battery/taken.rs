//! Whether the gateway has read what a client sent: what is split arrives split only when
//! the first part is gone before the second one comes.

use std::fs;
use std::net::{SocketAddr, TcpStream};

use super::support::until;

/// Waits until nothing is left for the other side to read.
pub fn wait(client: &TcpStream) {
    let (ours, theirs) = (client.local_addr().unwrap(), client.peer_addr().unwrap());
    let line = format!(" {} {} ", in_hex(theirs), in_hex(ours));
    until("the gateway reads what it got", || {
        let table = fs::read_to_string("/proc/net/tcp").unwrap();
        // A connection that isn't there has nothing to read.
        let Some(at) = table.find(&line) else {
            return true;
        };
        let queues = table[at + line.len()..].split(' ').nth(1).unwrap();
        queues.ends_with(":00000000")
    });
}

/// As the kernel writes an address: in the order of its bytes on this machine.
fn in_hex(address: SocketAddr) -> String {
    let SocketAddr::V4(v4) = address else {
        panic!("not an IPv4 address: {address}");
    };
    let ip = u32::from_ne_bytes(v4.ip().octets());
    format!("{ip:08X}:{:04X}", v4.port())
}
