//! Strata of paths: how a path is matched, and what it is before that.

use serde_json::{Value, json};

use super::probe::{Probe, Stratum, TABLES, get, near_path, tables};
use super::random::Random;
use crate::server::listener;

const PARTS: [&str; 16] = [
    "/a", "/b", "/ab", "/A", "/Ab", "/", "/api", "/v1", "/v1.0", "/a.b", "/x-1", "/%20", "/a%2Fb",
    "/~", "/_", "/a+b",
];

fn path(random: &mut Random) -> String {
    (0..=random.below(3)).map(|_| random.pick(&PARTS)).collect()
}

/// Whether the case counts; absent most of the time.
fn cased(random: &mut Random, mut matched: Value) -> Value {
    match random.below(4) {
        0 => matched["case_sensitive"] = json!(false),
        1 => matched["case_sensitive"] = json!(true),
        _ => {}
    }
    matched
}

/// A stratum of one field whose value is a path.
pub(super) fn plain(name: &'static str, field: &'static str, seed: u64) -> Stratum {
    let mut random = Random::new(seed);
    let (manager, all) = tables(&mut random, |random| {
        let mut value = path(random);
        if field == "path_separated_prefix" {
            // It must not end with a slash, nor have two.
            value = value.replace("//", "/").trim_end_matches('/').to_owned();
            if value.is_empty() {
                value = "/a".to_owned();
            }
        }
        let matched = json!({ field: value });
        cased(random, matched)
    });
    let mut probes = Vec::new();
    for index in 0..200 {
        let table = random.below(TABLES);
        let adversarial = index % 2 == 0;
        let target = if adversarial {
            let pattern = random.pick(&all[table]);
            near_path(&mut random, pattern[field].as_str().unwrap())
        } else {
            path(&mut random)
        };
        probes.push(get(table, &target, adversarial));
    }
    Stratum {
        name,
        listeners: vec![listener(manager)],
        probes,
        refuses: false,
    }
}

const EXPRESSIONS: [&str; 24] = [
    "/a/.*",
    "/[0-9]+",
    "/(a|b)/c?",
    r"/a\.b",
    "(?i)/ab",
    "/a[^/]*",
    "/api/v[12]/.+",
    "/x{2,3}",
    r"/\d+-\w+",
    "/a|/b",
    "^/a$",
    "/[[:alpha:]]+",
    ".*",
    "/a.b",
    "/(?:ab)+",
    "/a$|/b$",
    r"/\bab\b",
    "/(?P<name>a+)b",
    "/a*?b",
    "/[]a]+",
    "/[^]a]+",
    r"/[\w.-]+/",
    "/(?i:ab)c",
    "(?U)/a+",
];

const WORDS: [&str; 26] = [
    "/a",
    "/a/",
    "/a/b",
    "/12",
    "/12x",
    "/b/c",
    "/b/",
    "/a.b",
    "/axb",
    "/ab",
    "/AB",
    "/abab",
    "/aab",
    "/api/v1/",
    "/api/v1/x",
    "/api/v3/x",
    "/xx",
    "/xxx",
    "/xxxx",
    "/1-a",
    "/1-",
    "/]a",
    "/b",
    "/w.x-/",
    "/ABc",
    "/",
];

pub(super) fn expressions() -> Stratum {
    let mut random = Random::new(5);
    let (manager, all) = tables(
        &mut random,
        |random| json!({ "safe_regex": { "regex": random.pick(&EXPRESSIONS) } }),
    );
    let mut probes = Vec::new();
    for index in 0..260 {
        let table = random.below(TABLES);
        let word = random.pick(&WORDS);
        let adversarial = index % 2 == 0;
        let target = if adversarial {
            // The expression's own text is a path that few expressions match.
            let own = random.pick(&all[table]);
            let own = own["safe_regex"]["regex"].as_str().unwrap();
            let plain: String = own
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '/')
                .collect();
            near_path(&mut random, if index % 4 == 0 { word } else { &plain })
        } else {
            word.to_owned()
        };
        probes.push(get(table, &target, adversarial));
    }
    Stratum {
        name: "regex",
        listeners: vec![listener(manager)],
        probes,
        refuses: false,
    }
}

/// `;` and what follows doesn't count.
pub(super) fn parameters() -> Stratum {
    let mut random = Random::new(6);
    let (mut manager, all) = tables(&mut random, |random| match random.below(4) {
        0 => json!({ "path": path(random) }),
        1 => json!({ "prefix": path(random) }),
        2 => json!({ "path_separated_prefix": random.pick(&["/a", "/a/b", "/api"]) }),
        _ => json!({ "safe_regex": { "regex": random.pick(&["/a", "/a/b", "/.b"]) } }),
    });
    manager["route_config"]["ignore_path_parameters_in_path_matching"] = json!(true);
    let mut probes = Vec::new();
    for index in 0..160 {
        let table = random.below(TABLES);
        let pattern = random.pick(&all[table]);
        let own = ["path", "prefix", "path_separated_prefix"]
            .iter()
            .find_map(|field| pattern[*field].as_str());
        let own = own.unwrap_or("/a/b").to_owned();
        let rest = random.pick(&["", ";", ";x", ";x=1/b", "/;x", "/b;x", "x;/", ";?q", "?q;r"]);
        probes.push(get(table, &format!("{own}{rest}"), index % 2 == 0));
    }
    Stratum {
        name: "path parameters",
        listeners: vec![listener(manager)],
        probes,
        refuses: false,
    }
}

/// What the sidecar makes of a path before it matches it, in Istio's modes and in others.
pub(super) fn normalised() -> Stratum {
    let mut random = Random::new(7);
    let mut listeners = Vec::new();
    let mut patterns = Vec::new();
    for fields in [
        json!({}),
        json!({ "normalize_path": true }),
        json!({ "normalize_path": true, "merge_slashes": true }),
        json!({
            "normalize_path": true, "merge_slashes": true,
            "path_with_escaped_slashes_action": "UNESCAPE_AND_FORWARD",
        }),
        json!({ "normalize_path": true, "path_with_escaped_slashes_action": "KEEP_UNCHANGED" }),
    ] {
        let (mut manager, all) = tables(&mut random, |random| match random.below(2) {
            0 => json!({ "prefix": random.pick(&["/a/b", "/b", "/a//b", "/a%2Fb", "/x/"]) }),
            _ => json!({ "path": random.pick(&["/a", "/a/b", "/b", "/a//b", "/a%2Fb"]) }),
        });
        for (key, value) in fields.as_object().unwrap() {
            manager[key] = value.clone();
        }
        listeners.push(listener(manager));
        patterns.push(all);
    }
    let mut probes = Vec::new();
    let detours = [
        "",
        "/.",
        "/./",
        "//",
        "/x/..",
        "/%2e",
        "/x/%2E%2e",
        "%2F",
        "%5C",
        "\\",
        "/%61",
        "/x%2f..",
    ];
    for index in 0..300 {
        let at = random.below(listeners.len());
        let table = random.below(TABLES);
        let pattern = random.pick(&patterns[at][table]);
        let own = pattern["prefix"].as_str().or(pattern["path"].as_str());
        let own = own.unwrap().to_owned();
        let detour = random.pick(&detours);
        let target = match random.below(4) {
            0 => format!("{own}{detour}"),
            1 => format!("/x/..{own}"),
            2 => own.replacen('/', &format!("/y/..{detour}/"), 1),
            _ => format!("/a{detour}/b"),
        };
        probes.push(Probe {
            listener: at,
            ..get(table, &target, index % 2 == 0)
        });
    }
    Stratum {
        name: "normalisation",
        listeners,
        probes,
        refuses: false,
    }
}
