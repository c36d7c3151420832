use http::header::{ACCEPT, HOST, VIA};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::edits::Spelling;
use super::*;

const HEAD: &[u8] = b"Host: h\r\nX-A: 1\r\nx-a: 2\r\nAccept: */*\r\n";

fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in HEAD.split_inclusive(|&b| b == b'\n') {
        let colon = line.iter().position(|&b| b == b':').unwrap();
        let end = at + line.len() - 2;
        lines.push(Line::new((at, at + colon), (at + colon + 2, end)));
        at += line.len();
    }
    lines
}

fn x_a() -> HeaderName {
    HeaderName::from_static("x-a")
}

#[test]
fn lines_say_what_a_map_of_them_says() {
    let lines = lines();
    let lines = Lines::new(HEAD, &lines);
    let map = lines.to_map();
    for name in [HOST, ACCEPT, x_a(), VIA] {
        let (of_lines, of_map) = (Fields::from(lines), Fields::from(&map));
        assert_eq!(of_lines.get(&name), of_map.get(&name), "{name}");
        assert!(of_lines.get_all(&name).eq(of_map.get_all(&name)), "{name}");
    }
    assert_eq!(Fields::from(lines).get_all(&x_a()).count(), 2);
}

/// The same changes of either kind.
fn change(fields: &mut impl Edit) {
    fields.set(&HOST, HeaderValue::from_static("service"));
    fields.add(&x_a(), HeaderValue::from_static("3"));
    fields.add(&VIA, HeaderValue::from_static("gone"));
    fields.remove(&VIA);
    fields.add(&VIA, HeaderValue::from_static("1.1 a"));
    fields.remove_all(|name| name.eq_ignore_ascii_case(b"accept"));
}

#[test]
fn both_kinds_are_changed_alike() {
    let lines = lines();
    let lines = Lines::new(HEAD, &lines);
    let mut map = lines.to_map();
    let mut edits = Edits::of(lines).unwrap();
    change(&mut map);
    change(&mut edits);
    for name in [HOST, ACCEPT, x_a(), VIA] {
        let values: Vec<_> = edits.values(&name).collect();
        let of_map: Vec<_> = Edit::values(&map, &name).collect();
        assert_eq!(values, of_map, "{name}");
    }
    let mut written = Vec::new();
    edits.write(Spelling::Theirs, &mut written);
    let theirs = "X-A: 1\r\nx-a: 2\r\nHost: service\r\nx-a: 3\r\nvia: 1.1 a\r\n";
    assert_eq!(String::from_utf8(written).unwrap(), theirs);
    let mut written = Vec::new();
    edits.write(Spelling::Ours, &mut written);
    assert_eq!(
        String::from_utf8(written).unwrap(),
        theirs.replace("X-A", "x-a")
    );
}

#[test]
fn more_lines_than_bits_are_not_changed() {
    let lines = vec![lines()[0]; edits::MOST + 1];
    assert!(Edits::of(Lines::new(HEAD, &lines)).is_none());
    let mut edits = Edits::of(Lines::new(HEAD, &lines[1..])).unwrap();
    edits.remove(&HOST);
    assert_eq!(edits.iter().count(), 0);
}

/// What a name looks like is Pingora's word where it writes heads.
#[test]
fn names_are_written_as_pingora_writes_them() {
    let named = [
        "age",
        "date",
        "host",
        "server",
        "connection",
        "set-cookie",
        "content-type",
        "accept-ranges",
        "cache-control",
        "content-length",
        "content-encoding",
        "transfer-encoding",
        "x-other",
        "user-agent",
        "accept",
    ];
    for name in named {
        let mut map = HeaderMap::new();
        map.insert(name, HeaderValue::from_static("v"));
        let mut request = http::Request::new(());
        *request.headers_mut() = map;
        let request = pingora_http::RequestHeader::from(request.into_parts().0);
        let mut pingoras = Vec::new();
        request.header_to_h1_wire(&mut pingoras);
        let text = format!("{}: v\r\n", name.to_uppercase());
        let line = [Line::new((0, name.len()), (name.len() + 2, name.len() + 3))];
        let mut ours = Vec::new();
        let edits = Edits::of(Lines::new(text.as_bytes(), &line)).unwrap();
        edits.write(Spelling::Ours, &mut ours);
        assert_eq!(ours, pingoras, "{name}");
    }
}
