//! What exists in the mesh and at which address: the team's services and their pods.

use std::net::{Ipv4Addr, SocketAddr};
use std::process;

use crate::place::Place;

/// The team's Kubernetes namespace.
pub const NAMESPACE: &str = "titanium-prod";
pub const TRUST_DOMAIN: &str = "cluster.local";

/// Service names and ports of the team, and what the gateway's own pod is called.
const SERVICES: [(&str, u16); 3] = [
    ("user-service", 8001),
    ("auth-service", 8002),
    ("blog-service", 8005),
];
pub const GATEWAY: &str = "api-gateway";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// A network namespace for each pod, with Istio's and kube-proxy's iptables rules.
    Namespaces,
    /// Everything on loopback addresses; the sidecar listens at each service's address.
    Loopback,
}

#[derive(Clone, Debug)]
pub struct Service {
    pub name: &'static str,
    pub port: u16,
    /// What DNS answers, as Kubernetes does for a service with a ClusterIP.
    pub cluster_ip: Ipv4Addr,
    /// The ClusterIP after the service was deleted and made again.
    pub moved_ip: Ipv4Addr,
    pub pod_ip: Ipv4Addr,
    /// Where the application listens, behind its sidecar.
    pub app: SocketAddr,
}

impl Service {
    /// The Host header that the mesh routes by.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.name, self.port)
    }

    pub fn fqdn(&self) -> String {
        format!("{}.{NAMESPACE}.svc.{TRUST_DOMAIN}", self.name)
    }

    /// Istio's name for the cluster behind this service, `direction|port|subset|host`.
    pub fn cluster(&self) -> String {
        format!("outbound|{}||{}", self.port, self.fqdn())
    }

    /// Istio's server name for the same cluster, in a form that DNS names allow.
    pub fn sni(&self) -> String {
        format!("outbound_.{}_._.{}", self.port, self.fqdn())
    }

    pub fn at(&self, ip: Ipv4Addr) -> SocketAddr {
        SocketAddr::from((ip, self.port))
    }

    pub fn pod(&self) -> SocketAddr {
        self.at(self.pod_ip)
    }
}

/// The identity that Istio gives a workload: its service account.
pub fn spiffe(account: &str) -> String {
    format!("spiffe://{TRUST_DOMAIN}/ns/{NAMESPACE}/sa/{account}")
}

/// Every address of one mesh.
pub struct Plan {
    pub mode: Mode,
    pub services: Vec<Service>,
    /// Of the cluster's DNS server, on the gateway's loopback network.
    pub dns: Ipv4Addr,
    /// An echo outside the mesh, at two addresses of the gateway's loopback network, which
    /// the sidecar never sees (Istio's rules exempt it too).
    pub outside: [SocketAddr; 2],
}

impl Plan {
    /// `run` tells meshes of one process apart.
    pub fn new(mode: Mode, run: u32, gateway: &Place) -> Self {
        // No other process listens in this corner of 127.0.0.0/8, so a port that is free
        // there stays free.
        let unique = process::id().wrapping_mul(16).wrapping_add(run);
        let [.., high, low] = unique.to_be_bytes();
        let corner = |last: u8| Ipv4Addr::new(127, 1 + high % 254, low, last);

        let service = |(index, (name, port)): (u8, (&'static str, u16))| match mode {
            Mode::Namespaces => {
                let pod_ip = Ipv4Addr::new(10, 244, index, 2);
                Service {
                    name,
                    port,
                    cluster_ip: Ipv4Addr::new(10, 96, 0, 100 + index),
                    moved_ip: Ipv4Addr::new(10, 96, 0, 200 + index),
                    pod_ip,
                    app: SocketAddr::from((pod_ip, port)),
                }
            }
            Mode::Loopback => {
                let port = gateway.free_port(corner(100 + index));
                Service {
                    name,
                    port,
                    cluster_ip: corner(100 + index),
                    moved_ip: corner(200 + index),
                    pod_ip: corner(10 + index),
                    app: SocketAddr::from((corner(50 + index), port)),
                }
            }
        };
        let port = gateway.free_port(corner(30));
        Self {
            mode,
            services: (1..).zip(SERVICES).map(service).collect(),
            dns: corner(53),
            outside: [30, 31].map(|last| SocketAddr::from((corner(last), port))),
        }
    }
}
