//! What panics says so, and waits for nobody.

use std::io::Read as _;
use std::process::{Command, Stdio, exit};
use std::{env, thread};

use api_gateway::observe::operational;
use serde_json::Value;

/// What a panic says that a client had a part in.
const HOSTILE: &str = "planted\n[2026-01-31T23:59:59Z INFO  api_gateway::lifecycle::run] ready";

/// Says to this test that it is the process that panics, so many times.
const TIMES: &str = "PANICS_PLANTED";

/// More than any pipe takes.
const MANY: usize = 2000;

/// The standard error of a process whose thread panics, read after it has ended.
fn told(format: &str, times: usize) -> String {
    let mut child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "--nocapture",
            "panics::a_panic_is_told_whatever_the_log_leaves_out",
        ])
        .env(TIMES, times.to_string())
        .env("LOG_FORMAT", format)
        .env("RUST_LOG", "api_gateway=debug")
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    // A panic that waits for its reader would keep it from ending.
    assert_eq!(child.wait().unwrap().code(), Some(7));
    let mut told = String::new();
    stderr.read_to_string(&mut told).unwrap();
    told
}

fn panic_often(times: usize) -> ! {
    let _log = operational::start(&|name| env::var(name).ok()).unwrap();
    for _ in 0..times {
        let panics = thread::Builder::new().name("worker".to_owned());
        let ended = panics.spawn(|| panic!("{HOSTILE}")).unwrap().join();
        assert!(ended.is_err());
    }
    operational::flush();
    exit(7)
}

#[test]
fn a_panic_is_told_whatever_the_log_leaves_out() {
    if let Ok(times) = env::var(TIMES) {
        panic_often(times.parse().unwrap());
    }
    let json = told("json", 1);
    let object: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&object["level"], &object["scope"]),
        (&"error".into(), &"api-gateway".into())
    );
    let message = object["msg"].as_str().unwrap();
    assert!(
        message.starts_with("thread \"worker\" panicked at "),
        "{message}"
    );
    assert!(message.ends_with(HOSTILE), "{message}");

    let text = told("text", 1);
    let (first, rest) = text.split_once('\n').unwrap();
    assert!(
        first.contains(" ERROR api-gateway] thread \"worker\" panicked at "),
        "{text}"
    );
    assert!(rest.lines().count() > 1, "{text}");
    assert!(rest.lines().all(|line| line.starts_with("    ")), "{text}");

    assert!(told("text", MANY).contains("planted"));
}
