//! What the path becomes: worked out once from the configuration, applied to
//! each request by one copy.

use crate::config::{PathMatch, Rewrite};

/// A rewrite that knows how many bytes of the matched path it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathRewrite {
    /// The matched path as it is.
    Keep,
    /// `put` in place of the first `drop` bytes.
    Splice { drop: usize, put: Box<[u8]> },
    /// This path.
    Fixed(Box<[u8]>),
}

impl PathRewrite {
    pub(super) fn new(matched: &PathMatch, rewrite: &Rewrite) -> Self {
        match (rewrite, matched) {
            (Rewrite::Keep, _) => Self::Keep,
            (Rewrite::StripPrefix(prefix), _) => Self::Splice {
                drop: without_slash(prefix).len(),
                put: Box::default(),
            },
            (Rewrite::ReplacePrefix(with), PathMatch::Prefix(prefix)) => Self::Splice {
                drop: without_slash(prefix).len(),
                put: without_slash(one_slash(with)).as_bytes().into(),
            },
            // Only a prefix match has a prefix: of the others all is replaced.
            (Rewrite::ReplacePrefix(with), _) | (Rewrite::ReplacePath(with), _) => {
                Self::Fixed(one_slash(with).as_bytes().into())
            }
        }
    }

    /// Appends the new path to `out`. It begins with exactly one slash where the
    /// rewrite touched its beginning: two would name a host to some clients.
    pub(super) fn apply(&self, path: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Keep => out.extend_from_slice(path),
            Self::Fixed(fixed) => out.extend_from_slice(fixed),
            Self::Splice { drop, put } => {
                let rest = path.get(*drop..).unwrap_or_default();
                if put.is_empty() {
                    let slashes = rest.iter().take_while(|&&b| b == b'/').count();
                    out.push(b'/');
                    out.extend_from_slice(&rest[slashes..]);
                } else {
                    out.extend_from_slice(put);
                    out.extend_from_slice(rest);
                }
            }
        }
    }
}

fn without_slash(prefix: &str) -> &str {
    prefix.strip_suffix('/').unwrap_or(prefix)
}

/// The path from its last leading slash on.
fn one_slash(path: &str) -> &str {
    &path[path.len() - path.trim_start_matches('/').len() - usize::from(path.starts_with('/'))..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go(matched: &PathMatch, rewrite: Rewrite, path: &str) -> String {
        let mut out = Vec::new();
        PathRewrite::new(matched, &rewrite).apply(path.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strip_prefix() {
        let m = PathMatch::Prefix("/blog/api/".into());
        for prefix in ["/blog/api", "/blog/api/"] {
            let strip = || Rewrite::StripPrefix(prefix.into());
            assert_eq!(go(&m, strip(), "/blog/api/login"), "/login");
            assert_eq!(go(&m, strip(), "/blog/api/"), "/");
            assert_eq!(go(&m, strip(), "/blog/api"), "/");
            assert_eq!(go(&m, strip(), "/blog/api//evil.example"), "/evil.example");
            assert_eq!(go(&m, strip(), "/blog/api/a%2Fb//c"), "/a%2Fb//c");
        }
    }

    #[test]
    fn replace_prefix_is_gateway_api_replace_prefix_match() {
        let m = PathMatch::Prefix("/foo".into());
        for (with, path, expected) in [
            ("/xyz", "/foo/bar", "/xyz/bar"),
            ("/xyz/", "/foo/bar", "/xyz/bar"),
            ("/xyz", "/foo", "/xyz"),
            ("/xyz", "/foo/", "/xyz/"),
            ("/", "/foo", "/"),
            ("/", "/foo/", "/"),
            ("/", "/foo/bar", "/bar"),
            ("/", "/foo//bar", "/bar"),
            ("//", "/foo/bar", "/bar"),
            ("//xyz", "/foo/bar", "/xyz/bar"),
        ] {
            assert_eq!(go(&m, Rewrite::ReplacePrefix(with.into()), path), expected);
        }
        let root = PathMatch::Prefix("/".into());
        assert_eq!(
            go(&root, Rewrite::ReplacePrefix("/v1".into()), "/a"),
            "/v1/a"
        );
    }

    #[test]
    fn replace_path_and_keep() {
        let m = PathMatch::Prefix("/a".into());
        assert_eq!(
            go(&m, Rewrite::ReplacePath("/users".into()), "/a/x"),
            "/users"
        );
        assert_eq!(
            go(&m, Rewrite::ReplacePath("//evil.example/x".into()), "/a/x"),
            "/evil.example/x"
        );
        assert_eq!(go(&m, Rewrite::Keep, "/a//x"), "/a//x");
    }
}
