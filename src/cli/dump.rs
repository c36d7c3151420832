//! A sidecar's configuration: from a file, or from the sidecar itself.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use http::Uri;

use super::sidecar::{self, LONGEST};
use crate::mesh::Dump;

/// Where a dump comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `--config-dump`.
    File(PathBuf),
    /// `--sidecar`: its admin address.
    Sidecar(String),
}

/// Why there is no dump.
#[derive(Debug)]
pub(super) enum NoDump {
    /// The address is no address: wrong usage.
    Usage(String),
    /// It can't be had, or it is none.
    Failed(String),
}

impl NoDump {
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Failed(_) => 1,
        }
    }
}

impl fmt::Display for NoDump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Usage(why) | Self::Failed(why)) = self;
        f.write_str(why)
    }
}

/// Reads it.
pub(super) fn read(source: &Source) -> Result<Dump, NoDump> {
    let (name, bytes) = match source {
        Source::File(path) => {
            let name = path.display().to_string();
            let bytes = whole(path).map_err(|why| NoDump::Failed(format!("{name}: {why}")))?;
            (name, bytes)
        }
        Source::Sidecar(url) => {
            let uri = address(url).map_err(NoDump::Usage)?;
            let bytes = sidecar::config_dump(&uri).map_err(|why| {
                let hint = match why.kind() {
                    io::ErrorKind::ConnectionRefused => "; does `kubectl port-forward` still run?",
                    _ => "",
                };
                NoDump::Failed(format!("the sidecar at {url}: {why}{hint}"))
            })?;
            (url.clone(), bytes)
        }
    };
    Dump::read(&bytes).map_err(|why| NoDump::Failed(format!("{name}: {why}")))
}

fn whole(path: &PathBuf) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = File::open(path)?.take(LONGEST + 1);
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// `http://127.0.0.1:15000`, with a path where the admin interface is behind another.
fn address(url: &str) -> Result<Uri, String> {
    let wrong =
        || format!("--sidecar {url:?} is no address of a sidecar; write http://127.0.0.1:15000");
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let authority = uri.authority().ok_or_else(wrong)?;
    if uri.scheme_str() != Some("http") || authority.as_str().contains('@') {
        return Err(wrong());
    }
    if !matches!(uri.path(), "" | "/") {
        return Ok(uri);
    }
    let whole = format!("http://{authority}/config_dump?include_eds");
    whole.parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admin_address_stands_for_its_dump() {
        let read = |url: &str| address(url).map(|uri| uri.to_string());
        let whole = "http://127.0.0.1:15000/config_dump?include_eds";
        assert_eq!(read("http://127.0.0.1:15000").unwrap(), whole);
        assert_eq!(read("http://127.0.0.1:15000/").unwrap(), whole);
        let other = "http://h/x/config_dump";
        assert_eq!(read(other).unwrap(), other);
        for wrong in [
            "127.0.0.1:15000",
            "https://h",
            "http://me@h",
            "/x",
            "http://",
            "http://h h",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
