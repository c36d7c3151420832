//! Versions other than HTTP/1.1.

pub const ALL: &[&str] = &[
    "GET /blog/api/x HTTP/1.0\r\n\r\n",
    "GET /blog/api/x HTTP/1.0\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
    "HEAD /blog/api/x HTTP/1.0\r\n\r\n",
    "POST /blog/api/x HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi",
    "GET /blog/api HTTP/1.0\r\n\r\n",
    "GET //blog/api/x HTTP/1.0\r\n\r\n",
    "GET /nowhere HTTP/1.0\r\n\r\n",
    "GET /blog/api/x http/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x HTTP/1.2\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x HTTP/2.0\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x HTTP/0.9\r\nHost: client.example\r\n\r\n",
];
