//! Answers that have no body, whatever the service sends after their head (RFC 9112,
//! section 6.3).

use super::row::{Row, whole};

const SECTION: &str = "RFC 9112, 6.3";

pub fn rows() -> Vec<Row> {
    let answer =
        |line: &str, fields: &str, body: &str| format!("HTTP/1.1 {line}\r\n{fields}\r\n{body}");
    let evil = "HTTP/1.1 200 OK\r\nX-Canary: evil\r\nContent-Length: 4\r\n\r\nevil";
    vec![
        whole(
            "head",
            SECTION,
            answer("200 OK", "Content-Length: 9\r\n", ""),
            &["content-length: 9"],
            "",
        )
        .to("HEAD"),
        whole(
            "head.with-body",
            SECTION,
            answer("200 OK", "Content-Length: 5\r\n", "hello"),
            &["content-length: 5"],
            "",
        )
        .to("HEAD"),
        whole(
            "head.with-another-answer",
            SECTION,
            answer("200 OK", "Content-Length: 9\r\n", evil),
            &["content-length: 9"],
            "",
        )
        .to("HEAD"),
        whole(
            "head.chunked-with-body",
            SECTION,
            answer(
                "200 OK",
                "Transfer-Encoding: chunked\r\n",
                "5\r\nhello\r\n0\r\n\r\n",
            ),
            &["transfer-encoding: chunked"],
            "",
        )
        .to("HEAD"),
        whole("204", SECTION, answer("204 No Content", "", ""), &[], "").with(204),
        whole(
            "204.with-length",
            "RFC 9110, 8.6",
            answer("204 No Content", "Content-Length: 0\r\n", ""),
            &[],
            "",
        )
        .with(204),
        whole(
            "204.with-body",
            "RFC 9110, 8.6",
            answer("204 No Content", "Content-Length: 5\r\n", "hello"),
            &[],
            "",
        )
        .with(204),
        whole(
            "204.with-chunks",
            "RFC 9112, 6.1",
            answer(
                "204 No Content",
                "Transfer-Encoding: chunked\r\n",
                "5\r\nhello\r\n0\r\n\r\n",
            ),
            &[],
            "",
        )
        .with(204),
        whole(
            "204.with-another-answer",
            SECTION,
            answer("204 No Content", "", evil),
            &[],
            "",
        )
        .with(204),
        whole(
            "304.with-length",
            "RFC 9110, 15.4.5",
            answer("304 Not Modified", "Content-Length: 5\r\n", ""),
            &["content-length: 5"],
            "",
        )
        .with(304),
        whole(
            "304.with-body",
            SECTION,
            answer("304 Not Modified", "Content-Length: 5\r\n", "hello"),
            &["content-length: 5"],
            "",
        )
        .with(304),
        whole(
            "304.with-chunks",
            SECTION,
            answer(
                "304 Not Modified",
                "Transfer-Encoding: chunked\r\n",
                "5\r\nhello\r\n0\r\n\r\n",
            ),
            &["transfer-encoding: chunked"],
            "",
        )
        .with(304),
    ]
}
