//! Where the gateway keeps what it needs only while it runs.

use std::path::PathBuf;

/// `server.runtime_dir:`, `server.upgrade_socket:` and `server.pid_file:`, all
/// absolute paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// The directory.
    pub dir: PathBuf,
    /// The socket; its path fits a socket's address.
    pub upgrade_socket: PathBuf,
    /// The file with the id of the process.
    pub pid_file: PathBuf,
    /// Whether the file names any of the three: then it must work; else what can't
    /// be had is only a warning at start.
    pub written: bool,
}

impl Runtime {
    /// The defaults below `dir`.
    pub(in super::super) fn below(dir: PathBuf) -> Self {
        Self {
            upgrade_socket: dir.join("upgrade.sock"),
            pid_file: dir.join("api-gateway.pid"),
            dir,
            written: false,
        }
    }
}

impl Default for Runtime {
    fn default() -> Self {
        Self::below("/run/api-gateway".into())
    }
}
