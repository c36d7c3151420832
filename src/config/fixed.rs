//! What a process has for as long as it runs.

use std::net::SocketAddr;

use super::model::{Asked, Config};

/// The paths of the keys whose change from `before` to `after` a running process
/// can't take over. That a default is now written out is no change.
#[must_use]
pub fn needs_new_process(before: &Config, after: &Config) -> Vec<&'static str> {
    let (old, new) = (&before.server, &after.server);
    let changed = [
        ("server.listen", sorted(&old.listen) != sorted(&new.listen)),
        ("server.threads", old.threads != new.threads),
        ("server.runtime_dir", old.runtime.dir != new.runtime.dir),
        (
            "server.upgrade_socket",
            old.runtime.upgrade_socket != new.runtime.upgrade_socket,
        ),
        (
            "server.pid_file",
            old.runtime.pid_file != new.runtime.pid_file,
        ),
        (
            "admin.listen",
            value(before.admin.listen) != value(after.admin.listen),
        ),
        (
            "admin.operator",
            value(before.admin.operator) != value(after.admin.operator),
        ),
        (
            "admin.sidecar_ready",
            before.admin.sidecar_ready != after.admin.sidecar_ready,
        ),
        (
            "access_log.output",
            before.access_log.output != after.access_log.output,
        ),
        (
            "access_log.on_full",
            before.access_log.on_full != after.access_log.on_full,
        ),
    ];
    let changed = changed.into_iter().filter(|(_, changed)| *changed);
    changed.map(|(path, _)| path).collect()
}

/// What a process that began with `began` does when it is given `now`: of the keys above
/// it keeps what it has.
#[must_use]
pub fn in_process(began: &Config, now: &Config) -> Config {
    let mut now = now.clone();
    now.server.listen.clone_from(&began.server.listen);
    now.server.threads = began.server.threads;
    now.server.runtime.clone_from(&began.server.runtime);
    now.admin.clone_from(&began.admin);
    now.access_log.output.clone_from(&began.access_log.output);
    now.access_log.on_full = began.access_log.on_full;
    now
}

/// The same addresses in another order are the same sockets.
fn sorted(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let mut addresses = addresses.to_vec();
    addresses.sort_unstable();
    addresses
}

fn value<T>(asked: Option<Asked<T>>) -> Option<T> {
    asked.map(|asked| asked.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn config(text: &str) -> Config {
        let rest = "services: { a: { url: http://a } }\nroutes: [{ name: r, service: a }]";
        let (config, report) = parse("f", &format!("{text}\n{rest}\n"), &|_| None);
        config.unwrap_or_else(|| panic!("{report}"))
    }

    fn changes(before: &str, after: &str) -> Vec<&'static str> {
        needs_new_process(&config(before), &config(after))
    }

    #[test]
    fn each_key_is_named() {
        for (text, path) in [
            ("server: { listen: 0.0.0.0:1 }", "server.listen"),
            (
                "server: { listen: ['0.0.0.0:8000', '0.0.0.0:1'] }",
                "server.listen",
            ),
            ("server: { threads: 1 }", "server.threads"),
            ("server: { upgrade_socket: /x }", "server.upgrade_socket"),
            ("server: { pid_file: /x }", "server.pid_file"),
            ("admin: { listen: off }", "admin.listen"),
            ("admin: { operator: 127.0.0.1:1 }", "admin.operator"),
            (
                "admin: { sidecar_ready: http://a/b }",
                "admin.sidecar_ready",
            ),
            ("access_log: { output: off }", "access_log.output"),
            ("access_log: { output: /x }", "access_log.output"),
            ("access_log: { on_full: block }", "access_log.on_full"),
        ] {
            assert_eq!(changes("", text), [path], "{text}");
            assert_eq!(changes(text, ""), [path], "{text}");
            assert_eq!(changes(text, text), [""; 0], "{text}");
            let (began, now) = (config(""), config(text));
            assert_eq!(
                needs_new_process(&began, &in_process(&began, &now)),
                [""; 0]
            );
        }
    }

    #[test]
    fn what_stands_below_the_directory_moves_with_it() {
        let keys = [
            "server.runtime_dir",
            "server.upgrade_socket",
            "server.pid_file",
        ];
        assert_eq!(changes("", "server: { runtime_dir: /x }"), keys);
        let apart = "upgrade_socket: /u, pid_file: /p";
        let at = |dir| format!("server: {{ runtime_dir: {dir}, {apart} }}");
        assert_eq!(changes(&at("/x"), &at("/y")), ["server.runtime_dir"]);
    }

    #[test]
    fn a_default_that_is_written_out_is_no_change() {
        let written = "server: { listen: 0.0.0.0:8000, threads: auto, runtime_dir: /run/api-gateway }\n\
             admin: { listen: 0.0.0.0:9000, operator: 127.0.0.1:9001, sidecar_ready: off }\n\
             access_log: { output: stdout, on_full: drop }";
        assert_eq!(changes("", written), [""; 0]);
    }

    #[test]
    fn the_order_of_addresses_is_no_change() {
        let listen = |list| format!("server: {{ listen: [{list}] }}");
        let (one, other) = (
            listen("'[::]:1', '0.0.0.0:1'"),
            listen("'0.0.0.0:1', '[::]:1'"),
        );
        assert_eq!(changes(&one, &other), [""; 0]);
    }

    #[test]
    fn the_rest_can_be_taken_over() {
        let text = "server: { h2c: true, drain: { delay: 0s }, limits: { connections: 1 } }\n\
             errors: { proxy_status: off }\ndns: { servers: [10.0.0.1] }\n\
             access_log: { sample: 0, headers: [referer], redact_query: [pin] }";
        assert_eq!(changes("", text), [""; 0]);
    }
}
