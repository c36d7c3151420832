//! The defaults that the page of the configuration tells are those in use.

use api_gateway::config;
use serde_json::{Value, json};

/// The place of a key, as the page writes it, made where there is none.
fn place<'a>(root: &'a mut Value, key: &str) -> &'a mut Value {
    key.split('.').fold(root, |at, part| match part {
        "NAME" => &mut at["a"],
        part => match part.strip_suffix("[]") {
            Some(list) => {
                let list = &mut at[list];
                if list.is_null() {
                    *list = json!([{}]);
                }
                &mut list[0]
            }
            None => &mut at[part],
        },
    })
}

/// What is in use with this file.
fn in_use(file: &Value) -> Value {
    let (config, report) = config::parse("page", &file.to_string(), &|_| None);
    assert!(config.is_some(), "{file}: {report}");
    config::effective(&config.unwrap())
}

#[test]
fn a_default_of_the_page_written_out_changes_nothing() {
    let mut told = 0;
    for (key, default) in super::defaults(super::CONFIGURATION) {
        let word = default.strip_prefix('`').and_then(|d| d.strip_suffix('`'));
        let Some(word) = word.filter(|word| !word.contains('`')) else {
            continue;
        };
        let route = if key.contains("redirect") {
            json!({ "name": "r", "redirect": { "path": "/x" } })
        } else {
            json!({ "name": "r", "service": "a" })
        };
        let mut file = json!({ "services": { "a": { "url": "http://a" } }, "routes": [route] });
        let before = in_use(&file);
        let value = serde_json::from_str(word).unwrap_or_else(|_| json!(word));
        *place(&mut file, key) = value;
        assert_eq!(in_use(&file), before, "{key}: {word}");
        told += 1;
    }
    assert!(told > 40, "{told}");
}
