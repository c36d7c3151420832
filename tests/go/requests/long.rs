//! Long paths, queries, headers and bodies.

use crate::request::Request;

pub fn all() -> impl Iterator<Item = Request> {
    [100, 1000, 4000, 8000].into_iter().flat_map(of_length)
}

fn of_length(length: usize) -> [Request; 5] {
    let long = "p".repeat(length);
    let segments = "/s".repeat(length / 2);
    let header = format!("X-Long: {long}\r\n");
    let body = format!("Content-Length: {length}\r\n");
    [
        Request::get(&format!("/blog/api/{long}")),
        Request::get(&format!("/blog/api/q?{long}")),
        Request::get(&format!("/api/users{segments}")),
        Request::with("GET", "/api/users/h", &header, ""),
        Request::with("POST", "/api/users/b", &body, &long),
    ]
}
