//! Asking a sidecar's admin interface, once, within bounds of time and size.

use std::io;
use std::time::Duration;

use http::{StatusCode, Uri};

use super::get::{Bounds, get};

/// The most bytes that are read, packed or not: as many as the dump's reader takes.
pub(super) const LONGEST: u64 = 256 << 20;

/// What the sidecar answers. Envoy builds its dump on its main thread, which may take
/// seconds.
pub(super) fn config_dump(uri: &Uri) -> io::Result<Vec<u8>> {
    let bounds = Bounds {
        connect: Duration::from_secs(2),
        answer: Duration::from_secs(30),
        body: usize::try_from(LONGEST).unwrap_or(usize::MAX),
    };
    let (status, body) = get(uri, bounds)?;
    if status != StatusCode::OK {
        let why = format!("it answers {status}");
        return Err(io::Error::other(why));
    }
    Ok(body.into())
}
