//! What is wrong with a route table although each route by itself is fine.

use std::collections::HashMap;

use super::path::normalize;
use crate::config::{Config, PathMatch, Severity};

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
    let mut seen: HashMap<(&str, bool), &str> = HashMap::new();
    for (index, route) in config.routes.iter().enumerate() {
        let (kind, path) = match &route.path {
            PathMatch::Exact(path) => ("exact", path),
            PathMatch::Prefix(path) => ("prefix", path),
        };
        let key = format!("routes[{index}].match.path.{kind}");
        findings.extend(not_normal(config, key.clone(), path));
        if let Some(first) = seen.get(&(path, kind == "exact")) {
            findings.push(Finding {
                path: key,
                severity: Severity::Warning,
                message: format!(
                    "takes no request: route \"{first}\" has the same path and comes first"
                ),
                fix: "remove one of the two or change its path".into(),
            });
        } else {
            seen.insert((path, kind == "exact"), &route.name);
        }
    }
    findings
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
        assert!(found[0].starts_with(
            "Warning routes[2].match.path.prefix takes no request: route \"a\" has the same path"
        ));
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
