//! The parts of a gateway, and what they make together.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use http::Uri;
use log::warn;
use pingora_core::server::Server;
use pingora_core::server::configuration::ServerConf;
use pingora_proxy::http_proxy;
use tokio::net::UnixListener;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::admin_listeners::AdminListeners;
use super::director::{CROWD, Director, State};
use super::handoff::{Inherited, Sockets, Visitor};
use super::listeners::Listeners;
use super::live::Live;
use super::operator::Operator;
use super::readiness::{Pending, Readiness};
use super::reload::Reloader;
use super::runtime_dir::RuntimeDir;
use super::signals::Signals;
use super::start::{ServeError, Start};
use crate::config::Config;
use crate::guard::GuardService;
use crate::observe::{AccessLog, Observer};
use crate::proxy::{Gateway, MAX_TRIES, Straight};
use crate::upstream::{POOL_SIZE, Refresher};

/// What there is before any socket.
pub(super) struct Parts {
    /// Without its routes.
    pub(super) config: Config,
    pub(super) live: Arc<Live>,
    pub(super) refresher: Refresher,
    pub(super) readiness: Readiness,
}

/// A gateway that is complete but for its first connection.
pub(super) struct Built {
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) server: Server,
    pub(super) director: Director,
    pub(super) reloader: Reloader,
    pub(super) door: Option<UnixListener>,
    pub(super) visitors: mpsc::Sender<Visitor>,
    pub(super) admin: AdminListeners,
    pub(super) operator: Arc<Operator>,
    pub(super) listeners: Pending,
    pub(super) sidecar: Option<Uri>,
    /// Its services have had the time to be looked up, and the sidecar served its
    /// predecessor.
    pub(super) warm: bool,
}

impl Parts {
    pub(super) fn new(mut config: Config, control: &Runtime) -> Result<Self, ServeError> {
        let dns = config.dns.clone();
        let access_log = AccessLog::start(&config.access_log).map_err(ServeError::AccessLog)?;
        let live = Live::new(config.clone(), Arc::new(Observer::new(access_log)))?;
        let mut refresher = Refresher::new(control.handle().clone(), dns.clone());
        refresher.follow(live.snapshot.load().upstreams(), &dns);
        // Nobody asks this copy for them.
        config.routes.clear();
        config.tests.clear();
        Ok(Self {
            config,
            live: Arc::new(live),
            refresher,
            readiness: Readiness::new(),
        })
    }

    pub(super) fn build(
        self,
        start: Start,
        mut inherited: Inherited,
        signals: Signals,
        control: &Runtime,
    ) -> Result<Built, ServeError> {
        let Self {
            config,
            live,
            refresher,
            readiness,
        } = self;
        let _inside = control.enter();
        let pending = readiness.wait_for("listeners");
        // First, so that a port that is taken is all that is said.
        let listeners = Listeners::take_or_bind("server", &config.server.listen, &mut inherited)?;
        let runtime_dir = match start.runtime_dir {
            true => own_files(&config, &mut inherited)?,
            false => None,
        };
        let operator = Arc::new(Operator::new(
            start.source.as_ref().map(|source| source.path().to_owned()),
            config.clone(),
            live.clone(),
            readiness.clone(),
        ));
        let teller = operator.clone();
        live.observer()
            .write_page_with(move |metrics| teller.page(metrics));
        live.observer().count_panics();
        let admin = AdminListeners::bind(&config.admin, &mut inherited)?;
        for address in inherited.left("tcp ") {
            warn!("{address} is given up: the configuration has another address in its place");
        }
        let mut sockets = Sockets::default();
        admin.share(&mut sockets)?;
        listeners.share(&mut sockets)?;
        if let Some(own) = &runtime_dir {
            own.share(&mut sockets)?;
        }
        let (visitors, arrivals) = mpsc::channel(CROWD);
        let door = runtime_dir.as_ref().map(RuntimeDir::listener).transpose()?;
        Ok(Built {
            addresses: listeners.addresses(),
            server: pingora(&config, &live, listeners)?,
            director: Director {
                live: live.clone(),
                readiness,
                signals,
                runtime_dir,
                door: None,
                visitors: arrivals,
                sockets: Arc::new(sockets),
                admin: None,
                operator: operator.clone(),
                state: State::default(),
            },
            sidecar: config.admin.sidecar_ready.clone(),
            warm: start.upgrade,
            reloader: Reloader {
                source: start.source.map(Arc::new),
                began: config,
                live,
                refresher,
                operator: operator.clone(),
            },
            door,
            visitors,
            admin,
            operator,
            listeners: pending,
        })
    }
}

/// The files that a successor finds this process by. What the configuration doesn't ask
/// for may be missing.
fn own_files(config: &Config, inherited: &mut Inherited) -> Result<Option<RuntimeDir>, ServeError> {
    let runtime = &config.server.runtime;
    if let Some(own) = RuntimeDir::inherit(inherited, runtime)? {
        return Ok(Some(own));
    }
    match RuntimeDir::claim(runtime) {
        Ok(own) => Ok(Some(own)),
        Err(error) if runtime.written => Err(error.into()),
        Err(error) => {
            warn!("`api-gateway upgrade` won't find this process: {error}");
            Ok(None)
        }
    }
}

fn pingora(config: &Config, live: &Live, listeners: Listeners) -> io::Result<Server> {
    let workers = config.server.threads.map_or_else(cpu_limit, Into::into);
    let mut server = Server::new_with_opt_and_conf(None, server_conf(workers));
    server.bootstrap();
    let gateway = Gateway::new(live.snapshot.clone());
    let straight = Straight::new(live.snapshot.clone(), workers);
    let proxy = http_proxy(&server.configuration, gateway);
    let observer = live.observer();
    let guard = GuardService::new(
        proxy,
        live.settings.clone(),
        live.connections.clone(),
        Arc::new(move |failure, client, id| observer.refused(failure, client, id)),
        listeners.into_sockets(),
        workers,
    )?;
    server.add_service(guard.with_straight_way(Arc::new(straight)));
    Ok(server)
}

fn cpu_limit() -> usize {
    // It knows the quota of the container's cgroup.
    thread::available_parallelism().map_or(1, Into::into)
}

fn server_conf(threads: usize) -> ServerConf {
    ServerConf {
        threads,
        upstream_keepalive_pool_size: POOL_SIZE,
        // Pingora counts the first try as a retry.
        max_retries: MAX_TRIES,
        ..ServerConf::default()
    }
}
