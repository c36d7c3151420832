//! The words and defaults that the schema has for a key are those of its row in the page.

use std::collections::BTreeMap;

use api_gateway::config;
use serde_json::Value;

/// What a key may be besides numbers, names and the like: `off`, or one of a few words.
fn words(node: &Value) -> Vec<&str> {
    let mut all: Vec<&str> = node["const"].as_str().into_iter().collect();
    for list in ["enum", "anyOf"] {
        for part in node[list].as_array().into_iter().flatten() {
            all.extend(part.as_str());
            all.extend(words(part));
        }
    }
    all.extend(node.get("items").into_iter().flat_map(words));
    all
}

/// The default that a description tells.
fn default(description: &str) -> Option<&str> {
    let quoted = |text: &'static str, from: usize| match text {
        "before" => description[..from].rsplit('`').nth(1),
        _ => description[from..].split('`').nth(1),
    };
    if let Some(at) = description.find("(the default)") {
        return quoted("before", at);
    }
    let at = description
        .find("Default `")
        .or_else(|| description.find("Default\n`"))?;
    quoted("behind", at)
}

/// The cells of each row: the default, and the meaning.
fn rows() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let rows = super::CONFIGURATION.lines();
    let rows = rows.filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"));
    rows.map(|row| {
        let (key, rest) = row.split_once("` |").unwrap();
        (key, rest.split_once(" | ").unwrap())
    })
    .collect()
}

#[test]
fn the_page_has_each_word_and_default_of_the_schema() {
    let schema = config::schema();
    let mut known = BTreeMap::new();
    super::keys(&schema, &schema, "", &mut known);
    let rows = rows();
    let (mut told, mut defaults) = (0, 0);
    for (key, node) in known {
        let (default_cell, meaning) = rows[key.as_str()];
        for word in words(node) {
            let row = format!("{default_cell} {meaning}");
            // A number stands for itself.
            let is = |part: &str| part.trim_matches('`') == word;
            let parts = row.split(|c: char| c.is_whitespace() || ",;:()".contains(c));
            assert!(parts.into_iter().any(is), "{key}: {word} isn't in its row");
            told += 1;
        }
        let description = node["description"].as_str().unwrap_or_default();
        if let Some(default) = default(description) {
            let begins = default_cell
                .trim_start()
                .starts_with(&format!("`{default}`"));
            assert!(begins, "{key}: {default_cell}, and {default} in the schema");
            defaults += 1;
        }
    }
    assert!(
        told > 30 && defaults > 30,
        "{told} words, {defaults} defaults"
    );
}
