//! The gateway on one worker thread, behind the guard or behind Pingora's own
//! listening service, to be counted by callgrind; `scripts/bench-guard` does.
//!
//!     guard guarded|logged|bare|straight SERVICE
//!
//! prints the address it listens on and serves until its standard input ends. All but
//! `straight` leave requests without a body to Pingora, too.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for developers"
)]

use std::io::{self, Read};
use std::net::TcpListener;
use std::process::exit;
use std::sync::Arc;
use std::thread;

use api_gateway::config;
use api_gateway::guard::{Connections, GuardService, Settings};
use api_gateway::observe::{AccessLog, Observer};
use api_gateway::proxy::{Gateway, Snapshot, Straight};
use arc_swap::ArcSwap;
use pingora_core::server::configuration::ServerConf;
use pingora_core::server::{RunArgs, Server};
use pingora_proxy::{http_proxy, http_proxy_service};

/// The gateway's own.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [mode, service] = &args[..] else {
        // Cargo runs benchmarks without them: then it only shows that it runs.
        return println!("see the first lines of benches/guard.rs");
    };
    let log = match mode.as_str() {
        "logged" => "/dev/null",
        _ => "off",
    };
    let config = format!(
        "access_log: {{ output: {log} }}\n\
         services: {{ users: {{ url: http://{service} }} }}\n\
         routes: [{{ name: users, match: {{ path: {{ prefix: /api/ }} }}, \
         rewrite: {{ strip_prefix: /api }}, service: users }}]\n"
    );
    let config = config::parse("bench", &config, &|_| None).0.unwrap();
    let settings = Arc::new(ArcSwap::from_pointee(Settings::new(&config)));
    let access_log = AccessLog::start(&config.access_log).unwrap();
    let observer = Arc::new(Observer::new(access_log));
    let snapshot = ArcSwap::from_pointee(Snapshot::new(config, observer).unwrap());
    let snapshot = Arc::new(snapshot);
    let gateway = Gateway::new(snapshot.clone());

    let conf = ServerConf {
        threads: 1,
        ..ServerConf::default()
    };
    let mut server = Server::new_with_opt_and_conf(None, conf);
    server.bootstrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    if mode != "bare" {
        let connections = Arc::new(Connections::new(10));
        let proxy = http_proxy(&server.configuration, gateway);
        listener.set_nonblocking(true).unwrap();
        let listeners = vec![listener];
        let refused = Arc::new(|_, _, _: &str| {});
        let guard = GuardService::new(proxy, settings, connections, refused, listeners, 1);
        let guard = guard.unwrap();
        server.add_service(match mode.as_str() {
            "straight" => guard.with_straight_way(Arc::new(Straight::new(snapshot, 1))),
            _ => guard,
        });
    } else {
        // Pingora binds by itself, a moment later.
        drop(listener);
        let mut bare = http_proxy_service(&server.configuration, gateway);
        bare.add_tcp(&address);
        server.add_service(bare);
    }
    println!("{address}");
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        exit(0);
    });
    server.run(RunArgs::default());
}
