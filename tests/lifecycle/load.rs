//! All clients at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::client::{Client, Phase};
use super::service::Echo;
use super::verdict::{Kind, Record, Verdict};
use super::{download, keep_alive, one_shot, setting, streams, upload, websocket};
use crate::support::{PATIENCE, until};

/// Of each kind; connections of HTTP/2 have many streams each.
const BUSY: u32 = 32;
const PAUSING: u32 = 16;
const POSTING: u32 = 8;
const ONE_SHOT: u32 = 8;
const STREAM: u32 = 4;
const UPLOAD: u32 = 4;

pub struct Load {
    runtime: Runtime,
    gateway: SocketAddr,
    record: Arc<Record>,
    phase: watch::Sender<Phase>,
    clients: Vec<(Kind, JoinHandle<()>)>,
    download: Duration,
}

impl Load {
    /// No client yet.
    pub fn bare(gateway: SocketAddr) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        Self {
            runtime,
            gateway,
            record: Arc::new(Record::new()),
            phase: watch::Sender::default(),
            clients: Vec::new(),
            download: Duration::from_secs(setting("LIFECYCLE_DOWNLOAD", 6)),
        }
    }

    /// Clients of each kind, until [`Self::finish`].
    pub fn start(gateway: SocketAddr) -> Self {
        let mut load = Self::bare(gateway);
        let rate: f64 = setting("LIFECYCLE_RATE", 300.0);
        // The pace at which so many clients make a part of all requests.
        let pace = |clients: u32, part: f64| {
            Duration::from_secs(1).mul_f64(f64::from(clients) / (rate * part))
        };
        let streams = STREAM * u32::try_from(streams::STREAMS).unwrap();
        load.add(Kind::Busy, BUSY, pace(BUSY, 0.5), keep_alive::run);
        load.add(Kind::Pausing, PAUSING, Duration::ZERO, keep_alive::run);
        load.add(Kind::Posting, POSTING, pace(POSTING, 0.15), keep_alive::run);
        load.add(Kind::OneShot, ONE_SHOT, pace(ONE_SHOT, 0.15), one_shot::run);
        load.add(Kind::Stream, STREAM, pace(streams, 0.2), streams::run);
        load.add(Kind::Upload, UPLOAD, Duration::ZERO, upload::run);
        load.add(Kind::Download, 1, load.download, download::run);
        load.add(Kind::Tunnel, 1, Duration::ZERO, websocket::run);
        load
    }

    /// What a client of this load is made from.
    pub fn client(&self, kind: Kind, pace: Duration) -> Client {
        Client {
            kind,
            gateway: self.gateway,
            pace,
            due: Instant::now(),
            record: self.record.clone(),
            phase: self.phase.subscribe(),
        }
    }

    pub fn block_on<T>(&self, task: impl Future<Output = T>) -> T {
        self.runtime.block_on(task)
    }

    /// So many more clients of a kind.
    pub fn add<F>(&mut self, kind: Kind, many: u32, pace: Duration, run: impl Fn(Client) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.record.expect(kind);
        for _ in 0..many {
            let client = run(self.client(kind, pace));
            self.clients.push((kind, self.runtime.spawn(client)));
        }
    }

    /// Waits until every kind has finished one more request; a download takes longer
    /// than that.
    pub fn proceeds(&self) {
        let before = self.record.tallies();
        until("every kind of client makes a request", || {
            let now = self.record.tallies();
            let grown = |kind: &Kind| now[kind].requests > before[kind].requests;
            let mut kinds = now.keys().filter(|kind| **kind != Kind::Download);
            kinds.all(grown)
        });
    }

    /// Waits until every kind has met a failure.
    pub fn fails(&self) {
        until("every kind of client fails", || {
            self.record.tallies().values().all(|tally| tally.failed > 0)
        });
    }

    /// Ends what would live for ever, and begins it anew.
    pub fn renew(&self) {
        self.phase.send_modify(|phase| phase.round += 1);
    }

    /// Lets the download arrive, and then all clients finish what they have begun.
    pub fn finish(mut self, service: &Echo) -> Verdict {
        self.phase.send_modify(|phase| phase.last = true);
        let long = |(kind, _): &mut (Kind, _)| *kind == Kind::Download;
        let downloads = self.clients.extract_if(.., long).collect();
        self.join(downloads);
        self.phase.send_modify(|phase| phase.stop = true);
        let others = std::mem::take(&mut self.clients);
        self.join(others);
        self.record.verdict(&service.duplicates())
    }

    fn join(&self, clients: Vec<(Kind, JoinHandle<()>)>) {
        let patience = self.download + 2 * PATIENCE;
        self.runtime.block_on(async {
            for (kind, client) in clients {
                match tokio::time::timeout(patience, client).await {
                    Ok(Ok(())) => {}
                    Ok(Err(panic)) => self.record.failed(kind, panic),
                    Err(_) => self.record.failed(kind, "a client never ends"),
                }
            }
        });
    }
}
