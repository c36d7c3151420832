//! A directory with the configuration of a gateway, and the ways to replace the file.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

const FILE: &str = "gateway.yaml";

pub struct Place {
    dir: TempDir,
    versions: AtomicU32,
}

impl Place {
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            versions: AtomicU32::new(0),
        }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn config(&self) -> PathBuf {
        self.path().join(FILE)
    }

    /// Where the gateway may make its runtime directory.
    pub fn runtime(&self) -> PathBuf {
        self.path().join("run")
    }

    fn fresh(&self, what: &str) -> PathBuf {
        let number = self.versions.fetch_add(1, Ordering::Relaxed);
        self.path().join(format!("..{what}{number}"))
    }

    /// As editors do: another file takes the name.
    pub fn rename(&self, text: &str) {
        let new = self.fresh("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, self.config()).unwrap();
    }

    /// As Kubernetes does: the file is a link through a link to a directory, and that
    /// one is replaced.
    pub fn swap(&self, text: &str) {
        let version = self.fresh("version");
        fs::create_dir(&version).unwrap();
        fs::write(version.join(FILE), text).unwrap();
        self.link(&version, "..data");
        if !self.config().is_symlink() {
            self.link(&Path::new("..data").join(FILE), FILE);
        }
    }

    fn link(&self, to: &Path, name: &str) {
        let new = self.fresh("link");
        symlink(to, &new).unwrap();
        fs::rename(new, self.path().join(name)).unwrap();
    }

    /// Another file beside the configuration.
    pub fn file(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }
}
