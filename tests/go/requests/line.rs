//! What is wrong with the request line or before it.

pub const ALL: &[&str] = &[
    "\r\nGET /blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET  /blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x  HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x y HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x\ty HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x\u{1} HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x\0 HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x\u{7f} HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\nHost: client.example\n\r\n\r\n",
    "G(T /blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
];
