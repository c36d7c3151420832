//! `api-gateway health`: asks the gateway that serves whether it is ready, for a container
//! whose image has nothing else to ask with.

use std::fs::File;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use http::{StatusCode, Uri};
use serde::Deserialize;

use super::get::{Bounds, get};
use crate::config;

/// Below the time that a container's runtime gives its health check.
const BOUNDS: Bounds = Bounds {
    connect: Duration::from_secs(1),
    answer: Duration::from_secs(1),
    body: 1 << 20,
};

/// What `/readyz` answers.
#[derive(Deserialize)]
struct Readiness {
    pending: Vec<String>,
}

/// Asks `/readyz` at the address that the file at `path` names. Mistakes in it count for
/// nothing: the gateway that serves hasn't taken them over.
///
/// The exit code is 0 when it is ready, else 1.
///
/// # Errors
///
/// When `out` or `err` can't be written to.
pub fn run(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let content = File::open(path).and_then(config::content);
    let unreadable = content.is_err();
    let (_, report) = config::parse_bytes(path, content, env);
    if unreadable {
        // The default may be another gateway's.
        writeln!(err, "{report}")?;
        return Ok(1);
    }
    match report.asked_for_health().map_or_else(off, ask) {
        Ok(()) => {
            writeln!(out, "ready")?;
            Ok(0)
        }
        Err(why) => {
            // Perhaps it named another address.
            if report.has_errors() {
                writeln!(err, "{report}")?;
            }
            writeln!(err, "{why}")?;
            Ok(1)
        }
    }
}

fn off() -> Result<(), String> {
    Err("admin.listen and admin.operator are off: there is nothing to ask".to_owned())
}

fn ask(listens: SocketAddr) -> Result<(), String> {
    let at = reachable(listens);
    if at.port() == 0 {
        return Err(
            "the file lets the system choose the admin port; write a number to have it asked"
                .to_owned(),
        );
    }
    let uri: Uri = format!("http://{at}/readyz")
        .parse()
        .map_err(|why| format!("{at}: {why}"))?;
    match get(&uri, BOUNDS) {
        Ok((StatusCode::OK, _)) => Ok(()),
        Ok((status, body)) => match serde_json::from_slice::<Readiness>(&body) {
            Ok(readiness) => Err(format!("not ready: {}", readiness.pending.join(", "))),
            Err(_) => Err(format!("{at} answers {status}, and not as a gateway does")),
        },
        Err(why) => Err(format!("no gateway answers at {at}: {why}")),
    }
}

/// Who listens on every address listens on loopback.
fn reachable(listens: SocketAddr) -> SocketAddr {
    let ip = match listens.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listens.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_asked_on_loopback() {
        for (listens, asked) in [
            ("0.0.0.0:9000", "127.0.0.1:9000"),
            ("[::]:9000", "[::1]:9000"),
            ("10.0.0.1:1", "10.0.0.1:1"),
            ("[fd00::1]:1", "[fd00::1]:1"),
        ] {
            let at = reachable(listens.parse().unwrap());
            assert_eq!(at.to_string(), asked);
        }
    }
}
