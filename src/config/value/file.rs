//! Paths of files.

use std::path::PathBuf;

use serde_json::json;

use super::super::text::quote;
use super::{Mistake, Value};

/// What the address of a Unix socket has room for, in bytes: `sun_path` without
/// the NUL at its end.
pub(in super::super) const MAX_SOCKET_PATH: usize = 107;

/// A directory.
#[derive(Debug)]
pub(in super::super) enum Directory {}

impl Value for Directory {
    type Out = PathBuf;

    const FIX: &'static str = "write an absolute path such as /run/api-gateway";

    fn read(text: &str) -> Result<PathBuf, Mistake> {
        absolute(text, Self::FIX)
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({ "type": "string", "pattern": "^/" })]
    }
}

/// A file that isn't a directory.
#[derive(Debug)]
pub(in super::super) enum FilePath {}

impl Value for FilePath {
    type Out = PathBuf;

    const FIX: &'static str = "write an absolute path such as /run/api-gateway/api-gateway.pid";

    fn read(text: &str) -> Result<PathBuf, Mistake> {
        file(text, Self::FIX)
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({ "type": "string", "pattern": FILE })]
    }
}

/// A Unix socket.
#[derive(Debug)]
pub(in super::super) enum SocketPath {}

impl Value for SocketPath {
    type Out = PathBuf;

    const FIX: &'static str = "write an absolute path such as /run/api-gateway/upgrade.sock";

    fn read(text: &str) -> Result<PathBuf, Mistake> {
        if text.len() > MAX_SOCKET_PATH {
            let message = format!(
                "{} is {} bytes long, and a socket's path has room for {MAX_SOCKET_PATH}",
                quote(text),
                text.len()
            );
            return Err(Mistake::new(message, "write a shorter path"));
        }
        file(text, Self::FIX)
    }

    fn schema() -> Vec<serde_json::Value> {
        // In characters, of which none is shorter than a byte.
        vec![json!({ "type": "string", "pattern": FILE, "maxLength": MAX_SOCKET_PATH })]
    }
}

const FILE: &str = r"^/[\s\S]*[^/]$";

fn file(text: &str, fix: &'static str) -> Result<PathBuf, Mistake> {
    let path = absolute(text, fix)?;
    if text.ends_with('/') {
        let message = format!("{} ends in a /, as a directory does", quote(text));
        return Err(Mistake::new(message, fix));
    }
    Ok(path)
}

fn absolute(text: &str, fix: &'static str) -> Result<PathBuf, Mistake> {
    if !text.starts_with('/') {
        let message = format!("{} is not an absolute path", quote(text));
        return Err(Mistake::new(message, fix));
    }
    // NUL ends a path for the system; the others would break a line of the log.
    if let Some(found) = text.chars().find(|c| c.is_control()) {
        let message = format!("contains the control character {found:?}");
        return Err(Mistake::new(message, "remove it"));
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for path in ["/", "/run", "/run/", "/a b/ü", "/a/../b"] {
            assert_eq!(Directory::read(path), Ok(path.into()));
        }
        for path in ["/x", "/run/x.sock", "/a b/ü"] {
            assert_eq!(FilePath::read(path), Ok(path.into()));
            assert_eq!(SocketPath::read(path), Ok(path.into()));
        }
    }

    #[test]
    fn refusals() {
        for (text, message) in [
            ("run", r#""run" is not an absolute path"#),
            ("./run", r#""./run" is not an absolute path"#),
            ("~/run", r#""~/run" is not an absolute path"#),
            ("/a\0b", r"contains the control character '\0'"),
            ("/a\nb", r"contains the control character '\n'"),
        ] {
            assert_eq!(Directory::read(text).unwrap_err().message, message);
            assert_eq!(FilePath::read(text).unwrap_err().message, message);
            assert_eq!(SocketPath::read(text).unwrap_err().message, message);
        }
        for text in ["/", "/run/"] {
            let message = format!("{text:?} ends in a /, as a directory does");
            assert_eq!(FilePath::read(text).unwrap_err().message, message);
            assert_eq!(SocketPath::read(text).unwrap_err().message, message);
        }
    }

    #[test]
    fn a_socket_s_path_is_counted_in_bytes() {
        let fits = format!("/{}", "é".repeat(53));
        assert_eq!(fits.len(), MAX_SOCKET_PATH);
        assert!(SocketPath::read(&fits).is_ok());
        let mistake = SocketPath::read(&format!("{fits}x")).unwrap_err();
        assert!(
            mistake
                .message
                .ends_with(r#"is 108 bytes long, and a socket's path has room for 107"#),
            "{mistake:?}"
        );
    }
}
