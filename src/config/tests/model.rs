//! What good files mean.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::super::{
    Action, DnsServers, HeaderRules, HostPolicy, Normalization, PathMatch, Protocol, ProxyStatus,
    Rewrite, ServiceHost,
};
use super::{lines, read};

fn proxy(service: usize, rewrite: Rewrite, host: Option<&str>) -> Action {
    let host = host.map(str::to_owned);
    Action::Proxy {
        service,
        rewrite,
        host,
    }
}

#[test]
fn the_defaults_are_those_that_the_schema_describes() {
    let (config, report) = read(
        "services: { a: { url: 'http://a:81' } }\n\
         routes: [{ name: r, service: a }]\n",
    );
    assert_eq!(report.to_string(), "");
    let config = config.unwrap();
    assert_eq!(config.server.listen, ["0.0.0.0:8000".parse().unwrap()]);
    assert_eq!(config.server.threads, None);
    assert!(!config.server.h2c);
    assert_eq!(
        config.server.path_normalization,
        Normalization::MergeSlashes
    );
    assert_eq!(config.server.trusted_proxies, []);
    assert_eq!(
        config.server.builtin_endpoints.health.as_deref(),
        Some("/health")
    );
    assert_eq!(
        config.server.builtin_endpoints.stats.as_deref(),
        Some("/stats")
    );
    assert_eq!(config.dns.servers, DnsServers::System);
    assert_eq!(config.dns.timeout, Duration::from_secs(1));
    assert_eq!(config.dns.min_ttl, Duration::from_secs(1));
    assert_eq!(config.dns.max_ttl, Duration::from_secs(30));
    assert_eq!(config.dns.max_stale, Duration::from_secs(300));
    assert_eq!(config.errors.proxy_status, ProxyStatus::Trusted);
    let service = &config.services[0];
    assert_eq!(service.authority.text, "a:81");
    assert_eq!(service.host, HostPolicy::Literal("a:81".into()));
    assert_eq!(service.protocol, Protocol::Http1);
    assert_eq!(service.timeouts.connect, Some(Duration::from_secs(1)));
    assert_eq!(
        service.timeouts.response_header,
        Some(Duration::from_secs(2))
    );
    assert_eq!(service.timeouts.idle, Some(Duration::from_secs(30)));
    let route = &config.routes[0];
    let [all] = route.matches.as_slice() else {
        panic!("{:?}", route.matches)
    };
    assert_eq!(all.path, PathMatch::Prefix("/".into()));
    assert!(all.hosts.is_empty() && all.methods.is_empty());
    assert!(all.headers.is_empty() && all.query.is_empty());
    assert_eq!(route.action, proxy(0, Rewrite::Keep, None));
    assert_eq!(route.request_headers, HeaderRules::default());
    assert_eq!(route.response_headers, HeaderRules::default());
    assert_eq!(route.timeouts.response_header, None);
    assert_eq!(config.tests, []);
}

#[test]
fn every_key_reaches_the_model() {
    let (config, report) = read(
        r#"
server:
  listen: ["127.0.0.1:0", "127.0.0.1:0", "[::1]:${PORT}"]
  threads: ${THREADS}
  h2c: true
  path_normalization: decode_and_merge_slashes
  trusted_proxies: [127.0.0.6/32, "::1"]
  builtin_endpoints: { health: off, stats: /s }
dns: { servers: [10.0.0.1, "10.0.0.1:54"], timeout: 2s, min_ttl: 100ms, max_ttl: 1m, max_stale: 1h }
errors: { proxy_status: off }
services:
  b: { url: "${URL}", host: preserve, protocol: h2c, timeouts: &off { connect: off, response_header: off, idle: off } }
  a: { url: "http://a", host: "x:1", timeouts: *off }
routes:
  - { name: 1.10, match: { path: { exact: /e } }, rewrite: { replace_path: /p }, service: a }
  - { name: yes, match: { path: { prefix: /x } }, rewrite: { replace_prefix: /, host: "h:1" }, service: b }
  - { name: s, match: { path: { prefix: /x/y/ } }, rewrite: { strip_prefix: /x/ }, service: b }
"#,
    );
    let lines = report.to_string();
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(
        lines.contains("b.host: warning: sends the client's Host"),
        "{lines}"
    );
    let config = config.unwrap();
    assert_eq!(config.server.listen.len(), 3);
    assert_eq!(config.server.listen[2], "[::1]:8080".parse().unwrap());
    assert_eq!(config.server.threads, NonZeroUsize::new(3));
    assert!(config.server.h2c);
    assert_eq!(
        config.server.path_normalization,
        Normalization::DecodeAndMergeSlashes
    );
    assert_eq!(
        config.server.trusted_proxies,
        ["127.0.0.6/32".parse().unwrap(), "::1/128".parse().unwrap()]
    );
    assert_eq!(config.server.builtin_endpoints.health, None);
    assert_eq!(config.server.builtin_endpoints.stats.as_deref(), Some("/s"));
    let servers = [
        "10.0.0.1:53".parse().unwrap(),
        "10.0.0.1:54".parse().unwrap(),
    ];
    assert_eq!(config.dns.servers, DnsServers::Explicit(servers.into()));
    assert_eq!(config.dns.min_ttl, Duration::from_millis(100));
    assert_eq!(config.errors.proxy_status, ProxyStatus::Off);
    // In the order of the file, not of the alphabet.
    let [b, a] = config.services.as_slice() else {
        panic!("{:?}", config.services)
    };
    assert_eq!((b.name.as_str(), a.name.as_str()), ("b", "a"));
    assert_eq!(b.authority.host, ServiceHost::Name("from-env".into()));
    assert_eq!(b.host, HostPolicy::Preserve);
    assert_eq!(b.protocol, Protocol::H2c);
    assert_eq!(b.timeouts.connect, None);
    assert_eq!((a.authority.port, &a.timeouts), (80, &b.timeouts));
    assert_eq!(a.host, HostPolicy::Literal("x:1".into()));
    let [exact, replace, strip] = config.routes.as_slice() else {
        panic!("{:?}", config.routes)
    };
    assert_eq!(exact.name, "1.10");
    assert_eq!(exact.matches[0].path, PathMatch::Exact("/e".into()));
    let rewrite = Rewrite::ReplacePath("/p".into());
    assert_eq!(exact.action, proxy(1, rewrite, None));
    assert_eq!(replace.name, "yes");
    let rewrite = Rewrite::ReplacePrefix("/".into());
    assert_eq!(replace.action, proxy(0, rewrite, Some("h:1")));
    let rewrite = Rewrite::StripPrefix("/x".into());
    assert_eq!(strip.action, proxy(0, rewrite, None));
}

#[test]
fn sections_may_be_empty() {
    assert!(
        lines(
            "server:\ndns: # all commented out\nerrors: ~\n\
             services: { a: { url: http://a, timeouts: } }\n\
             routes: [{ name: r, match: , service: a }]\n"
        )
        .is_empty()
    );
}

#[test]
fn windows_files_are_read() {
    let (config, report) = read(
        "\u{FEFF}services:\r\n  a:\r\n    url: http://a\r\nroutes:\r\n- name: r\r\n  service: a\r\n",
    );
    assert_eq!(report.to_string(), "");
    assert!(config.is_some());
}

#[test]
fn a_later_check_can_add_to_the_report() {
    let (config, mut report) = read(
        "services: { a.b: { url: http://a } }\n\
         routes:\n- name: r\n  match:\n    path:\n      prefix: /x\n  service: a.b\n",
    );
    assert!(config.is_some());
    report.warning("routes[0].match.path.prefix", "is shadowed", "remove it");
    report.error("services.\"a.b\".url", "is odd", "change it");
    report.error("routes[0].match.methods", "is missing", "add it");
    assert_eq!(
        report.to_string(),
        "f:1:25 services.\"a.b\".url: is odd; change it\n\
         f:4:3 routes[0].match.methods: is missing; add it\n\
         f:6:15 routes[0].match.path.prefix: warning: is shadowed; remove it"
    );
}

/// A mistake in one service was once taken for the explanation of one that is
/// missing in another, and routes were sent to the wrong service.
#[test]
fn a_name_with_a_dot_is_not_the_path_of_another_service() {
    let (config, report) = read(
        "services:\n  a.url: { url: \"http://10.0.0.1\" }\n  a: {}\n  c: { url: http://c }\n\
         routes:\n- { name: r, service: c }\n- { name: s, match: { path: { exact: /s } }, service: a }\n",
    );
    assert!(config.is_none());
    let lines = report.to_string();
    assert!(
        lines.contains("f:3:3 services.a.url: is missing; "),
        "{lines}"
    );
}
