//! What both are asked.

use std::fmt;

/// A request as it goes over the wire.
#[derive(Debug, Clone)]
pub struct Request {
    pub raw: Vec<u8>,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.raw.escape_ascii().to_string();
        write!(f, "{:.200}", text.replace("\\r\\n", "⏎"))
    }
}

impl Request {
    fn new(raw: impl Into<Vec<u8>>) -> Self {
        Self { raw: raw.into() }
    }

    /// With the client's ordinary headers, `more` (whole lines) and a body.
    fn with(method: &str, target: &str, more: &str, body: &str) -> Self {
        Self::new(format!(
            "{method} {target} HTTP/1.1\r\nHost: client.example\r\n{more}\r\n{body}"
        ))
    }

    fn get(target: &str) -> Self {
        Self::with("GET", target, "", "")
    }

    pub fn method(&self) -> &str {
        let word = self.raw.split(|&b| b == b' ').next().unwrap();
        std::str::from_utf8(word).unwrap_or("GET")
    }

    pub fn target(&self) -> &[u8] {
        self.raw.split(|&b| b == b' ').nth(1).unwrap_or_default()
    }

    pub fn path(&self) -> &[u8] {
        self.target().split(|&b| b == b'?').next().unwrap()
    }

    /// The request line.
    pub fn line(&self) -> &[u8] {
        self.raw.split(|&b| b == b'\r').next().unwrap()
    }

    pub fn count_lines(&self, line: &str) -> usize {
        let lines = self.raw.split(|&b| b == b'\n');
        let same = |of: &&[u8]| of.trim_ascii_end() == line.as_bytes();
        lines.filter(same).count()
    }

    pub fn has_line(&self, line: &str) -> bool {
        self.count_lines(line) > 0
    }

    /// The same request for something else.
    pub fn with_target(&self, target: &str) -> Self {
        let start = self.method().len() + 1;
        let end = start + self.target().len();
        let raw = [&self.raw[..start], target.as_bytes(), &self.raw[end..]].concat();
        Self { raw }
    }
}

/// Clean paths, under every route and beside it.
const CLEAN: &[&str] = &[
    "/",
    "/health",
    "/stats",
    "/blog/api/",
    "/blog/api/login",
    "/blog/api/register",
    "/blog/api/x/register",
    "/blog/api/users",
    "/blog/api/users/7",
    "/blog/api/a/b/c/d/e/f",
    "/blog/api/posts/",
    "/blog/api/posts/7",
    "/blog/api/posts/7/comments",
    "/blog/api/categories/",
    "/blog/api/categories/go",
    "/blog/api/postscript",
    "/api/users/",
    "/api/users/7",
    "/api/users/login",
    "/api/users/7/posts",
    "/api/userss",
    "/api/user",
    "/api/",
    "/api",
    "/blog",
    "/blog/",
    "/login",
    "/users",
    "/index.html",
    "/favicon.ico",
    "/robots.txt",
    "/metrics",
    "/BLOG/API/login",
    "/Api/Users/7",
    "/blog/API/x",
    "/blog/apix",
    "/healthz",
    "/health/",
    "/stats/",
    "/health/x",
    "/blog/api/health",
    "/blog/api/blog/api/x",
    "/api/users/api/users/7",
    "/blog/api/moved",
    "/api/users/moved",
    "/blog/api/posts/moved",
    "/blog/api/missing",
    "/blog/api/broken",
    "/blog/api/nothing",
];

/// The path of a subtree without its slash.
const NO_SLASH: &[&str] = &[
    "/blog/api",
    "/api/users",
    "/blog/api/posts",
    "/blog/api/categories",
    "/blog/api?",
    "/blog/api?a=b&c=%2F",
    "/api/users?x=/../y//z",
    "/blog/api/posts?page=2",
];

const TRAILING: &[&str] = &[
    "/blog/api/login/",
    "/blog/api/a/b/",
    "/api/users/7/",
    "/blog/api/posts/7/",
    "/blog/api/x.",
    "/blog/api/x..",
    "/blog/api/x/...",
];

/// Doubled slashes and dot segments.
const UNCLEAN: &[&str] = &[
    "//",
    "///",
    "//blog/api/x",
    "/blog//api/x",
    "/blog/api//x",
    "/blog/api//",
    "/blog/api/x//",
    "/blog/api/x//y",
    "/blog/api///x///y",
    "//api//users//7",
    "/api/users//",
    "/blog/api/posts//7",
    "/blog//api",
    "/blog/api//posts",
    "//evil.example/x",
    "/blog/api//evil.example/x",
    "/blog/api/./x",
    "/blog/api/x/.",
    "/blog/api/x/./",
    "/./blog/api/x",
    "/blog/./api/x",
    "/blog/api/.",
    "/blog/api/x/..",
    "/blog/api/x/../",
    "/blog/api/x/../y",
    "/blog/api/posts/../login",
    "/blog/api/../api/users",
    "/blog/api/../../api/users/7",
    "/blog/api/..",
    "/blog/api/../x",
    "/api/users/../../blog/api/x",
    "/x/../blog/api/y",
    "/..",
    "/../",
    "/../blog/api/x",
    "/blog/../../blog/api/x",
    "/blog/api/../../../etc/passwd",
    "/blog/api//../x",
    "/blog/api/x//..//y",
    "/blog/api/x/../../posts/7",
    "/health//",
    "//health",
    "/./health",
    "/blog/api//?a=b",
    "/blog/api/./x?y=/../z",
    "/blog//api?q=%2F",
];

/// Escapes, good and bad.
const ESCAPED: &[&str] = &[
    "/%62log/api/x",
    "/blog/api/%61",
    "/blog/api/%7Euser",
    "/blog/api/~user",
    "/blog/api/a%2Db",
    "/blog%2Fapi/x",
    "/blog%2fapi%2fx",
    "/blog/api%2Fx",
    "/blog/api%2f",
    "/blog/api/%2F",
    "/blog/api/a%2Fb",
    "/blog/api/a%2fb",
    "/blog/api/%2Fevil.example",
    "/blog/api/%2f%2fx",
    "/api%2Fusers/7",
    "/api/users%2F7",
    "/api/users/7%2F8",
    "/blog/api/posts%2F7",
    "/blog/api/post%73/7",
    "/blog/api/p%6Fsts",
    "/%2e%2e/x",
    "/blog/api/%2e%2e/x",
    "/blog/api/%2E%2E/x",
    "/blog/api/%2e%2e/%2e%2e/%2e%2e/x",
    "/api/users/%2e%2e/%2e%2e/%2e./y",
    "/blog/api/.%2e/x",
    "/blog/api/%2e",
    "/blog/api/%2e/x",
    "/blog/api/x/%2e%2e/y",
    "/blog/api/x/%2e%2e",
    "/blog/api/posts/%2e%2e/login",
    "/blog/api/..%2Fx",
    "/blog/api/x%2F..%2Fy",
    "/blog/api/%2e%2e%2fx",
    "/api/users/%2e%2e/%2e%2e/blog/api/x",
    "/blog/api/%252e%252e/x",
    "/blog/api/a%252Fb",
    "/blog/api/a%20b",
    "/blog/api/a+b",
    "/blog/api/a%2Bb",
    "/blog/api/%C3%BC",
    "/blog/api/%c3%bc",
    "/blog/api/%FF",
    "/blog/api/%ff%fe",
    "/blog/api/a%3Fb",
    "/blog/api/a%3fb=c?d",
    "/blog/api/a%23b",
    "/blog/api/a%25b",
    "/blog/api/a%3Bb",
    "/blog/api/a%5Cb",
    "/blog/api/a%5c..%5cb",
    "/blog/api/a%00b",
    "/blog/api/%00",
    "/blog/api/a%0d%0ab",
    "/blog/api/a%0A",
    "/blog/api/a%7Fb",
    "/blog/api/a%09b",
    "/blog/api/a%22b",
    "/blog/api/a%3Cb%3E",
    "/blog/api/a%7Cb",
    "/blog/api/a%27b",
    "/blog/api/a%21b%2A",
    "/blog/api/a%40b%3A",
    "/blog/api/%",
    "/blog/api/a%2",
    "/blog/api/a%zz",
    "/blog/api/a%%20",
    "/blog/api/a%u0041",
    "/%zz",
    "/blog/api/%41%zz",
    "/health%2F",
    "/%68ealth",
];

/// Bytes that stand for themselves, or shouldn't.
const BYTES: &[&str] = &[
    "/blog/api/a;v=1",
    "/blog/api/a;v=1;/b",
    "/blog/api/;",
    "/blog/api/a,b",
    "/blog/api/a=b",
    "/blog/api/a&b",
    "/blog/api/a:b",
    "/blog/api/a@b",
    "/blog/api/a!b",
    "/blog/api/a$b",
    "/blog/api/a'b",
    "/blog/api/(a)",
    "/blog/api/a*b",
    "/blog/api/*",
    "/blog/api/a|b",
    "/blog/api/a^b",
    "/blog/api/{a}",
    "/blog/api/[a]",
    "/blog/api/a\"b",
    "/blog/api/a<b",
    "/blog/api/a>b",
    "/blog/api/a`b",
    "/blog/api/a\\b",
    "/blog/api/..\\x",
    "/blog/api/a~b_c-d.e",
    "/blog/api/\u{fc}",
    "/blog/api/a#b",
    "/blog/api/#",
    "/blog/api/a?b#c",
    "/blog/api/.hidden",
    "/blog/api/..x",
    "/blog/api/a%2Fb^c",
    "/blog/api/a%2F..%2Fb|c",
    "/blog/api/a%3Fb\"c",
    "/api/users/a%2f%2fb{c}",
    "/blog/api/-",
    "/blog/api/_",
];

const QUERIES: &[&str] = &[
    "?",
    "?a",
    "?a=",
    "?=a",
    "?a=b",
    "?a=b&a=c",
    "?a=b&",
    "?&",
    "?&&a",
    "?a;b",
    "?a=b;c=d",
    "?a=b+c",
    "?a=b%20c",
    "?a=%2F%2f",
    "?a=%zz",
    "?a=%",
    "?a=%00",
    "?a=/../b",
    "?a=//b",
    "?/",
    "?//",
    "?..",
    "?a?b",
    "??",
    "???a",
    "?a=%2e%2e",
    "?a[]=1&a[]=2",
    "?a={b}",
    "?a=b|c",
    "?a=b^c",
    "?a=\\",
    "?a=\"b\"",
    "?a=<b>",
    "?a=`b`",
    "?a='b'",
    "?a=~b",
    "?a=%C3%BC",
    "?a=\u{fc}",
    "?a=b:c@d",
    "?url=http://x.example/y?z=1",
    "?a=b,c",
    "?a=*",
    "?a=!$()",
    "?A=b&a=B",
    "?a==b",
];

const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "PURGE",
    "QUERY", "get", "Post", "X", "M-SEARCH", "A1_b!",
];

/// Header lines; what a service sees of them.
const HEADERS: &[&str] = &[
    "X-Custom: Kept As-Is\r\n",
    "x-custom: a\r\n",
    "X-CUSTOM: a\r\n",
    "x-CuStOm: a\r\n",
    "x_custom: a\r\n",
    "X-Empty:\r\n",
    "X-Space:   a  b   \r\n",
    "X-Tab:\ta\tb\t\r\n",
    "X-A: 1\r\nX-A: 2\r\n",
    "X-A: 1\r\nX-B: 2\r\nx-a: 3\r\n",
    "X-Bytes: gr\u{fc}n\r\n",
    "X-Quoted: \"a, b\";q=0.5\r\n",
    "Cookie: a=1\r\nCookie: b=2\r\n",
    "Cookie: a=1; b=2\r\n",
    "Authorization: Bearer abc.def\r\n",
    "Accept: */*\r\n",
    "Accept-Encoding: gzip, br\r\n",
    "Accept-Encoding: identity\r\n",
    "accept-encoding:\r\n",
    "User-Agent: curl/8\r\n",
    "User-Agent:\r\n",
    "Referer: http://x.example/\r\n",
    "Origin: http://x.example\r\n",
    "If-None-Match: \"x\"\r\n",
    "Range: bytes=0-1\r\n",
    "Cache-Control: no-cache\r\n",
    "Date: Tue, 15 Nov 1994 08:12:31 GMT\r\n",
    "Content-Type: text/plain\r\n",
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\ntracestate: v=1\r\n",
    "b3: 0\r\n",
    "x-b3-traceid: 80f198ee56343ba864fe8b2a57d3eff7\r\n",
    "X-Request-Id: mine\r\n",
    "X-Forwarded-For: 203.0.113.7\r\n",
    "X-Forwarded-Proto: https\r\n",
    "X-Forwarded-Host: shop.example\r\n",
    "Forwarded: for=203.0.113.9\r\n",
    "X-Real-IP: 203.0.113.9\r\n",
    "Via: 1.1 cdn\r\n",
    "Via: 1.1 api-gateway\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n",
    "Connection: X-Mine\r\nX-Mine: 1\r\n",
    "Connection: close, x-mine\r\nConnection: X-Too\r\nX-Mine: 1\r\nX-Too: 1\r\n",
    "Connection: Host\r\n",
    "Connection: X-Forwarded-For\r\n",
    "Connection: Authorization\r\nAuthorization: a\r\n",
    "Proxy-Connection: keep-alive\r\n",
    "Proxy-Authorization: Basic eA==\r\n",
    "Proxy-Authenticate: Basic\r\n",
    "TE: trailers\r\n",
    "TE: gzip\r\n",
    "TE: trailers, gzip\r\n",
    "Trailer: X-T\r\n",
    "Upgrade: h2c\r\n",
    "Connection: Upgrade\r\nUpgrade: websocket\r\n",
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    "Content-Length: 0\r\n",
    "X-Original-URL: /admin\r\n",
    "X-HTTP-Method-Override: DELETE\r\n",
    "Max-Forwards: 0\r\n",
    "Early-Data: 1\r\n",
    "Grpc-Timeout: 1S\r\n",
];

/// Method, header lines and body.
const BODIES: &[(&str, &str, &str)] = &[
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

/// Whole requests, for what is wrong with the head itself.
const RAW: &[&str] = &[
    "GET /blog/api/x HTTP/1.0\r\n\r\n",
    "GET /blog/api/x HTTP/1.0\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
    "HEAD /blog/api/x HTTP/1.0\r\n\r\n",
    "POST /blog/api/x HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi",
    "GET /blog/api HTTP/1.0\r\n\r\n",
    "GET //blog/api/x HTTP/1.0\r\n\r\n",
    "GET /nowhere HTTP/1.0\r\n\r\n",
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
    "\r\nGET /blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET  /blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x  HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x y HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x\ty HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x\u{1} HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x\0 HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x\u{7f} HTTP/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x http/1.1\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x HTTP/1.2\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x HTTP/2.0\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x HTTP/0.9\r\nHost: client.example\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX-A : 1\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\n X-A: 1\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX-A: 1\r\n folded\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX A: 1\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX-A\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\n: 1\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX-A: a\0b\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\r\nHost: client.example\r\nX-A: a\u{1}b\r\n\r\n",
    "GET /blog/api/x HTTP/1.1\nHost: client.example\n\r\n\r\n",
    "G(T /blog/api/x HTTP/1.1\r\nHost: client.example\r\n\r\n",
];

/// All of them.
pub fn all() -> Vec<Request> {
    let mut all: Vec<Request> = Vec::new();
    for list in [CLEAN, NO_SLASH, TRAILING, UNCLEAN, ESCAPED, BYTES] {
        all.extend(list.iter().map(|target| Request::get(target)));
    }
    let query = |query: &&str| Request::get(&format!("/blog/api/q{query}"));
    all.extend(QUERIES.iter().map(query));
    for target in [
        "/blog/api/m",
        "/blog/api",
        "/blog//api/m",
        "/nowhere",
        "/health",
    ] {
        let others = METHODS
            .iter()
            .filter(|&&method| method != "GET" || target.ends_with('m'));
        all.extend(others.map(|method| Request::with(method, target, "", "")));
    }
    let header = |lines: &&str| Request::with("GET", "/api/users/h", lines, "");
    all.extend(HEADERS.iter().map(header));
    let body = |(method, lines, body): &(&str, &str, &str)| {
        Request::with(method, "/blog/api/posts/b", lines, body)
    };
    all.extend(BODIES.iter().map(body));
    for length in [100, 1000, 4000, 8000] {
        let long = "p".repeat(length);
        all.push(Request::get(&format!("/blog/api/{long}")));
        all.push(Request::get(&format!("/blog/api/q?{long}")));
        all.push(Request::get(&format!(
            "/api/users{}",
            "/s".repeat(length / 2)
        )));
        all.push(Request::with(
            "GET",
            "/api/users/h",
            &format!("X-Long: {long}\r\n"),
            "",
        ));
        let post = format!("Content-Length: {length}\r\n");
        all.push(Request::with("POST", "/api/users/b", &post, &long));
    }
    all.extend(RAW.iter().map(|raw| Request::new(*raw)));
    all
}
