use proptest::prelude::*;

use super::*;
use Normalization::{Base, DecodeAndMergeSlashes, MergeSlashes, None as Off};

fn go(path: &str, mode: Normalization) -> Result<String, BadPath> {
    normalize(path.as_bytes(), mode).map(|p| String::from_utf8(p.into_owned()).unwrap())
}

#[test]
fn the_modes_differ_where_istio_says_so() {
    // path, none, base, merge_slashes, decode_and_merge_slashes
    let table = [
        ("/a/b", "/a/b", "/a/b", "/a/b", "/a/b"),
        ("/", "/", "/", "/", "/"),
        ("/a/../b", "/a/../b", "/b", "/b", "/b"),
        ("/a/./b", "/a/./b", "/a/b", "/a/b", "/a/b"),
        ("/a/..", "/a/..", "/", "/", "/"),
        ("/a/.", "/a/.", "/a/", "/a/", "/a/"),
        ("/a/b/..", "/a/b/..", "/a/", "/a/", "/a/"),
        ("/a//b", "/a//b", "/a//b", "/a/b", "/a/b"),
        ("/a//../b", "/a//../b", "/a/b", "/a/b", "/a/b"),
        ("//", "//", "//", "//", "//"),
        ("///", "///", "///", "//", "//"),
        ("/%%32%65", "/%%32%65", "/%252e", "/%252e", "/%252e"),
        ("/a%2%46b", "/a%2%46b", "/a%252Fb", "/a%252Fb", "/a%252Fb"),
        ("/a/..;x/b", "/a/..;x/b", "/b", "/b", "/b"),
        ("/a/.;/b", "/a/.;/b", "/a/b", "/a/b", "/a/b"),
        ("/a/..;%2Fb", "/a/..;%2Fb", "/", "/", "/b"),
        ("/%%32x", "/%%32x", "/%2x", "/%2x", "/%2x"),
        (
            "/\"<>^`{|}",
            "/\"<>^`{|}",
            "/%22%3C%3E%5E%60%7B%7C%7D",
            "/%22%3C%3E%5E%60%7B%7C%7D",
            "/%22%3C%3E%5E%60%7B%7C%7D",
        ),
        ("/a\\b", "/a\\b", "/a/b", "/a/b", "/a/b"),
        ("/a%2Fb", "/a%2Fb", "/a%2Fb", "/a%2Fb", "/a/b"),
        ("/a%2f%2Fb", "/a%2f%2Fb", "/a%2f%2Fb", "/a%2f%2Fb", "/a/b"),
        ("/a%5cb", "/a%5cb", "/a%5cb", "/a%5cb", "/a/b"),
        ("/a%252Fb", "/a%252Fb", "/a%252Fb", "/a%252Fb", "/a%252Fb"),
        ("/%61%7E%2D", "/%61%7E%2D", "/a~-", "/a~-", "/a~-"),
        ("/x/%2e%2E/y", "/x/%2e%2E/y", "/y", "/y", "/y"),
        ("/x/..%2Fy", "/x/..%2Fy", "/x/..%2Fy", "/x/..%2Fy", "/y"),
        (
            "/%C3%A9%20%3F",
            "/%C3%A9%20%3F",
            "/%C3%A9%20%3F",
            "/%C3%A9%20%3F",
            "/%C3%A9%20%3F",
        ),
        ("/a%zz%2", "/a%zz%2", "/a%zz%2", "/a%zz%2", "/a%zz%2"),
        (
            "/.hidden/..x",
            "/.hidden/..x",
            "/.hidden/..x",
            "/.hidden/..x",
            "/.hidden/..x",
        ),
    ];
    for (path, none, base, merge, all) in table {
        assert_eq!(go(path, Off).as_deref(), Ok(none), "{path} none");
        assert_eq!(go(path, Base).as_deref(), Ok(base), "{path} base");
        assert_eq!(go(path, MergeSlashes).as_deref(), Ok(merge), "{path} merge");
        assert_eq!(
            go(path, DecodeAndMergeSlashes).as_deref(),
            Ok(all),
            "{path} all"
        );
    }
}

#[test]
fn climbing_above_the_root_is_refused() {
    for path in ["/..", "/../a", "/a/../../b", "/%2e%2e/a", "/..\\a"] {
        assert_eq!(go(path, Base), Err(BadPath::AboveRoot), "{path}");
        assert_eq!(go(path, Off).as_deref(), Ok(path));
    }
    assert_eq!(
        go("/a%2f..%2f..%2fb", DecodeAndMergeSlashes),
        Err(BadPath::AboveRoot)
    );
}

#[test]
fn dots_that_the_next_hop_would_find_are_refused() {
    for path in [
        "/public/%2e%2e;/admin",
        "/a/%2e;x",
        "/a/.%2E;x/b",
        "/a\\..;x",
    ] {
        assert_eq!(go(path, Base), Err(BadPath::HiddenDots), "{path}");
    }
}

#[test]
fn control_bytes_are_refused_plain_and_escaped() {
    for path in ["/a%00", "/a%0d%0Ab", "/a%7f", "/a\tb", "/%1F"] {
        assert_eq!(go(path, Base), Err(BadPath::ControlByte), "{path}");
    }
}

#[test]
fn an_ordinary_path_is_not_copied() {
    let path = normalize(b"/blog/api/posts/7", MergeSlashes).unwrap();
    assert!(matches!(path, Cow::Borrowed(_)));
}

proptest! {
    #[test]
    fn the_short_way_gives_what_the_long_one_does(path in "/[ -~é]{0,20}") {
        let path = path.as_bytes();
        if is_plain(path) {
            let turned = canonical(&without_dot_parameters(path));
            prop_assert_eq!(merge_slashes(&resolve_dots(&turned).unwrap()), path);
        }
    }

    #[test]
    fn never_panics_and_keeps_the_leading_slash(path in "/[ -~]{0,40}") {
        for mode in [Off, Base, MergeSlashes, DecodeAndMergeSlashes] {
            if let Ok(out) = normalize(path.as_bytes(), mode) {
                prop_assert_eq!(out.first(), Some(&b'/'));
            }
        }
    }

    #[test]
    fn no_dot_segment_or_double_slash_is_left(path in "/[a./%2eE\\\\]{0,30}") {
        if let Ok(out) = go(&path, MergeSlashes) {
            prop_assert!(out == "//" || !out.contains("//"), "{}", out);
            prop_assert!(!out.split('/').any(|s| s == "." || s == ".."), "{}", out);
        }
    }

    #[test]
    fn twice_is_once(path in prop_oneof![
        "/[ -~]{0,40}",
        "/[a./%2eE\\\\;]{0,30}",
        prop::collection::vec(prop::sample::select(PIECES), 0..10).prop_map(|p| format!("/{}", p.concat())),
    ]) {
        for mode in [Off, Base, MergeSlashes, DecodeAndMergeSlashes] {
            if let Ok(once) = go(&path, mode) {
                prop_assert_eq!(go(&once, mode), Ok(once), "{} {:?}", path, mode);
            }
        }
    }
}

proptest! {
    #[test]
    fn every_beginning_of_a_normal_path_can_begin_one(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..10),
        cut in 0..40_usize,
    ) {
        let path = format!("/{}", pieces.concat());
        for mode in [Off, Base, MergeSlashes, DecodeAndMergeSlashes] {
            if let Ok(normal) = normalize(path.as_bytes(), mode) {
                let literal = &normal[..cut.min(normal.len())];
                prop_assert!(can_begin(literal, mode), "{:?} {:?}", literal.escape_ascii(), mode);
            }
        }
    }
}

/// What a hostile path is made of.
const PIECES: &[&str] = &[
    "/", "//", ".", "..", "%2e", "%2E", "%2f", "%2F", "\\", "%5c", "%5C", "%25", "%", "2", "5",
    "e", "f", "c", ";", "..;", "%3b", "a", "%61", "%00", "#", "?", "\"", "é", "%c3%a9",
];
