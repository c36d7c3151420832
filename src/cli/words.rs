//! A decision in words, for `test` and `explain`.

use crate::config::Config;
use crate::route::{Admitted, Considered, Outcome, Raw, Request, trace};

/// How many routes that lost are told of; a table may have thousands.
const MOST: usize = 10;

/// What was considered: what needs no route, then the winner, those that matched too,
/// and the rest.
pub(super) fn considered(config: &Config, raw: Raw<'_>, came: &Outcome<'_>) -> Vec<String> {
    let Admitted { path, query } = match raw.admit(config.server.path_normalization) {
        Ok(admitted) => admitted,
        Err(refusal) => return vec![format!("refused before any route is asked: {refusal}")],
    };
    let request = Request {
        host: raw.host,
        method: raw.method,
        path: &path,
        query,
        headers: raw.headers,
    };
    let mut all = trace(config, &request);
    // Stable: within each group the order is the file's.
    all.sort_by_key(|c| (!c.won, !c.why.starts_with("matches too")));
    let rest = all.len().saturating_sub(MOST);
    let shown = all.iter().take(MOST).map(|c| line(config, c));
    let more = (rest > 0).then(|| format!("and {rest} more that lost"));
    let own = match came {
        Outcome::Builtin(what) => what.path(&config.server.builtin_endpoints),
        _ => None,
    };
    let own = own.map(|path| format!("the gateway answers {path} itself"));
    own.into_iter().chain(shown).chain(more).collect()
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
