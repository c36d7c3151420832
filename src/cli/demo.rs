//! `api-gateway demo`: the gateway with the team's configuration and three echo
//! services, in one process on loopback; or one of these services by itself.

use std::io::{self, Write};
use std::net::SocketAddr;

use crate::config::{self, Config, LogOutput, ServiceHost};
use crate::demo::{EchoServices, serve_echo};
use crate::lifecycle::{Control, ServeError, Start, serve};

/// The configuration that the team ships, so that the demo shows that one.
const CONFIGURATION: &str = include_str!("../../conf/gateway.yaml");

const SERVICES: [&str; 3] = ["user-service", "auth-service", "blog-service"];

/// Serves on `listen` until Ctrl-C. What to try goes to `out`, what keeps it
/// from starting to `err`.
///
/// # Errors
///
/// When `out` or `err` can't be written to.
pub fn run(listen: SocketAddr, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    // Without the environment, so that the demo is the same everywhere.
    let (config, report) = config::parse("conf/gateway.yaml", CONFIGURATION, &|_| None);
    let Some(config) = config else {
        writeln!(err, "{report}")?;
        return Ok(1);
    };
    let echo = match EchoServices::start(&SERVICES) {
        Ok(echo) => echo,
        Err(error) => {
            writeln!(err, "can't start the echo services: {error}")?;
            return Ok(1);
        }
    };
    let control = match Control::new() {
        Ok(control) => control,
        Err(error) => {
            writeln!(err, "{error}")?;
            return Ok(1);
        }
    };
    let start = Start {
        source: None,
        upgrade: false,
        runtime_dir: false,
    };
    let config = relocated(config, listen, &echo);
    let operator = config.admin.operator.map(|asked| asked.value);
    let mut introduced = Ok(());
    let listening = |addresses: &[SocketAddr]| {
        if let Some(address) = addresses.first() {
            introduced = introduce(*address, operator, &echo, out);
        }
    };
    let served = serve(control, config, start, listening);
    introduced?;
    match served {
        Ok(()) => Ok(0),
        Err(error @ ServeError::Bind(_)) => {
            writeln!(err, "{error}; --listen 127.0.0.1:0 takes a free one")?;
            Ok(1)
        }
        Err(error) => {
            writeln!(err, "{error}")?;
            Ok(1)
        }
    }
}

/// Answers as the service `name` on `listen` until SIGTERM: for a pod of a test deployment.
///
/// # Errors
///
/// When `out` or `err` can't be written to.
pub fn echo(
    name: &str,
    listen: SocketAddr,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let mut said = Ok(());
    let served = serve_echo(name, listen, |address| {
        said = writeln!(out, "{name} echoes on {address}").and_then(|()| out.flush());
    });
    said?;
    match served {
        Ok(()) => Ok(0),
        Err(error) => {
            writeln!(err, "can't be {name} on {listen}: {error}")?;
            Ok(1)
        }
    }
}

/// The services as the echo servers provide them. Only where they are changes:
/// the Host that they are sent stays the name of the service. The live page is where it
/// always is, unless the main port, too, is any that is free; nobody probes a demo, and
/// lines of a log would be between what it says.
fn relocated(mut config: Config, listen: SocketAddr, echo: &EchoServices) -> Config {
    config.server.listen = vec![listen];
    config.admin.listen = None;
    if listen.port() == 0
        && let Some(operator) = &mut config.admin.operator
    {
        operator.value.set_port(0);
    }
    config.access_log.output = LogOutput::Off;
    for service in &mut config.services {
        if let Some(address) = echo.address(&service.name) {
            service.authority.host = ServiceHost::Ip(address.ip());
            service.authority.port = address.port();
        }
    }
    config
}

fn introduce(
    gateway: SocketAddr,
    operator: Option<SocketAddr>,
    echo: &EchoServices,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "The gateway is on http://{gateway}, with the routes of conf/gateway.yaml."
    )?;
    for name in SERVICES {
        if let Some(address) = echo.address(name) {
            writeln!(out, "  {name:<12} echoes on {address}")?;
        }
    }
    writeln!(
        out,
        "
Try, in another terminal:

  curl -i -X POST http://{gateway}/blog/api/login
      200 from auth-service: path /login, Host auth-service:8002.
      That Host is the point: it is what a sidecar routes by.

  curl -s http://{gateway}/api/users/42
      user-service sees /42.

  curl -s http://{gateway}/blog/api/posts/7
      blog-service sees the whole path, /blog/api/posts/7.

  curl -i http://{gateway}/api/users
      307 to /api/users/, as Go's ServeMux does.

  curl -i http://{gateway}/nowhere
      404 as application/problem+json.
"
    )?;
    // Of any that is free the log tells.
    if let Some(operator) = operator.filter(|operator| operator.port() != 0) {
        let live = "shows in a browser what happens, live";
        writeln!(out, "http://{operator}/ {live}.\n")?;
    }
    writeln!(out, "Ctrl-C stops it.\n")?;
    out.flush()
}
