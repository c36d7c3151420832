//! Requests of HTTP/2 whose service speaks HTTP/1.1: what only HTTP/1.1 gives a meaning to
//! has to stop at the gateway (RFC 9113, sections 8.1 to 8.3 and 10.3).

use super::canary;
use super::judge::Judge;
use super::raw::{DATA, END_STREAM, GOAWAY, HEADERS, RST_STREAM, Raw, begin, frame, request};
use super::recorder::Recorder;
use super::requests::patient;
use super::row::{After, Outcome, Row, Seen, seen};
use super::support::Broken;
use super::{driver, driver::End, variants::Variant};

type Fields = Vec<(&'static str, &'static str)>;

/// A request, field by field; its data, frame by frame.
struct Stream {
    name: &'static str,
    fields: Fields,
    data: &'static [&'static str],
    /// `None` where nothing may reach the service.
    seen: Option<Seen>,
    /// It may reach the service, but its client is cut.
    cut: bool,
}

const GET: [(&str, &str); 4] = [
    (":method", "GET"),
    (":scheme", "http"),
    (":authority", "h"),
    (":path", "/CANARY"),
];

fn with(more: &[(&'static str, &'static str)]) -> Fields {
    [&GET[..], more].concat()
}

/// With another pseudo-header.
fn but(name: &'static str, value: &'static str) -> Fields {
    let changed =
        |(of, is): (&'static str, &'static str)| (of, if of == name { value } else { is });
    GET.map(changed).to_vec()
}

fn refused(name: &'static str, fields: Fields) -> Stream {
    Stream {
        name,
        fields,
        data: &[],
        seen: None,
        cut: false,
    }
}

fn served(name: &'static str, fields: Fields, seen: Seen) -> Stream {
    Stream {
        name,
        fields,
        data: &[],
        seen: Some(Seen {
            via: "2.0 api-gateway",
            ..seen
        }),
        cut: false,
    }
}

impl Stream {
    fn data(mut self, data: &'static [&'static str]) -> Self {
        self.data = data;
        self
    }

    fn cut(mut self) -> Self {
        self.cut = true;
        self
    }
}

const INNER: &str = "GET /smuggled-CANARY HTTP/1.1\r\nHost: h\r\n\r\n";

fn table() -> Vec<Stream> {
    let post = |more: &[(&'static str, &'static str)]| [&but(":method", "POST")[..], more].concat();
    let length = |value| post(&[("content-length", value)]);
    vec![
        served("plain", GET.to_vec(), seen("GET")),
        served(
            "cookies",
            with(&[("cookie", "a=1"), ("cookie", "b=2")]),
            seen("GET").field("cookie: a=1; b=2"),
        ),
        served("length", length("5"), seen("POST").body("hello")).data(&["hello"]),
        served("length-of-parts", length("5"), seen("POST").body("hello")).data(&["he", "llo"]),
        served("no-length", post(&[]), seen("POST").chunked("hello")).data(&["hello"]),
        served("body-is-a-request", post(&[]), seen("POST").chunked(INNER)).data(&[INNER]),
        served(
            "forwarded",
            with(&[("x-forwarded-for", "9.9.9.9"), ("forwarded", "for=9.9.9.9")]),
            seen("GET"),
        ),
        served(
            "forwarded-respelt",
            with(&[("x_forwarded_for", "9.9.9.9")]),
            seen("GET"),
        ),
        served(
            "forwarded-dotted",
            with(&[("x.forwarded.for", "9.9.9.9"), ("proxy", "http://evil")]),
            seen("GET"),
        ),
        served(
            "te-trailers",
            with(&[("te", "trailers")]),
            seen("GET").field("te: trailers"),
        ),
        refused("length-too-small", length("2")).data(&["hello"]),
        served(
            "length-of-zero",
            length("0"),
            seen("POST").field("content-length: 0"),
        )
        .data(&[INNER])
        .cut(),
        refused("length-too-large", length("9")).data(&["hello"]),
        refused("length-without-body", length("5")),
        refused("length-plus", length("+5")).data(&["hello"]),
        refused("length-list", length("5, 5")).data(&["hello"]),
        refused("length-hex", length("0x5")).data(&["hello"]),
        refused(
            "length-twice",
            post(&[("content-length", "5"), ("content-length", "5")]),
        )
        .data(&["hello"]),
        refused(
            "length-twice-different",
            post(&[("content-length", "5"), ("content-length", "0")]),
        )
        .data(&["hello"]),
        refused(
            "length-respelt",
            post(&[("content-length", "5"), ("content_length", "0")]),
        )
        .data(&["hello"]),
        refused(
            "length-dotted",
            post(&[("content-length", "5"), ("content.length", "0")]),
        )
        .data(&["hello"]),
        refused("coding", post(&[("transfer-encoding", "chunked")])).data(&["0\r\n\r\n", INNER]),
        refused(
            "coding-and-length",
            post(&[("transfer-encoding", "chunked"), ("content-length", "5")]),
        )
        .data(&["hello"]),
        refused("coding-respelt", post(&[("transfer_encoding", "chunked")]))
            .data(&["0\r\n\r\n", INNER]),
        refused("connection", with(&[("connection", "close")])),
        refused("keep-alive", with(&[("keep-alive", "timeout=5")])),
        refused("proxy-connection", with(&[("proxy-connection", "close")])),
        refused("upgrade", with(&[("upgrade", "websocket")])),
        refused("te-of-another", with(&[("te", "gzip")])),
        refused("value-with-a-line", with(&[("x", "a\r\nX-Evil: b")])),
        refused(
            "value-with-a-request",
            with(&[("x", "a\r\n\r\nGET /smuggled-CANARY HTTP/1.1\r\nHost: h\r\n")]),
        ),
        refused("value-with-a-line-feed", with(&[("x", "a\nX-Evil: b")])),
        refused("value-with-a-carriage-return", with(&[("x", "a\rb")])),
        refused("value-with-nul", with(&[("x", "a\0b")])),
        refused("name-with-a-line", with(&[("x: a\r\nx-evil", "b")])),
        refused("name-with-a-colon", with(&[("x:a", "b")])),
        refused("name-with-a-space", with(&[("x a", "b")])),
        refused("name-in-upper-case", with(&[("X-A", "b")])),
        refused("name-empty", with(&[("", "b")])),
        refused(
            "path-with-a-line",
            but(":path", "/CANARY HTTP/1.1\r\nX-Evil: b"),
        ),
        refused("path-with-a-space", but(":path", "/CANARY HTTP/1.1 x")),
        refused("path-with-nul", but(":path", "/CANARY\0")),
        refused("path-empty", but(":path", "")),
        refused("path-without-slash", but(":path", "CANARY")),
        refused("path-above-root", but(":path", "/../CANARY")),
        refused(
            "path-with-escaped-line",
            but(":path", "/CANARY%0d%0aX:%20y"),
        ),
        refused("path-asterisk", but(":path", "*")),
        refused(
            "method-with-a-space",
            but(":method", "GET /smuggled-CANARY HTTP/1.1"),
        ),
        refused("method-with-a-line", but(":method", "GET\r\nX")),
        refused("method-empty", but(":method", "")),
        refused("method-connect", but(":method", "CONNECT")),
        refused("authority-with-a-line", but(":authority", "h\r\nX-Evil: b")),
        refused("authority-with-user", but(":authority", "me@h")),
        refused("authority-with-a-path", but(":authority", "h/x")),
        refused("authority-with-a-space", but(":authority", "h other")),
        refused("authority-list", but(":authority", "h,other")),
        refused("authority-and-other-host", with(&[("host", "other")])),
        refused("authority-and-hosts", with(&[("host", "h"), ("host", "h")])),
        refused("scheme-with-a-line", but(":scheme", "http\r\nX")),
        refused(
            "pseudo-header-twice",
            with(&[(":path", "/smuggled-CANARY")]),
        ),
        refused(
            "pseudo-header-after-field",
            with(&[("x", "a"), (":path", "/smuggled-CANARY")]),
        ),
        refused("pseudo-header-unknown", with(&[(":evil", "a")])),
        refused("pseudo-header-of-responses", with(&[(":status", "200")])),
        refused("pseudo-header-missing", GET[..3].to_vec()),
        refused("method-missing", GET[1..].to_vec()),
        refused("loop", with(&[("via", "1.1 api-gateway")])),
    ]
}

/// Placed text that lives as long as the test.
fn place(text: &str, word: &str) -> String {
    text.replace(canary::CANARY, word)
}

#[test]
fn no_stream_becomes_more_than_one_request() {
    let table = table();
    let service = Recorder::start();
    let address = service.address;
    let gateway = patient(&format!("http://{address}"))
        .server("h2c: true")
        .start();
    let rows: Vec<Row> = table
        .iter()
        .map(|stream| Row {
            name: stream.name,
            rfc: "RFC 9113, 8",
            bytes: Vec::new(),
            outcome: match &stream.seen {
                Some(seen) if stream.cut => Outcome::Cut(seen.clone()),
                Some(seen) => Outcome::Served(seen.clone(), After::Closes),
                None => Outcome::Broken(&[400, 405, 413, 431, 508]),
            },
        })
        .collect();
    let runs: Vec<_> = table
        .iter()
        .zip(&rows)
        .map(|(stream, row)| {
            let canary = canary::next();
            let mut client = Raw::connect(&gateway);
            let fields = stream
                .fields
                .iter()
                .map(|(n, v)| (place(n, &canary), place(v, &canary)));
            let fields: Vec<_> = fields.collect();
            let fields: Vec<_> = fields
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()))
                .collect();
            match stream.data {
                [] => client.wire.send(request(1, &fields)),
                data => {
                    client.wire.send(begin(1, &fields));
                    for (at, part) in data.iter().enumerate() {
                        let flags = if at + 1 == data.len() { END_STREAM } else { 0 };
                        // It may have been reset already.
                        let part = place(part, &canary);
                        let _ = client.wire.try_send(frame(DATA, flags, 1, part.as_bytes()));
                    }
                }
            }
            driver::Run {
                row,
                variant: Variant::Alone,
                answers: answer(&mut client, &canary),
                canary,
                end: End::Closed,
            }
        })
        .collect();
    drop(gateway);
    let mut judge = Judge::new(service.finish(), address);
    for run in &runs {
        judge.judge(run);
    }
    println!(
        "the battery of streams: {} rows, {} requests and {} parts of requests at the service",
        runs.len(),
        judge.requests,
        judge.parts
    );
    let faults = &judge.faults;
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// The one that came, unless the stream or the connection was ended instead.
fn answer(client: &mut Raw, canary: &str) -> Vec<driver::Answer> {
    let mut answer = driver::Answer {
        status: 0,
        canary: None,
        stray: false,
    };
    loop {
        let frame = match client.next() {
            Ok(frame) => frame,
            Err(Broken::Silent) => panic!("no answer to {canary}"),
            Err(_) => return Vec::new(),
        };
        match frame.kind {
            HEADERS => answer.status = status(&frame.payload),
            DATA => {
                let text = String::from_utf8_lossy(&frame.payload);
                let told = text.split_once("\"status\":").map(|(_, rest)| &rest[..3]);
                answer.status = told.map_or(answer.status, |told| told.parse().unwrap());
                answer.canary = canary::all(&frame.payload).first().cloned();
            }
            RST_STREAM | GOAWAY => return Vec::new(),
            _ => continue,
        }
        if frame.flags & END_STREAM != 0 {
            return vec![answer];
        }
    }
}

/// By the first field of a block, where h2 has an index for it (RFC 7541, appendix A).
fn status(block: &[u8]) -> u16 {
    match block[0] {
        0x88 => 200,
        0x8c => 400,
        _ => 0,
    }
}
