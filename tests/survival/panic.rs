//! A panic in the middle of a request.
//!
//! Nothing in the gateway panics on purpose, so an application around the proxy does it: in
//! the request's own task, with all that the request holds, behind the guard as it is.

use std::fs;
use std::future::poll_fn;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::SystemTime;

use api_gateway::config;
use api_gateway::guard::{Connections, GuardService, Incoming, Served, Settings, StraightWay};
use api_gateway::observe::{AccessLog, Gauges, Observer};
use api_gateway::proxy::{Gateway, Snapshot, Straight};
use arc_swap::ArcSwap;
use async_trait::async_trait;
use pingora_core::apps::{HttpServerApp, ReusedHttpStream};
use pingora_core::protocols::http::ServerSession;
use pingora_core::server::ShutdownWatch;
use pingora_core::server::configuration::ServerConf;
use pingora_core::services::Service as _;
use pingora_proxy::http_proxy;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::alone;
use crate::support::{Broken, Service, Wire, until};

/// Panics in a request that is in progress when it is told to.
struct Panicking<A> {
    proxy: Arc<A>,
    now: Arc<Notify>,
}

#[async_trait]
impl<A: HttpServerApp + Send + Sync + 'static> HttpServerApp for Panicking<A> {
    async fn process_new_http(
        self: &Arc<Self>,
        session: ServerSession,
        shutdown: &ShutdownWatch,
    ) -> Option<ReusedHttpStream> {
        let mut served = pin!(self.proxy.process_new_http(session, shutdown));
        let mut now = pin!(self.now.notified());
        // A `select!` would drop the request before it panics.
        poll_fn(|cx| match now.as_mut().poll(cx) {
            Poll::Ready(()) => panic!("planted by the test"),
            Poll::Pending => served.as_mut().poll(cx),
        })
        .await
    }
}

/// The same of one that goes straight.
struct PanickingWay {
    straight: Straight,
    now: Arc<Notify>,
}

impl StraightWay for PanickingWay {
    fn begin<'a>(&'a self, request: Incoming<'a>) -> Option<Served<'a>> {
        let mut served = self.straight.begin(request)?;
        let now = self.now.clone();
        Some(Box::pin(async move {
            let mut now = pin!(now.notified());
            poll_fn(|cx| match now.as_mut().poll(cx) {
                Poll::Ready(()) => panic!("planted by the test"),
                Poll::Pending => served.as_mut().poll(cx),
            })
            .await
        }))
    }
}

struct Running {
    address: SocketAddr,
    now: Arc<Notify>,
    connections: Arc<Connections>,
    observer: Arc<Observer>,
    serving: JoinHandle<()>,
    runtime: Runtime,
    _stop: watch::Sender<bool>,
}

/// With one place in all: one that isn't given back would fail whatever follows.
fn start(service: &Service, log: &Path) -> Running {
    let text = format!(
        "server: {{ h2c: true, limits: {{ in_flight: 1 }} }}\n\
         access_log: {{ output: {} }}\n\
         services: {{ svc: {{ url: \"{}\", timeouts: {{ response_header: 10s }} }} }}\n\
         routes: [{{ name: all, service: svc }}]\n",
        log.display(),
        service.url()
    );
    let (config, report) = config::parse("gateway.yaml", &text, &|_| None);
    let config = config.unwrap_or_else(|| panic!("{report}"));
    let settings = Arc::new(ArcSwap::from_pointee(Settings::new(&config)));
    let observer = Arc::new(Observer::new(AccessLog::start(&config.access_log).unwrap()));
    observer.count_panics();
    let snapshot = Snapshot::new(config, observer.clone()).unwrap();
    let snapshot = Arc::new(ArcSwap::from_pointee(snapshot));
    let gateway = Gateway::new(snapshot.clone());
    let now = Arc::new(Notify::new());
    let app = Panicking {
        proxy: Arc::new(http_proxy(&Arc::new(ServerConf::default()), gateway)),
        now: now.clone(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(Connections::new(10));
    let refused = Arc::new(|_, _, _: &str| {});
    let guard = GuardService::new(
        app,
        settings,
        connections.clone(),
        refused,
        vec![listener],
        1,
    );
    let straight = PanickingWay {
        straight: Straight::new(snapshot, 1),
        now: now.clone(),
    };
    let mut guard = guard.unwrap().with_straight_way(Arc::new(straight));
    let (stop, watch) = watch::channel(false);
    let runtime = Runtime::new().unwrap();
    let serving = runtime.spawn(async move { guard.start_service(None, watch, 1).await });
    Running {
        address,
        now,
        connections,
        observer,
        serving,
        runtime,
        _stop: stop,
    }
}

impl Running {
    /// It ends by itself once its clients have gone.
    fn stop(self) {
        self.connections.stop_accepting();
        self.runtime.block_on(self.serving).unwrap();
    }

    /// Panics in the request that is in progress; so many have then.
    fn panic(&self, counted: usize) {
        self.now.notify_one();
        let line = format!("gateway_panics_total {counted}\n");
        until("it is counted", || self.page().contains(&line));
    }

    fn page(&self) -> String {
        self.observer.metrics.render(&Gauges {
            services: Vec::new(),
            connections: Vec::new(),
            connections_refused: 0,
            generation: 1,
            last_reload: SystemTime::now(),
            last_reload_successful: true,
            draining: false,
            access_log_dropped: 0,
            log_dropped: 0,
        })
    }
}

/// So many requests for `/panics` are told of as bugs.
fn told(log: &Path, times: usize) {
    until("its line in the log", || {
        let text = fs::read_to_string(log).unwrap();
        let is_bug = |line: &&str| {
            let words = ["\"/panics\"", "\"response_code\":500", "\"FI\""];
            words.iter().all(|word| line.contains(word))
        };
        text.lines().filter(is_bug).count() == times
    });
}

#[test]
fn a_panic_ends_its_request_and_nothing_else() {
    let _alone = alone();
    let (service, go) = Service::on_command();
    let log = tempfile::NamedTempFile::new().unwrap();
    let gateway = start(&service, log.path());
    let mut asked = 0;
    // It ends at the gateway, and makes a request Pingora's.
    let by_pingora = "Keep-Alive: 1\r\n";
    let mut ask = |client: &mut Wire, target: &str, field: &str| {
        client.send(format!("GET {target} HTTP/1.1\r\nHost: h\r\n{field}\r\n"));
        asked += 1;
        service.received(asked);
    };
    let mut other = Wire::connect(gateway.address);
    for (round, field) in (1..).zip(["", by_pingora, ""]) {
        let mut client = Wire::connect(gateway.address);
        ask(&mut client, "/panics", field);
        gateway.panic(round);
        // Nobody knows what has been done: there is no answer.
        assert!(client.try_response("GET").is_err());
        go.send(()).unwrap();
        told(log.path(), round);
        // One that was there before, and a new one.
        for client in [&mut other, &mut Wire::connect(gateway.address)] {
            ask(client, "/", field);
            go.send(()).unwrap();
            assert_eq!(client.response().text(), "done");
        }
        until("only the first is connected", || {
            gateway.connections.open() == 1
        });
    }
    drop(other);
    gateway.stop();
}

/// For a client of HTTP/1.0 the end of the connection is the end of the body.
#[test]
fn a_panic_in_a_body_never_makes_it_look_whole() {
    let _alone = alone();
    let service = Service::start(|mut conn| {
        conn.request();
        conn.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        conn.drain();
    });
    let log = tempfile::NamedTempFile::new().unwrap();
    let gateway = start(&service, log.path());
    let mut client = Wire::connect(gateway.address);
    client.send("GET /panics HTTP/1.0\r\nHost: h\r\n\r\n");
    assert_eq!(client.head().unwrap().status(), 200);
    assert_eq!(client.exactly(4).unwrap(), b"half");
    gateway.panic(1);
    assert_eq!(client.rest(), Err(Broken::Reset));
    gateway.stop();
}

#[test]
fn a_panic_in_a_stream_of_http2_ends_that_stream_and_nothing_else() {
    let _alone = alone();
    let (service, go) = Service::on_command();
    let log = tempfile::NamedTempFile::new().unwrap();
    let gateway = start(&service, log.path());
    let (mut client, connection) = gateway.runtime.block_on(async {
        let socket = TcpStream::connect(gateway.address).await.unwrap();
        h2::client::handshake(socket).await.unwrap()
    });
    let connection = gateway.runtime.spawn(connection);
    let mut ask = |path: &str| {
        let request = http::Request::get(format!("http://h{path}"))
            .body(())
            .unwrap();
        client.send_request(request, true).unwrap().0
    };
    for round in 1..=3 {
        let panics = ask("/panics");
        service.received(2 * round - 1);
        gateway.panic(round);
        assert!(gateway.runtime.block_on(panics).is_err());
        go.send(()).unwrap();
        told(log.path(), round);
        let served = ask("/");
        service.received(2 * round);
        go.send(()).unwrap();
        let response = gateway.runtime.block_on(served).unwrap();
        assert_eq!(response.status(), 200);
    }
    assert_eq!(gateway.connections.open(), 1);
    connection.abort();
    gateway.stop();
}
