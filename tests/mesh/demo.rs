//! What `make demo-mesh` shows: the request that fails because the client's Host is kept, the
//! one that works, and `explain` saying why before either is sent.

use std::fs;

use crate::gateway::{CLIENTS_HOST, Gateway, Host};
use crate::mesh::Mesh;
use crate::plan::Mode;
use crate::sidecars::assert_is_the_503;

const PATH: &str = "/blog/api/login";

#[test]
fn the_503_and_its_cure_side_by_side() {
    let mesh = Mesh::start_in(Mode::Loopback);
    let dump = mesh.dir.path().join("dump.json");
    fs::write(&dump, mesh.outbound.config_dump()).unwrap();
    println!("\nThree services behind sidecars with STRICT mTLS, a gateway beside its own.");
    for (host, configured, verdict) in [
        (Host::Preserve, "host: preserve", "passthrough"),
        (Host::Unset, "the default", "routed"),
    ] {
        let gateway = Gateway::start(&mesh, host);
        let (code, said) = gateway.explain_as("text", &mesh, &dump, PATH);
        let answer = gateway.get(PATH).unwrap();
        match host {
            Host::Preserve => assert_is_the_503(&answer),
            Host::Unset => assert_eq!(answer.status(), 200, "{answer:?}"),
        }
        assert_eq!(code, Some(i32::from(answer.status() != 200)), "{said}");
        assert!(said.contains(&format!("verdict\n  {verdict}\n")), "{said}");
        println!("\n======== {configured} ========");
        println!("\n$ curl -i -H 'Host: {CLIENTS_HOST}' http://gateway{PATH}");
        println!("{}\n{}", answer.head.start, answer.text().trim_end());
        println!("\n$ api-gateway explain ... http://{CLIENTS_HOST}{PATH}");
        println!("{said}");
    }
}
