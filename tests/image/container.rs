//! A process with the image's files as its whole file system, read-only but for `/run`, with
//! processes and a network of its own, as the image's user: what a container's runtime makes.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::root::{Root, USER};
use crate::support::gateway::{collect, wait};
use crate::support::tools::system;
use crate::support::{Response, Wire, eventually};

/// What is at `/run`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// What the image has there.
    Image,
    /// An empty volume that everybody may write, as Kubernetes makes it.
    Volume,
}

/// Makes it and becomes its first process.
const MAKE: &str = r#"
root=$1 run=$2 user=$3 ip=$4
shift 4
"$ip" link set lo up
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind /dev/null "$root/dev/null"
case $run in
    image) mount --bind "$root/run" "$root/run" ;;
    volume) mount -t tmpfs -o mode=0777,size=1m volume "$root/run" ;;
esac
mount -o remount,bind,ro "$root"
exec chroot --userspec="$user" "$root" "$@"
"#;

pub(crate) struct Container {
    /// Waits for the first process. That one changes its user, and so can't be told to end
    /// together with this one.
    child: Child,
    /// The first process, as this machine counts.
    first: Option<u32>,
    log: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Container {
    pub(crate) fn start(root: &Root, run: Run, command: &[String]) -> Self {
        let run = match run {
            Run::Image => "image",
            Run::Volume => "volume",
        };
        let path = std::env::var_os("PATH").unwrap();
        let mut child = Command::new("unshare")
            .args(["--mount", "--net", "--pid", "--fork"])
            .args(["sh", "-ec", MAKE, "sh"])
            .arg(root.path())
            .args([run, USER])
            .arg(system("ip"))
            .args(command)
            .env_clear()
            .env("PATH", path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (log, reader) = collect(child.stderr.take().unwrap());
        // The access log; an unread pipe would fill.
        let (_, other) = collect(child.stdout.take().unwrap());
        let mut container = Self {
            child,
            first: None,
            log,
            readers: vec![reader, other],
        };
        let first = eventually("the gateway is the first process", || {
            container.alive();
            container.find_first()
        });
        container.first = Some(first);
        container
    }

    fn child_of_child(&self) -> Option<u32> {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }

    fn find_first(&self) -> Option<u32> {
        let first = self.child_of_child()?;
        // Until then it is the shell.
        let program = fs::read_link(format!("/proc/{first}/exe")).ok()?;
        program.ends_with("api-gateway").then_some(first)
    }

    fn first(&self) -> u32 {
        self.first.unwrap()
    }

    /// Panics when it has ended.
    pub(crate) fn alive(&self) {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let ended = stat.rsplit_once(") ").unwrap().1.starts_with('Z');
        assert!(!ended, "{:#?}", self.log());
    }

    /// A command inside, as `docker exec` starts it.
    fn inside(&self, words: &[impl AsRef<std::ffi::OsStr>]) -> Command {
        let (user, group) = USER.split_once(':').unwrap();
        let mut command = Command::new("nsenter");
        command
            .args(["--target", &self.first().to_string()])
            .args(["--mount", "--net", "--pid", "--root", "--wd"])
            .args(["--setuid", user, "--setgid", group, "--"])
            .args(words)
            .stdin(Stdio::null());
        command
    }

    /// Whether it succeeds, and what it says.
    pub(crate) fn ran(&self, words: &[String]) -> (bool, String) {
        let output = self.inside(words).env_clear().output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }

    /// Runs until the container ends.
    pub(crate) fn spawn(&self, words: &[&str]) -> Ended {
        Ended(self.inside(words).stdout(Stdio::null()).spawn().unwrap())
    }

    /// The answer to a request at the image's port.
    pub(crate) fn ask(&self, request: &str) -> Response {
        self.try_ask(request).expect("nobody listens")
    }

    pub(crate) fn try_ask(&self, request: &str) -> Option<Response> {
        let network = File::open(format!("/proc/{}/ns/net", self.first())).unwrap();
        let connect = || {
            // There is no way back for a thread, so this one is made for it. A socket belongs
            // for life to where it was made.
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], 8000)))
        };
        let stream = thread::scope(|scope| scope.spawn(connect).join().unwrap());
        let mut client = Wire::new(stream.ok()?);
        client.send(request);
        Some(client.response())
    }

    /// What the system says about the first process.
    pub(crate) fn status(&self) -> String {
        fs::read_to_string(format!("/proc/{}/status", self.first())).unwrap()
    }

    /// Whether not even root may write there.
    pub(crate) fn is_read_only(&self, directory: &str) -> bool {
        let file = format!("/proc/{}/root/{directory}/written", self.first());
        match fs::write(&file, "") {
            Ok(()) => fs::remove_file(file).is_err(),
            Err(error) => error.kind() == std::io::ErrorKind::ReadOnlyFilesystem,
        }
    }

    /// By SIGTERM to the first process, as a container's runtime stops it.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        let sent = Command::new("kill").arg(self.first().to_string()).status();
        assert!(sent.unwrap().success());
        wait(&mut self.child)
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // It may have ended by itself. With its first process all others end, and what waits
        // for that one. Until then it is the shell.
        let first = self.first.or_else(|| self.child_of_child());
        let first = first.map(|first| first.to_string());
        let _ = Command::new("kill").arg("-KILL").args(first).output();
        let _ = self.child.kill();
        let _ = self.child.wait();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        if thread::panicking() {
            eprintln!("the container's log:\n{}", self.log().join("\n"));
        }
    }
}

/// Collected when it goes, and killed if it is still there.
pub(crate) struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
