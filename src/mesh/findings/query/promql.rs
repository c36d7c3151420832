//! The selectors in a query, as much of PromQL as that takes, in one pass: what a query of
//! megabytes costs grows with its length only.

/// A metric, and what its labels have to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selector {
    pub(super) metric: String,
    pub(super) matchers: Vec<Matcher>,
}

/// `label="value"` or one of its kin.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Matcher {
    pub(super) label: String,
    pub(super) value: String,
    /// `=~` or `!~`.
    pub(super) expression: bool,
    /// `!=` or `!~`.
    pub(super) negative: bool,
}

impl Matcher {
    /// Whether it leaves the value open: a variable of a dashboard, or an empty one, which
    /// asks for series without the label.
    pub(super) fn is_open(&self) -> bool {
        self.value.is_empty() || self.value.contains('$') || self.value.contains("[[")
    }
}

/// All of them that have braces. One that isn't understood is left out.
pub(super) fn selectors(query: &str) -> Vec<Selector> {
    let mut all = Vec::new();
    let mut rest = query;
    while let Some(first) = rest.chars().next() {
        match first {
            '#' => rest = rest.split_once('\n').map_or("", |(_, after)| after),
            '"' | '\'' | '`' => rest = string(rest).1,
            '$' => rest = past_variable(rest),
            '{' => {
                let (found, after) = braces("", &rest[1..]);
                all.extend(found);
                rest = after;
            }
            c if is_name(c) => {
                let (name, after) = name(rest);
                rest = after.trim_start();
                if let Some(inner) = rest.strip_prefix('{') {
                    let (found, after) = braces(name, inner);
                    all.extend(found);
                    rest = after;
                }
            }
            other => rest = &rest[other.len_utf8()..],
        }
    }
    all
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == ':'
}

fn name(text: &str) -> (&str, &str) {
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// `$job` or `${job}` of a dashboard, which may stand for anything.
fn past_variable(text: &str) -> &str {
    let rest = &text[1..];
    match rest.strip_prefix('{') {
        Some(inner) => inner.split_once('}').map_or("", |(_, after)| after),
        None => name(rest).1,
    }
}

/// What is between braces, and what follows them, or what couldn't be understood.
fn braces<'q>(name: &str, mut rest: &'q str) -> (Option<Selector>, &'q str) {
    let mut metric = name.to_owned();
    let mut matchers = Vec::new();
    let mut clear = true;
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('}') {
            let selector = Selector { metric, matchers };
            return (clear.then_some(selector), after);
        }
        let (label, after) = match rest.starts_with(['"', '\'', '`']) {
            true => string(rest),
            false => {
                let (label, after) = self::name(rest);
                (Some(label.to_owned()), after)
            }
        };
        let quoted = after.len() < rest.len() && !rest.starts_with(is_name);
        rest = after.trim_start();
        let operators = ["=~", "!~", "!=", "="];
        let operator = operators
            .iter()
            .find_map(|of| Some((*of, rest.strip_prefix(of)?)));
        let Some(label) = label.filter(|label| !label.is_empty()) else {
            return (None, rest);
        };
        if let Some((operator, after)) = operator {
            let after = after.trim_start();
            if !after.starts_with(['"', '\'', '`']) {
                return (None, after);
            }
            let (value, after) = string(after);
            rest = after.trim_start();
            let equal = operator == "=";
            match value {
                Some(value) if equal && label == "__name__" => metric = value,
                Some(value) => matchers.push(Matcher {
                    label,
                    value,
                    expression: operator.ends_with('~'),
                    negative: operator.starts_with('!'),
                }),
                None => clear = false,
            }
        } else if quoted {
            // `{"a_total", x="1"}`: since Prometheus 3 a name may stand in quotes.
            metric = label;
        } else {
            return (None, rest);
        }
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.starts_with('}') => {}
            None => return (None, rest),
        }
    }
}

/// A string in quotes, and what follows it; one that has no end takes all of the rest.
/// `None` where an escape isn't understood.
fn string(text: &str) -> (Option<String>, &str) {
    let mut chars = text.char_indices();
    let quote = chars.next().map(|(_, c)| c);
    let (mut value, mut clear) = (String::new(), true);
    while let Some((at, c)) = chars.next() {
        if Some(c) == quote {
            return (clear.then_some(value), &text[at + c.len_utf8()..]);
        }
        if c != '\\' || quote == Some('`') {
            value.push(c);
            continue;
        }
        match chars.next() {
            Some((_, c @ ('\\' | '"' | '\''))) => value.push(c),
            _ => clear = false,
        }
    }
    (None, "")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn told(query: &str) -> Vec<String> {
        let of = |all: Selector| {
            let matchers = all.matchers.iter();
            let matchers = matchers.map(|of| format!(" {} {}", of.label, of.value));
            all.metric + &matchers.collect::<String>()
        };
        selectors(query).into_iter().map(of).collect()
    }

    #[test]
    fn finds_selectors_with_their_metric() {
        let query = r#"sum(rate(a_total{job=~".*x}", status!="5xx", }[5m])) / a_total
                       + my_a_total{status="1"} # a_total{x="2"}
                       + a_total {p='\\d'} + 5 * b {}"#;
        assert_eq!(
            told(query),
            [
                "a_total job .*x} status 5xx",
                "my_a_total status 1",
                r"a_total p \d",
                "b"
            ]
        );
        for (query, expected) in [
            (r#"{__name__="a_total",x="1"}"#, "a_total x 1"),
            (r#"{"a_total", x="1"}"#, "a_total x 1"),
            (r#"{"a_total", "x.y"="1"}"#, "a_total x.y 1"),
            (r#"{x="1", "a_total"}"#, "a_total x 1"),
        ] {
            assert_eq!(told(query), [expected], "{query}");
        }
    }

    #[test]
    fn what_is_not_a_selector_is_none() {
        for other in [
            r#"a_total{x="1"#,
            "a_total{",
            "a_total{$filters}",
            r#"a_total{x~"1"}"#,
            r#"a_total{x="\n"}"#,
            r#"a_total{x=1}"#,
            r#"$a_total"#,
            r#"vector(1) # a_total{x="1"}"#,
            r#"label_replace(b, "y", "a_total{x='1'}", "z", "")"#,
        ] {
            assert_eq!(told(other), [""; 0], "{other}");
        }
        // What follows it counts all the same.
        for broken in [
            "a_total{$filters} + ",
            r#"a_total{x="\n"} + "#,
            "a_total{x=",
        ] {
            let query = format!(r#"{broken}b{{y="2"}}"#);
            assert_eq!(told(&query), ["b y 2"], "{query}");
        }
        assert_eq!(told(r#"${a_total}{x="1"}"#), [" x 1"]);
    }

    #[test]
    fn a_query_takes_as_long_as_it_is_long() {
        for part in [
            "http_requests_total{",
            r#"http_requests_total{x=""#,
            r#"http_requests_total{x="1","#,
            "{{",
            "${",
            "a{'",
        ] {
            let query = part.repeat(50_000);
            let began = Instant::now();
            selectors(&query);
            let took = began.elapsed();
            // Trying each anew took half a minute.
            assert!(took < Duration::from_secs(5), "{part}: {took:?}");
        }
    }
}
