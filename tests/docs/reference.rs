//! The table of keys is made of the schema, which editors show: both say the same.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use api_gateway::config;
use serde_json::Value;

/// What stands around the table on the page.
const BEGIN: &str = "<!-- The table is made by `make reference`. -->\n\n";
const END: &str = "\n`routes[].match` is one";

/// As one writes a file; keys of a section are in the order of the schema.
const SECTIONS: [&str; 8] = [
    "server",
    "admin",
    "dns",
    "errors",
    "access_log",
    "services",
    "routes",
    "tests",
];

/// Begins what a description says of a key that is left out.
const DEFAULT: &str = " Default: ";

/// A key that holds a value, as the page writes it, and what the schema says of it.
struct Key<'a> {
    path: String,
    description: &'a str,
}

/// What a node of the schema refers to, or is a choice of beside null.
fn section<'a>(root: &'a Value, node: &'a Value) -> &'a Value {
    if let Some(name) = node["$ref"].as_str() {
        let name = name.strip_prefix("#/definitions/").unwrap();
        return section(root, &root["definitions"][name]);
    }
    for wrapper in ["anyOf", "allOf"] {
        let inner = node[wrapper].as_array().into_iter().flatten();
        let sections: Vec<_> = inner
            .filter(|n| n.get("$ref").is_some() || n.get("properties").is_some())
            .collect();
        if let [only] = sections[..] {
            return section(root, only);
        }
    }
    node
}

fn keys<'a>(root: &'a Value, node: &'a Value, at: &Key<'a>, found: &mut Vec<Key<'a>>) {
    let node = section(root, node);
    let below = |name: &str, description| Key {
        path: match &*at.path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        },
        description,
    };
    let items = section(root, &node["items"]);
    if let Some(properties) = node["properties"].as_object() {
        for (name, value) in properties {
            let description = value["description"].as_str().unwrap();
            keys(root, value, &below(name, description), found);
        }
    } else if node["additionalProperties"].is_object() {
        let at = below("NAME", at.description);
        keys(root, &node["additionalProperties"], &at, found);
    } else if items.get("properties").is_some() {
        let path = format!("{}[]", at.path);
        let description = at.description;
        keys(root, items, &Key { path, description }, found);
    } else {
        found.push(below("", at.description));
    }
}

fn table() -> String {
    let schema = config::schema();
    let mut found = Vec::new();
    let file = Key {
        path: String::new(),
        description: "",
    };
    keys(&schema, &schema, &file, &mut found);
    let section = |key: &Key<'_>| {
        let name = key.path.split(['.', '[']).next().unwrap();
        SECTIONS
            .iter()
            .position(|section| *section == name)
            .unwrap()
    };
    found.sort_by_key(section);
    let mut table = String::from("| key | default | meaning |\n|---|---|---|\n");
    for key in found {
        let path = key.path.trim_end_matches('.');
        let text = key.description.replace('\n', " ");
        let text = text.strip_suffix('.').unwrap();
        let (meaning, default) = text.split_once(DEFAULT).unwrap_or((text, ""));
        let meaning = meaning.strip_suffix('.').unwrap_or(meaning);
        writeln!(table, "| `{path}` | {default} | {meaning} |").unwrap();
    }
    table
}

#[test]
fn the_table_of_keys_is_what_the_schema_says() {
    let (before, rest) = super::CONFIGURATION.split_once(BEGIN).unwrap();
    let (told, after) = rest.split_once(END).unwrap();
    let table = table();
    if env::var_os("WRITE_REFERENCE").is_some() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
        fs::write(page, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert!(told == table, "run `make reference`, which writes\n{table}");
    }
}
