//! What is wrong with a route table although each route by itself is fine.

use super::circle::{Circle, circles};
use super::path::{can_begin, normalize};
use super::shadow::{By, Shadow, shadows};
use super::table::Table;
use crate::config::{Config, Normalization, PathMatch, Pattern, Route, Severity, beginning};

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

/// Finds routes and built-in endpoints that no request can reach, and redirects that
/// come back.
#[must_use]
pub fn lint(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mode = config.server.path_normalization;
    let builtin = &config.server.builtin_endpoints;
    for (key, path) in [
        ("health", &builtin.health),
        ("stats", &builtin.stats),
        ("metrics", &builtin.metrics),
    ] {
        if let Some(path) = path {
            let key = format!("server.builtin_endpoints.{key}");
            findings.extend(lint_path(mode, key, path));
        }
    }
    for (index, route) in config.routes.iter().enumerate() {
        for (matched, wanted) in route.matches.iter().enumerate() {
            let (kind, path) = match &wanted.path {
                PathMatch::Exact(path) => ("exact", path),
                PathMatch::Prefix(path) => ("prefix", path),
                PathMatch::Regex(pattern) => {
                    let key = format!("{}.path.regex", key(index, route, matched));
                    findings.extend(never_begun(config, key, pattern));
                    continue;
                }
            };
            let key = format!("{}.path.{kind}", key(index, route, matched));
            findings.extend(starred(key.clone(), path));
            findings.extend(lint_path(mode, key, path));
        }
    }
    for Shadow { of, by } in shadows(config) {
        let key = key(of.route, &config.routes[of.route], of.matched);
        let by = match by {
            By::Match(by) => format!("route \"{}\"", config.routes[by.route].name),
            By::Builtin(what) => format!(
                "the built-in endpoint {}",
                what.path(builtin).unwrap_or_default()
            ),
        };
        findings.push(shadowed(key, &by));
    }
    for Circle { of, from, to } in circles(config, &Table::new(config)) {
        findings.push(Finding {
            path: format!("routes[{}].redirect", of.route),
            severity: Severity::Warning,
            message: format!("sends \"{from}\" to \"{to}\", which the same route takes again"),
            fix: "write another path, or a host".into(),
        });
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
        message: format!("takes no request: {by} takes them all"),
        fix: "remove one of the two or change what it matches".into(),
    }
}

/// Finds that no request can have the path at `key`.
#[must_use]
pub fn lint_path(mode: Normalization, key: String, path: &str) -> Option<Finding> {
    let normal = normalize(path.as_bytes(), mode);
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

/// Elsewhere a star at the end stands for anything; here it stands for itself.
fn starred(key: String, path: &str) -> Option<Finding> {
    let before = path.strip_suffix('*')?;
    Some(Finding {
        path: key,
        severity: Severity::Warning,
        message: "takes only paths that have this star".into(),
        fix: format!("write {{ prefix: {before} }}, which takes all that is below it"),
    })
}

/// An expression each of whose matches begins as no normalised path does.
fn never_begun(config: &Config, key: String, pattern: &Pattern) -> Option<Finding> {
    let literal = beginning(pattern.as_str()).literal;
    let mode = config.server.path_normalization;
    if can_begin(&literal, mode) {
        return None;
    }
    let fix = match normalize(&literal, mode) {
        Ok(normal) => format!("begin it with {}", normal.escape_ascii()),
        Err(_) => "begin it as a path that a request can have does".into(),
    };
    Some(Finding {
        path: key,
        severity: Severity::Warning,
        message: format!(
            "takes no request: no path begins with \"{}\" once it is normalised (server.path_normalization)",
            literal.escape_ascii()
        ),
        fix,
    })
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Normalization, PathMatch};
    use crate::route::table::tests::{config, exact, prefix, regex};

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
    fn a_star_stands_for_itself() {
        let found = lines(&routes(&[prefix("/a/*"), exact("/b/*/c"), prefix("/*b")]));
        let expected = "Warning routes[0].match.path.prefix takes only paths that have this star \
                        write { prefix: /a/ }, which takes all that is below it";
        assert_eq!(found, [expected]);
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

    #[test]
    fn an_expression_that_begins_as_no_normal_path_does_is_never_matched() {
        let mut config = routes(&[
            regex("/%61bc.*"),
            regex("/a/b//c"),
            regex(r"/a/\.\./[a-z]+"),
        ]);
        let found = lines(&config);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(
            found[0],
            "Warning routes[0].match.path.regex takes no request: no path begins with \
             \"/%61bc\" once it is normalised (server.path_normalization) begin it with /abc"
        );
        assert!(found[1].ends_with("begin it with /a/b/c"), "{found:?}");
        config.server.path_normalization = Normalization::Base;
        assert_eq!(lines(&config).len(), 2);
        config.server.path_normalization = Normalization::None;
        assert!(lint(&config).is_empty());
        for good in [
            "/a/..x?",
            "/a/.[a-z]+",
            "/a/",
            "/%",
            "/%2",
            "/%2F.*",
            "//",
            "/a%zz.*",
        ] {
            let config = routes(&[regex(good)]);
            assert!(lint(&config).is_empty(), "{good}");
        }
    }

    #[test]
    fn what_a_builtin_endpoint_takes_is_said_so() {
        let found = lines(&routes(&[regex("/health")]));
        assert_eq!(found.len(), 1);
        assert!(
            found[0].contains("takes no request: the built-in endpoint /health takes them all")
        );
    }
}
