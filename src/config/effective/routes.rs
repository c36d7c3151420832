//! `routes`.

use http::{HeaderName, HeaderValue, Method};
use serde_json::{Map, Value, json};

use super::super::model::{
    Action, Config, HeaderRules, HostMatch, Match, PathMatch, Redirect, Rewrite, Route, ValueMatch,
};
use super::super::value::{duration, size};
use super::or_off;
use super::secrets::Secrets;

/// A route. What it leaves to its service or to the server isn't repeated.
pub(super) fn route(config: &Config, route: &Route, secrets: &Secrets<'_>) -> Value {
    let matches = route.matches.iter().map(|one| one_match(one, secrets));
    let mut all = Map::new();
    all.insert("name".into(), route.name.as_str().into());
    all.insert("match".into(), matches.collect());
    match &route.action {
        Action::Proxy {
            service,
            rewrite,
            host,
        } => {
            let service = config.services.get(*service);
            all.insert("service".into(), json!(service.map(|of| &of.name)));
            let mut keys = rewritten(rewrite, "replace_path", secrets);
            if let Some(host) = host {
                keys.insert("host".into(), host.as_str().into());
            }
            insert(&mut all, "rewrite", keys);
        }
        Action::Redirect(to) => insert(&mut all, "redirect", redirect(to, secrets)),
    }
    let sides = [
        ("request_headers", &route.request_headers),
        ("response_headers", &route.response_headers),
    ];
    for (key, rules) in sides {
        insert(&mut all, key, header_rules(rules, secrets));
    }
    let timeouts = &route.timeouts;
    let timeouts = [
        ("response_header", timeouts.response_header),
        ("body_idle", timeouts.body_idle),
        ("request", timeouts.request),
    ];
    let timeouts = timeouts
        .into_iter()
        .filter_map(|(key, own)| Some((key.to_owned(), or_off(own?.map(duration)))));
    insert(&mut all, "timeouts", timeouts.collect());
    let limits = route.limits.request_body.into_iter();
    let limits = limits.map(|own| ("request_body".to_owned(), or_off(own.map(size))));
    insert(&mut all, "limits", limits.collect());
    all.into()
}

/// Only what says something.
fn insert(all: &mut Map<String, Value>, key: &str, keys: Map<String, Value>) {
    if !keys.is_empty() {
        all.insert(key.into(), keys.into());
    }
}

fn one_match(one: &Match, secrets: &Secrets<'_>) -> Value {
    let mut all = Map::new();
    let (kind, path) = match &one.path {
        PathMatch::Exact(path) => ("exact", path.as_str()),
        PathMatch::Prefix(path) => ("prefix", path.as_str()),
        PathMatch::Regex(pattern) => ("regex", pattern.as_str()),
    };
    all.insert("path".into(), json!({ kind: secrets.shown_path(path) }));
    let hosts = one.hosts.iter().map(|host| match host {
        HostMatch::Exact(host) => json!(host),
        HostMatch::Wildcard(suffix) => json!(format!("*.{suffix}")),
    });
    let methods = one.methods.iter().map(Method::as_str);
    let headers = one.headers.iter().map(|(name, v)| (name.as_str(), v));
    let query = one.query.iter().map(|(name, v)| (name.as_str(), v));
    let lists: [(&str, Vec<Value>); 4] = [
        ("hosts", hosts.collect()),
        ("methods", methods.map(Value::from).collect()),
        ("headers", headers.map(|one| value(one, secrets)).collect()),
        ("query", query.map(|one| value(one, secrets)).collect()),
    ];
    for (key, list) in lists {
        if !list.is_empty() {
            all.insert(key.into(), list.into());
        }
    }
    all.into()
}

fn value((name, wanted): (&str, &ValueMatch), secrets: &Secrets<'_>) -> Value {
    let (kind, text) = match wanted {
        ValueMatch::Exact(text) => ("exact", text.as_str()),
        ValueMatch::Regex(pattern) => ("regex", pattern.as_str()),
    };
    json!({ "name": name, kind: secrets.shown(name, text) })
}

fn rewritten(rewrite: &Rewrite, whole: &str, secrets: &Secrets<'_>) -> Map<String, Value> {
    let (key, text) = match rewrite {
        Rewrite::Keep => return Map::new(),
        Rewrite::StripPrefix(text) => ("strip_prefix", text),
        Rewrite::ReplacePrefix(text) => ("replace_prefix", text),
        Rewrite::ReplacePath(text) => (whole, text),
    };
    [(key.to_owned(), secrets.shown_path(text).into())]
        .into_iter()
        .collect()
}

fn redirect(redirect: &Redirect, secrets: &Secrets<'_>) -> Map<String, Value> {
    let mut all = rewritten(&redirect.path, "path", secrets);
    all.insert("status".into(), redirect.status.into());
    let parts = [
        ("scheme", redirect.scheme.as_deref().map(Value::from)),
        ("host", redirect.host.as_deref().map(Value::from)),
        ("port", redirect.port.map(Value::from)),
    ];
    for (key, part) in parts {
        all.extend(part.map(|part| (key.to_owned(), part)));
    }
    all
}

fn header_rules(rules: &HeaderRules, secrets: &Secrets<'_>) -> Map<String, Value> {
    let pairs = |pairs: &[(HeaderName, HeaderValue)]| -> Map<String, Value> {
        let shown = |(name, value): &(HeaderName, HeaderValue)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            let text = secrets.shown(name.as_str(), &text).to_owned();
            (name.as_str().to_owned(), text.into())
        };
        pairs.iter().map(shown).collect()
    };
    let mut all = Map::new();
    insert(&mut all, "set", pairs(&rules.set));
    insert(&mut all, "add", pairs(&rules.add));
    if !rules.remove.is_empty() {
        let names = rules.remove.iter().map(HeaderName::as_str);
        all.insert("remove".into(), names.map(Value::from).collect());
    }
    all
}
