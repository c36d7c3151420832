//! The gateway as operators run it: its own process, told by a file.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::clock::{eventually, until};
use super::message::Response;
use super::wire::Wire;

pub struct Gateway {
    child: Child,
    pub address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
    config: tempfile::NamedTempFile,
}

/// The program with a clean environment.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_api-gateway"));
    command
        .env(
            "RUST_LOG",
            "info,api_gateway=debug,pingora=warn,hickory=warn",
        )
        .stdin(Stdio::null());
    command
}

/// A configuration on disk. Unless it says something else, it has no admin addresses,
/// for which gateways beside each other would fight, and no access log.
pub fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    if !text.ends_with('\n') {
        writeln!(file).unwrap();
    }
    if !text.contains("admin:") {
        writeln!(file, "admin: {{ listen: off, operator: off }}").unwrap();
    }
    if !text.contains("access_log:") {
        writeln!(file, "access_log: {{ output: off }}").unwrap();
    }
    file
}

impl Gateway {
    pub fn start(config: &str) -> Self {
        Self::start_by(&mut program(), config)
    }

    pub fn start_by(command: &mut Command, config: &str) -> Self {
        let file = file(config);
        command.args(["run", "--config"]).arg(file.path());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let (log, reader) = collect(child.stderr.take().unwrap());
        let find = || {
            let log = log.lock().unwrap();
            let line = log.iter().find_map(|line| line.split_once("listening on "));
            let word = line.and_then(|(_, rest)| rest.split([',', ' ', '"']).next());
            word.map(|address| address.parse().unwrap())
        };
        let address = eventually("the gateway listens", || {
            let gone = child.try_wait().unwrap();
            assert!(
                gone.is_none(),
                "{gone:?}: {:?}\n{config}",
                log.lock().unwrap()
            );
            find()
        });
        Self {
            child,
            address,
            log,
            reader: Some(reader),
            config: file,
        }
    }

    /// Where its configuration is.
    pub fn config(&self) -> &std::path::Path {
        self.config.path()
    }

    pub fn connect(&self) -> Wire {
        Wire::connect(self.address)
    }

    /// One request on a connection of its own.
    pub fn ask(&self, request: impl AsRef<[u8]>) -> Response {
        let mut client = self.connect();
        client.send(&request);
        let method = request.as_ref().split(|&b| b == b' ').next().unwrap();
        client.response_to(std::str::from_utf8(method).unwrap())
    }

    pub fn get(&self, target: &str) -> Response {
        self.ask(get(target))
    }

    /// The same, until the gateway has closed the connection. It does so last: what it
    /// keeps of its connection to the service is in the pool by then.
    pub fn get_and_settle(&self, target: &str) -> Response {
        let mut client = self.connect();
        client.send(format!(
            "GET {target} HTTP/1.1\r\nHost: client.example\r\nConnection: close\r\n\r\n"
        ));
        let response = client.response();
        client.assert_closed();
        response
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Waits for a log line that has all these words.
    pub fn logged(&self, words: &[&str]) -> String {
        eventually(
            &format!("a log line with {words:?}: {:#?}", self.log()),
            || {
                let has = |line: &String| words.iter().all(|word| line.contains(word));
                self.log().into_iter().find(has)
            },
        )
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Files that it has open.
    pub fn open_files(&self) -> usize {
        let path = format!("/proc/{}/fd", self.child.id());
        std::fs::read_dir(path).unwrap().count()
    }

    pub fn rss_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// The processor's time that it has used so far, to 10 ms.
    pub fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // Behind the name, which may have spaces, `utime` and `stime` are the 12th and 13th.
        let numbers = stat.rsplit_once(") ").unwrap().1.split(' ');
        let ticks = numbers.skip(11).take(2).map(|n| n.parse::<u64>().unwrap());
        Duration::from_millis(10 * ticks.sum::<u64>())
    }

    pub fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Until it gets CONT nothing of it runs, and what reaches it waits in the system.
    pub fn stop(&self) {
        self.signal("STOP");
        let stopped = |task: std::io::Result<std::fs::DirEntry>| {
            let stat = std::fs::read_to_string(task.unwrap().path().join("stat"));
            // Behind the name, which may have anything.
            stat.unwrap().rsplit_once(") ").unwrap().1.starts_with('T')
        };
        let tasks = format!("/proc/{}/task", self.child.id());
        until("every thread stands still", || {
            std::fs::read_dir(&tasks).unwrap().all(stopped)
        });
    }

    pub fn wait(&mut self) -> ExitStatus {
        wait(&mut self.child)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.reader.take().map(JoinHandle::join);
        let log = self.log();
        if thread::panicking() {
            eprintln!("the gateway's log:\n{}", log.join("\n"));
        } else {
            assert!(
                !log.iter().any(|line| line.contains("panicked")),
                "{log:#?}"
            );
        }
    }
}

/// A GET with a Host.
pub fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: client.example\r\n\r\n")
}

/// Collects lines as they come.
pub fn collect(from: impl Read + Send + 'static) -> (Arc<Mutex<Vec<String>>>, JoinHandle<()>) {
    let lines = Arc::<Mutex<Vec<String>>>::default();
    let target = lines.clone();
    let reader = thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            target.lock().unwrap().push(line);
        }
    });
    (lines, reader)
}

pub fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill")
        .args(["-s", name, &id])
        .status()
        .unwrap();
    assert!(sent.success());
}

pub fn wait(child: &mut Child) -> ExitStatus {
    eventually("the process ends", || child.try_wait().unwrap())
}
