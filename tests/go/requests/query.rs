//! Queries, which no path rule may touch.

use crate::request::Request;

const ALL: &[&str] = &[
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

pub fn all() -> impl Iterator<Item = Request> {
    let with = |query: &&str| Request::get(&format!("/blog/api/q{query}"));
    ALL.iter().map(with)
}
