//! `api-gateway doctor`, run as the operator runs it. The fixtures are the examples of
//! `docs/findings.md`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use api_gateway::config::Severity;
use api_gateway::mesh::findings::CHECKS;
use program::{program, ran};
use serde_json::Value;

mod dumps;
mod hostile;
mod objects;
#[path = "../support/program.rs"]
mod program;
mod sarif;

const PAGE: &str = include_str!("../../docs/findings.md");

/// File names and contents.
type Files = BTreeMap<String, String>;

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    ran(program(&["doctor"]).args(arguments))
}

/// What is said of the manifests in a directory, and of the configuration there.
fn examined(directory: &Path) -> Value {
    let config = directory.join("gateway.yaml");
    let (_, out, err) = run(&[
        "--config",
        config.to_str().unwrap(),
        "--manifests",
        directory.to_str().unwrap(),
        "--output",
        "json",
    ]);
    assert_eq!(err, "", "{}", directory.display());
    serde_json::from_str(&out).unwrap()
}

/// The blocks of a part of the page that are for this form.
fn blocks(part: &str, form: &str) -> Files {
    let head = format!("```yaml {form} ");
    let mut all = Files::new();
    for block in part.split(&head).skip(1) {
        let (name, rest) = block.split_once('\n').unwrap();
        let (content, _) = rest.split_once("```").unwrap();
        assert!(all.insert(name.to_owned(), content.to_owned()).is_none());
    }
    all
}

/// A directory with the base, and these in place of it or beside it.
fn written(name: &str, files: &Files) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("doctor-{name}"));
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let mut all = blocks(PAGE, "base");
    assert_eq!(all.len(), 4);
    all.extend(files.clone());
    for (file, content) in all {
        fs::write(directory.join(file), content).unwrap();
    }
    directory
}

/// The sections with a code, by code.
fn sections() -> BTreeMap<&'static str, &'static str> {
    let parts = PAGE.split("\n## GW").skip(1);
    let all = parts.map(|part| (&part[..3], part));
    all.collect()
}

/// The exit code and the answer for an example.
fn examine(name: &str, section: &str, form: &str) -> (Option<i32>, Value) {
    let directory = written(&format!("{name}-{form}"), &blocks(section, form));
    let config = directory.join("gateway.yaml");
    let (config, directory) = (config.to_str().unwrap(), directory.to_str().unwrap());
    let mut arguments = vec!["--config", config, "--manifests", directory];
    arguments.extend(["--output", "json", "--fail-on", "warning"]);
    let dump = section.split('`').find(|of| of.starts_with("tests/dumps/"));
    arguments.extend(dump.iter().flat_map(|dump| ["--config-dump", dump]));
    let (code, out, err) = run(&arguments);
    assert_eq!(err, "", "{name} {form}");
    (code, serde_json::from_str(&out).unwrap())
}

#[test]
fn each_code_has_an_example_that_gives_it_and_one_that_gives_nothing() {
    let sections = sections();
    let codes: Vec<_> = sections.keys().map(|code| format!("GW{code}")).collect();
    let known: Vec<_> = CHECKS.iter().map(|of| of.code).collect();
    assert_eq!(codes, known);
    for check in &CHECKS {
        let section = sections[&check.code[2..]];
        let severity = match check.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let head = format!("{} ({severity}): {}", &check.code[2..], check.title);
        assert_eq!(section.lines().next(), Some(head.as_str()));

        let (code, answer) = examine(check.code, section, "fails");
        let found = answer["findings"].as_array().unwrap();
        let codes: BTreeSet<_> = found
            .iter()
            .map(|of| of["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, BTreeSet::from([check.code]), "{answer:#}");
        assert_eq!(code, Some(1), "{}", check.code);
        for of in found {
            assert_eq!(of["severity"], severity);
            let file = Path::new(of["file"].as_str().unwrap());
            let lines = fs::read_to_string(file).unwrap().lines().count();
            let line = usize::try_from(of["line"].as_u64().unwrap()).unwrap();
            assert!((1..=lines + 1).contains(&line), "{of:#}");
        }

        let (code, answer) = examine(check.code, section, "repaired");
        assert_eq!(answer["findings"], serde_json::json!([]), "{}", check.code);
        assert_eq!(answer["notes"], serde_json::json!([]), "{}", check.code);
        assert_eq!(code, Some(0), "{}", check.code);
    }
}

/// The overlays are looked at as kustomize builds them, in `make check-manifests`.
#[test]
fn this_repository_s_manifests_are_in_order() {
    for config in [
        "conf/minimal.yaml",
        "conf/titanium.yaml",
        "conf/gateway.yaml",
        "manifests/base/gateway.yaml",
    ] {
        let (code, out, err) = run(&[
            "--config",
            config,
            "--manifests",
            "manifests/base",
            "--manifests",
            "conf",
            "--fail-on",
            "warning",
        ]);
        assert_eq!(
            (code, &*out, &*err),
            (Some(0), "no findings\n", ""),
            "{config}"
        );
    }
}

#[test]
fn every_route_is_followed_through_the_sidecar() {
    let dump = ["--config-dump", "tests/dumps/istio-1.20.json"];
    let mut arguments = vec!["--config", "conf/titanium.yaml", "--output", "json"];
    arguments.extend(dump);
    let (code, out, _) = run(&arguments);
    let answer: Value = serde_json::from_str(&out).unwrap();
    // Istio 1.20 retries on 503: on each of the five routes.
    let of = |key: &str| -> Vec<String> {
        let all = answer["findings"].as_array().unwrap().iter();
        all.map(|of| of[key].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of("code"), ["GW011"; 5]);
    let places = of("where");
    for (index, place) in places.iter().enumerate() {
        assert!(place.ends_with(&format!(" routes[{index}]")), "{place}");
    }
    assert_eq!(code, Some(0));
    arguments.extend(["--fail-on", "warning"]);
    assert_eq!(run(&arguments).0, Some(1));
}

#[test]
fn the_text_fits_a_terminal() {
    let directory = written("text", &blocks(sections()["007"], "fails"));
    let config = directory.join("gateway.yaml");
    // Relative to the working directory the paths are as short as an operator's.
    let output = Command::new(env!("CARGO_BIN_EXE_api-gateway"))
        .args(["doctor", "--config", "gateway.yaml", "--manifests", "."])
        .current_dir(&directory)
        .env_clear()
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    assert!(!out.contains('\x1b'));
    let expected = "\
error   GW007 TLS that the service refuses
  at    ./mtls.yaml:11 DestinationRule auth
  what  the sidecar sends auth plaintext, and the pods take mutual TLS only
        (PeerAuthentication default in ./mtls.yaml): its requests end with 503
  fix   set the mode to ISTIO_MUTUAL, or remove tls

1 error, 0 warnings
";
    assert_eq!(out, expected);
    assert!(config.exists());
}

#[test]
fn what_cannot_be_read_or_makes_no_sense_says_so() {
    let good = ["--config", "conf/gateway.yaml"];
    for (more, code, says) in [
        (&["--manifests", "no-such"][..], 1, "no-such: "),
        (&["--config-dump", "no-such"], 1, "no-such: "),
        (&["--sidecar", "127.0.0.1"], 2, "is no address of a sidecar"),
        (&["--fail-on", "nothing"], 2, "invalid value"),
    ] {
        let (came, out, err) = run(&[&good[..], more].concat());
        assert_eq!((came, &*out), (Some(code), ""), "{more:?}");
        assert!(err.contains(says), "{err}");
    }
    let (code, _, err) = run(&["--config", "tests/dumps/istio-1.20.json"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("istio-1.20.json:"), "{err}");
}

/// The codes for a directory of the base with these files.
fn codes(name: &str, files: &[(&str, &str)]) -> Vec<String> {
    let own = |(name, content): &(&str, &str)| ((*name).to_owned(), (*content).to_owned());
    let directory = written(name, &files.iter().map(own).collect());
    let answer = examined(&directory);
    let all = answer["findings"].as_array().unwrap().iter();
    all.map(|of| of["code"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_cannot_be_told_is_left_out() {
    let two = |url: &str| {
        format!(
            "services:\n  auth: {{ url: 'http://auth-service:8002' }}\n  b: {{ url: '{url}' }}\n\
             routes:\n  - {{ name: a, match: {{ path: {{ prefix: /a }} }}, service: auth }}\n  \
             - {{ name: b, service: b }}\n"
        )
    };
    let near = two("http://b-service:8003");
    // The control: the Service is missed beside the other.
    assert_eq!(codes("missed", &[("gateway.yaml", &near)]), ["GW002"]);
    let entry = "kind: ServiceEntry\nmetadata: { name: b, namespace: titanium-prod }\n\
                 spec: { hosts: [b-service] }\n";
    let entered = [("gateway.yaml", &*near), ("entry.yaml", entry)];
    assert_eq!(codes("entered", &entered), [""; 0]);
    let read = two("${B_URL:-http://b-service:8003}");
    let from = "kind: Deployment\nmetadata: { name: g, namespace: titanium-prod }\nspec:\n  \
                template:\n    spec:\n      containers:\n      - image: api-gateway@sha256:0\n        \
                envFrom: [{ configMapRef: { name: urls } }]\n";
    let unknown = [("gateway.yaml", &*read), ("deployment.yaml", from)];
    assert_eq!(codes("unknown", &unknown), [""; 0]);

    let sidecar = blocks(sections()["009"], "repaired")["sidecar.yaml"].clone();
    for host in [
        "http://shop.example",
        "http://api.shop.example",
        "http://10.0.0.1",
    ] {
        let outside = two(host);
        let files = [("gateway.yaml", &*outside), ("sidecar.yaml", &*sidecar)];
        assert_eq!(codes("outside", &files), [""; 0], "{host}");
    }
    let hidden = [
        ("gateway.yaml", &*two("http://b.other.svc")),
        ("sidecar.yaml", &*sidecar),
    ];
    assert_eq!(codes("hidden", &hidden), ["GW009"]);
}

#[test]
fn pods_without_a_sidecar_take_plaintext() {
    let mtls = blocks(sections()["007"], "fails")["mtls.yaml"].clone();
    let pods = "kind: Deployment\nmetadata: { name: auth, namespace: titanium-prod }\n\
                spec: { template: { metadata: { labels: { app: auth } } } }\n";
    let files = |pods| [("mtls.yaml", &*mtls), ("pods.yaml", pods)];
    assert_eq!(codes("inside", &files(pods)), ["GW007"]);
    let outside = pods.replace("app: auth", "app: auth, sidecar.istio.io/inject: 'false'");
    assert_eq!(codes("without", &files(&outside)), [""; 0]);
    // And nothing else.
    let mutual = mtls.replace("mode: DISABLE", "mode: ISTIO_MUTUAL");
    let files = |pods| [("mtls.yaml", &*mutual), ("pods.yaml", pods)];
    assert_eq!(codes("taken", &files(pods)), [""; 0]);
    assert_eq!(codes("refused", &files(&outside)), ["GW007"]);
    // A workload's own counts before the namespace's.
    let own = format!(
        "{mtls}---\nkind: PeerAuthentication\nmetadata: {{ name: auth, namespace: titanium-prod }}\n\
         spec: {{ selector: {{ matchLabels: {{ app: auth }} }}, mtls: {{ mode: PERMISSIVE }} }}\n"
    );
    assert_eq!(codes("own", &[("mtls.yaml", &own)]), [""; 0]);
}

/// The mistake that this project began with, in the variables of a pod.
#[test]
fn an_address_that_a_pod_s_variable_has_is_told() {
    let config =
        "services: { a: { url: \"${A_URL:-http://a:80}\" } }\nroutes: [{ name: r, service: a }]\n";
    let pod = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: gateway }\nspec: { template: { spec: { containers: \
               [{ name: g, image: api-gateway, env: [{ name: A_URL, value: \"http://10.1.2.3:80\" }] }] } } }\n";
    let files = [("gateway.yaml", config), ("pod.yaml", pod)];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let directory = written("address", &Files::from(files));
    let (file, place) = (directory.join("gateway.yaml"), directory.join("pod.yaml"));
    let arguments = [
        "--config",
        file.to_str().unwrap(),
        "--manifests",
        place.to_str().unwrap(),
    ];
    let (code, out, _) = run(&arguments);
    assert_eq!(code, Some(0));
    let text = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("services.a.url: warning: is an address"),
        "{out}"
    );
    let (code, _, _) = run(&[&arguments[..], &["--fail-on", "warning"]].concat());
    assert_eq!(code, Some(1));
}

#[test]
fn an_overlay_is_said_to_be_left_out() {
    let overlay = "kind: Kustomization\nresources: [../base]\nnamePrefix: prod-\n";
    let files = Files::from([("kustomization.yaml".to_owned(), overlay.to_owned())]);
    let directory = written("overlay", &files);
    let config = directory.join("gateway.yaml");
    let (code, out, _) = run(&[
        "--config",
        config.to_str().unwrap(),
        "--manifests",
        directory.to_str().unwrap(),
    ]);
    assert_eq!(code, Some(0));
    let text = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("namePrefix isn't applied"), "{out}");
}
