//! Informational answers, which have no body and come before another one (RFC 9110,
//! section 15.2).

use super::row::{Row, refused, whole};

const SECTION: &str = "RFC 9110, 15.2";
const FINAL: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn good(name: &'static str, before: &str) -> Row {
    whole(
        name,
        SECTION,
        format!("{before}{FINAL}"),
        &["content-length: 2"],
        "ok",
    )
}

/// A 101 that isn't what the client asked for, which is a WebSocket.
fn switching(name: &'static str, version: &str, fields: &str) -> Row {
    refused(
        name,
        "RFC 9110, 7.8",
        format!("{version} 101 Switching Protocols\r\nConnection: Upgrade\r\n{fields}\r\nhello"),
    )
    .asking("Connection: Upgrade\r\nUpgrade: websocket\r\n")
}

pub fn rows() -> Vec<Row> {
    let flood = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(500);
    vec![
        good("interim.100", "HTTP/1.1 100 Continue\r\n\r\n"),
        good(
            "interim.103",
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
        ),
        good("interim.unknown", "HTTP/1.1 199 Hm\r\n\r\n"),
        good(
            "interim.several",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n",
        ),
        good("interim.500-times", &flood),
        good(
            "interim.with-length",
            "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n",
        ),
        good(
            "interim.with-coding",
            "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
        refused(
            "interim.with-body",
            SECTION,
            format!("HTTP/1.1 103 Hi\r\nContent-Length: 5\r\n\r\nhello{FINAL}"),
        ),
        good("interim.folded", "HTTP/1.1 103 Hi\r\nX: a\r\n b\r\n\r\n"),
        refused("interim.alone", SECTION, "HTTP/1.1 100 Continue\r\n\r\n").closing(),
        refused(
            "interim.101",
            "RFC 9110, 15.2.2",
            "HTTP/1.1 101 Switching Protocols\r\n\r\nhello",
        ),
        refused(
            "interim.101-with-upgrade",
            "RFC 9110, 15.2.2",
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello",
        ),
        // What wasn't offered to the service can't be accepted by it.
        refused(
            "interim.101-to-h2c",
            "RFC 9110, 7.8",
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nhello",
        )
        .asking(
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
        ),
        refused(
            "interim.101-to-another-protocol",
            "RFC 9110, 7.8",
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\nhello",
        )
        .asking("Connection: Upgrade\r\nUpgrade: foo\r\n"),
        switching("interim.101-in-1.0", "HTTP/1.0", "Upgrade: websocket\r\n"),
        switching("interim.101-without-protocol", "HTTP/1.1", ""),
        switching(
            "interim.101-to-what-nobody-asked",
            "HTTP/1.1",
            "Upgrade: h2c\r\n",
        ),
        switching(
            "interim.101-to-two-protocols",
            "HTTP/1.1",
            "Upgrade: websocket\r\nUpgrade: h2c\r\n",
        ),
        switching(
            "interim.101-to-a-list",
            "HTTP/1.1",
            "Upgrade: websocket, h2c\r\n",
        ),
        switching(
            "interim.101-with-lengths",
            "HTTP/1.1",
            "Upgrade: websocket\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
        ),
        switching("interim.101-to-foo", "HTTP/1.1", "Upgrade: websocket\r\n")
            .asking("Connection: Upgrade\r\nUpgrade: foo\r\n"),
        refused(
            "interim.101-and-an-answer",
            "RFC 9110, 15.2.2",
            format!("HTTP/1.1 101 Switching Protocols\r\n\r\n{FINAL}"),
        ),
    ]
}
