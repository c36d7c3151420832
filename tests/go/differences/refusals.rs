//! What the gateway refuses and Go doesn't, or refuses otherwise.

use super::Pair;
use super::bytes::{decode, escaped};

/// The gateway refused with this status and no service saw anything, which Go
/// didn't. Nothing else of the two is left to compare.
fn refused(pair: &mut Pair<'_>, holds: bool, status: u16) -> bool {
    let so = holds && pair.ours.is_own() && pair.ours.status == status;
    let differ = so && (pair.go.status != status || !pair.go.is_own());
    if differ {
        pair.go = pair.ours.clone();
    }
    differ
}

pub fn above_root(pair: &mut Pair<'_>) -> bool {
    let path = decode(pair.request.path(), |b| b == b'.');
    let mut depth = 0_i32;
    let segments = path.split(|&b| matches!(b, b'/' | b'\\')).skip(1);
    let climbs = segments
        .map(|segment| {
            depth += match segment {
                b"." => 0,
                b".." => -1,
                _ => 1,
            };
            depth
        })
        .any(|depth| depth < 0);
    refused(pair, climbs, 400)
}

pub fn control_bytes(pair: &mut Pair<'_>) -> bool {
    let path = pair.request.path();
    let holds =
        (0..path.len()).any(|at| escaped(&path[at..]).is_some_and(|b| b.is_ascii_control()));
    refused(pair, holds, 400)
}

pub fn fragment(pair: &mut Pair<'_>) -> bool {
    let holds = pair.request.target().contains(&b'#');
    refused(pair, holds, 400)
}

pub fn uri_bytes(pair: &mut Pair<'_>) -> bool {
    let target = pair.request.target();
    let query = &target[pair.request.path().len()..];
    let holds = target.iter().any(|b| b"<>`".contains(b)) || query.contains(&b'"');
    refused(pair, holds, 400)
}

pub fn own_via(pair: &mut Pair<'_>) -> bool {
    let holds = pair.request.has_line("Via: 1.1 api-gateway");
    refused(pair, holds, 508)
}

pub fn connection_names_ours(pair: &mut Pair<'_>) -> bool {
    let lines = ["Connection: Host", "Connection: X-Forwarded-For"];
    let holds = lines.iter().any(|line| pair.request.has_line(line));
    refused(pair, holds, 400)
}

pub fn odd_host(pair: &mut Pair<'_>) -> bool {
    let lines = ["Host:", "Host: a,b", "Host: a:b:c"];
    let holds = lines.iter().any(|line| pair.request.has_line(line));
    refused(pair, holds, 400)
}

pub fn other_absolute_form(pair: &mut Pair<'_>) -> bool {
    let target = pair.request.target();
    let holds = target.starts_with(b"http://other.example/") || target.starts_with(b"ftp://");
    refused(pair, holds, 400)
}

pub fn asterisk(pair: &mut Pair<'_>) -> bool {
    let holds = pair.request.target() == b"*";
    refused(pair, holds, 400)
}

pub fn connect(pair: &mut Pair<'_>) -> bool {
    let holds = pair.request.method() == "CONNECT";
    refused(pair, holds, 405)
}

pub fn folded_header(pair: &mut Pair<'_>) -> bool {
    let holds = pair.request.has_line(" folded");
    refused(pair, holds, 400)
}

pub fn version(pair: &mut Pair<'_>) -> bool {
    let versions = [" HTTP/1.2", " HTTP/2.0", " HTTP/0.9"];
    let line = pair.request.line();
    let holds = versions
        .iter()
        .any(|version| line.ends_with(version.as_bytes()));
    refused(pair, holds, 400)
}

pub fn transfer_coding(pair: &mut Pair<'_>) -> bool {
    let lines = [
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
    ];
    let holds = lines.iter().any(|line| pair.request.has_line(line));
    refused(pair, holds, 400)
}

pub fn repeated_length(pair: &mut Pair<'_>) -> bool {
    let holds = pair.request.count_lines("Content-Length: 5") == 2;
    refused(pair, holds, 400)
}

pub fn two_framings(pair: &mut Pair<'_>) -> bool {
    let lines = ["Transfer-Encoding: chunked", "Content-Length: 5"];
    let holds = lines.iter().all(|line| pair.request.has_line(line));
    refused(pair, holds, 400)
}

pub fn line_feed(pair: &mut Pair<'_>) -> bool {
    let holds = pair.request.line().contains(&b'\n');
    refused(pair, holds, 400)
}

pub fn underscored_framing(pair: &mut Pair<'_>) -> bool {
    let lines = [
        "Content_Length: 0",
        "Content.Length: 0",
        "Transfer_Encoding: chunked",
    ];
    let holds = lines.iter().any(|line| pair.request.has_line(line));
    refused(pair, holds, 400)
}
