//! Text that no person wrote: nothing panics, and nothing takes long.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{lines, read};

/// The only line that `text` is answered with, soon.
#[track_caller]
fn only_line(text: &str) -> String {
    let start = Instant::now();
    let mut lines = lines(text);
    // Seconds would do; a debug build on a busy machine needs the rest.
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "took {:?}",
        start.elapsed()
    );
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "nests deeper than 16 levels here";
    for text in [
        "[".repeat(10_000),
        "{a: ".repeat(10_000),
        "- ".repeat(10_000),
        "? ".repeat(10_000),
        format!("{}1", "[".repeat(500_000)),
    ] {
        let line = only_line(&text);
        assert!(line.contains(deep), "{:?}: {line}", &text[..10]);
    }
    let blocks: String = (0..1000)
        .map(|n| format!("{}a:\n", " ".repeat(n)))
        .collect();
    assert!(only_line(&blocks).contains(deep));
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let alias = format!("*a{}", n - 1);
        text += &format!("a{n}: &a{n} [{}]\n", [alias.as_str(); 10].join(", "));
    }
    assert!(only_line(&text).contains("holds more values than any configuration needs"));
    let long = format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(100_000),
        vec!["*a"; 1000].join(", ")
    );
    assert!(only_line(&long).contains("holds more values than any configuration needs"));
}

#[test]
fn aliases_of_aliases_are_no_way_around_the_depth() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for n in 1..100 {
        text += &format!("a{n}: &a{n} [*a{}]\n", n - 1);
    }
    assert!(only_line(&text).contains("nests deeper than 16 levels here"));
}

#[test]
fn an_alias_of_itself_is_refused() {
    assert_eq!(
        only_line("a: &a [*a]"),
        "f:1:8 a[0]: is an alias of something that contains it; write the value out"
    );
}

#[test]
fn control_characters_are_refused() {
    // The scanner takes NUL for the end of the text.
    assert_eq!(
        only_line("services: {}\nroutes: []\n\0x: y"),
        "f:3:1 (file): contains the control character '\\0'; \
         remove it; text files have none but tab and line end"
    );
    assert!(only_line("a: \u{1b}[31m").contains("control character '\\u{1b}'"));
}

#[test]
fn a_message_stays_on_its_line() {
    for line in lines("\"a\\nb\": 1\nservices: {\"x\\ny\": {url: \"a\\n\\e[0m\"}}\n") {
        assert!(line.starts_with("f:"), "{line}");
        assert!(!line.contains(char::is_control), "{line}");
    }
}

#[test]
fn long_lines_are_read() {
    let mega = "x".repeat(1_000_000);
    assert!(only_line(&mega).contains("write a mapping with the keys services and routes"));
    assert!(only_line(&format!("{mega}: y")).len() < 500);
    for text in [
        format!("services: {mega}\nroutes: {mega}"),
        format!("services: {{a: {{url: {mega}}}}}\nroutes: [{{name: {mega}, service: a}}]"),
        format!("a: \"{}", "\\n".repeat(400_000)),
        "a ".repeat(500_000),
        "a: b: ".repeat(100_000),
        "x, ".repeat(300_000),
        format!("[{}", "x, ".repeat(300_000)),
        "\n".repeat(1_000_000),
        "#".repeat(1_000_000),
        "&a ".repeat(300_000),
    ] {
        let start = Instant::now();
        for line in lines(&text) {
            assert!(line.len() < 500, "{line}");
        }
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{:?}: {:?}",
            &text[..20],
            start.elapsed()
        );
    }
    assert_eq!(
        only_line(&"x".repeat((1 << 20) + 1)),
        "f:1:1 (file): is larger than 1 MiB; make it smaller"
    );
}

#[test]
fn mistakes_without_end_are_cut_off() {
    let text: String = (0..20_000).map(|n| format!("unknown{n}: x\n")).collect();
    let lines = lines(&text);
    assert_eq!(lines.len(), 101);
    let last = "f:1:1 (file): contains more mistakes than are shown here; correct these first";
    assert!(lines.iter().any(|line| line == last), "{lines:?}");
}

#[test]
fn variables_do_not_grow_without_end() {
    let big = |_: &str| Some("x".repeat(100_000));
    let text = format!("services: [{}]", vec!["\"${A}${A}\""; 1000].join(", "));
    let (config, report) = super::super::parse("f", &text, &big);
    assert!(config.is_none());
    assert!(
        report
            .to_string()
            .contains("grows too long with its variables")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        let _ = read(&text).1.to_string();
    }

    #[test]
    fn arbitrary_yaml_never_panics(text in "([ \n]|- |: |[\\[\\]{},&*!|>'\"#%@`?~]|a|b|<<|\\$\\{A|---|\\.\\.\\.|\t|\r|é){0,60}") {
        let _ = read(&text).1.to_string();
    }

    #[test]
    fn a_damaged_file_never_panics(
        at in 0_usize..1700,
        cut in 0_usize..40,
        with in "[ \n:\\[{}\"'&*!$-]{0,3}",
    ) {
        let good = include_str!("../../../conf/gateway.yaml");
        let start = good.floor_char_boundary(at.min(good.len()));
        let end = good.floor_char_boundary((start + cut).min(good.len()));
        let text = format!("{}{with}{}", &good[..start], &good[end..]);
        let (config, report) = read(&text);
        prop_assert_eq!(config.is_none(), report.has_errors());
        for line in report.to_string().lines() {
            prop_assert!(line.starts_with("f:"), "{}", line);
        }
    }
}
