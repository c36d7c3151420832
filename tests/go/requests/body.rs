//! Bodies, and what a head says of them.

use crate::request::Request;

/// Method, header lines and body.
const ALL: &[(&str, &str, &str)] = &[
    ("POST", "Content-Length: 5\r\n", "hello"),
    ("POST", "Content-Length: 0\r\n", ""),
    ("POST", "", ""),
    (
        "PUT",
        "Content-Length: 5\r\nContent-Type: application/json\r\n",
        "{\"a\"}",
    ),
    ("GET", "Content-Length: 5\r\n", "hello"),
    ("DELETE", "Content-Length: 2\r\n", "hi"),
    (
        "PATCH",
        "Transfer-Encoding: chunked\r\n",
        "5\r\nhello\r\n0\r\n\r\n",
    ),
    (
        "POST",
        "Transfer-Encoding: chunked\r\n",
        "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    ),
    ("POST", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    (
        "POST",
        "Transfer-Encoding: Chunked\r\n",
        "5;ext=1\r\nhello\r\n0\r\n\r\n",
    ),
    (
        "GET",
        "Transfer-Encoding: chunked\r\n",
        "5\r\nhello\r\n0\r\n\r\n",
    ),
    (
        "POST",
        "Transfer-Encoding: chunked\r\nTrailer: X-T\r\n",
        "2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n",
    ),
    ("POST", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
    ("POST", "Transfer-Encoding: gzip\r\n", ""),
    (
        "POST",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "0\r\n\r\n",
    ),
    (
        "POST",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "hello",
    ),
    (
        "POST",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "hello",
    ),
    ("POST", "Content-Length: 5, 5\r\n", "hello"),
    ("POST", "Content-Length: +5\r\n", "hello"),
    ("POST", "Content-Length: -1\r\n", ""),
    ("POST", "Content-Length: x\r\n", ""),
    ("HEAD", "Content-Length: 2\r\n", "hi"),
    ("OPTIONS", "Content-Length: 2\r\n", "hi"),
];

pub fn all() -> impl Iterator<Item = Request> {
    let with = |(method, lines, body): &(&str, &str, &str)| {
        Request::with(method, "/blog/api/posts/b", lines, body)
    };
    ALL.iter().map(with)
}
