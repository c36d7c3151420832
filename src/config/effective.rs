//! The configuration in use as a document with the keys of the file: every default and
//! variable put in, for an operator who asks what it came to.
//!
//! What it shows can be written into a file again and means the same, but for values that
//! are secret and for `tests`, which it leaves out: they do nothing in a process that
//! serves.

mod routes;
mod secrets;

use serde_json::{Map, Value, json};

use self::secrets::Secrets;
use super::model::{
    AccessLog, Admin, Asked, Config, Dns, DnsServers, HostPolicy, LogOutput, Server, Service,
};
use super::value::{duration, size, word};

/// The document.
#[must_use]
pub fn effective(config: &Config) -> Value {
    let secrets = Secrets::of(config);
    let services = config.services.iter();
    let services: Map<_, _> = services.map(|s| (s.name.clone(), service(s))).collect();
    let routes = config.routes.iter();
    let routes: Vec<_> = routes
        .map(|route| routes::route(config, route, &secrets))
        .collect();
    let mut all = json!({
        "server": server(&config.server),
        "admin": admin(&config.admin),
        "dns": dns(&config.dns),
        "errors": { "proxy_status": word(config.errors.proxy_status) },
        "access_log": access_log(&config.access_log),
        "services": services,
        "routes": routes,
    });
    escape(&mut all);
    all
}

/// A literal `${` is written with another dollar; variables don't go into keys.
fn escape(value: &mut Value) {
    match value {
        Value::String(text) if text.contains("${") => *text = text.replace("${", "$${"),
        Value::Array(all) => all.iter_mut().for_each(escape),
        Value::Object(all) => all.values_mut().for_each(escape),
        _ => {}
    }
}

fn server(server: &Server) -> Value {
    let (endpoints, timeouts) = (&server.builtin_endpoints, &server.timeouts);
    let (limits, drain, runtime) = (&server.limits, &server.drain, &server.runtime);
    json!({
        "listen": server.listen,
        "threads": server.threads.map_or("auto".into(), |threads| json!(threads)),
        "h2c": server.h2c,
        "path_normalization": word(server.path_normalization),
        "trusted_proxies": server.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "builtin_endpoints": {
            "health": or_off(endpoints.health.as_ref()),
            "stats": or_off(endpoints.stats.as_ref()),
            "metrics": or_off(endpoints.metrics.as_ref()),
        },
        "timeouts": {
            "request_header": or_off(timeouts.request_header.map(duration)),
            "request_body_idle": or_off(timeouts.request_body_idle.map(duration)),
            "idle": or_off(timeouts.idle.map(duration)),
            "write_idle": or_off(timeouts.write_idle.map(duration)),
        },
        "limits": {
            "connections": limits.connections,
            "in_flight": or_off(limits.in_flight),
            "headers": limits.headers,
            "header_bytes": size(limits.header_bytes as u64),
            "target_bytes": size(limits.target_bytes as u64),
            "request_body": or_off(limits.request_body.map(size)),
        },
        "drain": { "delay": duration(drain.delay), "timeout": duration(drain.timeout) },
        "runtime_dir": runtime.dir.to_string_lossy(),
        "upgrade_socket": runtime.upgrade_socket.to_string_lossy(),
        "pid_file": runtime.pid_file.to_string_lossy(),
    })
}

fn admin(admin: &Admin) -> Value {
    let value = |asked: Option<Asked<_>>| or_off(asked.map(|asked| asked.value));
    json!({
        "listen": value(admin.listen),
        "operator": value(admin.operator),
        "sidecar_ready": or_off(admin.sidecar_ready.as_ref().map(|url| secrets::without_query(&url.to_string()))),
    })
}

fn dns(dns: &Dns) -> Value {
    json!({
        "servers": match &dns.servers {
            DnsServers::System => json!("system"),
            DnsServers::Explicit(servers) => json!(servers),
        },
        "timeout": duration(dns.timeout),
        "min_ttl": duration(dns.min_ttl),
        "max_ttl": duration(dns.max_ttl),
        "max_stale": duration(dns.max_stale),
    })
}

fn access_log(log: &AccessLog) -> Value {
    json!({
        "output": match &log.output {
            LogOutput::Stdout => json!("stdout"),
            LogOutput::Off => json!("off"),
            LogOutput::File(path) => path.to_string_lossy().into(),
        },
        "sample": f64::from(log.sample.millionths()) / 1e6,
        "on_full": word(log.on_full),
        "headers": log.headers.iter().map(http::HeaderName::as_str).collect::<Vec<_>>(),
        "redact_query": log.redact_query,
    })
}

fn service(service: &Service) -> Value {
    let timeouts = &service.timeouts;
    json!({
        "url": format!("http://{}", service.authority.text),
        "host": match &service.host {
            HostPolicy::Preserve => "preserve",
            HostPolicy::Literal(host) => host,
        },
        "protocol": word(service.protocol),
        "timeouts": {
            "connect": or_off(timeouts.connect.map(duration)),
            "response_header": or_off(timeouts.response_header.map(duration)),
            "body_idle": or_off(timeouts.body_idle.map(duration)),
            "idle": or_off(timeouts.idle.map(duration)),
            "request": or_off(timeouts.request.map(duration)),
        },
        "limits": { "in_flight": or_off(service.limits.in_flight) },
    })
}

fn or_off(value: Option<impl serde::Serialize>) -> Value {
    value.map_or("off".into(), |value| json!(value))
}
