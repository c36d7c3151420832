//! A service that answers by the path it is asked for.

use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::support::{Conn, Service, ok, pause};

/// Longer than any deadline of the sidecars.
const FOREVER: Duration = Duration::from_secs(5);

const HALF_ERROR: &str = "HTTP/1.1 500 Oops\r\nContent-Length: 99\r\n\r\nsorry, but";
const HALF_SUCCESS: &str = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhere it";

const RELAYED: &str =
    "upstream connect error or disconnect/reset before headers. reset reason: overflow";

fn answer(status: &str, fields: &[&str], body: &str) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for field in fields {
        write!(head, "{field}\r\n").unwrap();
    }
    write!(head, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    head.into_bytes()
}

pub(crate) fn start() -> Service {
    Service::start(|mut conn: Conn| {
        while let Some(head) = conn.request_head() {
            let path = head.second().to_owned();
            if path != "/early" && conn.request_body(&head).is_err() {
                return;
            }
            let plain = "Content-Type: text/plain; charset=utf-8";
            let grpc = "Content-Type: application/grpc";
            let bytes = match path.as_str() {
                "/503" => answer("503 Service Unavailable", &["Server: app/1", plain], "busy"),
                "/404" => answer("404 Not Found", &[], ""),
                "/500" => answer("500 Internal Server Error", &[plain], "upstream said no"),
                "/generic" => answer("400 Bad Request", &[plain], "Bad Request"),
                "/relay" => answer("503 Service Unavailable", &[plain], RELAYED),
                "/moved" => answer("302 Found", &["Location: /"], ""),
                "/early" => answer("413 Content Too Large", &[plain], "too much"),
                "/grpc" => answer(
                    "200 OK",
                    &[grpc, "grpc-status: 5", "grpc-message: no cart"],
                    "",
                ),
                "/half-500" => HALF_ERROR.into(),
                "/half-200" => HALF_SUCCESS.into(),
                "/garbage" => b"nonsense\r\n\r\n".to_vec(),
                "/close" => return,
                "/slow" => return conn.stall(FOREVER),
                _ => ok("hello"),
            };
            if conn.try_send(bytes).is_err() || matches!(path.as_str(), "/garbage" | "/early") {
                return;
            }
            if path.starts_with("/half") {
                // So that the sidecar has passed this half on before it sees the end.
                return pause(Duration::from_millis(100));
            }
        }
    })
}

/// A port of a service with STRICT mutual TLS: what it gets in plaintext it closes.
pub(crate) fn strict(clean: bool) -> Service {
    Service::start(move |mut conn| {
        if clean {
            let _ = conn.request_head();
        } else {
            // What isn't read makes the close a reset, as with Envoy's own.
            let mut first = [0];
            let _ = conn.stream.peek(&mut first);
            conn.into_wire().reset();
        }
    })
}

/// A pod without a sidecar: it speaks no TLS.
pub(crate) fn plaintext() -> Service {
    Service::start(|mut conn| {
        let mut first = [0];
        let _ = conn.stream.peek(&mut first);
        let _ = conn.try_send("HTTP/1.1 400 Bad Request\r\n\r\n");
    })
}

/// A port that takes no more connections: whoever connects waits.
pub(crate) struct Full {
    pub(crate) address: SocketAddr,
    _listener: Socket,
    _waiting: Vec<Socket>,
}

pub(crate) fn full() -> Full {
    let new = || Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let listener = new();
    let any: SocketAddr = ([127, 0, 0, 1], 0).into();
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let waiting = (0..3).map(|_| {
        let socket = new();
        socket.set_nonblocking(true).unwrap();
        // An error means that it is under way.
        let _ = socket.connect(&address.into());
        socket
    });
    Full {
        address,
        _waiting: waiting.collect(),
        _listener: listener,
    }
}
