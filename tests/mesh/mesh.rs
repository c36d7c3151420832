//! The whole mesh but for the gateway: network, certificates, DNS, services and sidecars.

use std::env;
use std::fs::{self, Permissions};
use std::io::{Write, stderr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use tempfile::TempDir;

use crate::certs::Authority;
use crate::dns::{Dns, v4};
use crate::echo::Echo;
use crate::envoy::Sidecar;
use crate::plan::{Mode, Service};
use crate::pods::Pods;
use crate::support::tools;

/// One mesh at a time: the tests measure latencies, and four meshes on a small machine
/// would measure each other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The name of the service outside the mesh.
pub const OUTSIDE: &str = "outside-service";

/// A service's pod.
pub struct Pod {
    pub service: Service,
    pub echo: Echo,
    pub sidecar: Sidecar,
}

/// Fields are dropped from the top: processes before the network they use.
pub struct Mesh {
    pub outbound: Sidecar,
    pods: Vec<Pod>,
    pub dns: Dns,
    /// At the first of the plan's outside addresses.
    pub outside: Echo,
    pub network: Pods,
    pub dir: TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Mesh {
    /// In the most faithful mode that this process is able to.
    pub fn start() -> Self {
        Self::start_in(mode())
    }

    pub fn start_in(mode: Mode) -> Self {
        // A test that failed has poisoned the lock, and that is all it did.
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let dir = tempfile::Builder::new()
            .prefix("agwmesh")
            .tempdir()
            .unwrap();
        // The sidecars' user has to get to its own directories in here.
        fs::set_permissions(&dir, Permissions::from_mode(0o711)).unwrap();
        let envoy = envoy_for(mode, dir.path());

        let network = Pods::make(mode);
        let (plan, gateway) = (&network.plan, &network.gateway);
        let ca = Authority::new();
        let dns = Dns::start(gateway, plan.dns);
        let outside = Echo::start(OUTSIDE, gateway, plan.outside[0]);
        dns.set(OUTSIDE, v4(plan.outside[0]));
        let mut outbound = Sidecar::outbound(&envoy, dir.path(), gateway, plan, &ca);
        let mut pods: Vec<Pod> = plan
            .services
            .iter()
            .zip(&network.services)
            .map(|(service, place)| {
                dns.set(service.name, service.cluster_ip);
                Pod {
                    echo: Echo::start(service.name, place, service.app),
                    sidecar: Sidecar::inbound(&envoy, dir.path(), place, plan, service, &ca),
                    service: service.clone(),
                }
            })
            .collect();
        // All are starting by now, so they start side by side.
        outbound.ready();
        for pod in &mut pods {
            pod.sidecar.ready();
        }
        Self {
            outbound,
            pods,
            dns,
            outside,
            network,
            dir,
            _alone: alone,
        }
    }

    pub fn pods(&self) -> &[Pod] {
        &self.pods
    }

    pub fn pod(&self, name: &str) -> &Pod {
        let found = self.pods.iter().find(|pod| pod.service.name == name);
        found.unwrap_or_else(|| panic!("no service {name}"))
    }

    pub fn pod_mut(&mut self, name: &str) -> &mut Pod {
        let found = self.pods.iter_mut().find(|pod| pod.service.name == name);
        found.unwrap_or_else(|| panic!("no service {name}"))
    }
}

impl Drop for Mesh {
    fn drop(&mut self) {
        // Who has to find out why a test failed needs the logs.
        if thread::panicking() {
            self.dir.disable_cleanup(true);
            eprintln!(
                "mesh test: configurations and logs are in {}",
                self.dir.path().display()
            );
        }
    }
}

/// Namespaces where they can be made; otherwise the loopback network, and the reason why
/// on the real standard error, which the test runner doesn't capture.
fn mode() -> Mode {
    let why = if env::var_os("API_GATEWAY_MESH_ROOTLESS").is_some_and(|value| value == "1") {
        "API_GATEWAY_MESH_ROOTLESS=1"
    } else if !may_make_namespaces() {
        "not root, or without CAP_SYS_ADMIN and CAP_NET_ADMIN"
    } else {
        return Mode::Namespaces;
    };
    let _ = writeln!(
        stderr(),
        "mesh test: {why}: fell back to loopback listeners, without namespaces and iptables"
    );
    Mode::Loopback
}

/// Effective capabilities 12 (NET_ADMIN) and 21 (SYS_ADMIN), as capabilities(7) numbers them.
fn may_make_namespaces() -> bool {
    const NEEDED: u64 = 1 << 12 | 1 << 21;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    rustix::process::geteuid().is_root() && effective.is_some_and(|set| set & NEEDED == NEEDED)
}

/// A binary that the sidecars' user may execute: root's may lie where others can't go.
fn envoy_for(mode: Mode, dir: &Path) -> PathBuf {
    let found = tools::envoy();
    if mode == Mode::Loopback {
        return found;
    }
    let reachable = dir.join("envoy");
    if fs::hard_link(&found, &reachable).is_err() {
        fs::copy(&found, &reachable).unwrap();
    }
    reachable
}
