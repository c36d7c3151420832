//! Addresses as text, for each request: formatting costs a multiple of this.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};

/// Appends an address.
pub(crate) fn write_ip(address: IpAddr, to: &mut Vec<u8>) {
    let IpAddr::V4(v4) = address else {
        // Writing into memory doesn't fail.
        let _ = write!(to, "{address}");
        return;
    };
    // As long as it can be, and a dot too many.
    let mut text = [0; 16];
    let mut end = 0;
    let mut push = |byte| {
        text[end] = byte;
        end += 1;
    };
    for octet in v4.octets() {
        if octet >= 100 {
            push(b'0' + octet / 100);
        }
        if octet >= 10 {
            push(b'0' + octet / 10 % 10);
        }
        push(b'0' + octet % 10);
        push(b'.');
    }
    to.extend_from_slice(&text[..end - 1]);
}

/// Appends an address and its port.
pub(crate) fn write_socket(address: SocketAddr, to: &mut Vec<u8>) {
    if address.is_ipv6() {
        let _ = write!(to, "{address}");
        return;
    }
    write_ip(address.ip(), to);
    to.push(b':');
    to.extend_from_slice(itoa::Buffer::new().format(address.port()).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_as_they_do_everywhere() {
        for text in [
            "0.0.0.0",
            "127.0.0.1",
            "255.254.10.9",
            "99.100.109.200",
            "255.255.255.255",
            "::1",
            "fe80::1",
        ] {
            let address: IpAddr = text.parse().unwrap();
            let mut written = Vec::new();
            write_ip(address, &mut written);
            assert_eq!(written, text.as_bytes());
            let socket = SocketAddr::new(address, 65_535);
            written.clear();
            write_socket(socket, &mut written);
            assert_eq!(written, socket.to_string().as_bytes());
        }
    }
}
