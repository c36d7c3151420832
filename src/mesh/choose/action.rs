//! What a route does with a request.

use std::time::Duration;

use super::end::End;
use super::request::{Seen, Values};
use crate::mesh::dump::filter::PerFilter;
use crate::mesh::dump::listener::NetworkConfig;
use crate::mesh::dump::route::{
    Redirect, RetryPolicy, Route, RouteAction, VirtualHost, WeightedClusters,
};
use crate::mesh::trace::{Policy, Rewritten, Share, Verdict};

/// What Envoy takes where a route doesn't say.
const TIMEOUT: Duration = Duration::from_secs(15);
const BACK_OFF: Duration = Duration::from_millis(25);

/// As many clusters as a route's requests are shared by. All their endpoints are looked at.
const SHARES: usize = 100;

/// Istio's virtual host of `REGISTRY_ONLY`.
const BLOCK_ALL: &str = "block_all";

/// A cluster with its share of the requests, and what is told to the HTTP filters for it.
#[derive(Debug)]
pub(super) struct Part<'d> {
    pub(super) share: Share,
    pub(super) told: Option<&'d PerFilter>,
}

impl Part<'_> {
    pub(super) fn whole(cluster: String) -> Self {
        let share = Share { cluster, weight: 1 };
        Self { share, told: None }
    }
}

/// Where the route sends the request, or the end of its way.
pub(super) fn of<'d>(
    route: &'d Route,
    host: &VirtualHost,
    seen: &Seen<'_>,
) -> Result<(&'d RouteAction, Vec<Part<'d>>), End> {
    if let Some(redirect) = &route.redirect {
        let status = redirect_status(redirect);
        let why = format!("the route redirects: {}", redirect_words(redirect));
        return Err(End::new(Verdict::Redirect, why, Some(status)));
    }
    if let Some(direct) = &route.direct_response {
        let status = direct.status;
        if host.name == BLOCK_ALL {
            let why = "REGISTRY_ONLY: no service has this Host, and what isn't in the registry \
                       gets 502";
            return Err(End::new(Verdict::BlackHole, why, Some(status)));
        }
        let why = format!("the route answers {status} itself");
        return Err(End::new(Verdict::DirectResponse, why, Some(status)));
    }
    let Some(action) = route.route.as_deref() else {
        return Err(End::unknown("an action that the model doesn't know"));
    };
    Ok((action, clusters(action, seen)?))
}

fn clusters<'d>(action: &'d RouteAction, seen: &Seen<'_>) -> Result<Vec<Part<'d>>, End> {
    if let Some(cluster) = &action.cluster {
        return Ok(vec![Part::whole(cluster.clone())]);
    }
    if let Some(weighted) = &action.weighted_clusters {
        return weighted_clusters(weighted);
    }
    let Some(header) = &action.cluster_header else {
        return Err(End::unknown(
            "a route that names its cluster in another way",
        ));
    };
    match seen.values(header) {
        Values::EnvoysOwn => Err(End::unknown(format!(
            "header {header}, which Envoy writes itself, names the cluster"
        ))),
        Values::Known(values) => match values.first() {
            Some(value) => Ok(vec![Part::whole(
                String::from_utf8_lossy(value).into_owned(),
            )]),
            None => Err(End::new(
                Verdict::NoRoute,
                format!("header {header}, which names the cluster, is missing: no cluster (NC)"),
                Some(not_found_status(action)),
            )),
        },
    }
}

/// Those with a share, the largest first.
pub(super) fn weighted_clusters(weighted: &WeightedClusters) -> Result<Vec<Part<'_>>, End> {
    if !weighted.header_name.is_empty() || !weighted.runtime_key_prefix.is_empty() {
        return Err(End::unknown("shares that a header or the runtime sets"));
    }
    let mut parts = Vec::new();
    for cluster in &weighted.clusters {
        if cluster.name.is_empty() {
            return Err(End::unknown("a share whose cluster a header names"));
        }
        if cluster.weight > 0 {
            let share = Share {
                cluster: cluster.name.clone(),
                weight: cluster.weight,
            };
            let told = Some(&cluster.typed_per_filter_config);
            parts.push(Part { share, told });
        }
    }
    if parts.is_empty() {
        return Err(End::unknown("shares of nothing"));
    }
    if parts.len() > SHARES {
        return Err(End::unknown(format!(
            "a route to {} clusters, of which the model follows {SHARES}",
            parts.len()
        )));
    }
    parts.sort_by_key(|part| std::cmp::Reverse(part.share.weight));
    Ok(parts)
}

/// What is answered when there is no such cluster.
pub(super) fn not_found_status(action: &RouteAction) -> u16 {
    match action.cluster_not_found_response_code.0.as_str() {
        "NOT_FOUND" => 404,
        "INTERNAL_SERVER_ERROR" => 500,
        _ => 503,
    }
}

fn redirect_status(redirect: &Redirect) -> u16 {
    match redirect.response_code.0.as_str() {
        "FOUND" => 302,
        "SEE_OTHER" => 303,
        "TEMPORARY_REDIRECT" => 307,
        "PERMANENT_REDIRECT" => 308,
        _ => 301,
    }
}

fn redirect_words(redirect: &Redirect) -> String {
    let mut parts = Vec::new();
    if redirect.https_redirect {
        parts.push("to https".to_owned());
    }
    for (what, value) in [
        ("scheme", &redirect.scheme_redirect),
        ("host", &redirect.host_redirect),
        ("path", &redirect.path_redirect),
        ("prefix", &redirect.prefix_rewrite),
    ] {
        if !value.is_empty() {
            parts.push(format!("{what} {value}"));
        }
    }
    if redirect.port_redirect > 0 {
        parts.push(format!("port {}", redirect.port_redirect));
    }
    parts.join(", ")
}

/// The deadlines and attempts of a route.
pub(super) fn policy(action: &RouteAction, host: &VirtualHost, manager: &NetworkConfig) -> Policy {
    let timeout = action.timeout.map_or(TIMEOUT, |span| span.0);
    let stream = action.max_stream_duration.as_ref();
    let stream = stream.and_then(|of| of.max_stream_duration);
    let stream = stream.or(manager.common_http_protocol_options.max_stream_duration);
    let all = [Some(timeout), stream.map(|span| span.0)];
    let retry = action.retry_policy.as_ref().or(host.retry_policy.as_ref());
    let mut policy = Policy {
        timeout: all.into_iter().flatten().filter(|t| !t.is_zero()).min(),
        ..Policy::default()
    };
    if let Some(retry) = retry.filter(|retry| !retry.retry_on.is_empty()) {
        policy.retries = retry.num_retries.unwrap_or(1);
        let words = retry.retry_on.split(',').map(|word| word.trim().to_owned());
        policy.retry_on = words.filter(|word| !word.is_empty()).collect();
        policy.retriable_status_codes = retry.retriable_status_codes.clone();
        let per_try = retry.per_try_timeout.map(|span| span.0);
        policy.per_try_timeout = per_try.filter(|limit| !limit.is_zero());
        policy.back_off = back_off(retry, policy.retries);
    }
    policy
}

/// Envoy waits at random up to `(2^n - 1) * base`, at most the longest interval.
fn back_off(retry: &RetryPolicy, retries: u32) -> Duration {
    let own = retry.retry_back_off.as_ref();
    let base = own.and_then(|of| of.base_interval);
    let base = base.map_or(BACK_OFF, |span| span.0);
    let longest = own.and_then(|of| of.max_interval);
    let longest = longest.map_or(base.saturating_mul(10), |span| span.0);
    (1..=retries.min(64))
        .map(|n| {
            let factor = 1_u32.checked_shl(n).unwrap_or(u32::MAX).saturating_sub(1);
            base.saturating_mul(factor).min(longest)
        })
        .fold(Duration::ZERO, Duration::saturating_add)
}

/// What the service gets instead of what was sent.
pub(super) fn rewritten(route: &Route, action: &RouteAction, seen: &Seen<'_>) -> Rewritten {
    let mut changed = Rewritten {
        host: action.host_rewrite_literal.clone(),
        ..Rewritten::default()
    };
    if action.auto_host_rewrite {
        changed.host = Some("the endpoint's name".to_owned());
    } else if let Some(header) = &action.host_rewrite_header {
        changed.host = Some(format!("what header {header} says"));
    } else if action.host_rewrite_path_regex.is_some() {
        changed.host = Some("a part of the path".to_owned());
    }
    if let Some(rewrite) = &action.regex_rewrite {
        let pattern = &rewrite.pattern.regex;
        changed.how = Some(format!("{pattern:.80} by {:.80}", rewrite.substitution));
    } else if action.path_rewrite_policy.is_some() {
        changed.how = Some("by a template".to_owned());
    } else if !action.prefix_rewrite.is_empty() {
        let matched = &route.r#match;
        let length = match (
            &matched.prefix,
            &matched.path,
            &matched.path_separated_prefix,
        ) {
            (Some(prefix), ..) | (_, Some(prefix), _) | (.., Some(prefix)) => prefix.len(),
            // An expression matched the whole path.
            _ => seen.path.len(),
        };
        let rest = seen.path.get(length..).unwrap_or_default();
        let mut target = action.prefix_rewrite.clone().into_bytes();
        target.extend_from_slice(rest);
        if let Some(query) = seen.parameters {
            target.push(b'?');
            target.extend_from_slice(query);
        }
        changed.target = Some(String::from_utf8_lossy(&target).into_owned());
    }
    changed
}
