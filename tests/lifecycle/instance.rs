//! A gateway and the processes that it hands over to.

use std::fs;
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::place::Place;
use super::plan::Plan;
use crate::support::clock::eventually_within;
use crate::support::gateway::{collect, get, program};
use crate::support::{PATIENCE, Response, Wire, eventually, until};

/// For the command `upgrade`, by contract.
pub const UPGRADE: Duration = Duration::from_secs(8);

pub struct Instance {
    pub place: Place,
    pub address: SocketAddr,
    admin: Option<SocketAddr>,
    /// The first process; its log is that of all.
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    reader: JoinHandle<()>,
}

/// How `upgrade` ended.
#[derive(Debug)]
pub struct Upgraded {
    pub status: ExitStatus,
    pub said: String,
    pub took: Duration,
}

impl Upgraded {
    /// The line with this word; a warning about the configuration is no reason.
    pub fn reason(&self, word: &str) -> &str {
        let mut said = self.said.lines().filter(|line| !line.contains("warning:"));
        let reason = said.find(|line| line.contains(word));
        reason.unwrap_or_else(|| panic!("no {word:?} in {self:?}"))
    }
}

impl Instance {
    pub fn start(plan: &Plan) -> Self {
        Self::start_by(program(), plan)
    }

    /// With another environment, or another command before `run`.
    pub fn start_by(command: Command, plan: &Plan) -> Self {
        Self::start_owned(command, plan, |_| {})
    }

    /// In a directory that belongs to somebody else.
    pub fn start_owned(command: Command, plan: &Plan, own: impl Fn(&Path)) -> Self {
        let place = Place::new();
        place.rename(&plan.text(&place));
        own(place.path());
        let mut instance = Self::start_at(command, place);
        if plan.has_admin() {
            instance.admin = Some(instance.finds("admin on "));
        }
        instance
    }

    /// With a configuration of its own.
    pub fn start_with(text: &str) -> Self {
        let place = Place::new();
        place.rename(text);
        Self::start_at(program(), place)
    }

    fn start_at(mut command: Command, place: Place) -> Self {
        command.args(["run", "--config"]).arg(place.config());
        // As in production: without a line for each request that a client spoilt.
        command.env("RUST_LOG", "info,pingora=warn,hickory=warn");
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let (log, reader) = collect(child.stderr.take().unwrap());
        let mut instance = Self {
            place,
            address: ([127, 0, 0, 1], 0).into(),
            admin: None,
            child,
            log,
            reader,
        };
        instance.address = instance.finds("listening on ");
        instance
    }

    /// The address after these words.
    pub fn finds(&mut self, words: &str) -> SocketAddr {
        eventually(words, || {
            let gone = self.child.try_wait().unwrap();
            assert!(gone.is_none(), "{gone:?}: {:#?}", self.log());
            let log = self.log();
            let rest = log.iter().find_map(|line| line.split_once(words));
            let word = rest.and_then(|(_, rest)| rest.split([',', ' ']).next());
            word.map(|address| address.parse().unwrap())
        })
    }

    pub fn connect(&self) -> Wire {
        Wire::connect(self.address)
    }

    pub fn get(&self, target: &str) -> Response {
        let mut client = self.connect();
        client.send(get(target));
        client.response()
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// How many lines have these words.
    pub fn lines(&self, words: &str) -> usize {
        self.log()
            .iter()
            .filter(|line| line.contains(words))
            .count()
    }

    /// Waits for a line with these words.
    pub fn logged(&self, words: &str) {
        until(&format!("a log line with {words:?}"), || {
            self.lines(words) > 0
        });
    }

    pub fn admin(&self) -> SocketAddr {
        self.admin.unwrap()
    }

    /// What the admin listener answers; `None` when it doesn't.
    pub fn admin_says(&self, target: &str) -> Option<Response> {
        let stream = std::net::TcpStream::connect(self.admin()).ok()?;
        let mut client = Wire::new(stream);
        client.try_send(get(target)).ok()?;
        client.try_response("GET").ok()
    }

    pub fn is_ready(&self) -> bool {
        self.admin_says("/readyz")
            .is_some_and(|answer| answer.status() == 200)
    }

    /// The first process.
    pub fn first(&self) -> u32 {
        self.child.id()
    }

    /// The process that serves, as its file says.
    pub fn pid(&self) -> u32 {
        self.serving().expect("the file of the process that serves")
    }

    fn serving(&self) -> Option<u32> {
        let file = self.place.runtime().join("api-gateway.pid");
        fs::read_to_string(file).ok()?.trim().parse().ok()
    }

    /// To the first process.
    pub fn signal(&self, name: &str) {
        signal(self.first(), name);
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// The end of the first process.
    pub fn wait(&mut self) -> ExitStatus {
        self.wait_within(PATIENCE)
    }

    pub fn wait_within(&mut self, patience: Duration) -> ExitStatus {
        eventually_within(patience, "the process ends", || {
            self.child.try_wait().unwrap()
        })
    }

    pub fn upgrade(&self) -> Upgraded {
        self.upgrade_to(&self.place.config(), None)
    }

    pub fn upgrade_to(&self, config: &Path, binary: Option<&Path>) -> Upgraded {
        let mut command = program();
        command.arg("upgrade").arg("--config").arg(config);
        if let Some(binary) = binary {
            command.arg("--binary").arg(binary);
        }
        let before = Instant::now();
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let status = eventually("the command `upgrade` ends", || child.try_wait().unwrap());
        let took = before.elapsed();
        let mut said = String::new();
        child.stderr.unwrap().read_to_string(&mut said).unwrap();
        Upgraded { status, said, took }
    }

    /// All processes whose command names this place.
    pub fn processes(&self) -> Vec<u32> {
        let ours = self.place.path().as_os_str().as_encoded_bytes();
        let all = fs::read_dir("/proc").unwrap().map_while(Result::ok);
        let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.filter(|id| {
            // One that has ended has no command any more.
            let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            command.windows(ours.len()).any(|part| part == ours)
        })
        .collect()
    }
}

pub fn signal(id: u32, name: &str) {
    let mut kill = Command::new("kill");
    let sent = kill.args(["-s", name, &id.to_string()]).status().unwrap();
    assert!(sent.success(), "SIG{name} to {id}");
}

impl Drop for Instance {
    fn drop(&mut self) {
        // The one that is killed may just be starting another.
        for _ in 0..3 {
            let mut all = self.processes();
            all.extend(self.serving());
            for id in all {
                let mut kill = Command::new("kill");
                let kill = kill.args(["-s", "KILL", &id.to_string()]);
                // It may have ended by itself.
                let _ = kill.stderr(Stdio::null()).status();
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let end = Instant::now() + PATIENCE;
        while !self.reader.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
        }
        let log = self.log();
        if thread::panicking() {
            eprintln!("the gateway's log:\n{}", log.join("\n"));
        } else {
            let panicked = log.iter().any(|line| line.contains("panicked"));
            assert!(!panicked, "{log:#?}");
        }
    }
}
