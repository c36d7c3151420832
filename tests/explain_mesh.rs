//! `api-gateway explain` with a sidecar's configuration, run as the operator runs it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use program::{program, ran};
use serde_json::{Value, json};

#[path = "support/program.rs"]
mod program;

const ISTIO: &str = "tests/dumps/istio-1.20.json";

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    ran(&mut program(arguments))
}

/// The exit code and the answer's `mesh`.
fn explain(config: &str, dump: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let mut all = vec!["explain", "--config", config, "--config-dump", dump];
    all.extend(["--output", "json"]);
    all.extend(arguments);
    let (code, out, err) = run(&all);
    assert_eq!(err, "", "{arguments:?}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    (code, answer["mesh"].clone())
}

fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A configuration of one route to this URL.
fn one(name: &str, url: &str, more: &str) -> String {
    let yaml = format!(
        "services: {{ a: {{ url: '{url}'{more} }} }}\nroutes: [{{ name: r, service: a }}]\n"
    );
    file(name, yaml)
}

#[test]
fn the_version_of_http_is_the_cluster_s_or_the_gateway_s() {
    // This generation's clusters speak what the request came in, that one's don't say.
    let as_received = "tests/dumps/istio-1.28.json";
    let h2c = ", protocol: h2c";
    for (dump, more, http, http2, said) in [
        (ISTIO, "", "one", false, "EDS, mutual TLS"),
        (
            as_received,
            "",
            "as_received",
            false,
            "HTTP/1.1 as the gateway",
        ),
        (
            as_received,
            h2c,
            "as_received",
            true,
            "HTTP/2 as the gateway",
        ),
    ] {
        let config = one("http-version.yaml", "http://auth-service:8002", more);
        let (_, mesh) = explain(&config, dump, &["http://x/"]);
        let target = &mesh["target"];
        assert_eq!(
            (&target["http"], &target["http2"]),
            (&json!(http), &json!(http2))
        );
        let (_, text, _) = run(&[
            "explain",
            "--config",
            &config,
            "--config-dump",
            dump,
            "http://x/",
        ]);
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn the_json_has_the_fields_of_the_contract() {
    let login = ["-X", "POST", "http://shop.example/blog/api/login"];
    let (code, mesh) = explain("conf/gateway.yaml", ISTIO, &login);
    assert_eq!(code, Some(0));
    let name = "auth-service.titanium-prod.svc.cluster.local";
    let expected = [
        ("listener", json!("0.0.0.0_8002")),
        ("route_config", json!("8002")),
        ("virtual_host", json!(format!("{name}:8002"))),
        ("route", json!("default")),
        ("cluster", json!(format!("outbound|8002||{name}"))),
        ("verdict", json!("routed")),
        ("status", Value::Null),
        ("destination", json!("10.96.0.102:8002")),
    ];
    for (field, value) in expected {
        assert_eq!(mesh[field], value, "{field}");
    }
    let why = format!("it goes to outbound|8002||{name} in the mesh's TLS");
    assert_eq!(mesh["why"], why);
    assert_eq!(mesh["target"]["tls"], "mutual");
    assert_eq!(mesh["target"]["endpoints"][1]["health"], "UNHEALTHY");
    assert_eq!(mesh["policy"]["retries"], 2);
    assert_eq!(mesh["twin"]["host"], "shop.example");
    assert_eq!(mesh["twin"]["verdict"], "passthrough");
    // One attempt of a POST by the gateway, three by the sidecar.
    assert_eq!(mesh["ladder"]["attempts"], 3);
    assert_eq!(mesh["ladder"]["longest_ms"], 2000);
}

#[test]
fn what_reaches_no_service_exits_with_1_and_says_why() {
    let blog = "http://blog-service:8005";
    for (url, more, path, verdict, why) in [
        (blog, ", host: preserve", "/", "passthrough", "in plaintext"),
        (
            blog,
            "",
            "/blog/api/old",
            "redirect",
            "path /blog/api/posts",
        ),
        (
            blog,
            "",
            "/blog/api/broken",
            "direct_response",
            "answers 418",
        ),
        (
            "http://nobody:8009",
            "",
            "/",
            "passthrough",
            "PassthroughCluster",
        ),
        (
            "http://ledger:15001",
            "",
            "/",
            "black_hole",
            "REGISTRY_ONLY",
        ),
        (
            "http://10.96.0.111:5432",
            "",
            "/",
            "plaintext_to_strict",
            "unless they are PERMISSIVE",
        ),
        (
            "http://ledger:5432",
            "",
            "/",
            "plaintext_to_strict",
            "unless they are PERMISSIVE",
        ),
        (
            "http://another:5432",
            "",
            "/",
            "unknown",
            "`explain --resolve` asks DNS",
        ),
    ] {
        let config = one(&format!("{verdict}-{}.yaml", url.len()), url, more);
        let (code, mesh) = explain(&config, ISTIO, &[&format!("http://shop.example{path}")]);
        assert_eq!(code, Some(1), "{url}{path}");
        assert_eq!(mesh["verdict"], verdict, "{url}{path}: {mesh:#}");
        let said = mesh["why"].as_str().unwrap();
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_share_without_an_endpoint_is_not_reached() {
    let (code, mesh) = explain("conf/gateway.yaml", ISTIO, &["/blog/api/categories/7"]);
    assert_eq!((code, &mesh["verdict"]), (Some(1), &json!("routed")));
    assert_eq!(mesh["shares"][0]["weight"], 90);
    let said = mesh["why"].as_str().unwrap();
    assert!(
        said.ends_with("not all of them have an endpoint, which is 503 (UH)"),
        "{said}"
    );
}

#[test]
fn headers_and_paths_choose_the_route() {
    let url = "http://shop.example/blog/api/posts";
    let (_, mesh) = explain("conf/gateway.yaml", ISTIO, &[url]);
    assert_eq!(mesh["route"], "default");
    let (_, mesh) = explain("conf/gateway.yaml", ISTIO, &["-H", "X-Canary: 1", url]);
    assert_eq!(mesh["route"], "canary");
    assert_eq!(mesh["status"], 503, "v2 has no endpoint");
    let v1 = one("v1.yaml", "http://blog-service:8005", "");
    let (_, mesh) = explain(&v1, ISTIO, &["/blog/api/v1/x?y"]);
    assert_eq!(mesh["route"], "rewritten");
}

#[test]
fn a_port_whose_protocol_is_detected_has_its_own_routes() {
    for (host, from) in [
        ("report-service", "10.96.0.110:9000"),
        ("10.96.0.110", "10.96.0.110:9000"),
    ] {
        let config = one(&format!("{host}.yaml"), &format!("http://{host}:9000"), "");
        let (code, mesh) = explain(&config, ISTIO, &["/"]);
        assert_eq!((code, &mesh["verdict"]), (Some(0), &json!("routed")));
        assert_eq!(mesh["destination"], from);
        let name = "report-service.titanium-prod.svc.cluster.local:9000";
        assert_eq!(mesh["route_config"], name);
        // Its endpoint has no sidecar.
        assert_eq!(mesh["target"]["tls"], "plaintext");
    }
}

#[test]
fn every_generation_of_istio_is_understood() {
    for dump in ["istio-1.6", "istio-1.20", "istio-1.20-camel", "istio-1.28"] {
        let dump = format!("tests/dumps/{dump}.json");
        let login = ["-X", "POST", "http://shop.example/blog/api/login"];
        let (code, mesh) = explain("conf/gateway.yaml", &dump, &login);
        assert_eq!(
            (code, &mesh["verdict"]),
            (Some(0), &json!("routed")),
            "{dump}"
        );
        assert_eq!(mesh["twin"]["verdict"], "passthrough", "{dump}");
        assert_eq!(mesh["ladder"]["sidecar"]["attempts"], 3, "{dump}");
    }
}

#[test]
fn the_text_fits_a_terminal_and_has_no_colours_in_a_file() {
    let dump = [
        "explain",
        "--config",
        "conf/gateway.yaml",
        "--config-dump",
        ISTIO,
    ];
    let login = ["-X", "POST", "http://shop.example/blog/api/login"];
    let (code, out, err) = run(&[&dump[..], &login].concat());
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(!out.contains('\x1b'), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    for line in [
        "the sidecar (Istio 1.20.8, Envoy 1.28)",
        "  destination   10.96.0.102:8002 (the service's, from the dump)",
        "                - allow_any: its domain * is less specific",
        "                outbound_.8002_._.auth-service.titanium-prod.svc.cluster.local",
        "  endpoints     10.244.2.2:8002 HEALTHY",
        "verdict\n  routed",
        "if the client's Host were kept\n  passthrough with Host shop.example",
        "  together      3 attempts, 2 s",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
}

#[test]
fn what_is_no_dump_is_refused_with_its_place() {
    let whole = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(ISTIO)).unwrap();
    for (name, content, said) in [
        (
            "cut.json",
            &whole[..whole.len() / 2],
            "cut.json: the dump breaks off at line",
        ),
        (
            "page.html",
            "<html>no</html>",
            "page.html: this is no dump of an Envoy",
        ),
        ("empty.json", "", "empty.json: the dump is empty"),
    ] {
        let path = file(name, content);
        let (code, out, err) = run(&[
            "explain",
            "--config",
            "conf/gateway.yaml",
            "--config-dump",
            &path,
            "/",
        ]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{name}");
        assert!(err.contains(said), "{err}");
    }
    let missing = [
        "explain",
        "--config",
        "conf/gateway.yaml",
        "--config-dump",
        "/nowhere",
        "/",
    ];
    let (code, _, err) = run(&missing);
    assert_eq!(code, Some(1));
    assert!(err.starts_with("/nowhere: "), "{err}");
}

/// A sidecar that gives one answer; the thread's result is what it was asked.
fn sidecar(answer: Vec<u8>) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let mut asked = String::new();
        while let Some(line) = lines.next().map(Result::unwrap).filter(|l| !l.is_empty()) {
            writeln!(asked, "{line}").unwrap();
        }
        // It may be gone already when it has read enough.
        let _ = stream.write_all(&answer);
        asked
    });
    (at, thread)
}

fn ask(at: SocketAddr) -> (Option<i32>, String, String) {
    let url = format!("http://{at}");
    run(&[
        "explain",
        "--config",
        "conf/gateway.yaml",
        "--sidecar",
        &url,
        "--output",
        "json",
        "http://shop.example/blog/api/login",
    ])
}

#[test]
fn a_live_sidecar_is_asked_for_its_dump() {
    let dump = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(ISTIO)).unwrap();
    let mut answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for part in dump.chunks(10_000) {
        answer.extend(format!("{:x}\r\n", part.len()).into_bytes());
        answer.extend(part);
        answer.extend(b"\r\n");
    }
    answer.extend(b"0\r\n\r\n");
    let (at, thread) = sidecar(answer);
    let (code, out, err) = ask(at);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["mesh"]["verdict"], "routed");
    let asked = thread.join().unwrap();
    let first = asked.lines().next().unwrap();
    assert_eq!(first, "GET /config_dump?include_eds HTTP/1.1");
}

#[test]
fn a_sidecar_that_fails_is_named() {
    for (answer, said) in [
        (
            &b"HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n"[..],
            "it answers 503",
        ),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",
            "the sidecar at",
        ),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
            "this is no dump",
        ),
        (b"SSH-2.0-x\r\n\r\n", "the sidecar at"),
        (b"", "the sidecar at"),
    ] {
        let (at, thread) = sidecar(answer.to_vec());
        let (code, out, err) = ask(at);
        thread.join().unwrap();
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(err.contains(said), "{err}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let (code, _, err) = ask(closed.unwrap());
    assert_eq!(code, Some(1));
    assert!(err.contains("Connection refused"), "{err}");
    let wrong = [
        "explain",
        "--config",
        "conf/gateway.yaml",
        "--sidecar",
        "https://x",
        "/",
    ];
    assert_eq!(run(&wrong).0, Some(2));
    let both = [
        "explain",
        "--config",
        "c",
        "--sidecar",
        "http://x",
        "--config-dump",
        "y",
        "/",
    ];
    assert_eq!(run(&both).0, Some(2));
}

/// As the dump of a mesh of many services: each has a virtual host, a cluster and endpoints.
fn large(bytes: usize) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(ISTIO);
    let mut dump: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let sections = dump["configs"].as_array_mut().unwrap();
    let mut written = Vec::new();
    let place = |sections: &[Value], list: &str| {
        let has = |section: &Value| section.get(list).is_some();
        sections.iter().position(has).unwrap()
    };
    let lists = [
        "dynamic_active_clusters",
        "dynamic_route_configs",
        "dynamic_endpoint_configs",
    ];
    // One of each kind, to be written as often as it takes.
    let patterns = lists.map(|list| {
        let of = &sections[place(sections, list)][list][0];
        serde_json::to_string_pretty(of).unwrap()
    });
    let each: usize = patterns.iter().map(String::len).sum();
    for (list, pattern) in lists.iter().zip(&patterns) {
        let at = place(sections, list);
        let all = sections[at][list].as_array_mut().unwrap();
        all.push(json!(format!("more {list}")));
        let more = (0..bytes / each + 1).map(|number| {
            let one = pattern.replace("user-service", &format!("s{number:011}"));
            one.replace("\"8001\"", &format!("\"{}\"", 20_000 + number))
        });
        written.push((
            format!("\"more {list}\""),
            more.collect::<Vec<_>>().join(",\n"),
        ));
    }
    let mut text = serde_json::to_string_pretty(&dump).unwrap();
    for (mark, more) in written {
        text = text.replace(&mark, &more);
    }
    text
}

#[test]
fn a_dump_of_20_mib_takes_a_second_and_300_mib() {
    let dump = large(20 << 20);
    assert!(dump.len() >= 20 << 20);
    let path = file("large.json", dump);
    // The shell bounds the memory of what it becomes: private and writable, in KiB.
    let script = "ulimit -d 307200; exec \"$@\"";
    let start = Instant::now();
    let (code, out, err) = ran(Command::new("/bin/bash")
        .args([
            "-c",
            script,
            "bash",
            env!("CARGO_BIN_EXE_api-gateway"),
            "explain",
        ])
        .args(["--config", "conf/gateway.yaml", "--config-dump", &path])
        .args(["--output", "json", "http://shop.example/blog/api/login"]));
    let took = start.elapsed();
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["mesh"]["verdict"], "routed");
    // The test's build isn't optimised, and others compute beside it.
    let bound = if cfg!(debug_assertions) { 20 } else { 1 };
    assert!(took < Duration::from_secs(bound), "{took:?}");
    println!("20 MiB in {took:?}");
}
