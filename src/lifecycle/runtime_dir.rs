//! The gateway's own files: the upgrade socket, its lock, and the file with the pid.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use log::warn;
use rustix::fs::{FlockOperation, flock};

use super::handoff::{Inherited, Sockets};
use crate::config::Runtime;

const LOCK: &str = "lock";
const SOCKET: &str = "upgrade-socket";

/// Why the files can't be had.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The system says so.
    #[error("{path}: {source}; let server.runtime_dir be a directory that this user may write")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Others could put their own socket there.
    #[error("{path} {what}; let server.runtime_dir be one of the gateway's own, with mode 0700")]
    Unsafe {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Somebody serves there already.
    #[error(
        "another gateway{pid} uses {path}; replace it with `api-gateway upgrade`, or give this \
         one its own server.runtime_dir"
    )]
    Taken {
        /// `server.upgrade_socket`.
        path: PathBuf,
        /// Its process, where known.
        pid: String,
    },
}

/// The files, while this process is the one that serves.
#[derive(Debug)]
pub(super) struct RuntimeDir {
    /// Locked for as long as a process of ours has it open.
    lock: OwnedFd,
    socket: UnixListener,
    socket_path: PathBuf,
    pid_file: PathBuf,
}

impl RuntimeDir {
    /// Takes the files for a gateway that starts on its own.
    pub(super) fn claim(runtime: &Runtime) -> Result<Self, ClaimError> {
        let socket_path = &runtime.upgrade_socket;
        own_all(runtime)?;
        let lock = lock(socket_path).map_err(|source| match source.kind() {
            io::ErrorKind::WouldBlock => ClaimError::Taken {
                path: socket_path.clone(),
                pid: fs::read_to_string(&runtime.pid_file)
                    .map(|pid| format!(" (pid {})", pid.trim()))
                    .unwrap_or_default(),
            },
            _ => failed(&lock_path(socket_path))(source),
        })?;
        // Nobody serves there: it is what one left that was killed.
        match fs::remove_file(socket_path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(socket_path)(error));
            }
            _ => {}
        }
        let socket = UnixListener::bind(socket_path).map_err(failed(socket_path))?;
        Self::new(lock, socket, runtime)
    }

    /// Takes them over from a predecessor.
    pub(super) fn inherit(
        inherited: &mut Inherited,
        runtime: &Runtime,
    ) -> Result<Option<Self>, ClaimError> {
        let (Some(lock), Some(socket)) = (inherited.take(LOCK), inherited.take(SOCKET)) else {
            return Ok(None);
        };
        own_all(runtime)?;
        Self::new(lock, socket.into(), runtime).map(Some)
    }

    fn new(lock: OwnedFd, socket: UnixListener, runtime: &Runtime) -> Result<Self, ClaimError> {
        let socket_path = runtime.upgrade_socket.clone();
        socket.set_nonblocking(true).map_err(failed(&socket_path))?;
        write_pid(&next(&runtime.pid_file)).map_err(failed(&runtime.pid_file))?;
        Ok(Self {
            lock,
            socket,
            socket_path,
            pid_file: runtime.pid_file.clone(),
        })
    }

    /// The socket, to be accepted from. Needs a runtime.
    pub(super) fn listener(&self) -> io::Result<tokio::net::UnixListener> {
        tokio::net::UnixListener::from_std(self.socket.try_clone()?)
    }

    /// Adds what a successor gets of it.
    pub(super) fn share(&self, sockets: &mut Sockets) -> io::Result<()> {
        sockets.add(LOCK.to_owned(), self.lock.as_fd())?;
        sockets.add(SOCKET.to_owned(), self.socket.as_fd())
    }

    /// Puts the file in place that says which process serves. It has been written: what can
    /// fail has failed before anybody relied on this process.
    pub(super) fn publish_pid(&self) {
        if let Err(error) = fs::rename(next(&self.pid_file), &self.pid_file) {
            warn!("{}: {error}", self.pid_file.display());
        }
    }

    /// Removes the files, unless somebody else serves with them by now.
    pub(super) fn remove(&self) {
        let own = std::process::id().to_string();
        if fs::read_to_string(&self.pid_file).is_ok_and(|pid| pid.trim() != own) {
            return;
        }
        // The lock stays: a process that just waits for it would lock a file without a name.
        for path in [&self.socket_path, &self.pid_file] {
            // It may be gone already; then there is nothing left to do.
            let _ = fs::remove_file(path);
        }
    }
}

fn own_all(runtime: &Runtime) -> Result<(), ClaimError> {
    let (socket, pid_file) = (&runtime.upgrade_socket, &runtime.pid_file);
    [&runtime.dir, parent(socket), parent(pid_file)]
        .into_iter()
        .try_for_each(own)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> ClaimError + use<'_> {
    move |source| ClaimError::Io {
        path: path.to_owned(),
        source,
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Makes the directory when it doesn't exist, and checks that it is ours alone.
fn own(path: &Path) -> Result<(), ClaimError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(path).map_err(failed(path))?;
    let found = fs::metadata(path).map_err(failed(path))?;
    let what = if found.mode() & 0o022 != 0 {
        "may be written by others"
    } else if found.uid() != rustix::process::geteuid().as_raw() && found.uid() != 0 {
        "belongs to another user"
    } else {
        return Ok(());
    };
    Err(ClaimError::Unsafe {
        path: path.to_owned(),
        what,
    })
}

fn lock_path(socket: &Path) -> PathBuf {
    let mut name = socket.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

fn lock(socket: &Path) -> io::Result<OwnedFd> {
    let file = private(OpenOptions::new().write(true)).open(lock_path(socket))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(file.into())
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.create(true).mode(0o600)
}

/// The file that takes the place of another: whoever reads that never sees a part.
fn next(path: &Path) -> PathBuf {
    let mut next = path.as_os_str().to_owned();
    next.push(".next");
    next.into()
}

fn write_pid(path: &Path) -> io::Result<()> {
    let mut file: File = private(OpenOptions::new().write(true).truncate(true)).open(path)?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn runtime(dir: &Path) -> Runtime {
        Runtime {
            dir: dir.to_owned(),
            upgrade_socket: dir.join("upgrade.sock"),
            pid_file: dir.join("api-gateway.pid"),
            written: true,
        }
    }

    #[test]
    fn the_directory_is_made_for_us_alone_and_its_files_go_with_us() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/run");
        let claimed = RuntimeDir::claim(&runtime(&path)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        claimed.publish_pid();
        let pid = fs::read_to_string(path.join("api-gateway.pid")).unwrap();
        assert_eq!(pid, format!("{}\n", std::process::id()));
        claimed.remove();
        let left: Vec<_> = fs::read_dir(&path).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn a_directory_that_others_may_write_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), fs::Permissions::from_mode(0o770)).unwrap();
        let refused = RuntimeDir::claim(&runtime(parent.path())).unwrap_err();
        assert!(refused.to_string().contains("may be written by others"));
    }

    #[test]
    fn only_one_gateway_serves_there_and_a_stale_socket_keeps_nobody_out() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("run");
        let first = RuntimeDir::claim(&runtime(&path)).unwrap();
        first.publish_pid();
        let second = RuntimeDir::claim(&runtime(&path)).unwrap_err();
        let pid = format!("(pid {})", std::process::id());
        assert!(second.to_string().contains(&pid), "{second}");
        // As if it had been killed: the socket is still there.
        drop(first);
        RuntimeDir::claim(&runtime(&path)).unwrap();
    }
}
