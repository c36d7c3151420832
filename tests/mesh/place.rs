//! Where a socket is opened or a process runs: on this host or in a network namespace.
//!
//! A socket belongs for life to the namespace in which it was made, and a process to that of
//! the thread that started it. So only opening and starting happen inside; the socket is
//! then used from anywhere.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::panic::resume_unwind;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::support::tools::{must_succeed, system};

const NAMES: &str = "/run/netns";
const PREFIX: &str = "agwmesh-";

#[derive(Clone)]
pub enum Place {
    Host,
    Namespace(Arc<Namespace>),
}

impl Place {
    /// Makes an empty namespace with its loopback interface up. `owner` tells runs apart.
    pub fn make(owner: &str, pod: &str) -> Self {
        let namespace = Namespace {
            name: format!("{PREFIX}{owner}-{pod}"),
        };
        must_succeed(Command::new(system("ip")).args(["netns", "add", &namespace.name]));
        let place = Self::Namespace(Arc::new(namespace));
        place.ip("link set lo up");
        place
    }

    /// The name for `ip link ... netns NAME`.
    pub fn name(&self) -> &str {
        match self {
            Self::Host => "host",
            Self::Namespace(namespace) => &namespace.name,
        }
    }

    /// Runs `ip` for this place, with words as in a shell.
    pub fn ip(&self, words: &str) {
        let mut command = Command::new(system("ip"));
        if let Self::Namespace(namespace) = self {
            command.args(["-n", &namespace.name]);
        }
        must_succeed(command.args(words.split(' ')));
    }

    /// Does something inside and comes back.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match self {
            Self::Host => work(),
            Self::Namespace(namespace) => thread::scope(|scope| {
                let inside = scope.spawn(|| {
                    namespace.enter();
                    work()
                });
                inside.join().unwrap_or_else(|panic| resume_unwind(panic))
            }),
        }
    }

    pub fn connect(&self, to: SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        self.run(|| TcpStream::connect_timeout(&to, timeout))
    }

    pub fn listen(&self, at: SocketAddr) -> io::Result<TcpListener> {
        self.run(|| TcpListener::bind(at))
    }

    /// A port that nobody listens on at this address.
    pub fn free_port(&self, at: Ipv4Addr) -> u16 {
        let listener = self.listen(SocketAddr::from((at, 0))).unwrap();
        listener.local_addr().unwrap().port()
    }
}

/// A network namespace, removed when the last user of it is gone.
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Moves this thread. There is no way back, so only a thread made for it may call this.
    fn enter(&self) {
        let link = File::open(Path::new(NAMES).join(&self.name)).unwrap();
        move_into_link_name_space(link.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // A failure here must not turn a test's panic into an abort.
        let _ = Command::new(system("ip"))
            .args(["netns", "del", &self.name])
            .status();
    }
}

/// Removes namespaces whose run was killed before it could.
pub fn remove_abandoned() {
    let Ok(names) = fs::read_dir(NAMES) else {
        return;
    };
    for name in names.filter_map(Result::ok) {
        let name = name.file_name().to_string_lossy().into_owned();
        let owner = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            drop(Namespace { name });
        }
    }
}
