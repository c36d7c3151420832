//! Redirects that lead to where the same route takes the request again.

use http::Method;

use super::candidate::Choice;
use super::path::normalize;
use super::request::Request;
use super::table::{Decision, Table};
use crate::config::{Action, Config, HostMatch, Match, PathMatch, Redirect};
use crate::fields::Fields;

/// A redirect from one path to another that comes back to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Circle {
    pub(super) of: Choice,
    pub(super) from: String,
    pub(super) to: String,
}

/// Tries the path that each match names. Only what is certain: a client that follows
/// with the same method is redirected again.
pub(super) fn circles(config: &Config, table: &Table) -> Vec<Circle> {
    let mut found = Vec::new();
    for (route, of) in config.routes.iter().enumerate() {
        let Action::Redirect(redirect) = &of.action else {
            continue;
        };
        if redirect.scheme.is_some() || redirect.host.is_some() || redirect.port.is_some() {
            continue;
        }
        for (matched, wanted) in of.matches.iter().enumerate() {
            let choice = Choice { route, matched };
            found.extend(circle(config, table, redirect, choice, wanted));
        }
    }
    found
}

fn circle(
    config: &Config,
    table: &Table,
    redirect: &Redirect,
    of: Choice,
    wanted: &Match,
) -> Option<Circle> {
    let (PathMatch::Exact(from) | PathMatch::Prefix(from)) = &wanted.path else {
        return None;
    };
    // 301 and 302 may, and 303 does, turn a POST into a GET.
    let keeps_method = matches!(redirect.status, 307 | 308);
    if !wanted.headers.is_empty()
        || !wanted.query.is_empty()
        || (!wanted.methods.is_empty() && !keeps_method)
    {
        return None;
    }
    let host = match wanted.hosts.first() {
        Some(HostMatch::Exact(host)) => host.clone(),
        Some(HostMatch::Wildcard(of)) => format!("x.{of}"),
        None => String::new(),
    };
    let route_of = |path: &[u8]| {
        let request = Request {
            host: host.as_bytes(),
            method: wanted.methods.first().unwrap_or(&Method::GET),
            path,
            query: None,
            headers: Fields::NONE,
        };
        match table.decide(&request) {
            Decision::Route(choice) => Some(choice.route),
            _ => None,
        }
    };
    let mut to = Vec::new();
    table.rewrite_path(of, from.as_bytes(), &mut to);
    let to = normalize(&to, config.server.path_normalization).ok()?;
    let again = route_of(from.as_bytes()) == Some(of.route) && route_of(&to) == Some(of.route);
    again.then(|| Circle {
        of,
        from: from.clone(),
        to: to.escape_ascii().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Rewrite;
    use crate::route::table::tests::{config, exact, prefix};

    fn found(
        path: PathMatch,
        to: Rewrite,
        other: PathMatch,
        change: fn(&mut Config),
    ) -> Vec<String> {
        let mut config = config(vec![
            ("r", path, Rewrite::Keep),
            ("other", other, Rewrite::Keep),
        ]);
        config.routes[0].action = Action::Redirect(Redirect {
            status: 302,
            scheme: None,
            host: None,
            port: None,
            path: to,
        });
        change(&mut config);
        let circles = circles(&config, &Table::new(&config)).into_iter();
        circles.map(|c| format!("{} {}", c.from, c.to)).collect()
    }

    fn redirect(config: &mut Config) -> &mut Redirect {
        match &mut config.routes[0].action {
            Action::Redirect(redirect) => redirect,
            Action::Proxy { .. } => unreachable!(),
        }
    }

    #[test]
    fn a_redirect_into_its_own_paths_comes_back() {
        let path = |to: &str| Rewrite::ReplacePath(to.into());
        let put = |to: &str| Rewrite::ReplacePrefix(to.into());
        let as_is: fn(&mut Config) = |_| {};
        let other = || prefix("/other");
        assert_eq!(
            found(prefix("/docs"), path("/docs/new"), other(), as_is),
            ["/docs /docs/new"]
        );
        assert_eq!(
            found(prefix("/docs/"), path("/docs/new"), other(), as_is),
            ["/docs/ /docs/new"]
        );
        assert_eq!(
            found(prefix("/d2"), put("/d2/v"), other(), as_is),
            ["/d2 /d2/v"]
        );
        for free in [path("/new"), path("/docsx"), put("/d")] {
            assert_eq!(found(prefix("/docs"), free, other(), as_is), [""; 0]);
        }
        assert_eq!(
            found(exact("/docs"), path("/docs/new"), other(), as_is),
            [""; 0]
        );
        let taken = found(
            prefix("/docs"),
            path("/docs/new"),
            exact("/docs/new"),
            as_is,
        );
        assert_eq!(taken, [""; 0]);
        let elsewhere: [fn(&mut Config); 3] = [
            |config| redirect(config).host = Some("h".into()),
            |config| redirect(config).scheme = Some("https".into()),
            |config| config.routes[0].matches[0].methods = vec![Method::POST],
        ];
        for change in elsewhere {
            let free = found(prefix("/docs"), path("/docs/new"), other(), change);
            assert_eq!(free, [""; 0]);
        }
    }
}
