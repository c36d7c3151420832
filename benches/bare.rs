//! A proxy that is Pingora and as little else as possible, to compare the gateway with:
//! its own listening service and default modules, the system's allocator, one thread.
//!
//!     bare LISTEN SERVICE
//!
//! strips `/api/users` and sets Host, on a pool that doesn't evict.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for developers"
)]

use std::net::SocketAddr;

use async_trait::async_trait;
use pingora_core::Result;
use pingora_core::server::configuration::ServerConf;
use pingora_core::server::{RunArgs, Server};
use pingora_core::upstreams::peer::HttpPeer;
use pingora_http::RequestHeader;
use pingora_proxy::{ProxyHttp, Session, http_proxy_service};

struct Bare {
    service: SocketAddr,
}

#[async_trait]
impl ProxyHttp for Bare {
    type CTX = ();

    fn new_ctx(&self) {}

    async fn upstream_peer(&self, _: &mut Session, (): &mut ()) -> Result<Box<HttpPeer>> {
        #[expect(clippy::disallowed_methods, reason = "it has an address, no name")]
        let peer = HttpPeer::new(self.service, false, String::new());
        Ok(Box::new(peer))
    }

    async fn upstream_request_filter(
        &self,
        _: &mut Session,
        request: &mut RequestHeader,
        (): &mut (),
    ) -> Result<()> {
        let target = request.uri.path_and_query().map_or("/", |all| all.as_str());
        if let Some(rest) = target.strip_prefix("/api/users") {
            let rest = rest.to_owned();
            request.set_raw_path(rest.as_bytes())?;
        }
        request.insert_header("Host", "user-service:8001")
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [listen, service] = &args[..] else {
        // Cargo runs benchmarks without them: then it only shows that it runs.
        return println!("see the first lines of benches/bare.rs");
    };
    let conf = ServerConf {
        threads: 1,
        upstream_keepalive_pool_size: 4096,
        ..ServerConf::default()
    };
    let mut server = Server::new_with_opt_and_conf(None, conf);
    server.bootstrap();
    let bare = Bare {
        service: service.parse().unwrap(),
    };
    let mut proxy = http_proxy_service(&server.configuration, bare);
    proxy.add_tcp(listen);
    server.add_service(proxy);
    server.run(RunArgs::default());
}
