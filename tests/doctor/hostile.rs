//! Manifests that somebody else wrote, to keep the doctor busy: whoever checks changes of
//! strangers must not wait for it.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{Files, written};

/// What a file of these manifests costs and makes: the codes, each once, and the notes.
fn examined(name: &str, text: String) -> (Duration, Vec<String>, Vec<String>) {
    let files = Files::from([("hostile.yaml".to_owned(), text)]);
    let directory = written(&format!("hostile-{name}"), &files);
    let began = Instant::now();
    let answer = crate::examined(&directory);
    let took = began.elapsed();
    let texts = |of: &str, key: Option<&str>| {
        let all = answer[of].as_array().unwrap().iter();
        let all = all.map(|of| key.map_or(of, |key| &of[key]).as_str().unwrap().to_owned());
        all.collect::<Vec<_>>()
    };
    let mut codes = texts("findings", Some("code"));
    codes.dedup();
    (took, codes, texts("notes", None))
}

/// A VirtualService for the gateway's service, with these entries.
fn service(entries: &str) -> String {
    format!(
        "kind: VirtualService\nmetadata: {{ name: v, namespace: titanium-prod }}\n\
         spec:\n  hosts: [auth-service]\n  http:\n{entries}"
    )
}

#[test]
fn large_manifests_take_seconds_at_most() {
    let mut apart = String::new();
    let mut alike = String::new();
    let mut expressions = String::new();
    for number in 0..8000 {
        writeln!(apart, "  - match: [{{ uri: {{ prefix: /{number}/ }} }}]").unwrap();
        writeln!(alike, "  - match: [{{ uri: {{ prefix: / }} }}]").unwrap();
        writeln!(
            expressions,
            "  - match: [{{ uri: {{ regex: '/({number}|x{{99}})' }} }}]"
        )
        .unwrap();
    }
    let query = |part: &str, times: usize| {
        format!(
            "kind: PrometheusRule\nmetadata: {{ name: p }}\n\
             spec: {{ groups: [{{ rules: [{{ expr: {:?} }}] }}] }}\n",
            part.repeat(times)
        )
    };
    let services = |count: usize| {
        let one = |number| {
            format!(
                "kind: Service\nmetadata: {{ name: s{number}, namespace: titanium-prod }}\n\
                 spec: {{ selector: {{ app: api-gateway }}, ports: [{{ name: http-admin, port: 9000 }}] }}\n---\n"
            )
        };
        (0..count).map(one).collect::<String>()
    };
    // All of them for the gateway, or for the service, and none of them with another's name.
    let mut objects = services(500);
    for number in 0..2000 {
        let head = |kind: &str| {
            format!("kind: {kind}\nmetadata: {{ name: x{number}, namespace: titanium-prod }}\n")
        };
        let pods = "selector: { matchLabels: { app: api-gateway } }";
        for (kind, spec) in [
            (
                "ServiceMonitor",
                "{ selector: {}, endpoints: [{ port: http-admin }] }".to_owned(),
            ),
            ("DestinationRule", format!("{{ host: s{number} }}")),
            (
                "VirtualService",
                format!("{{ hosts: ['*.local', x{number}], http: [{{}}] }}"),
            ),
            (
                "AuthorizationPolicy",
                format!("{{ {pods}, rules: [{{}}] }}"),
            ),
            ("Deployment", format!("{{ {pods} }}")),
        ] {
            writeln!(objects, "{}spec: {spec}\n---", head(kind)).unwrap();
        }
        let elsewhere = head("PeerAuthentication").replace("titanium-prod", "other");
        writeln!(
            objects,
            "{elsewhere}spec: {{ {pods}, mtls: {{ mode: STRICT }} }}\n---"
        )
        .unwrap();
    }
    objects += "kind: PeerAuthentication\nmetadata: { name: x, namespace: titanium-prod }\n\
                spec: { mtls: { mode: STRICT } }\n";
    let alert = "http_requests_total{status='429', job=~'a.*'} + ";
    for (name, text, codes, notes) in [
        ("apart", service(&apart), &[][..], 0),
        ("alike", service(&alike), &["GW005"], 1),
        ("expressions", service(&expressions), &[], 1),
        ("open", query("http_requests_total{", 50_000), &[], 0),
        (
            "codes",
            query("gateway_requests_total{code=~'6..'} + ", 20_000),
            &["GW016"],
            0,
        ),
        ("alerts", query(alert, 20_000), &["GW016"], 0),
        (
            "services",
            services(2000) + &query(alert, 2000),
            &["GW016"],
            1,
        ),
        ("objects", objects, &["GW008"], 2),
    ] {
        let (took, found, told) = examined(name, text);
        assert_eq!(found, codes, "{name}");
        assert_eq!(told.len(), notes, "{name}: {told:?}");
        // Some of these took minutes.
        assert!(took < Duration::from_secs(15), "{name}: {took:?}");
    }
}

/// As many of the smallest objects as a dump of 20 MiB may have, where they take most.
#[test]
fn a_hostile_dump_of_20_mib_stays_within_768_mib() {
    let config = |kind: &str, rest: &str| format!("{{\"configs\":[{{\"@type\":\"{kind}\",{rest}");
    let routes = config(
        "RoutesConfigDump",
        "\"dynamic_route_configs\":[{\"route_config\":{\"virtual_hosts\":[{\"routes\":[",
    );
    let headers = format!("{routes}{{\"match\":{{\"headers\":[");
    let clusters = config("ClustersConfigDump", "\"dynamic_active_clusters\":[");
    let kinds = [
        ("sections", "{\"configs\":[".to_owned(), "]}"),
        ("routes", routes, "]}]}}]}]}"),
        ("headers", headers, "]}}]}]}}]}]}"),
        ("clusters", clusters, "]}]}"),
    ];
    for (name, head, end) in kinds {
        let mut text = head;
        text.reserve(21 << 20);
        for number in 0.. {
            if text.len() >= 20 << 20 {
                break;
            }
            match name {
                "clusters" => write!(text, "{{\"cluster\":{{\"name\":\"{number:027}\"}}}},"),
                _ => write!(text, "{{{:22}}},", ""),
            }
            .unwrap();
        }
        text.push_str("{\"@type\":\"ListenersConfigDump\"}");
        text.push_str(end);
        let path = format!("{}/hostile-{name}.json", env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(&path, text).unwrap();
        // The shell bounds the memory of what it becomes: private and writable, used or not, in
        // KiB. What is used is some 310 MiB.
        let out = std::process::Command::new("/bin/bash")
            .args(["-c", "ulimit -d 786432; exec \"$@\"", "bash"])
            .env("RUST_BACKTRACE", "0")
            .args([env!("CARGO_BIN_EXE_api-gateway"), "explain"])
            .args(["--config", "conf/gateway.yaml", "--config-dump", &path])
            .args(["--output", "json", "http://shop.example/blog/api/login"])
            .output()
            .unwrap();
        std::fs::remove_file(&path).unwrap();
        let err = String::from_utf8_lossy(&out.stderr);
        assert_eq!((out.status.code(), &*err), (Some(1), ""), "{name}");
        let answer: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(answer["mesh"]["verdict"], "unknown", "{name}");
    }
}
