//! The rules that Istio's init container and kube-proxy write, as `iptables-restore` reads them.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};

use crate::place::Place;
use crate::process::SIDECAR_USER;
use crate::support::tools::system;

pub const OUTBOUND_PORT: u16 = 15001;
pub const INBOUND_PORT: u16 = 15006;

/// The capture of a pod's traffic, rule by rule as `pilot-agent istio-iptables` writes it
/// (istio/tools/istio-iptables/pkg/capture/run.go; its test data has this table).
pub fn capture(place: &Place) {
    let user = SIDECAR_USER;
    restore(
        place,
        &format!(
            "*nat\n\
             :ISTIO_INBOUND - [0:0]\n\
             :ISTIO_REDIRECT - [0:0]\n\
             :ISTIO_IN_REDIRECT - [0:0]\n\
             :ISTIO_OUTPUT - [0:0]\n\
             -A ISTIO_INBOUND -p tcp --dport 15008 -j RETURN\n\
             -A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports {OUTBOUND_PORT}\n\
             -A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports {INBOUND_PORT}\n\
             -A PREROUTING -p tcp -j ISTIO_INBOUND\n\
             -A ISTIO_INBOUND -p tcp --dport 15090 -j RETURN\n\
             -A ISTIO_INBOUND -p tcp --dport 15021 -j RETURN\n\
             -A ISTIO_INBOUND -p tcp --dport 15020 -j RETURN\n\
             -A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT\n\
             -A OUTPUT -p tcp -j ISTIO_OUTPUT\n\
             -A ISTIO_OUTPUT -o lo -s 127.0.0.6/32 -j RETURN\n\
             -A ISTIO_OUTPUT -o lo ! -d 127.0.0.1/32 -p tcp ! --dport 15008 \
                -m owner --uid-owner {user} -j ISTIO_IN_REDIRECT\n\
             -A ISTIO_OUTPUT -o lo -m owner ! --uid-owner {user} -j RETURN\n\
             -A ISTIO_OUTPUT -m owner --uid-owner {user} -j RETURN\n\
             -A ISTIO_OUTPUT -o lo ! -d 127.0.0.1/32 -m owner --gid-owner {user} \
                -j ISTIO_IN_REDIRECT\n\
             -A ISTIO_OUTPUT -o lo -m owner ! --gid-owner {user} -j RETURN\n\
             -A ISTIO_OUTPUT -m owner --gid-owner {user} -j RETURN\n\
             -A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN\n\
             -A ISTIO_OUTPUT -j ISTIO_REDIRECT\n\
             COMMIT\n"
        ),
    );
}

/// What kube-proxy does on the node: a ClusterIP is no machine's address, only a rule.
/// A later call replaces all rules of an earlier one.
pub fn cluster_ips(node: &Place, rules: impl Iterator<Item = (Ipv4Addr, SocketAddr)>) {
    let mut table = String::from("*nat\n");
    for (ip, pod) in rules {
        let port = pod.port();
        table += &format!("-A PREROUTING -d {ip}/32 -p tcp --dport {port} -j DNAT --to {pod}\n");
    }
    restore(node, &(table + "COMMIT\n"));
}

fn restore(place: &Place, table: &str) {
    place.run(|| {
        let mut child = Command::new(system("iptables-restore"))
            .arg("--wait")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(table.as_bytes())
            .unwrap();
        assert!(
            child.wait().unwrap().success(),
            "iptables-restore:\n{table}"
        );
    });
}
