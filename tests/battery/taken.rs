//! Whether the gateway has read what a client sent: what is split arrives split only when
//! the first part is gone before the second one comes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use super::support::{pause, until};

/// From `linux/netlink.h`, `linux/sock_diag.h` and `linux/inet_diag.h`.
const AF_NETLINK: i32 = 16;
const NETLINK_SOCK_DIAG: i32 = 4;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const AF_INET: u8 = 2;
const TCP: u8 = 6;

/// Of the question, and where in the answer the bytes stand that nobody has read.
const QUESTION: u32 = 72;
const UNREAD: usize = 72;

/// Waits until nothing is left for the other side to read. The kernel knows; its table in
/// `/proc` has all sockets of the machine, this is about one.
pub fn wait(client: &TcpStream) {
    let (ours, theirs) = (client.local_addr().unwrap(), client.peer_addr().unwrap());
    let kind = Type::DGRAM;
    let (domain, protocol) = (Domain::from(AF_NETLINK), Protocol::from(NETLINK_SOCK_DIAG));
    let mut kernel = Socket::new(domain, kind, Some(protocol)).unwrap();
    let question = question(theirs, ours);
    until("the gateway reads what it got", || {
        kernel.write_all(&question).unwrap();
        let mut answer = [0; 1024];
        let length = kernel.read(&mut answer).unwrap();
        let kind = u16::from_ne_bytes([answer[4], answer[5]]);
        // A connection that isn't there has nothing to read.
        kind != SOCK_DIAG_BY_FAMILY || answer[UNREAD..length].starts_with(&[0; 4])
    });
}

/// Asks for the socket with these ends.
fn question(local: SocketAddr, remote: SocketAddr) -> Vec<u8> {
    let mut bytes = QUESTION.to_ne_bytes().to_vec();
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(NLM_F_REQUEST.to_ne_bytes());
    bytes.extend([0; 8]);
    bytes.extend([AF_INET, TCP, 0, 0]);
    // In whichever state.
    bytes.extend(u32::MAX.to_ne_bytes());
    bytes.extend(local.port().to_be_bytes());
    bytes.extend(remote.port().to_be_bytes());
    for end in [local, remote] {
        let SocketAddr::V4(v4) = end else {
            panic!("not an IPv4 address: {end}");
        };
        bytes.extend(v4.ip().octets());
        bytes.extend([0; 12]);
    }
    // On any interface, by no cookie.
    bytes.extend([0; 4]);
    bytes.extend([0xff; 8]);
    assert_eq!(bytes.len(), QUESTION as usize);
    bytes
}

#[test]
fn a_socket_that_nobody_reads_has_something_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    client.write_all(b"hello").unwrap();
    let waiting = std::thread::spawn(move || wait(&client));
    pause(Duration::from_millis(100));
    assert!(!waiting.is_finished());
    server.read_exact(&mut [0; 5]).unwrap();
    waiting.join().unwrap();
}
