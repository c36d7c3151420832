//! The label matchers in a query, as much of PromQL as that takes.

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

/// The matchers of each selector of this metric. One that isn't understood is left out.
pub(super) fn selectors(query: &str, metric: &str) -> Vec<Vec<Matcher>> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let of = |(at, _): (usize, &str)| {
        let before = query[..at].chars().next_back();
        let rest = query[at + metric.len()..].trim_start();
        let whole = !before.is_some_and(is_name);
        let inner = rest.strip_prefix('{').filter(|_| whole)?;
        matchers(inner)
    };
    query.match_indices(metric).filter_map(of).collect()
}

fn matchers(mut rest: &str) -> Option<Vec<Matcher>> {
    let mut all = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.starts_with('}') {
            return Some(all);
        }
        let end = rest.find(['=', '!'])?;
        let label = rest[..end].trim().to_owned();
        let (operator, after) = ["=~", "!~", "!=", "="]
            .iter()
            .find_map(|of| Some((*of, rest[end..].strip_prefix(of)?)))?;
        let (value, after) = string(after.trim_start())?;
        all.push(Matcher {
            label,
            value,
            expression: operator.ends_with('~'),
            negative: operator.starts_with('!'),
        });
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
}

/// A string in quotes, and what follows it.
fn string(text: &str) -> Option<(String, &str)> {
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Some((value, &text[at + 1..])),
            '\\' if quote != '`' => match chars.next()?.1 {
                c @ ('\\' | '"' | '\'') => value.push(c),
                _ => return None,
            },
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_matchers_of_the_metric_only() {
        let query = r#"sum(rate(a_total{job=~".*x}", status!="5xx", }[5m])) / a_total
                       + my_a_total{status="1"} + a_total_sum{status="2"} + a_total {p='\\d'}"#;
        let all: Vec<Vec<_>> = selectors(query, "a_total")
            .iter()
            .map(|all| {
                all.iter()
                    .map(|of| (of.label.as_str(), of.value.as_str()))
                    .collect()
            })
            .map(|all: Vec<(&str, &str)>| all.iter().map(|(l, v)| format!("{l} {v}")).collect())
            .collect();
        assert_eq!(all, [vec!["job .*x}", "status 5xx"], vec![r"p \d"]]);
        for broken in [
            r#"a_total{x="1"#,
            "a_total{",
            r#"a_total{x~"1"}"#,
            r#"a_total{x="\n"}"#,
        ] {
            assert_eq!(
                selectors(broken, "a_total"),
                Vec::<Vec<_>>::new(),
                "{broken}"
            );
        }
    }
}
