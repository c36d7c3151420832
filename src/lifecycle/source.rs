//! Where the configuration comes from, and when it has changed.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use log::warn;
use rustix::fs::OFlags;

use crate::config::{self, Config, Report};

/// How often the file is looked at. Looking finds what every editor, ConfigMap and file
/// system does; being told of changes would miss some.
const INTERVAL: Duration = Duration::from_millis(500);

/// Looks after which a file that is never the same twice is worth a word.
const RESTLESS: u32 = 10;

/// Reads what is in the file as the commands do, with all that they have to say about it.
type Parser = dyn Fn(io::Result<Vec<u8>>) -> (Option<Config>, Report) + Send + Sync;

/// The file that the configuration is in.
pub struct Source {
    path: PathBuf,
    known: Vec<u8>,
    parse: Box<Parser>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Source").field(&self.path).finish()
    }
}

impl Source {
    /// `known` is what was in the file when the configuration in use was read; `parse`
    /// reads what is in it later.
    pub fn new(
        path: PathBuf,
        known: Vec<u8>,
        parse: impl Fn(io::Result<Vec<u8>>) -> (Option<Config>, Report) + Send + Sync + 'static,
    ) -> Self {
        Self {
            path,
            known,
            parse: Box::new(parse),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn parse(&self, content: Content) -> (Option<Config>, Report) {
        (self.parse)(content.map_err(io::Error::from))
    }

    pub(super) fn watch(&self) -> Watch {
        Watch::new(self.path.clone(), self.known.clone())
    }
}

/// What is in the file, or why that can't be known.
pub(super) type Content = Result<Vec<u8>, ErrorKind>;

/// Notices when the content of a file has changed, wherever its name leads by then.
pub(super) struct Watch {
    path: PathBuf,
    /// What the gateway knows of.
    known: Content,
    /// What was there at the last look.
    latest: Content,
    /// Looks since it was the same twice.
    restless: u32,
}

impl Watch {
    fn new(path: PathBuf, known: Vec<u8>) -> Self {
        Self {
            path,
            latest: Ok(known.clone()),
            known: Ok(known),
            restless: 0,
        }
    }

    /// Waits until there is something new. What is still being written isn't: it has to
    /// be the same at two looks.
    pub(super) async fn changed(&mut self) -> Content {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let content = read(self.path.clone()).await;
            if self.look(content) {
                return self.known.clone();
            }
        }
    }

    /// What is there now, settled or not.
    pub(super) async fn now(&mut self) -> Content {
        self.known = read(self.path.clone()).await;
        self.latest.clone_from(&self.known);
        self.known.clone()
    }

    fn look(&mut self, content: Content) -> bool {
        if content != self.latest {
            self.latest = content;
            self.restless += 1;
            if self.restless == RESTLESS {
                let path = self.path.display();
                warn!("{path} keeps changing; it is read once it stays for {INTERVAL:?}");
            }
            return false;
        }
        self.restless = 0;
        let new = content != self.known;
        if new {
            self.known = content;
        }
        new
    }
}

/// Reads on a thread that may wait.
async fn read(path: PathBuf) -> Content {
    let content = tokio::task::spawn_blocking(move || read_regular(&path)).await;
    content.map_err(|_| ErrorKind::Other)?.map_err(|e| e.kind())
}

/// A pipe or a device in place of the file would keep its reader for ever.
fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(nonblocking)
        .open(path)?;
    let kind = file.metadata()?;
    if kind.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !kind.is_file() {
        return Err(ErrorKind::Unsupported.into());
    }
    config::content(file)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    fn watching(path: &Path) -> Watch {
        Watch::new(path.to_owned(), read_regular(path).unwrap())
    }

    fn look(watch: &mut Watch) -> bool {
        let content = read_regular(&watch.path).map_err(|e| e.kind());
        watch.look(content)
    }

    #[test]
    fn what_is_being_written_is_not_taken_until_it_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gateway.yaml");
        fs::write(&path, "one").unwrap();
        let mut watch = watching(&path);
        assert!(!look(&mut watch));
        fs::write(&path, "tw").unwrap();
        assert!(!look(&mut watch));
        fs::write(&path, "two").unwrap();
        assert!(!look(&mut watch));
        assert!(look(&mut watch));
        assert!(!look(&mut watch));
    }

    #[test]
    fn what_changed_before_the_first_look_is_new() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gateway.yaml");
        fs::write(&path, "two").unwrap();
        let mut watch = Watch::new(path, b"one".to_vec());
        assert!(!look(&mut watch));
        assert!(look(&mut watch));
    }

    #[test]
    fn a_file_that_is_gone_for_a_moment_or_touched_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gateway.yaml");
        fs::write(&path, "one").unwrap();
        let mut watch = watching(&path);
        fs::remove_file(&path).unwrap();
        assert!(!look(&mut watch));
        fs::write(&path, "one").unwrap();
        assert!(!look(&mut watch) && !look(&mut watch));
    }

    #[test]
    fn a_file_that_stays_away_is_told_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gateway.yaml");
        fs::write(&path, "one").unwrap();
        let mut watch = watching(&path);
        fs::remove_file(&path).unwrap();
        assert!(!look(&mut watch));
        assert!(look(&mut watch));
        assert_eq!(watch.known, Err(ErrorKind::NotFound));
        assert!(!look(&mut watch));
    }

    #[test]
    fn a_pipe_in_its_place_keeps_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        let refused = read_regular(&path).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unsupported);
    }

    /// As the kubelet changes a ConfigMap's volume.
    #[test]
    fn the_swap_of_a_directory_behind_a_link_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for (name, content) in [("..1", "one"), ("..2", "two")] {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join("gateway.yaml"), content).unwrap();
        }
        symlink("..1", at("..data")).unwrap();
        symlink("..data/gateway.yaml", at("gateway.yaml")).unwrap();
        let mut watch = watching(&at("gateway.yaml"));
        symlink("..2", at("..data_tmp")).unwrap();
        fs::rename(at("..data_tmp"), at("..data")).unwrap();
        assert!(!look(&mut watch));
        assert!(look(&mut watch));
    }
}
