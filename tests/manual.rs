//! The completions and the manual name every command and option.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use api_gateway::cli::arguments::Arguments;
use clap::CommandFactory as _;
use tempfile::TempDir;

#[expect(dead_code, reason = "its `main` is for `make release`")]
#[path = "../examples/manual.rs"]
mod manual;

/// How an option is written, and how short.
type Written = (String, Option<char>);

/// The commands, each with its options.
fn commands() -> Vec<(String, Vec<Written>)> {
    let mut all = Vec::new();
    for command in Arguments::command().get_subcommands() {
        let options = command.get_arguments().filter_map(|argument| {
            let long = format!("--{}", argument.get_long()?);
            Some((long, argument.get_short()))
        });
        all.push((command.get_name().to_owned(), options.collect()));
    }
    assert!(all.len() > 8, "{all:?}");
    all
}

fn written() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    manual::write(place.path()).unwrap();
    place
}

fn read(place: &Path, name: &str) -> String {
    fs::read_to_string(place.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
}

#[test]
fn each_command_has_a_page_with_its_options_and_no_other_has_one() {
    let place = written();
    let man = place.path().join("man");
    let whole = read(&man, "api-gateway.1");
    let mut pages = BTreeSet::from(["api-gateway.1".to_owned()]);
    for (command, options) in commands() {
        let name = format!("api-gateway-{command}.1");
        // In a page a hyphen is written so that it stays one.
        let page = read(&man, &name).replace("\\-", "-");
        for (long, short) in options {
            assert!(page.contains(&long), "{long} isn't in {name}");
            let short = short.map(|short| format!("-{short}"));
            assert!(short.is_none_or(|short| page.contains(&short)), "{name}");
        }
        let reference = format!("api-gateway-{command}(1)");
        assert!(
            whole.replace("\\-", "-").contains(&reference),
            "{reference}"
        );
        pages.insert(name);
    }
    let found = fs::read_dir(&man).unwrap();
    let found = found.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(found.collect::<BTreeSet<_>>(), pages);
}

#[test]
fn every_shell_completes_each_command_and_option() {
    let place = written();
    for name in ["api-gateway.bash", "api-gateway.fish", "_api-gateway"] {
        let script = read(&place.path().join("completions"), name);
        for (command, options) in commands() {
            assert!(script.contains(&command), "{command} isn't in {name}");
            for (long, _) in options {
                // Fish writes it without its hyphens.
                let fish = format!("-l {}", &long[2..]);
                assert!(
                    script.contains(&long) || script.contains(&fish),
                    "{long}: {name}"
                );
            }
        }
    }
}

/// What bash would offer for the last of these words.
fn completed(script: &Path, words: &[&str]) -> BTreeSet<String> {
    let ask = r#"
        source "$1"; shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        "$(complete -p api-gateway | grep -o '_[a-z_-]*' | tail -n 1)" "$1" "${@: -1}" "${@: -2:1}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", ask, "bash"])
        .arg(script)
        .args(words);
    let output = bash.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let offered = String::from_utf8(output.stdout).unwrap();
    offered.lines().map(str::to_owned).collect()
}

#[test]
fn bash_offers_what_there_is() {
    let place = written();
    let script = place.path().join("completions/api-gateway.bash");
    assert!(completed(&script, &["api-gateway", "up"]).contains("upgrade"));
    for (command, options) in commands() {
        let offered = completed(&script, &["api-gateway", &command, "--"]);
        for (long, _) in options {
            assert!(offered.contains(&long), "{command} {long}: {offered:?}");
        }
    }
    let values = completed(&script, &["api-gateway", "doctor", "--output", ""]);
    let known = ["json", "sarif", "text"].map(str::to_owned);
    assert_eq!(values, BTreeSet::from(known));
}
