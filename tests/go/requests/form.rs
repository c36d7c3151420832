//! Targets that are no path (RFC 9112, section 3.2), and CONNECT.

pub const ALL: &[&str] = &[
    "GET http://client.example/blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET http://client.example/blog/api?q HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET http://other.example/blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET http://client.example HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET HTTP://client.example/blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET ftp://client.example/blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET * HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET ?a=b HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "CONNECT /blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "CONNECT client.example:443 HTTP/1.1\r\nHost: client.example:443\r\n\r\n",
];
