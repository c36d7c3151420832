//! Strata of headers, pseudo-headers, the query and shares.

use serde_json::{Value, json};

use super::probe::{Probe, Stratum, TABLES, get, near, tables};
use super::random::Random;
use crate::server::listener;

const VALUES: [&str; 18] = [
    "", "a", "ab", "A", "aB", "b", "abc", "a b", "a,b", "1", "12", "a.b", "AB", "ba", "x", "a,",
    ",a", "0",
];

fn value(random: &mut Random) -> &'static str {
    random.pick(&VALUES)
}

fn filled(random: &mut Random) -> &'static str {
    random.pick(&VALUES[1..])
}

/// A `StringMatcher` of any kind.
fn string(random: &mut Random) -> Value {
    let mut matcher = match random.below(5) {
        0 => json!({ "exact": value(random) }),
        1 => json!({ "prefix": filled(random) }),
        2 => json!({ "suffix": filled(random) }),
        3 => json!({ "contains": filled(random) }),
        _ => {
            return json!({ "safe_regex": { "regex": random.pick(&["a.*", "[a-b]+", "(?i)AB", "b*", "a?", "\\d+"]) } });
        }
    };
    if random.one_in(3) {
        matcher["ignore_case"] = json!(true);
    }
    matcher
}

fn under(field: &str, matchers: Vec<Value>) -> Value {
    json!({ "prefix": "/", field: matchers })
}

/// The values that the patterns of a match are made of.
fn words(of: &Value, found: &mut Vec<String>) {
    match of {
        Value::String(text) => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| words(one, found)),
        Value::Object(all) => {
            let named = |key: &&String| *key != "name" && *key != "regex" && *key != "path";
            let keys = all.keys().filter(named);
            keys.for_each(|key| words(&all[key], found));
        }
        _ => {}
    }
}

/// Requests with headers `x-a` and `x-b`, near to what the table asks for.
fn with_headers(
    random: &mut Random,
    all: &[Vec<Value>],
    count: usize,
    values: &[&str],
) -> Vec<Probe> {
    let mut probes = Vec::new();
    for index in 0..count {
        let table = random.below(TABLES);
        let adversarial = index % 2 == 0;
        let mut own = Vec::new();
        words(&json!(all[table]), &mut own);
        let mut headers = Vec::new();
        for name in ["x-a", "X-B"] {
            if random.one_in(4) {
                continue;
            }
            let text = if adversarial && !own.is_empty() {
                let pattern = random.pick(&own);
                near(random, &pattern).replace('/', "")
            } else {
                random.pick(values).to_owned()
            };
            headers.push((name.to_owned(), text));
        }
        probes.push(Probe {
            headers,
            ..get(table, "/", adversarial)
        });
    }
    probes
}

fn header(random: &mut Random) -> &'static str {
    random.pick(&["x-a", "x-b", "X-A"])
}

/// `string_match`, inverted and not, one or two of them.
pub(super) fn headers() -> Stratum {
    let mut random = Random::new(11);
    let (manager, all) = tables(&mut random, |random| {
        let mut matchers = Vec::new();
        for _ in 0..=random.below(2) {
            let mut matcher = json!({ "name": header(random), "string_match": string(random) });
            if random.one_in(3) {
                matcher["invert_match"] = json!(true);
            }
            if random.one_in(4) {
                matcher["treat_missing_header_as_empty"] = json!(true);
            }
            matchers.push(matcher);
        }
        under("headers", matchers)
    });
    Stratum {
        name: "header string",
        listeners: vec![listener(manager)],
        probes: with_headers(&mut random, &all, 300, &VALUES),
        refuses: false,
    }
}

/// The forms of Istio's older generations.
pub(super) fn old_headers() -> Stratum {
    let mut random = Random::new(12);
    let (manager, all) = tables(&mut random, |random| {
        let mut matcher = match random.below(5) {
            0 => json!({ "exact_match": value(random) }),
            1 => json!({ "prefix_match": filled(random) }),
            2 => json!({ "suffix_match": filled(random) }),
            3 => json!({ "contains_match": filled(random) }),
            _ => json!({ "safe_regex_match": { "regex": random.pick(&["a.*", "[ab]+", "a?"]) } }),
        };
        matcher["name"] = json!(header(random));
        if random.one_in(3) {
            matcher["invert_match"] = json!(true);
        }
        under("headers", vec![matcher])
    });
    Stratum {
        name: "header, old forms",
        listeners: vec![listener(manager)],
        probes: with_headers(&mut random, &all, 200, &VALUES),
        refuses: false,
    }
}

pub(super) fn ranges() -> Stratum {
    let mut random = Random::new(13);
    let number = |random: &mut Random| i64::try_from(random.below(16)).unwrap() - 4;
    let (manager, all) = tables(&mut random, |random| {
        let (a, b) = (number(random), number(random));
        let mut matcher = json!({
            "name": header(random),
            "range_match": { "start": a.min(b).to_string(), "end": a.max(b).to_string() },
        });
        if random.one_in(4) {
            matcher["invert_match"] = json!(true);
        }
        under("headers", vec![matcher])
    });
    let values = [
        "0",
        "1",
        "5",
        "-1",
        "+5",
        "05",
        "5.0",
        "5x",
        "",
        "9223372036854775807",
        "-4",
        "11",
        "12",
        "9223372036854775808",
        "0x5",
        "1e1",
        "- 1",
        "--1",
        "3",
        "7",
        "9",
        "+-1",
        "1_0",
    ];
    Stratum {
        name: "header range",
        listeners: vec![listener(manager)],
        probes: with_headers(&mut random, &all, 240, &values),
        refuses: false,
    }
}

pub(super) fn presence() -> Stratum {
    let mut random = Random::new(14);
    let (manager, all) = tables(&mut random, |random| {
        let mut matcher = json!({ "name": header(random) });
        match random.below(3) {
            0 => matcher["present_match"] = json!(true),
            1 => matcher["present_match"] = json!(false),
            _ => {}
        }
        for field in ["invert_match", "treat_missing_header_as_empty"] {
            if random.one_in(3) {
                matcher[field] = json!(true);
            }
        }
        under("headers", vec![matcher])
    });
    Stratum {
        name: "header presence",
        listeners: vec![listener(manager)],
        probes: with_headers(&mut random, &all, 200, &["", "a", "0"]),
        refuses: false,
    }
}

/// Headers of nobody, and some that Envoy knows.
const REPEATED: [&str; 8] = [
    "x-a",
    "x-a",
    "via",
    "user-agent",
    "content-type",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-b",
];

/// A header that stands several times.
pub(super) fn repeated() -> Stratum {
    let mut random = Random::new(15);
    let (manager, all) = tables(&mut random, |random| {
        let mut matcher = match random.below(4) {
            0 => json!({ "present_match": true }),
            1 => json!({ "range_match": { "start": "0", "end": "3" } }),
            _ => json!({ "string_match": string(random) }),
        };
        matcher["name"] = json!(random.pick(&REPEATED));
        if random.one_in(3) {
            matcher["invert_match"] = json!(true);
        }
        under("headers", vec![matcher])
    });
    let mut probes = with_headers(&mut random, &all, 240, &VALUES);
    for probe in &mut probes {
        for name in REPEATED {
            let again: Vec<_> = (0..=random.below(2))
                .map(|_| (name.to_owned(), value(&mut random).to_owned()))
                .collect();
            probe.headers.extend(again);
        }
    }
    Stratum {
        name: "repeated header",
        listeners: vec![listener(manager)],
        probes,
        refuses: false,
    }
}

/// What isn't a header on the wire.
pub(super) fn pseudo() -> Stratum {
    let mut random = Random::new(16);
    let (manager, _) = tables(&mut random, |random| {
        let (name, wanted) = random.pick(&[
            (":method", "POST"),
            (":method", "G"),
            (":method", "DELETE"),
            (":path", "/a"),
            (":path", "/a?q=1"),
            (":path", "q"),
            (":authority", "t1.example"),
            (":authority", "example"),
            ("host", "t2"),
            (":scheme", "https"),
            (":scheme", "http"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-proto", "http"),
            ("cookie", "a=1"),
        ]);
        let kind = random.pick(&["exact", "prefix", "suffix", "contains"]);
        let mut matcher = json!({ "name": name, "string_match": { kind: wanted } });
        if random.one_in(4) {
            matcher["invert_match"] = json!(true);
        }
        under("headers", vec![matcher])
    });
    let mut probes = Vec::new();
    for index in 0..240 {
        let mut probe = get(
            random.below(TABLES),
            random.pick(&["/", "/a", "/a?q=1", "/?q"]),
            index % 2 == 0,
        );
        probe.method = random.pick(&["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);
        if random.one_in(2) {
            let proto = random.pick(&["http", "https"]);
            probe
                .headers
                .push(("x-forwarded-proto".to_owned(), proto.to_owned()));
        }
        if random.one_in(4) {
            probe.headers.push(("cookie".to_owned(), "a=1".to_owned()));
        }
        probes.push(probe);
    }
    Stratum {
        name: "pseudo-header",
        listeners: vec![listener(manager)],
        probes,
        refuses: false,
    }
}

pub(super) fn query() -> Stratum {
    let mut random = Random::new(17);
    let (manager, all) = tables(&mut random, |random| {
        let mut matchers = Vec::new();
        for _ in 0..=random.below(2) {
            let mut matcher = json!({ "name": random.pick(&["q", "r", "Q", "q%20"]) });
            match random.below(4) {
                0 => matcher["present_match"] = json!(true),
                1 => {}
                _ => matcher["string_match"] = string(random),
            }
            matchers.push(matcher);
        }
        under("query_parameters", matchers)
    });
    let parts = [
        "q=1", "q=", "q", "r=ab", "q=a", "q=ab", "r", "Q=a", "q%20=a", "=a", "", "q=a=b", "q==a",
        "x=1", "q=%61", "q=a+b", "r=a;q=ab", "q=AB", "r=12",
    ];
    let mut probes = Vec::new();
    for index in 0..260 {
        let table = random.below(TABLES);
        let adversarial = index % 2 == 0;
        let mut target = "/?".to_owned();
        if adversarial {
            let mut own = Vec::new();
            words(&json!(all[table]), &mut own);
            own.push("a".to_owned());
            let pattern = random.pick(&own);
            let text = near(&mut random, &pattern).replace([' ', '/'], "");
            target = format!("/?{}={text}", random.pick(&["q", "r", "Q"]));
        }
        for _ in 0..=random.below(2) {
            target = format!("{target}&{}", random.pick(&parts));
        }
        if random.one_in(8) {
            target = "/".to_owned();
        }
        probes.push(get(table, &target, adversarial));
    }
    Stratum {
        name: "query",
        listeners: vec![listener(manager)],
        probes,
        refuses: false,
    }
}

/// Shares of everything and of nothing; what lies between is chance.
pub(super) fn fractions() -> Stratum {
    let mut random = Random::new(18);
    let (manager, _) = tables(&mut random, |random| {
        let (numerator, denominator) = random.pick(&[
            (0, "HUNDRED"),
            (100, "HUNDRED"),
            (0, "TEN_THOUSAND"),
            (10_000, "TEN_THOUSAND"),
            (1_000_000, "MILLION"),
            (0, "MILLION"),
        ]);
        let mut fraction =
            json!({ "default_value": { "numerator": numerator, "denominator": denominator } });
        if random.one_in(2) {
            fraction["runtime_key"] = json!("routing.some.key");
        }
        json!({ "prefix": random.pick(&["/", "/a", "/b"]), "runtime_fraction": fraction })
    });
    let probes = (0..120)
        .map(|index| {
            let target = random.pick(&["/", "/a", "/b", "/ab", "/c", "/a?q=1"]);
            get(random.below(TABLES), target, index % 2 == 0)
        })
        .collect();
    Stratum {
        name: "runtime fraction",
        listeners: vec![listener(manager)],
        probes,
        refuses: false,
    }
}

pub(super) fn grpc() -> Stratum {
    let mut random = Random::new(19);
    let (manager, _) = tables(&mut random, |random| {
        let prefix = random.pick(&["/", "/a"]);
        match random.below(3) {
            0 => json!({ "prefix": prefix }),
            _ => json!({ "prefix": prefix, "grpc": {} }),
        }
    });
    let kinds = [
        "application/grpc",
        "application/grpc+proto",
        "application/grpc-web",
        "application/grpcx",
        "application/grpc;x",
        "Application/grpc",
        "application/grpc+",
        "text/plain",
        "",
    ];
    let probes = (0..120)
        .map(|index| {
            let mut probe = get(
                random.below(TABLES),
                random.pick(&["/", "/a", "/b"]),
                index % 2 == 0,
            );
            probe.method = "POST";
            if !random.one_in(5) {
                let kind = random.pick(&kinds);
                probe
                    .headers
                    .push(("content-type".to_owned(), kind.to_owned()));
            }
            probe
        })
        .collect();
    Stratum {
        name: "grpc",
        listeners: vec![listener(manager)],
        probes,
        refuses: false,
    }
}
