//! `explain` says beforehand what the sidecar then does, from the sidecar's own, live
//! configuration.

use std::fs;

use serde_json::{Value, json};

use crate::gateway::{Gateway, Host};
use crate::mesh::Mesh;
use crate::plan::Mode;

/// A client's path, and the path that the sidecar gets.
const PATHS: [(&str, &str); 4] = [
    ("/blog/api/login", "/login"),
    ("/blog/api/posts/1", "/blog/api/posts/1"),
    ("/blog/api/categories", "/blog/api/categories"),
    ("/api/users/42", "/42"),
];

fn it_does_what_was_said(mesh: &Mesh) {
    let dump = mesh.dir.path().join("dump.json");
    fs::write(&dump, mesh.outbound.config_dump()).unwrap();
    for (host, query) in [(Host::Unset, "set"), (Host::Preserve, "kept")] {
        let gateway = Gateway::start(mesh, host);
        for (path, arrives) in PATHS {
            let said = gateway.explain(mesh, &dump, &format!("{path}?{query}"));
            let answer = gateway.get(&format!("{path}?{query}")).unwrap();
            let logged = mesh.outbound.logged(&format!("{arrives}?{query}"));
            let told = &said["mesh"];
            for field in ["cluster", "route"] {
                assert_eq!(told[field], logged[field], "{path}: {said:#}");
            }
            let (verdict, twin, status) = match host {
                Host::Unset => ("routed", "passthrough", 200),
                Host::Preserve => ("passthrough", "routed", 503),
            };
            assert_eq!(answer.status(), status, "{path}");
            assert_eq!(told["verdict"], verdict, "{path}: {said:#}");
            assert_eq!(told["twin"]["verdict"], twin, "{path}: {said:#}");
            assert_eq!(said["exit"], i32::from(status != 200), "{path}");
            if status == 200 {
                endpoint_is_the_one(told, &logged);
            }
        }
    }
}

/// The pod that was reached is the one that was named, and in mutual TLS.
fn endpoint_is_the_one(told: &Value, logged: &Value) {
    let target = &told["target"];
    assert_eq!(target["tls"], "mutual", "{told:#}");
    assert_eq!(target["endpoints"][0]["address"], logged["upstream"]);
    assert_eq!(target["endpoints"][0]["health"], json!("HEALTHY"));
    assert_eq!(told["policy"]["retries"], 2);
}

#[test]
fn the_sidecar_does_what_explain_says() {
    it_does_what_was_said(&Mesh::start());
}

#[test]
fn the_loopback_sidecar_does_what_explain_says() {
    it_does_what_was_said(&Mesh::start_in(Mode::Loopback));
}
