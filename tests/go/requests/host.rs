//! The Host header: none, several, odd ones.

pub const ALL: &[&str] = &[
    "GET /blog/api/x HTTP/1.1\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost:\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nhost: client.example:8000\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHOST: CLIENT.example\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: a b\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: user@a\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: a,b\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: a:b:c\r\n\r\n",
];
