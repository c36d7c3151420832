//! Chunks (RFC 9112, section 7.1). Whatever a client's look like, the service gets the
//! gateway's own: no extensions, no trailers.

use crate::row::{Row, broken, chunked, endless, seen, served, served_then_refused};

const SECTION: &str = "RFC 9112, 7.1";

fn reframed(name: &'static str, body: &str) -> Row {
    served(name, SECTION, chunked(body), seen("POST").chunked("hello"))
}

fn bad(name: &'static str, body: &str) -> Row {
    broken(name, SECTION, chunked(body))
}

/// The end that is missing.
fn cut(name: &'static str, body: &str) -> Row {
    endless(name, "RFC 9112, 8", chunked(body))
}

const REST: &str = "0\r\n\r\n";

pub fn rows() -> Vec<Row> {
    let extension = "a".repeat(300);
    let long = format!("5;{extension}\r\nhello\r\n{REST}");
    let short = format!("5;{}\r\nhello\r\n{REST}", "a".repeat(200));
    let trailers = format!("5\r\nhello\r\n0\r\n{}\r\n", "X: y\r\n".repeat(2000));
    vec![
        reframed("chunks.one", "5\r\nhello\r\n0\r\n\r\n"),
        reframed(
            "chunks.several",
            "1\r\nh\r\n2\r\nel\r\n2\r\nlo\r\n0\r\n\r\n",
        ),
        reframed("chunks.zeros-before", "0005\r\nhello\r\n0\r\n\r\n"),
        reframed("chunks.15-digits", "000000000000005\r\nhello\r\n0\r\n\r\n"),
        reframed("chunks.last-of-zeros", "5\r\nhello\r\n00000\r\n\r\n"),
        reframed("chunks.space-after-size", "5 \r\nhello\r\n0\r\n\r\n"),
        reframed("chunks.tab-after-size", "5\t\r\nhello\r\n0\r\n\r\n"),
        reframed("chunks.extension", "5;a=b\r\nhello\r\n0\r\n\r\n"),
        reframed(
            "chunks.extension-quoted",
            "5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n",
        ),
        reframed("chunks.extension-spaced", "5 ; a = b\r\nhello\r\n0\r\n\r\n"),
        reframed("chunks.extension-of-last", "5\r\nhello\r\n0;a=b\r\n\r\n"),
        reframed("chunks.extension-200", &short),
        reframed("chunks.trailer", "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"),
        reframed(
            "chunks.trailers",
            "5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Two: 2\r\n\r\n",
        ),
        reframed(
            "chunks.trailer-length",
            "5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n",
        ),
        reframed(
            "chunks.trailer-coding",
            "5\r\nhello\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n",
        ),
        reframed(
            "chunks.trailer-host",
            "5\r\nhello\r\n0\r\nHost: other\r\n\r\n",
        ),
        reframed(
            "chunks.trailer-forwarded",
            "5\r\nhello\r\n0\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n",
        ),
        served(
            "chunks.upper-case",
            SECTION,
            chunked("A\r\n0123456789\r\n0\r\n\r\n"),
            seen("POST").chunked("0123456789"),
        ),
        served(
            "chunks.lower-case",
            SECTION,
            chunked("0a\r\n0123456789\r\n0\r\n\r\n"),
            seen("POST").chunked("0123456789"),
        ),
        served(
            "chunks.none",
            SECTION,
            chunked(REST),
            seen("POST").chunked(""),
        ),
        served(
            "chunks.with-ends-of-lines",
            SECTION,
            chunked("9\r\n\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n"),
            seen("POST").chunked("\r\n0\r\n\r\n\r\n"),
        ),
        bad("chunks.empty-size", "\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.empty-size-later", "5\r\nhello\r\n\r\n0\r\n\r\n"),
        bad("chunks.16-digits", "0000000000000005\r\nhello\r\n0\r\n\r\n"),
        bad(
            "chunks.largest-size",
            "ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        ),
        bad(
            "chunks.17-digits-wrap",
            "10000000000000005\r\nhello\r\n0\r\n\r\n",
        ),
        bad("chunks.minus", "-5\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.plus", "+5\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.hex", "0x5\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.letter", "g\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.space-before-size", " 5\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.nul-after-size", "5\0\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.comma", "5,\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.two-sizes", "5 5\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.underscore", "0_5\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.line-feed-after-size", "5\nhello\r\n0\r\n\r\n"),
        bad("chunks.carriage-return-after-size", "5\rhello\r\n0\r\n\r\n"),
        bad("chunks.line-feed-in-extension", "5;a\nhello\r\n0\r\n\r\n"),
        bad(
            "chunks.carriage-return-in-extension",
            "5;a\rb\r\nhello\r\n0\r\n\r\n",
        ),
        bad("chunks.nul-in-extension", "5;a\0b\r\nhello\r\n0\r\n\r\n"),
        bad(
            "chunks.control-in-extension",
            "5;a\x01b\r\nhello\r\n0\r\n\r\n",
        ),
        bad("chunks.extension-too-long", &long),
        bad("chunks.data-without-end", "5\r\nhello0\r\n\r\n"),
        bad("chunks.data-too-long", "4\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.data-too-short", "6\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.line-feed-after-data", "5\r\nhello\n0\r\n\r\n"),
        bad("chunks.carriage-return-after-data", "5\r\nhello\r0\r\n\r\n"),
        bad("chunks.line-feed-after-last", "5\r\nhello\r\n0\n\r\n"),
        bad("chunks.line-feed-at-the-end", "5\r\nhello\r\n0\r\n\n"),
        bad(
            "chunks.carriage-return-at-the-end",
            "5\r\nhello\r\n0\r\n\rX",
        ),
        bad(
            "chunks.trailer-with-line-feed",
            "5\r\nhello\r\n0\r\nX: y\n\r\n",
        ),
        bad(
            "chunks.trailer-with-carriage-return",
            "5\r\nhello\r\n0\r\nX: y\rz\r\n\r\n",
        ),
        bad(
            "chunks.trailer-with-nul",
            "5\r\nhello\r\n0\r\nX: \0\r\n\r\n",
        ),
        bad(
            "chunks.trailer-folded",
            "5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n",
        ),
        bad(
            "chunks.trailer-without-colon",
            "5\r\nhello\r\n0\r\nX\r\n\r\n",
        ),
        bad(
            "chunks.trailer-without-name",
            "5\r\nhello\r\n0\r\n: y\r\n\r\n",
        ),
        bad("chunks.trailer-spaced", "5\r\nhello\r\n0\r\nX : y\r\n\r\n"),
        bad(
            "chunks.trailer-request",
            "5\r\nhello\r\n0\r\nGET /smuggled-CANARY HTTP/1.1\r\nHost: h\r\n\r\n",
        ),
        bad("chunks.trailers-too-large", &trailers),
        served_then_refused(
            "chunks.more-after-the-end",
            "RFC 9112, 6.3",
            chunked("5\r\nhello\r\n0\r\n\r\nX\r\n\r\n"),
            seen("POST").chunked("hello"),
        ),
        cut("chunks.cut-before-size", ""),
        cut("chunks.cut-in-size", "5"),
        cut("chunks.cut-after-size", "5\r\n"),
        cut("chunks.cut-in-data", "5\r\nhel"),
        cut("chunks.cut-after-data", "5\r\nhello"),
        cut("chunks.cut-before-last", "5\r\nhello\r\n"),
        cut("chunks.cut-in-last", "5\r\nhello\r\n0"),
        cut("chunks.cut-before-the-end", "5\r\nhello\r\n0\r\n"),
        cut("chunks.cut-in-trailer", "5\r\nhello\r\n0\r\nX: y\r\n"),
    ]
}
