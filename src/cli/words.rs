//! A decision in words, for `test` and `explain`.

use crate::config::Config;
use crate::route::{Considered, Raw, Request, Target, normalize, trace};

/// How many routes that lost are told of; a table may have thousands.
const MOST: usize = 10;

/// What was considered, the winner first, then those that matched too, then the rest.
pub(super) fn considered(config: &Config, raw: Raw<'_>) -> Vec<String> {
    let mut all = traced(config, raw);
    // Stable: within each group the order is the file's.
    all.sort_by_key(|c| (!c.won, !c.why.starts_with("matches too")));
    let rest = all.len().saturating_sub(MOST);
    let shown = all.iter().take(MOST).map(|c| line(config, c));
    let more = (rest > 0).then(|| format!("and {rest} more that lost"));
    shown.chain(more).collect()
}

fn traced(config: &Config, raw: Raw<'_>) -> Vec<Considered> {
    let Ok(target) = Target::parse(raw.target) else {
        return Vec::new();
    };
    let Ok(path) = normalize(target.path, config.server.path_normalization) else {
        return Vec::new();
    };
    let request = Request {
        host: raw.host,
        method: raw.method,
        path: &path,
        query: target.query,
        headers: raw.headers,
    };
    trace(config, &request)
}

fn line(config: &Config, considered: &Considered) -> String {
    let route = config.routes.get(considered.choice.route);
    let several = route.is_some_and(|route| route.matches.len() > 1);
    let name = route.map_or("-", |route| &route.name);
    let matched = if several {
        format!(" match[{}]", considered.choice.matched)
    } else {
        String::new()
    };
    let verb = if considered.won { "won by" } else { "lost:" };
    format!("{name}{matched} {verb} {}", considered.why)
}
