//! The image's file system: what the last stage copies, the libraries of its base, and what
//! a container's runtime puts in.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::GATEWAY;
use crate::libraries::{closure, foreign};
use crate::support::tools::must_succeed;

/// The image's user and group.
pub(crate) const USER: &str = "65532:65532";

/// The names of the services lead to this machine, as if they were the pod's neighbours.
const HOSTS: &str = "127.0.0.1 localhost user-service auth-service blog-service\n";

pub(crate) struct Root(TempDir);

impl Root {
    pub(crate) fn lay_out() -> Self {
        let place = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let (laid, root) = (place.path().join("image"), place.path().join("root"));
        let sbom = place.path().join("sbom");
        fs::write(&sbom, "{}").unwrap();
        // With the narrowest umask: whoever builds may have it.
        must_succeed(
            Command::new("sh")
                .args(["-c", "umask 077; exec scripts/rootfs \"$@\"", "sh", GATEWAY])
                .args([&sbom, &laid])
                .current_dir(env!("CARGO_MANIFEST_DIR")),
        );
        let run = root.join("run");
        must_succeed(
            Command::new("cp")
                .arg("-a")
                .args([&laid.join("root"), &root]),
        );
        must_succeed(Command::new("cp").arg("-a").args([&laid.join("run"), &run]));
        must_succeed(Command::new("chown").args(["-R", USER]).arg(&run));

        let linked = closure(GATEWAY.as_ref());
        assert!(foreign(&linked).is_empty());
        for (_, library) in linked {
            let copy = root.join(library.strip_prefix("/").unwrap());
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(library, copy).unwrap();
        }
        for place in ["proc", "dev"] {
            fs::create_dir(root.join(place)).unwrap();
        }
        fs::write(root.join("dev/null"), "").unwrap();
        fs::write(root.join("etc/hosts"), HOSTS).unwrap();
        fs::write(root.join("etc/resolv.conf"), "nameserver 127.0.0.1\n").unwrap();
        Self(place)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("root")
    }
}
