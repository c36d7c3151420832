//! The log's lines, and their way.

use std::io::{Read as _, Write as _};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use log::Level;
use serde_json::Value;

use super::format::{Format, UnknownFormat, json, text};
use super::lines::Lines;
use super::pipe::Pipe;
use crate::config::LogOutput;
use crate::observe::access_log::{Losses, Sink};

const HOSTILE: [&str; 7] = [
    "",
    "a \"quoted\" word and a \\ too",
    "two\n[2026-01-31T23:59:59Z INFO  api_gateway::lifecycle::run] ready",
    "x\"}\n{\"level\":\"info\",\"msg\":\"ready\"}",
    "\u{1b}[2K\rall is well",
    "\u{202e}reversed\u{2028}\u{85}\u{7}\u{0}",
    "tab\there, ä and 😀",
];

#[test]
fn formats_are_words() {
    let read = |text| Format::read(Some(text));
    assert_eq!(Format::read(None), Ok(Format::Text));
    assert_eq!(
        (read(""), read("text")),
        (Ok(Format::Text), Ok(Format::Text))
    );
    assert_eq!(read("json"), Ok(Format::Json));
    let wrong: UnknownFormat = read("JSON").unwrap_err();
    let said = "LOG_FORMAT is \"JSON\"; write text or json, or unset it";
    assert_eq!(wrong.to_string(), said);
}

#[test]
fn an_object_is_one_line_whatever_is_said() {
    for message in HOSTILE {
        let line = String::from_utf8(json(Level::Warn, "a::b", message)).unwrap();
        assert!(
            line.ends_with("}\n") && line.matches('\n').count() == 1,
            "{line:?}"
        );
        assert!(!line.trim_end().chars().any(char::is_control), "{line:?}");
        let object: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(object["msg"], message, "{line}");
        assert_eq!(
            (&object["level"], &object["scope"]),
            (&"warn".into(), &"a::b".into())
        );
        let time = object["time"].as_str().unwrap();
        assert_eq!(
            (time.len(), &time[19..20], &time[23..]),
            (24, ".", "Z"),
            "{line}"
        );
    }
}

#[test]
fn text_makes_no_line_that_looks_like_one_of_the_log() {
    for message in HOSTILE {
        let text = String::from_utf8(text(message)).unwrap();
        assert!(text.ends_with('\n'), "{text:?}");
        for line in text.lines().skip(1) {
            assert!(line.starts_with("    "), "{text:?}");
        }
        let shown = |c: char| c == '\n' || !c.is_control() && !"\u{202e}\u{2028}".contains(c);
        assert!(text.chars().all(shown), "{text:?}");
    }
    let plain = "a \"quoted\" word and a \\ too";
    assert_eq!(text(plain), format!("{plain}\n").as_bytes());
}

/// A pipe that nobody reads, as a sink, and what may read it later.
fn stalled() -> (tempfile::TempDir, Sink, std::fs::File) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    let sink = Sink::open(&LogOutput::File(path.clone())).unwrap().unwrap();
    let reader = std::fs::File::open(path).unwrap();
    (dir, sink, reader)
}

#[test]
fn an_output_that_takes_nothing_stops_nobody() {
    let (_dir, sink, mut reader) = stalled();
    let losses = Arc::<Losses>::default();
    let pipe = Pipe::to(sink, losses.clone(), (100, 1 << 20));
    let line = [&[b'x'; 4000][..], b"\n"].concat();
    let before = Instant::now();
    while losses.dropped() == 0 {
        assert!(before.elapsed() < Duration::from_secs(20));
        pipe.hand_over(&line);
    }
    assert!(!pipe.wait(Duration::from_millis(20)));
    // Once it is read what waited comes, whole lines only.
    let mut all = vec![0; 100 * line.len()];
    reader.read_exact(&mut all).unwrap();
    assert!(all.chunks(line.len()).all(|read| read == line));
}

#[test]
fn what_a_command_says_comes_in_the_form_of_the_log() {
    for format in [Format::Text, Format::Json] {
        let (_dir, sink, mut reader) = stalled();
        let pipe = Pipe::to(sink, Arc::default(), (100, 1 << 20));
        let mut lines = Lines::new(format, pipe.clone());
        let said =
            "f.yaml:1:2 a: warning: is odd; change it\nf.yaml:2:1 b: is \"wrong\"; mend it\n";
        for piece in said.as_bytes().chunks(7) {
            lines.write_all(piece).unwrap();
        }
        assert!(pipe.wait(Duration::from_secs(20)));
        let mut read = vec![0; 4096];
        let length = reader.read(&mut read).unwrap();
        let read = String::from_utf8(read[..length].to_vec()).unwrap();
        if format == Format::Text {
            assert_eq!(read, said);
            continue;
        }
        let objects = read.lines().map(|line| serde_json::from_str(line).unwrap());
        let objects: Vec<Value> = objects.collect();
        let told: Vec<_> = objects.iter().map(|o| (&o["level"], &o["msg"])).collect();
        let mut expected = said.lines();
        let mut next = || expected.next().unwrap().into();
        assert_eq!(
            told,
            [(&"warn".into(), &next()), (&"error".into(), &next())]
        );
    }
}
