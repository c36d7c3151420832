//! The network: a namespace for each pod and one for the node that routes between them.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::iptables;
use crate::place::{self, Place};
use crate::plan::{GATEWAY, Mode, Plan, Service};

pub struct Pods {
    pub plan: Plan,
    pub gateway: Place,
    /// In the order of the plan's services.
    pub services: Vec<Place>,
    node: Place,
}

impl Pods {
    pub fn make(mode: Mode) -> Self {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        match mode {
            Mode::Loopback => {
                let plan = Plan::new(mode, run, &Place::Host);
                Self {
                    services: vec![Place::Host; plan.services.len()],
                    plan,
                    gateway: Place::Host,
                    node: Place::Host,
                }
            }
            Mode::Namespaces => Self::namespaces(run),
        }
    }

    fn namespaces(run: u32) -> Self {
        place::remove_abandoned();
        let owner = format!("{}-{run}", std::process::id());
        let node = Place::make(&owner, "node");
        node.run(|| fs::write("/proc/sys/net/ipv4/ip_forward", "1").unwrap());
        let pod = |index: u8, name: &str| {
            let pod = Place::make(&owner, name);
            wire(&node, &pod, index);
            iptables::capture(&pod);
            pod
        };
        let gateway = pod(0, GATEWAY);
        let plan = Plan::new(Mode::Namespaces, run, &gateway);
        let services = (1..)
            .zip(&plan.services)
            .map(|(index, service)| pod(index, service.name));
        let pods = Self {
            services: services.collect(),
            plan,
            gateway,
            node,
        };
        pods.route_cluster_ips(None);
        pods
    }

    /// Between the pods, outside all of them.
    pub fn node(&self) -> &Place {
        &self.node
    }

    /// Gives each service its ClusterIP; the one named `moved` its second one instead.
    pub fn route_cluster_ips(&self, moved: Option<&str>) {
        if self.plan.mode == Mode::Namespaces {
            let rule = |service: &Service| match moved == Some(service.name) {
                true => (service.moved_ip, service.pod()),
                false => (service.cluster_ip, service.pod()),
            };
            let rules = self.plan.services.iter().map(rule);
            iptables::cluster_ips(&self.node, rules);
        }
    }
}

/// A pod's `eth0` and its other end on the node, the pod's default gateway.
fn wire(node: &Place, pod: &Place, index: u8) {
    let (end, other) = (format!("pod{index}"), pod.name());
    let (node_ip, pod_ip) = (format!("10.244.{index}.1"), format!("10.244.{index}.2"));
    node.ip(&format!(
        "link add {end} type veth peer name eth0 netns {other}"
    ));
    node.ip(&format!("addr add {node_ip}/24 dev {end}"));
    node.ip(&format!("link set {end} up"));
    pod.ip(&format!("addr add {pod_ip}/24 dev eth0"));
    pod.ip("link set eth0 up");
    pod.ip(&format!("route add default via {node_ip}"));
}
