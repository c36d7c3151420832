//! What `make demo-mesh` shows: the request that fails because the client's Host is kept and
//! the one that works, side by side, and `explain` saying why before either is sent.

use std::fs;

use serde_json::Value;

use crate::gateway::{CLIENTS_HOST, Gateway, Host};
use crate::mesh::Mesh;
use crate::plan::Mode;
use crate::sidecars::assert_is_the_503;

const PATH: &str = "/blog/api/login";

/// What became of one of the two.
struct Shown {
    /// What is said of it beside the other, line by line.
    column: Vec<String>,
    explained: String,
}

/// The names of the lines.
const LINES: [&str; 7] = [
    "host:",
    "Host sent",
    "virtual host",
    "cluster",
    "verdict",
    "answer",
    "by",
];

/// The widest that a column may be: two of them and the names are 80.
const COLUMN: usize = 31;

fn show(mesh: &Mesh, host: Host, configured: &str, verdict: &str) -> Shown {
    let dump = mesh.dir.path().join("dump.json");
    fs::write(&dump, mesh.outbound.config_dump()).unwrap();
    let gateway = Gateway::start(mesh, host);
    let (code, explained) = gateway.explain_as("text", mesh, &dump, PATH);
    let said = gateway.explain(mesh, &dump, PATH);
    let answer = gateway.get(PATH).unwrap();
    let by = match host {
        Host::Preserve => {
            assert_is_the_503(&answer);
            "the sidecar: the pod reset it".to_owned()
        }
        Host::Unset => {
            assert_eq!(answer.status(), 200, "{answer:?}");
            text(&answer.json()["service"])
        }
    };
    assert_eq!(code, Some(i32::from(answer.status() != 200)), "{explained}");
    let lines = format!("verdict\n  {verdict}\n");
    assert!(explained.contains(&lines), "{explained}");
    let status = answer.head.start.strip_prefix("HTTP/1.1 ").unwrap();
    let mesh = &said["mesh"];
    let column = [
        configured.to_owned(),
        text(&said["upstream"]["host"]),
        text(&mesh["virtual_host"]),
        text(&mesh["cluster"]),
        text(&mesh["verdict"]),
        status.to_owned(),
        by,
    ];
    Shown {
        column: column.map(|line| short(&line)).to_vec(),
        explained,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Cut where the column ends.
fn short(line: &str) -> String {
    match line.chars().count() > COLUMN {
        true => line.chars().take(COLUMN - 3).chain("...".chars()).collect(),
        false => line.to_owned(),
    }
}

#[test]
fn the_503_and_its_cure_side_by_side() {
    let mesh = Mesh::start_in(Mode::Loopback);
    let kept = show(&mesh, Host::Preserve, "preserve", "passthrough");
    let cured = show(&mesh, Host::Unset, "(not written: the service's)", "routed");
    println!("\nThree services behind sidecars with STRICT mTLS, a gateway beside its own.");
    println!("A client sends the same request to it in two configurations:");
    println!("  curl -H 'Host: {CLIENTS_HOST}' http://gateway{PATH}\n");
    let both = kept.column.iter().zip(&cured.column);
    for (name, (kept, cured)) in LINES.iter().zip(both) {
        println!("  {name:12}  {kept:COLUMN$} {cured}");
    }
    for (shown, what) in [(&kept, "fails"), (&cured, "works")] {
        println!("\n======== why it {what}, as explain says it beforehand ========\n");
        println!("$ api-gateway explain --config gateway.yaml --config-dump dump.json \\");
        println!("    --resolve http://{CLIENTS_HOST}{PATH}");
        println!("{}", shown.explained.trim_end());
    }
    println!("\nThe cure is the Host: by the service's the sidecar finds it, and wraps the");
    println!("request in mTLS; with another it leaves in plaintext, which the pod resets.");
}
