//! `doctor` asks the live sidecar, and finds what then happens to requests.

use std::collections::BTreeSet;
use std::io::copy;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::thread::{self, JoinHandle};

use serde_json::Value;

use crate::gateway::{Gateway, Host};
use crate::mesh::Mesh;
use crate::plan::Mode;

/// A port that is a sidecar's admin interface for one connection, as 15000 is in a pod: that
/// of the test's Envoy is a socket file.
fn admin_port(socket: PathBuf) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let relay = thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut admin = UnixStream::connect(socket).unwrap();
        let (mut asked, mut asking) = (client.try_clone().unwrap(), admin.try_clone().unwrap());
        let asks = thread::spawn(move || copy(&mut asked, &mut asking));
        copy(&mut admin, &mut client).unwrap();
        client.shutdown(Shutdown::Both).unwrap();
        // It ends with an error when the client went first.
        let _ = asks.join().unwrap();
    });
    (at, relay)
}

/// The exit code, and each code with the key that it is for.
fn doctor(mesh: &Mesh) -> (Option<i32>, BTreeSet<(String, String)>) {
    let (at, relay) = admin_port(mesh.outbound.admin_socket());
    let ended = Command::new(env!("CARGO_BIN_EXE_api-gateway"))
        .args(["doctor", "--output", "json", "--config"])
        .arg(mesh.dir.path().join("gateway.yaml"))
        .arg("--sidecar")
        .arg(format!("http://{at}"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    relay.join().unwrap();
    let answer: Value = serde_json::from_slice(&ended.stdout).unwrap();
    // Without iptables there is no listener for what has none of its own.
    let notes = answer["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 1, "{answer:#}");
    assert!(
        notes[0].as_str().unwrap().contains("route outside: "),
        "{answer:#}"
    );
    let found = answer["findings"].as_array().unwrap().iter();
    let text = |of: &Value| of.as_str().unwrap().to_owned();
    let found = found.map(|of| {
        let place = text(&of["where"]);
        let (_, key) = place.rsplit_once(' ').unwrap();
        (text(&of["code"]), key.to_owned())
    });
    (ended.status.code(), found.collect())
}

#[test]
fn the_live_sidecar_is_asked_and_what_it_does_is_found() {
    let mesh = Mesh::start_in(Mode::Loopback);
    for (host, lost) in [(Host::Unset, &[][..]), (Host::Preserve, &[0, 1, 2, 3])] {
        let gateway = Gateway::start(&mesh, host);
        let (code, found) = doctor(&mesh);
        assert_eq!(code, Some(i32::from(!lost.is_empty())));
        let of = |code: &str| -> Vec<_> {
            let own = found.iter().filter(|(of, _)| of == code);
            own.map(|(_, key)| key.clone()).collect()
        };
        let expected: Vec<_> = lost
            .iter()
            .map(|index| format!("routes[{index}]"))
            .collect();
        assert_eq!(of("GW001"), expected, "{found:?}");
        // What is found is what happens.
        for (index, path) in [
            "/blog/api/posts",
            "/blog/api/categories",
            "/blog/api/x",
            "/api/users/x",
        ]
        .iter()
        .enumerate()
        {
            let answer = gateway.get(path).unwrap();
            let status = if lost.contains(&index) { 503 } else { 200 };
            assert_eq!(answer.status(), status, "{path}: {answer:?}");
        }
        // Its retries are those of Istio 1.20, which tries again on 503.
        let known = ["GW001", "GW011"];
        assert!(
            found.iter().all(|(code, _)| known.contains(&code.as_str())),
            "{found:?}"
        );
        assert_eq!(
            of("GW011").is_empty(),
            matches!(host, Host::Preserve),
            "{found:?}"
        );
    }
}
