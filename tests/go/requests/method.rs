//! Methods, where a request is forwarded, redirected, refused and answered.

use crate::request::Request;

/// Paths that the clean ones ask for with GET.
const ASKED: [&str; 2] = ["/blog/api", "/health"];

const TARGETS: [&str; 5] = [
    "/blog/api/m",
    "/blog/api",
    "/blog//api/m",
    "/nowhere",
    "/health",
];

const ALL: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "PURGE",
    "QUERY", "get", "Post", "X", "M-SEARCH", "A1_b!",
];

pub fn all() -> impl Iterator<Item = Request> {
    TARGETS.into_iter().flat_map(|target| {
        let asked = ASKED.contains(&target);
        let methods = ALL.iter().filter(move |&&method| !asked || method != "GET");
        methods.map(move |method| Request::with(method, target, "", ""))
    })
}
