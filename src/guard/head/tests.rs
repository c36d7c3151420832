use proptest::prelude::*;

use super::*;

const LIMITS: HeadLimits = HeadLimits {
    fields: 4,
    bytes: 256,
    target: 32,
};

fn read(text: &str) -> Result<Option<Head>, Refused> {
    HeadReader::default().advance(text.as_bytes(), LIMITS)
}

fn framing(fields: &str) -> Result<Framing, Refused> {
    let text = format!("POST / HTTP/1.1\r\nHost: h\r\n{fields}\r\n");
    read(&text).map(|head| head.unwrap().framing)
}

#[test]
fn a_head_ends_at_the_empty_line() {
    let text = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    let head = Head {
        len: text.len(),
        framing: Framing::Length(0),
        version: Version::Http11,
        method: (0, 3),
        target: (4, 5),
        fields: vec![Line::new((16, 20), (22, 23))],
    };
    assert_eq!(read(text), Ok(Some(head.clone())));
    assert_eq!(read(&format!("{text}GET /next")), Ok(Some(head)));
    assert_eq!(
        read("\r\n\r\nGET / HTTP/1.0\r\n\r\n").unwrap().unwrap().len,
        22
    );
    assert_eq!(read(&text[..text.len() - 1]), Ok(None));
    assert_eq!(read(""), Ok(None));
}

#[test]
fn the_framing_is_the_one_that_the_fields_state() {
    assert_eq!(framing(""), Ok(Framing::Length(0)));
    assert_eq!(
        framing("content-LENGTH: \t12 \r\n"),
        Ok(Framing::Length(12))
    );
    assert_eq!(
        framing("Transfer-Encoding: Chunked\r\n"),
        Ok(Framing::Chunked)
    );
}

#[test]
fn a_head_that_two_parsers_could_read_differently_is_refused() {
    let fields = [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -5\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 5 5\r\n",
        "Content-Length:\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length : 5\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding:\x0bchunked\r\n",
        "X: a\r\n folded\r\n",
        " X: a\r\n",
        "X: a\rb\r\n",
        "X: a\0b\r\n",
        "X: a\x7fb\r\n",
        "X: a\nY: b\r\n",
        "X\r\n",
        ": a\r\n",
        "X(y): a\r\n",
        "Host: other\r\n",
        "Content_Length: 5\r\n",
        "transfer_encoding: chunked\r\n",
    ];
    for fields in fields {
        assert!(
            matches!(framing(fields), Err(Refused::Malformed(_))),
            "{fields:?} {:?}",
            framing(fields)
        );
    }
    let heads = [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
        "GET / HTTP/1.2\r\nHost: h\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
        "GET / http/1.1\r\nHost: h\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a\tb HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://other/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://h:81/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://h@other/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://h:80/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET https://other/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://h/ HTTP/1.0\r\n\r\n",
        "GET http:// HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET h:80 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: me@h\r\n\r\n",
        "GET /a<b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /?a>b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a`b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /?a\"b HTTP/1.1\r\nHost: h\r\n\r\n",
        "G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
        " GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\nHost: h\n\n",
        "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
    ];
    for head in heads {
        assert!(matches!(read(head), Err(Refused::Malformed(_))), "{head:?}");
    }
}

#[test]
fn a_target_may_name_the_host_once_more() {
    for target in [
        "http://h/",
        "HTTPS://h",
        "http://h?q",
        "/http://other/",
        "/\"\u{fc}?`\u{fc}",
    ] {
        let text = format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
        assert!(read(&text).is_ok(), "{target} {:?}", read(&text));
    }
    let bytes = b"GET /\xff HTTP/1.1\r\nHost: h\r\n\r\n";
    let read_bytes = HeadReader::default().advance(bytes, LIMITS);
    assert!(matches!(read_bytes, Err(Refused::Malformed(_))));
    let connect = read("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n");
    assert_eq!(connect, Err(Refused::Connect));
}

#[test]
fn a_head_over_a_limit_is_refused_as_soon_as_it_is() {
    let fields = "X: 1\r\n".repeat(3);
    assert!(framing(&fields).is_ok());
    let fields = "X: 1\r\n".repeat(4);
    assert_eq!(framing(&fields), Err(Refused::TooLarge));

    let of = |n: usize| format!("GET /{} HTTP/1.0\r\n\r\n", "a".repeat(n - 1));
    assert!(read(&of(32)).is_ok());
    assert_eq!(read(&of(33)), Err(Refused::TargetTooLong));
    assert_eq!(read(&of(400)), Err(Refused::TargetTooLong));
    assert_eq!(read(&of(33)[..38]), Err(Refused::TargetTooLong));

    let of = |n: usize| format!("GET / HTTP/1.0\r\nX: {}\r\n\r\n", "a".repeat(n - 23));
    assert_eq!(read(&of(256)).unwrap().unwrap().len, 256);
    assert_eq!(read(&of(257)), Err(Refused::TooLarge));
    assert_eq!(read(&of(300)[..256]), Err(Refused::TooLarge));
    assert_eq!(read(&"A".repeat(256)), Err(Refused::TooLarge));
}

proptest! {
    #[test]
    fn pieces_give_what_the_whole_gives(
        text in "(GET|P) /[a-z]{0,40} HTTP/1.[01]\r\n((Host|X|Content-Length): [0-9a]{0,9}\r\n){0,5}\r\n?[\r\na:]{0,4}",
        size in 1usize..20,
    ) {
        let whole = read(&text);
        let mut reader = HeadReader::default();
        let mut seen = Ok(None);
        for end in (0..text.len()).step_by(size).chain([text.len()]) {
            seen = reader.advance(&text.as_bytes()[..end], LIMITS);
            if seen != Ok(None) {
                break;
            }
        }
        prop_assert_eq!(seen.is_err(), whole.is_err());
        prop_assert_eq!(seen.ok(), whole.ok());
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = HeadReader::default().advance(&bytes, LIMITS);
    }
}
