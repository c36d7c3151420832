//! What is wrong with a route table although each route by itself is fine.

use super::path::normalize;
use super::shadow::{Shadow, shadows};
use crate::config::{Config, PathMatch, Route, Severity};

/// A mistake, at a key of the configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// For example `routes[1].match.path.prefix`.
    pub path: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub fix: String,
}

/// Finds routes and built-in endpoints that no request can reach.
#[must_use]
pub fn lint(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let builtin = &config.server.builtin_endpoints;
    for (key, path) in [("health", &builtin.health), ("stats", &builtin.stats)] {
        if let Some(path) = path {
            let key = format!("server.builtin_endpoints.{key}");
            findings.extend(not_normal(config, key, path));
        }
    }
    for (index, route) in config.routes.iter().enumerate() {
        for (matched, wanted) in route.matches.iter().enumerate() {
            let (kind, path) = match &wanted.path {
                PathMatch::Exact(path) => ("exact", path),
                PathMatch::Prefix(path) => ("prefix", path),
                PathMatch::Regex(_) => continue,
            };
            let key = format!("{}.path.{kind}", key(index, route, matched));
            findings.extend(not_normal(config, key, path));
        }
    }
    for Shadow { of, by } in shadows(config) {
        let key = key(of.route, &config.routes[of.route], of.matched);
        findings.push(shadowed(key, &config.routes[by.route].name));
    }
    findings
}

/// One match is written as a mapping, several as a list.
fn key(index: usize, route: &Route, matched: usize) -> String {
    if route.matches.len() == 1 {
        format!("routes[{index}].match")
    } else {
        format!("routes[{index}].match[{matched}]")
    }
}

fn shadowed(path: String, by: &str) -> Finding {
    Finding {
        path,
        severity: Severity::Warning,
        message: format!("takes no request: route \"{by}\" takes them all"),
        fix: "remove one of the two or change what it matches".into(),
    }
}

fn not_normal(config: &Config, key: String, path: &str) -> Option<Finding> {
    let normal = normalize(path.as_bytes(), config.server.path_normalization);
    let fix = match &normal {
        Ok(normal) if **normal == *path.as_bytes() => return None,
        Ok(normal) => format!("write {}", normal.escape_ascii()),
        Err(_) => "write a path that a request can have".into(),
    };
    Some(Finding {
        path: key,
        severity: Severity::Error,
        message: format!(
            "\"{path}\" is never matched: paths are normalised first (server.path_normalization)"
        ),
        fix,
    })
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Normalization, PathMatch};
    use crate::route::table::tests::{config, exact, prefix};

    use super::*;

    fn lines(config: &Config) -> Vec<String> {
        let lines = lint(config).into_iter();
        lines
            .map(|f| format!("{:?} {} {} {}", f.severity, f.path, f.message, f.fix))
            .collect()
    }

    fn routes(paths: &[PathMatch]) -> Config {
        let names = ["a", "b", "c"];
        config(
            names
                .into_iter()
                .zip(paths)
                .map(|(n, p)| (n, p.clone(), Default::default()))
                .collect(),
        )
    }

    #[test]
    fn different_paths_and_kinds_are_fine() {
        assert!(lint(&routes(&[prefix("/a"), prefix("/a/"), exact("/a")])).is_empty());
    }

    #[test]
    fn the_second_of_two_equal_paths_takes_no_request() {
        let found = lines(&routes(&[prefix("/a"), exact("/b"), prefix("/a")]));
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with(
                "Warning routes[2].match takes no request: route \"a\" takes them all"
            )
        );
    }

    #[test]
    fn a_path_that_normalising_changes_is_never_matched() {
        let mut config = routes(&[prefix("/a//b"), exact("/a/../../b")]);
        let found = lines(&config);
        assert_eq!(found.len(), 2);
        assert!(found[0].ends_with("write /a/b"), "{found:?}");
        config.server.path_normalization = Normalization::None;
        assert!(lint(&config).is_empty());
    }
}
