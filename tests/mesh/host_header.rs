//! What the gateway is for: each request leaves it with the name of the service it is meant
//! for. With the client's Host instead, the sidecar passes it through and it fails.

use crate::gateway::{CLIENTS_HOST, Gateway, Host};
use crate::mesh::Mesh;
use crate::plan::{GATEWAY, spiffe};
use crate::sidecars::assert_is_the_503;

/// A client's path, the service it is for, and the path that arrives there.
const REQUESTS: [(&str, &str, &str); 4] = [
    ("/blog/api/login", "auth-service", "/login"),
    (
        "/blog/api/posts/1?full=1",
        "blog-service",
        "/blog/api/posts/1?full=1",
    ),
    (
        "/blog/api/categories",
        "blog-service",
        "/blog/api/categories",
    ),
    ("/api/users/42", "user-service", "/42"),
];

#[test]
fn preserve_host_gets_the_503_of_the_document() {
    let mesh = Mesh::start();
    let mut gateway = Gateway::start(&mesh, Host::Preserve);
    for (path, service, arrives) in REQUESTS {
        assert_is_the_503(&gateway.get(path).unwrap());
        let logged = mesh.outbound.logged(arrives);
        assert_eq!(logged["authority"], CLIENTS_HOST, "{logged}");
        assert_eq!(logged["cluster"], "PassthroughCluster", "{logged}");
        assert_eq!(logged["route"], "allow_any", "{logged}");
        assert!(
            logged["flags"] == "UF" || logged["flags"] == "UC",
            "{logged}"
        );
        // DNS and the address were right all along; only the Host was not.
        let service = &mesh.pod(service).service;
        let address = service.at(service.cluster_ip).to_string();
        assert_eq!(logged["destination"], address, "{logged}");
    }
    // It says who made the error, and how to see why.
    gateway.says(&["\"response_code\":503", "\"error_origin\":\"sidecar\""]);
    gateway.says(&[
        "no virtual host",
        "api-gateway explain --config FILE -X GET http://",
    ]);
    gateway.assert_unharmed();
}

#[test]
fn by_default_each_request_reaches_its_service_over_mutual_tls() {
    let mesh = Mesh::start();
    let mut gateway = Gateway::start(&mesh, Host::Unset);
    let count = |class: &str| -> Vec<u64> {
        let stat = |cluster: String| mesh.outbound.stat(&format!("cluster.{cluster}.{class}"));
        mesh.pods()
            .iter()
            .map(|pod| stat(pod.service.cluster()))
            .collect()
    };
    let (succeeded, failed) = (count("upstream_rq_2xx"), count("upstream_rq_5xx"));

    for (path, service, arrives) in REQUESTS {
        let answer = gateway.get(path).unwrap();
        assert_eq!(answer.status(), 200, "{answer:?}");
        let pod = mesh.pod(service);
        let echo = answer.json();
        assert_eq!(echo["service"], service);
        assert_eq!(echo["path"], arrives);
        assert_eq!(echo["host"], pod.service.authority());

        let outbound = mesh.outbound.logged(arrives);
        assert_eq!(outbound["cluster"], pod.service.cluster(), "{outbound}");
        assert_eq!(outbound["flags"], "-", "{outbound}");

        // The other end saw our certificate, and told the service whose it was.
        let inbound = pod.sidecar.logged(arrives);
        assert_eq!(inbound["tls"], "TLSv1.3", "{inbound}");
        assert_eq!(inbound["sni"], pod.service.sni(), "{inbound}");
        assert_eq!(inbound["caller"], spiffe(GATEWAY), "{inbound}");
        let told = echo["headers"]["x-forwarded-client-cert"].as_str().unwrap();
        assert!(told.contains(&format!("URI={}", spiffe(GATEWAY))), "{told}");
    }

    let more: Vec<u64> = count("upstream_rq_2xx")
        .iter()
        .zip(&succeeded)
        .map(|(now, before)| now - before)
        .collect();
    // In the plan's order: user, auth, blog.
    assert_eq!(more, [1, 1, 2]);
    // The number that the document tells the operator to look at.
    assert_eq!(count("upstream_rq_5xx"), failed);
    assert_eq!(
        mesh.outbound
            .stat("cluster.PassthroughCluster.upstream_rq_total"),
        0
    );
    gateway.assert_unharmed();
}
