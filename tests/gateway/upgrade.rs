//! WebSocket and what else asks for another protocol.

use std::net::Shutdown;
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::Duration;

use crate::support::gateway::get;
use crate::support::{Broken, Config, PATIENCE, Service, ok, outlast};

/// For the response header, which no later silence is about.
const LIMIT: Duration = Duration::from_millis(300);

pub const HANDSHAKE: &str = "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\n\r\n";

const SWITCHING: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
    Sec-WebSocket-Protocol: chat\r\n\r\n";

/// Sends back every byte until the other side closes.
fn echoing() -> Service {
    Service::start(|mut conn| {
        conn.request_head();
        // The first bytes come together with the head, as a server may send them.
        conn.send(format!("{SWITCHING}welcome"));
        while let Ok(byte) = conn.exactly(1) {
            conn.send(byte);
        }
    })
}

#[test]
fn bytes_flow_both_ways_and_pauses_do_not_matter() {
    let service = echoing();
    let gateway = Config::limited(&service, LIMIT).start();
    let mut client = gateway.connect();
    client.send(HANDSHAKE);
    let head = client.head().unwrap();
    assert_eq!(head.status(), 101);
    assert!(
        head.get("connection")
            .unwrap()
            .eq_ignore_ascii_case("upgrade")
    );
    assert_eq!(head.get("upgrade"), Some("websocket"));
    assert_eq!(
        head.get("sec-websocket-accept"),
        Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    );
    assert_eq!(head.get("sec-websocket-protocol"), Some("chat"));
    assert_eq!(client.exactly(7).unwrap(), b"welcome");

    let request = service.head();
    assert_eq!(request.get("upgrade"), Some("websocket"));
    assert!(
        request
            .get("connection")
            .unwrap()
            .eq_ignore_ascii_case("upgrade")
    );
    assert_eq!(
        request.get("sec-websocket-key"),
        Some("dGhlIHNhbXBsZSBub25jZQ==")
    );

    client.send("GET / HTTP/1.1\r\n\r\n\0\u{1}");
    assert_eq!(client.exactly(20).unwrap(), b"GET / HTTP/1.1\r\n\r\n\0\x01");
    outlast(LIMIT);
    client.send("after the pause");
    assert_eq!(client.exactly(15).unwrap(), b"after the pause");
}

/// What follows a 101 is no body (RFC 9110, section 15.2.2; RFC 9112, section 6.1).
#[test]
fn a_tunnel_has_no_length_and_no_coding() {
    for framing in ["Content-Length: 3", "Transfer-Encoding: chunked"] {
        let service = Service::start(move |mut conn| {
            conn.request_head();
            let fields = format!("\r\n{framing}\r\nUpgrade: websocket\r\n");
            conn.send(SWITCHING.replace("\r\nUpgrade: websocket\r\n", &fields));
            conn.send("welcome");
            while let Ok(byte) = conn.exactly(1) {
                conn.send(byte);
            }
        });
        let gateway = Config::to(&service).start();
        let mut client = gateway.connect();
        client.send(HANDSHAKE);
        let head = client.head().unwrap();
        assert_eq!(head.status(), 101);
        assert!(!head.has("content-length") && !head.has("transfer-encoding"));
        assert_eq!(client.exactly(7).unwrap(), b"welcome");
        client.send("echo");
        assert_eq!(client.exactly(4).unwrap(), b"echo", "{framing}");
    }
}

#[test]
fn a_silent_tunnel_outlives_every_deadline() {
    let service = echoing();
    let clients = "timeouts: { request_header: 300ms, request_body_idle: 300ms, idle: 300ms, \
        write_idle: 300ms }";
    let services = "timeouts: { response_header: 300ms, body_idle: 300ms, request: 300ms }";
    let gateway = Config::new()
        .server(clients)
        .service("svc", &service.url(), services)
        .start();
    let mut client = gateway.connect();
    client.send(HANDSHAKE);
    assert_eq!(client.head().unwrap().status(), 101);
    assert_eq!(client.exactly(7).unwrap(), b"welcome");
    for word in ["first", "again"] {
        outlast(LIMIT);
        client.send(word);
        assert_eq!(client.exactly(5).unwrap(), word.as_bytes());
    }
    outlast(LIMIT);
    drop(client);
}

#[test]
fn bytes_sent_with_the_handshake_are_not_lost() {
    let service = echoing();
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send(format!("{HANDSHAKE}eager"));
    assert_eq!(client.head().unwrap().status(), 101);
    assert_eq!(client.exactly(12).unwrap(), b"welcomeeager");
}

/// Pingora alone takes the answer or the end of the request first, as chance will have
/// it, and ends the tunnel at once in one of the cases.
#[test]
fn an_answer_that_is_there_before_the_request_opens_a_tunnel_too() {
    let service = Service::start(|mut conn| {
        conn.send(SWITCHING);
        conn.request_head();
        while let Ok(byte) = conn.exactly(1) {
            conn.send(byte);
        }
    });
    // It takes the gateway longer to set them than the service to answer.
    let many: Vec<String> = (0..1000).map(|n| format!("X-{n}: x")).collect();
    let rules = format!("request_headers: {{ set: {{ {} }} }}", many.join(", "));
    let gateway = Config::to(&service).route("all", "svc", &rules).start();
    for n in 0..60 {
        let mut client = gateway.connect();
        client.send(HANDSHAKE);
        assert_eq!(client.head().unwrap().status(), 101, "{n}");
        client.send("hello");
        assert_eq!(client.exactly(5).as_deref(), Ok(&b"hello"[..]), "{n}");
    }
}

#[test]
fn either_side_may_end_an_upgraded_connection() {
    let service = Service::start(|mut conn| {
        conn.request_head();
        conn.send(format!("{SWITCHING}bye"));
    });
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send(HANDSHAKE);
    assert_eq!(client.head().unwrap().status(), 101);
    assert_eq!(client.rest().unwrap(), b"bye");

    let (told, ends) = mpsc::channel();
    let told = Mutex::new(told);
    let service = Service::start(move |mut conn| {
        conn.request_head();
        conn.send(SWITCHING);
        told.lock().unwrap().send(conn.rest()).unwrap();
    });
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send(HANDSHAKE);
    assert_eq!(client.head().unwrap().status(), 101);
    client.send("bye");
    drop(client);
    assert_eq!(ends.recv_timeout(PATIENCE).unwrap().unwrap(), b"bye");
}

/// What the client sent last is still unread then, and a connection that is closed so is reset:
/// the client would take the end of a talk for its failure.
#[test]
fn a_tunnel_ends_cleanly_while_its_client_still_sends() {
    // Which side the gateway reads first is left to chance.
    const CLIENTS: usize = 20;
    let over = Arc::new(Barrier::new(CLIENTS + 1));
    let said = over.clone();
    let service = Service::start(move |mut conn| {
        conn.request_head();
        conn.send(SWITCHING);
        said.wait();
        conn.send("bye");
        conn.stream.shutdown(Shutdown::Write).unwrap();
        said.wait();
        conn.drain();
    });
    let gateway = Config::to(&service).start();
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| gateway.connect()).collect();
    for client in &mut clients {
        client.send(HANDSHAKE);
        assert_eq!(client.head().unwrap().status(), 101);
    }
    gateway.stop();
    over.wait();
    over.wait();
    for client in &mut clients {
        client.send("x".repeat(200 << 10));
    }
    gateway.signal("CONT");
    for client in &mut clients {
        assert_eq!(client.rest().unwrap(), b"bye");
    }
}

#[test]
fn a_tunnel_that_its_service_breaks_ends_without_a_word() {
    let service = Service::start(|mut conn| {
        conn.request_head();
        conn.send(format!("{SWITCHING}part"));
        conn.exactly(1).unwrap();
        conn.into_wire().reset();
    });
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send(HANDSHAKE);
    assert_eq!(client.head().unwrap().status(), 101);
    assert_eq!(client.exactly(4).unwrap(), b"part");
    client.send("x");
    assert!(matches!(
        client.exactly(1),
        Err(Broken::Closed | Broken::Reset)
    ));
}

#[test]
fn a_refused_upgrade_is_an_ordinary_answer() {
    for (status, reason) in [(403, "Forbidden"), (426, "Upgrade Required"), (200, "OK")] {
        let service = Service::answering(move |head, _| {
            match head.second() {
                "/ws" => format!("HTTP/1.1 {status} {reason}\r\nContent-Length: 2\r\n\r\nno"),
                _ => String::from_utf8(ok("next")).unwrap(),
            }
            .into_bytes()
        });
        let gateway = Config::to(&service).start();
        let mut client = gateway.connect();
        client.send(HANDSHAKE);
        let response = client.response();
        assert_eq!((response.status(), response.text()), (status, "no"));
        if response.head.get("connection") == Some("keep-alive") {
            client.send(get("/next"));
            assert_eq!(client.response().text(), "next");
        } else {
            client.assert_closed();
        }
    }
}

#[test]
fn a_refused_upgrade_neither_takes_nor_leaves_a_connection() {
    let (left, told) = mpsc::channel();
    let left = Mutex::new(left);
    let service = Service::start(move |mut conn| {
        let mut count = 0;
        while conn.request().is_some() {
            count += 1;
            conn.send(ok("hello"));
        }
        // The test may have ended by now.
        let _ = left.lock().unwrap().send((conn.number, count));
    });
    let gateway = Config::new()
        .service("svc", &service.url(), "timeouts: { idle: off }")
        .start();
    assert_eq!(gateway.get_and_settle("/").text(), "hello");
    for number in 1..5 {
        assert_eq!(gateway.ask(HANDSHAKE).text(), "hello");
        assert_eq!(told.recv_timeout(PATIENCE), Ok((number, 1)));
    }
    assert_eq!(gateway.get_and_settle("/").text(), "hello");
    assert_eq!(service.connections(), 5);
}

/// An offer of another protocol doesn't reach the service.
#[test]
fn an_offer_of_http2_is_an_ordinary_request() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    for _ in 0..5 {
        let mut client = gateway.connect();
        client.send(
            "GET / HTTP/1.1\r\nHost: h\r\nConnection: close, Upgrade, HTTP2-Settings\r\n\
             Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
        );
        assert_eq!(client.response().text(), "hello");
        client.assert_closed();
    }
    assert_eq!(service.connections(), 1);
}

#[test]
fn a_switch_that_nobody_asked_for_is_a_502() {
    let service = Service::start(|mut conn| {
        conn.request_head();
        conn.send(format!(
            "{SWITCHING}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
        ));
        let _ = conn.rest();
    });
    let gateway = Config::to(&service).start();
    let response = gateway.get("/");
    assert_eq!(response.status(), 502);
    response.problem();
    gateway.logged(&["502 UPE"]);
}
