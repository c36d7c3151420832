//! The commands of the pages run, or say why they can't here.
//!
//! A block of commands is marked `sh`, and a second word says what it needs: `demo`, a
//! demo that runs; `gateway`, nothing else at its addresses; `sidecar`, the admin
//! interface of one, which is a server with a dump here; `cluster` and `ingress`, what no
//! test has.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use tempfile::TempDir;

const PAGES: [(&str, &str); 4] = [
    ("README.md", super::README),
    ("README.ko.md", super::README_KO),
    (
        "docs/getting-started.md",
        include_str!("../../docs/getting-started.md"),
    ),
    (
        "docs/troubleshooting.md",
        include_str!("../../docs/troubleshooting.md"),
    ),
];
const MAKEFILE: &str = include_str!("../../Makefile");
const DUMP: &[u8] = include_bytes!("../dumps/istio-1.20.json");

const NEEDS: [&str; 6] = ["", "demo", "gateway", "sidecar", "cluster", "ingress"];
/// What takes an engine or a cluster.
const ELSEWHERE: [&str; 5] = ["kubectl", "docker", "kind", "istioctl", "minikube"];
const HERE: [&str; 4] = ["make", "curl", "api-gateway", "cargo"];

/// The fenced blocks of a page: what stands behind the fence, and the lines.
pub(crate) fn blocks(page: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, Vec<&str>)> = None;
    for line in page.lines() {
        let fence = line.trim_start().strip_prefix("```");
        match (fence, &mut open) {
            (Some(mark), None) => open = Some((mark, Vec::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, lines))) => lines.push(line.trim_start()),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence stays open");
    blocks
}

/// The commands of all pages that need this, with the page.
fn commands(need: &str) -> Vec<(&'static str, &'static str)> {
    let mark = format!("sh {need}");
    let mut found = Vec::new();
    for (name, page) in PAGES {
        for (marked, lines) in blocks(page) {
            if marked == mark.trim_end() {
                found.extend(lines.into_iter().map(|line| (name, line)));
            }
        }
    }
    assert!(!found.is_empty(), "{need}");
    found
}

fn first_word(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}

#[test]
fn every_command_says_where_it_can_run() {
    for (name, page) in PAGES {
        for (mark, lines) in blocks(page) {
            let Some(need) = mark.strip_prefix("sh") else {
                let stray = lines.iter().find(|line| {
                    HERE.contains(&first_word(line)) || ELSEWHERE.contains(&first_word(line))
                });
                assert_eq!(stray, None, "{name}: commands belong into a block of `sh`");
                continue;
            };
            let need = need.trim_start();
            assert!(NEEDS.contains(&need), "{name}: {mark}");
            let elsewhere = lines.iter().any(|l| ELSEWHERE.contains(&first_word(l)));
            assert_eq!(elsewhere, need == "cluster", "{name}: {lines:?}");
        }
        let indented = page.lines().find(|line| {
            line.starts_with("    ")
                && [&HERE[..], &ELSEWHERE].concat().contains(&first_word(line))
                && !blocks(page)
                    .iter()
                    .any(|(_, lines)| lines.contains(&line.trim_start()))
        });
        assert_eq!(
            indented, None,
            "{name}: commands belong into a block of `sh`"
        );
    }
}

/// A new user's directory: what a clone has, and the README's `gateway.yaml`.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = TempDir::new().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for part in ["conf", "manifests", "tests"] {
            symlink(root.join(part), place.path().join(part)).unwrap();
        }
        let (_, rest) = super::README.split_once("```yaml\n").unwrap();
        let (example, _) = rest.split_once("```").unwrap();
        // Addresses that no other test and no user of this machine has.
        let example = example.replace(
            "listen: \"0.0.0.0:8000\"",
            &format!(
                "listen: \"127.0.0.1:0\"\n  runtime_dir: {}\n  drain: {{ delay: 0s }}",
                place.path().join("run").display()
            ),
        );
        assert!(example.contains("127.0.0.1:0"));
        let admin = "admin: { listen: off, operator: off }\n";
        fs::write(place.path().join("gateway.yaml"), example + admin).unwrap();
        Self(place)
    }

    /// The command as the user's shell would run it there.
    fn shell(&self, line: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_api-gateway"));
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(self.0.path())
            .env(
                "PATH",
                format!("{}:{path}", program.parent().unwrap().display()),
            )
            .stdin(Stdio::null());
        command
    }

    /// What it prints; it has to succeed.
    fn succeeds(&self, line: &str) -> String {
        let output = self.shell(line).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}\n{said}{err}");
        said
    }
}

#[test]
fn the_commands_that_need_nothing_succeed() {
    let place = Place::new();
    for (page, line) in commands("") {
        match first_word(line) {
            // Most of them run this test, or are run by tests of their own.
            "make" => {
                let target = line.split_whitespace().nth(1).unwrap();
                let rule = format!("\n{target}: ## ");
                assert!(MAKEFILE.contains(&rule), "{page}: {line}");
            }
            "api-gateway" => {
                place.succeeds(line);
            }
            other => panic!("{page}: this test can't run {other}"),
        }
    }
}

/// Kills what was started, also when the test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_demo_answers_as_the_pages_say() {
    let place = Place::new();
    let mut demo = place.shell("exec api-gateway demo --listen 127.0.0.1:0");
    let mut demo = Running(
        demo.stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let mut first = String::new();
    BufReader::new(demo.0.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    let at = first
        .split("http://")
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap();
    for (page, line) in commands("demo") {
        let said = place.succeeds(&line.replace("localhost:8000", at));
        let expected: &[&str] = match line.split("localhost:8000").nth(1).unwrap() {
            "/blog/api/login" => &[
                "HTTP/1.1 200 OK",
                r#""service":"auth-service""#,
                r#""path":"/login""#,
                r#""host":"auth-service:8002""#,
            ],
            "/api/users/42" => &[r#""service":"user-service""#, r#""path":"/42""#],
            "/blog/api/posts/7" => &[
                r#""service":"blog-service""#,
                r#""path":"/blog/api/posts/7""#,
            ],
            "/nowhere" => &["HTTP/1.1 404 Not Found", "application/problem+json"],
            other => panic!("{page}: say here what {other} answers"),
        };
        for part in expected {
            let found = said
                .to_ascii_lowercase()
                .contains(&part.to_ascii_lowercase());
            assert!(found, "{page}: {line}: {part}\n{said}");
        }
    }
}

/// The admin interface of a sidecar, as long as the test process lives.
fn sidecar() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                client.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            assert!(head.starts_with(b"GET /config_dump"));
            write!(
                client,
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                DUMP.len()
            )
            .unwrap();
            client.write_all(DUMP).unwrap();
        }
    });
    format!("http://{at}")
}

#[test]
fn a_sidecar_is_asked_as_the_pages_say() {
    let place = Place::new();
    let at = sidecar();
    for (page, line) in commands("sidecar") {
        assert!(line.contains("http://127.0.0.1:15000"), "{page}: {line}");
        let said = place.succeeds(&line.replace("http://127.0.0.1:15000", &at));
        match line.split_whitespace().nth(1) {
            Some("explain") => {
                assert!(said.contains("\nverdict\n  routed\n"), "{said}");
                assert!(
                    said.contains("if the client's Host were kept\n  passthrough"),
                    "{said}"
                );
            }
            Some("doctor") => assert!(said.contains("0 errors"), "{said}"),
            _ => panic!("{page}: {line}"),
        }
    }
}

#[test]
fn a_new_process_takes_over_as_the_pages_say() {
    let lines: Vec<_> = commands("gateway")
        .into_iter()
        .map(|(_, line)| line)
        .collect();
    let [run, upgrade, rest @ ..] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert_eq!(rest, [*run, *upgrade], "the Korean page has the same");
    let place = Place::new();
    let mut old = place.shell(&format!("exec {run}"));
    let mut old = Running(
        old.stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let log = BufReader::new(old.0.stderr.take().unwrap());
    let mut log = log.lines().map(|line| line.unwrap());
    assert!(
        log.any(|line| line.ends_with("] ready")),
        "it is never ready"
    );
    // Nobody may fill the pipe: the new process writes into it, too.
    thread::spawn(move || log.for_each(drop));
    let said = place.succeeds(&format!("{upgrade} 2>&1"));
    let pid = said
        .split("process ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next());
    let pid: u32 = pid
        .unwrap_or_default()
        .parse()
        .unwrap_or_else(|_| panic!("{said}"));
    assert_ne!(pid, old.0.id());
    place.succeeds(&format!("kill -INT {pid}"));
    assert!(old.0.wait().unwrap().success());
}
