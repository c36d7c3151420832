//! The mesh by itself: that it does to a request what a mesh of Istio does. What the gateway
//! is later shown to do right is only worth something in a mesh that does wrong right.

use std::io::ErrorKind;

use crate::client::get;
use crate::mesh::Mesh;
use crate::plan::{GATEWAY, Mode, spiffe};
use crate::support::message::Response;

/// Sends a request as the gateway would: to the service's address, with this Host.
fn through_sidecar(mesh: &Mesh, service: &str, host: &str, path: &str) -> Response {
    let service = &mesh.pod(service).service;
    let to = service.at(service.cluster_ip);
    get(&mesh.network.gateway, to, host, path).unwrap()
}

/// Host decides alone: each name of a service, with its port or without, means its cluster,
/// and anything else means plaintext to a pod that refuses it.
fn the_host_decides(mesh: &Mesh) {
    for pod in mesh.pods() {
        let service = &pod.service;
        let names = [
            service.authority(),
            service.name.to_owned(),
            format!("{}.titanium-prod:{}", service.name, service.port),
            service.fqdn(),
            service.cluster_ip.to_string(),
        ];
        for (index, name) in names.iter().enumerate() {
            let path = format!("/{}/{index}", service.name);
            let answer = through_sidecar(mesh, service.name, name, &path);
            assert_eq!(answer.status(), 200, "{name}: {answer:?}");
            assert_eq!(answer.json()["service"], service.name);
            assert_eq!(mesh.outbound.logged(&path)["cluster"], service.cluster());
            let inbound = pod.sidecar.logged(&path);
            assert_eq!(inbound["caller"], spiffe(GATEWAY));
            assert_eq!(inbound["sni"], service.sni());
        }
        for name in ["shop.example", "10.244.1.15", "nginx.titanium-prod.svc"] {
            let path = format!("/{}/{name}", service.name);
            let answer = through_sidecar(mesh, service.name, name, &path);
            assert_is_the_503(&answer);
            let logged = mesh.outbound.logged(&path);
            assert_eq!(logged["cluster"], "PassthroughCluster", "{logged}");
            assert_eq!(logged["route"], "allow_any", "{logged}");
            assert!(
                logged["flags"] == "UC" || logged["flags"] == "UF",
                "{logged}"
            );
        }
    }
}

pub fn assert_is_the_503(answer: &Response) {
    // A STRICT pod accepts the connection and closes it: "connection termination", UC. The
    // document's "connection failure", UF, is said of one that was never established.
    let start =
        "upstream connect error or disconnect/reset before headers. reset reason: connection";
    assert_eq!(answer.status(), 503, "{answer:?}");
    assert!(answer.text().starts_with(start), "{answer:?}");
}

#[test]
fn the_sidecar_routes_by_host_and_passes_the_rest_through() {
    the_host_decides(&Mesh::start());
}

#[test]
fn the_loopback_fallback_routes_like_the_namespaces() {
    the_host_decides(&Mesh::start_in(Mode::Loopback));
}

#[test]
fn a_strict_pod_refuses_plaintext() {
    let mesh = Mesh::start();
    for pod in mesh.pods() {
        // Past the caller's sidecar.
        let from = mesh.network.node();
        let refused = get(from, pod.service.pod(), &pod.service.authority(), "/");
        let kind = refused.expect_err("an answer to plaintext").kind();
        // Closed without an answer, or reset.
        let gone = [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset];
        assert!(gone.contains(&kind), "{kind}");
        let missed = "listener.0.0.0.0_15006.no_filter_chain_match";
        if mesh.network.plan.mode == Mode::Namespaces {
            assert_eq!(pod.sidecar.stat(missed), 1);
        }
    }
}
