//! Frames by hand, for requests that a library refuses to send.

use crate::support::gateway::Gateway;
use crate::support::wire::Wire;

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const END_STREAM_AND_HEADERS: u8 = 5;

fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend_from_slice(&[kind, flags, 0, 0, 0, stream]);
    frame.extend_from_slice(payload);
    frame
}

/// A field as a literal that no table keeps (RFC 7541, section 6.2.2).
fn field(name: &str, value: &str) -> Vec<u8> {
    let mut field = vec![0];
    for text in [name, value] {
        assert!(text.len() < 127);
        field.push(u8::try_from(text.len()).unwrap());
        field.extend_from_slice(text.as_bytes());
    }
    field
}

/// The header block that answers these fields.
pub fn ask(gateway: &Gateway, fields: &[(&str, &str)]) -> Vec<u8> {
    let block: Vec<u8> = fields.iter().flat_map(|(n, v)| field(n, v)).collect();
    let mut client = gateway.connect();
    client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    client.send(frame(SETTINGS, 0, 0, &[]));
    client.send(frame(HEADERS, END_STREAM_AND_HEADERS, 1, &block));
    loop {
        let (kind, payload) = next(&mut client);
        if kind == HEADERS {
            return payload;
        }
    }
}

fn next(client: &mut Wire) -> (u8, Vec<u8>) {
    let head = client.exactly(9).unwrap();
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let payload = client.exactly(usize::try_from(length).unwrap()).unwrap();
    (head[3], payload)
}
