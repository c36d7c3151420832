//! Header lines that are none.

pub const ALL: &[&str] = &[
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX-A : 1\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\n X-A: 1\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX-A: 1\r\n folded\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX A: 1\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX-A\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\n: 1\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX-A: a\0b\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX-A: a\u{1}b\r\n\r\n",
];
