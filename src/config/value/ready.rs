//! Where the sidecar says that it is ready.

use http::Uri;
use serde_json::json;

use super::super::text::quote;
use super::url::{has_user, parse_authority, split};
use super::{Mistake, Path, Value};

/// A URL, or `off`, which is `None`.
#[derive(Debug)]
pub(in super::super) enum ReadyUrl {}

impl Value for ReadyUrl {
    type Out = Option<Uri>;

    const FIX: &'static str = "write a URL such as http://127.0.0.1:15021/healthz/ready, or off";

    fn read(text: &str) -> Result<Option<Uri>, Mistake> {
        if text == "off" {
            return Ok(None);
        }
        // Wherever an @ stands, what comes before it may hold a password.
        let secret = text.contains('@');
        let wrong = |what: &str, fix: &'static str| {
            let message = match secret {
                true => what.to_owned(),
                false => format!("{} {what}", quote(text)),
            };
            Err(Mistake::new(message, fix))
        };
        let (scheme, authority, after) = split(text);
        if authority.contains('@') {
            return Err(has_user());
        }
        if scheme.eq_ignore_ascii_case("https") {
            return wrong(
                "is not http",
                "write http://; the sidecar answers without TLS",
            );
        }
        if !scheme.eq_ignore_ascii_case("http") {
            return wrong("doesn't begin with http://", Self::FIX);
        }
        if let Err(why) = parse_authority(authority) {
            return wrong(why, Self::FIX);
        }
        if !after.starts_with('/') {
            return wrong("has no path", Self::FIX);
        }
        // The type drops it without a word.
        if after.contains('#') {
            return wrong("contains a fragment", "leave the # and what follows out");
        }
        let (path, _) = after.split_once('?').unwrap_or((after, ""));
        match (Path::read(path), text.parse()) {
            (Ok(_), Ok(uri)) => Ok(Some(uri)),
            (Err(mistake), _) if !secret => Err(mistake),
            _ => wrong("contains a character that no URL does", Self::FIX),
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![
            json!({
                "type": "string",
                "pattern": r"^[Hh][Tt][Tt][Pp]://[^/?#@\s]+/[^#\s]*$",
            }),
            json!({ "const": "off" }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        assert_eq!(ReadyUrl::read("off"), Ok(None));
        for (url, host, port, path) in [
            (
                "http://127.0.0.1:15021/healthz/ready",
                "127.0.0.1",
                Some(15021),
                "/healthz/ready",
            ),
            ("HTTP://sidecar/", "sidecar", None, "/"),
            ("http://[::1]:1/a?b=@c", "[::1]", Some(1), "/a?b=@c"),
        ] {
            let uri = ReadyUrl::read(url).unwrap().unwrap();
            assert_eq!(uri.scheme_str(), Some("http"));
            assert_eq!((uri.host(), uri.port_u16()), (Some(host), port));
            assert_eq!(uri.path_and_query().map(|p| p.as_str()), Some(path));
        }
    }

    #[test]
    fn refusals() {
        for (url, part) in [
            ("on", "doesn't begin with http://"),
            (
                "127.0.0.1:15021/healthz/ready",
                "doesn't begin with http://",
            ),
            ("https://a/b", "is not http"),
            ("http:///b", "has no host"),
            ("http://a:0/b", "has no port"),
            ("http://10.0.0.256/b", "neither a name nor an IPv4 address"),
            ("http://a", "has no path"),
            ("http://a?b", "has no path"),
            ("http://a/b#c", "contains a fragment"),
            ("http://a/b?c#d", "contains a fragment"),
            ("http://a/b c", "contains ' '"),
            ("http://a/b?c d", "contains a character that no URL does"),
        ] {
            let message = ReadyUrl::read(url).unwrap_err().message;
            assert!(message.contains(part), "{url}: {message}");
        }
    }

    #[test]
    fn a_password_is_not_repeated() {
        for url in [
            "http://me:secret@a/b",
            "me:secret@a/b",
            "http://htp://me:secret@a/b",
            "http://me/secret@a/b c",
        ] {
            let Mistake { message, fix } = ReadyUrl::read(url).unwrap_err();
            assert!(!format!("{message}{fix}").contains("secret"), "{url}");
        }
    }
}
