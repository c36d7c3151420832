//! What the keys for stopping, the runtime directory and `admin` mean.

use std::net::SocketAddr;
use std::time::Duration;

use super::super::{Asked, Config, Drain, Runtime};
use super::{lines, read};

const REST: &str = "services: { a: { url: http://a } }\nroutes: [{ name: r, service: a }]\n";

#[track_caller]
fn good(text: &str) -> Config {
    let (config, report) = read(&format!("{text}\n{REST}"));
    assert_eq!(report.to_string(), "");
    config.unwrap()
}

fn asked(address: &str, written: bool) -> Option<Asked<SocketAddr>> {
    let value = address.parse().unwrap();
    Some(Asked { value, written })
}

#[test]
fn the_defaults_are_those_that_the_schema_describes() {
    for text in [
        "",
        "server:\nadmin:",
        "server: {}\nadmin: {}",
        "server: { drain: }",
        "server: { drain: {} }",
    ] {
        let config = good(text);
        let drain = Drain {
            delay: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
        };
        let runtime = Runtime {
            dir: "/run/api-gateway".into(),
            upgrade_socket: "/run/api-gateway/upgrade.sock".into(),
            pid_file: "/run/api-gateway/api-gateway.pid".into(),
            written: false,
        };
        assert_eq!(config.server.drain, drain, "{text}");
        assert_eq!(config.server.runtime, runtime, "{text}");
        assert_eq!(config.admin.listen, asked("0.0.0.0:9000", false), "{text}");
        assert_eq!(config.admin.operator, asked("127.0.0.1:9001", false));
        assert_eq!(config.admin.sidecar_ready, None);
    }
}

#[test]
fn every_key_reaches_the_model() {
    let config = good(
        "server: { drain: { delay: 0s, timeout: 1h }, runtime_dir: /a, upgrade_socket: /b/s, pid_file: '/c/${PORT}' }\n\
         admin: { listen: '[::]:${PORT}', operator: '127.0.0.2:0', sidecar_ready: 'http://sidecar:15021/ready' }",
    );
    let drain = Drain {
        delay: Duration::ZERO,
        timeout: Duration::from_secs(3600),
    };
    let runtime = Runtime {
        dir: "/a".into(),
        upgrade_socket: "/b/s".into(),
        pid_file: "/c/8080".into(),
        written: true,
    };
    assert_eq!(config.server.drain, drain);
    assert_eq!(config.server.runtime, runtime);
    assert_eq!(config.admin.listen, asked("[::]:8080", true));
    assert_eq!(config.admin.operator, asked("127.0.0.2:0", true));
    let ready = "http://sidecar:15021/ready".parse().unwrap();
    assert_eq!(config.admin.sidecar_ready, Some(ready));
}

#[test]
fn what_is_left_out_keeps_its_default() {
    let config = good("server: { drain: { delay: 1s } }\nadmin: { operator: off }");
    assert_eq!(config.server.drain.delay, Duration::from_secs(1));
    assert_eq!(config.server.drain.timeout, Duration::from_secs(20));
    assert_eq!(config.admin.listen, asked("0.0.0.0:9000", false));
    assert_eq!(config.admin.operator, None);
    let config = good("admin: { listen: off, sidecar_ready: off }");
    assert_eq!(config.admin.listen, None);
    assert_eq!(config.admin.operator, asked("127.0.0.1:9001", false));
    assert_eq!(config.admin.sidecar_ready, None);
}

#[test]
fn a_default_that_is_written_out_counts_as_written() {
    let config = good("admin: { listen: 0.0.0.0:9000, operator: '127.0.0.1:9001' }");
    assert_eq!(config.admin.listen, asked("0.0.0.0:9000", true));
    assert_eq!(config.admin.operator, asked("127.0.0.1:9001", true));
    let config = good("server: { runtime_dir: /run/api-gateway }");
    assert!(config.server.runtime.written);
}

#[test]
fn the_socket_and_the_pid_file_are_in_the_directory_unless_they_are_named() {
    let runtime = |keys: &str| good(&format!("server: {{ {keys} }}")).server.runtime;
    let below = runtime("runtime_dir: /x/");
    assert_eq!(below.upgrade_socket.to_str(), Some("/x/upgrade.sock"));
    assert_eq!(below.pid_file.to_str(), Some("/x/api-gateway.pid"));
    let apart = runtime("upgrade_socket: /s");
    assert!(apart.written);
    assert_eq!(apart.dir.to_str(), Some("/run/api-gateway"));
    assert_eq!(apart.upgrade_socket.to_str(), Some("/s"));
    assert!(runtime("pid_file: /p").written);
}

#[test]
fn a_long_directory_needs_a_socket_elsewhere() {
    let long = format!("/{}", "x".repeat(200));
    let keys = format!("server: {{ runtime_dir: {long}, upgrade_socket: /s }}");
    assert_eq!(good(&keys).server.runtime.dir.to_str(), Some(&*long));
}

#[test]
fn only_an_operator_s_address_that_others_reach_is_warned_of() {
    for own in [
        "127.0.0.1:1",
        "127.9.9.9:1",
        "[::1]:1",
        "[::ffff:127.0.0.1]:1",
    ] {
        good(&format!("admin: {{ operator: '{own}' }}"));
    }
    for open in ["0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[::ffff:10.0.0.1]:1"] {
        assert_eq!(
            lines(&format!("admin: {{ operator: '{open}' }}\n{REST}")),
            [
                "f:1:20 admin.operator: warning: can be reached from other machines and asks for no password; use 127.0.0.1 and a port-forward"
            ]
        );
    }
}

#[test]
fn addresses_beside_each_other_are_taken() {
    for text in [
        "server: { listen: '127.0.0.1:0' }\nadmin: { listen: '127.0.0.1:0', operator: '127.0.0.1:0' }",
        "server: { listen: '0.0.0.0:0' }\nadmin: { listen: '127.0.0.1:0' }",
        "server: { listen: '127.0.0.1:1' }\nadmin: { listen: '127.0.0.2:1', operator: '127.0.0.3:1' }",
        "server: { listen: '[::1]:9001' }",
        "server: { listen: '0.0.0.0:9000' }\nadmin: { listen: off }",
        "admin: { listen: '0.0.0.0:9001', operator: off }",
    ] {
        good(text);
    }
}
