//! Paths of requests.

use http::uri::PathAndQuery;
use serde_json::json;

use super::super::text::quote;
use super::{Mistake, Value};

/// A path that requests are compared with, or that is sent.
#[derive(Debug)]
pub(in super::super) enum Path {}

/// A path that the gateway answers itself, or `off`, which is `None`.
#[derive(Debug)]
pub(in super::super) enum Endpoint {}

/// Nothing that ends a path or can't stand in one.
const PATTERN: &str = r#"^/[!"$->@-~]*$"#;

impl Value for Path {
    type Out = String;

    const FIX: &'static str = "write a path that begins with /";

    fn read(text: &str) -> Result<String, Mistake> {
        let wrong = |what: &str, fix: &'static str| {
            Err(Mistake::new(format!("{} {what}", quote(text)), fix))
        };
        if !text.starts_with('/') {
            return wrong("doesn't begin with /", Self::FIX);
        }
        for c in text.chars() {
            match c {
                '?' => {
                    return wrong(
                        "contains a ?, which ends a path",
                        "leave the query out; it is passed on untouched",
                    );
                }
                '#' => {
                    return wrong(
                        "contains a #, which no request carries",
                        "leave the fragment out",
                    );
                }
                '!'..='~' => {}
                _ => {
                    return Err(Mistake::new(
                        format!(
                            "{} contains {c:?}, which no path on the wire does",
                            quote(text)
                        ),
                        format!("write it as {}", escaped(c)),
                    ));
                }
            }
        }
        // The type that a request's path has; what it refuses never arrives
        // and can't be sent.
        if PathAndQuery::try_from(text).is_err() {
            return wrong(
                "contains a character that no path on the wire does",
                "escape it, for example < as %3C",
            );
        }
        Ok(text.to_owned())
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({ "type": "string", "pattern": PATTERN })]
    }
}

/// The percent-encoding of `c` (RFC 3986, section 2.1).
pub(super) fn escaped(c: char) -> String {
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes)
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect()
}

impl Value for Endpoint {
    type Out = Option<String>;

    const FIX: &'static str = "write a path that begins with /, or off";

    fn read(text: &str) -> Result<Option<String>, Mistake> {
        match text {
            "off" => Ok(None),
            _ if !text.starts_with('/') => Err(Mistake::new(
                format!("{} doesn't begin with /", quote(text)),
                Self::FIX,
            )),
            _ => Path::read(text).map(Some),
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        let mut forms = Path::schema();
        forms.push(json!({ "const": "off" }));
        forms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for path in ["/", "/a/b/", "/a%20b", "/a;b=1,2", "/:x@y", "/a*", "/~_-."] {
            assert_eq!(Path::read(path).as_deref(), Ok(path));
        }
    }

    #[test]
    fn refusals_say_what_to_write() {
        let fix = |text| Path::read(text).unwrap_err().fix;
        assert_eq!(fix("a"), "write a path that begins with /");
        assert_eq!(
            fix("/a?b"),
            "leave the query out; it is passed on untouched"
        );
        assert_eq!(fix("/a#b"), "leave the fragment out");
        assert_eq!(fix("/a b"), "write it as %20");
        assert_eq!(fix("/é"), "write it as %C3%A9");
        assert_eq!(fix("/a\u{7f}"), "write it as %7F");
        assert_eq!(fix("/a\tb"), "write it as %09");
    }

    #[test]
    fn every_path_taken_can_be_sent() {
        for byte in 0..=127_u8 {
            let path = format!("/{}", char::from(byte));
            if Path::read(&path).is_ok() {
                let uri: http::Uri = path.parse().unwrap();
                assert_eq!(uri.path(), path);
            }
        }
    }

    #[test]
    fn endpoints_can_be_off() {
        assert_eq!(Endpoint::read("off"), Ok(None));
        assert_eq!(Endpoint::read("/health"), Ok(Some("/health".into())));
        assert_eq!(
            Endpoint::read("on").unwrap_err().fix,
            "write a path that begins with /, or off"
        );
    }
}
