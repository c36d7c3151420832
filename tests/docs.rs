//! What the pages say is what the program does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use api_gateway::config;
use serde_json::Value;

const CONFIGURATION: &str = include_str!("../docs/configuration.md");
const README: &str = include_str!("../README.md");

/// Whether the items of a list have keys of their own.
fn holds_mappings(root: &Value, items: &Value) -> bool {
    let mut found = BTreeSet::new();
    if items.is_object() {
        keys(root, items, "item", &mut found);
    }
    found.iter().any(|key| key != "item")
}

/// The keys of a schema that hold a value, as the page writes them.
fn keys(root: &Value, node: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = node["$ref"].as_str() {
        let name = name.strip_prefix("#/definitions/").unwrap();
        return keys(root, &root["definitions"][name], path, found);
    }
    for wrapper in ["anyOf", "allOf"] {
        let inner = node[wrapper].as_array().into_iter().flatten();
        let sections: Vec<_> = inner
            .filter(|n| n.get("$ref").is_some() || n.get("properties").is_some())
            .collect();
        if let [section] = sections[..] {
            return keys(root, section, path, found);
        }
    }
    let join = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    if let Some(properties) = node["properties"].as_object() {
        for (key, value) in properties {
            keys(root, value, &join(key), found);
        }
    } else if node["additionalProperties"].is_object() {
        keys(root, &node["additionalProperties"], &join("NAME"), found);
    } else if holds_mappings(root, &node["items"]) {
        keys(root, &node["items"], &format!("{path}[]"), found);
    } else {
        found.insert(path.to_owned());
    }
}

#[test]
fn the_page_lists_every_key_and_no_other() {
    let schema = config::schema();
    let mut in_schema = BTreeSet::new();
    keys(&schema, &schema, "", &mut in_schema);
    let in_page: BTreeSet<String> = CONFIGURATION
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect();
    assert_eq!(in_page, in_schema);
}

#[test]
fn the_readme_s_configuration_is_valid() {
    let (_, rest) = README.split_once("```yaml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let (config, report) = config::parse("README.md", example, &|_| None);
    assert!(report.is_empty(), "{report}");
    let config = config.unwrap();
    assert_eq!(config.services.len(), 1);
    assert!(
        example.lines().count() <= 12,
        "the README promises a short one"
    );
}
