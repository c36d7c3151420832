//! The filter chain (`FilterChainManagerImpl::findFilterChain`). Each criterion leaves the
//! chains that name the connection's value, or else those that name none; there is no way
//! back from a criterion to an earlier one.

use std::net::IpAddr;

use super::end::End;
use super::listener::MOST;
use crate::mesh::dump::listener::{ChainMatch, ChainPredicate, FilterChain, Listener};
use crate::mesh::query::Query;
use crate::mesh::trace::{Step, Verdict};

/// Listener filters that change nothing of the choice.
const HARMLESS: [&str; 4] = [
    "original_dst",
    "tls_inspector",
    "original_src",
    "set_filter_state",
];

/// The chain that takes the connection.
pub(super) fn choose<'d>(
    listener: &'d Listener,
    query: &Query<'_>,
) -> Result<(&'d FilterChain, Step), End> {
    let name = &listener.name;
    if listener.filter_chain_matcher.is_some() {
        return Err(End::unknown(format!(
            "listener {name} chooses its filter chain by a matcher tree"
        )));
    }
    let protocol = detected(listener, query)?;
    let mut left: Vec<&FilterChain> = listener.filter_chains.iter().collect();
    let mut lost = Vec::new();
    let port = query.port;
    narrow(&mut left, &mut lost, "is for another port", |of| {
        Ok(specificity(of.destination_port.is_none(), || {
            (of.destination_port == Some(port)).then_some(1)
        }))
    })?;
    narrow(&mut left, &mut lost, "is for other addresses", |of| {
        of_networks(of, query.address)
    })?;
    narrow(
        &mut left,
        &mut lost,
        "is for TLS with a server name",
        |of| Ok(of.server_names.is_empty().then_some(0)),
    )?;
    narrow(&mut left, &mut lost, "is for another transport", |of| {
        let wanted = of.transport_protocol.as_str();
        Ok(specificity(wanted.is_empty(), || {
            (wanted == "raw_buffer").then_some(1)
        }))
    })?;
    let why = match protocol {
        Some(_) => "is for another protocol than HTTP",
        None => "is for a protocol, which nothing here detects",
    };
    narrow(&mut left, &mut lost, why, |of| {
        let wanted = &of.application_protocols;
        Ok(specificity(wanted.is_empty(), || {
            let is = |protocol: &str| wanted.iter().any(|own| own == protocol);
            protocol.filter(|protocol| is(protocol)).map(|_| 1)
        }))
    })?;
    // What is left to compare is the source of the connection.
    if let Some((chain, of)) = with_rest(&left) {
        let field = of.rest.keys().next().map_or("something", String::as_str);
        return Err(End::unknown(format!(
            "filter chain {} of listener {name} asks for {field}",
            named(chain)
        )));
    }
    let default = listener.default_filter_chain.as_deref();
    let Some(chain) = left.first().copied().or(default) else {
        return Err(End::new(
            Verdict::NoRoute,
            format!(
                "no filter chain of listener {name} is for plaintext HTTP: it closes the connection"
            ),
            None,
        ));
    };
    if let Some(socket) = &chain.transport_socket
        && !socket.name.contains("raw_buffer")
    {
        return Err(End::unknown(format!(
            "filter chain {} of listener {name} takes TLS, and the gateway speaks plaintext",
            named(chain)
        )));
    }
    let step = Step {
        what: "filter chain",
        chosen: named(chain).to_owned(),
        why: reason(chain, left.is_empty(), protocol),
        lost: lost.into_iter().take(MOST).collect(),
    };
    Ok((chain, step))
}

fn named(chain: &FilterChain) -> &str {
    match chain.name.as_str() {
        "" => "(without a name)",
        name => name,
    }
}

fn with_rest<'d>(left: &[&'d FilterChain]) -> Option<(&'d FilterChain, &'d ChainMatch)> {
    left.iter().find_map(|chain| {
        let of = chain.filter_chain_match.as_deref()?;
        (!of.rest.is_empty()).then_some((*chain, of))
    })
}

fn reason(chain: &FilterChain, default: bool, protocol: Option<&str>) -> String {
    let Some(of) = chain.filter_chain_match.as_deref().filter(|_| !default) else {
        return if default {
            "the default: no other matches".to_owned()
        } else {
            "it takes every connection".to_owned()
        };
    };
    let mut parts = Vec::new();
    if let Some(port) = of.destination_port {
        parts.push(format!("port {port}"));
    }
    if !of.prefix_ranges.is_empty() {
        parts.push("the address".to_owned());
    }
    if !of.transport_protocol.is_empty() {
        parts.push("plaintext".to_owned());
    }
    if let Some(protocol) = protocol.filter(|_| !of.application_protocols.is_empty()) {
        parts.push(format!("{protocol}, which the HTTP inspector finds"));
    }
    if parts.is_empty() {
        return "it takes every connection".to_owned();
    }
    format!("it is for {}", parts.join(" and "))
}

/// What a chain's match without a value is worth, or with one.
fn specificity(names_none: bool, named: impl FnOnce() -> Option<u16>) -> Option<u16> {
    if names_none { Some(0) } else { named() }
}

/// Leaves the chains that are worth most.
fn narrow(
    left: &mut Vec<&FilterChain>,
    lost: &mut Vec<String>,
    why: &str,
    worth: impl Fn(&ChainMatch) -> Result<Option<u16>, End>,
) -> Result<(), End> {
    let every = ChainMatch::default();
    let mut all = Vec::new();
    for chain in left.iter() {
        let of = chain.filter_chain_match.as_deref().unwrap_or(&every);
        all.push((*chain, worth(of)?));
    }
    let best = all.iter().filter_map(|(_, worth)| *worth).max();
    left.clear();
    for (chain, worth) in all {
        if worth.is_some() && worth == best {
            left.push(chain);
        } else if worth.is_some() {
            lost.push(format!(
                "{}: a more specific one wins over it",
                named(chain)
            ));
        } else {
            lost.push(format!("{}: {why}", named(chain)));
        }
    }
    Ok(())
}

/// The longest network that has the address.
fn of_networks(of: &ChainMatch, address: Option<IpAddr>) -> Result<Option<u16>, End> {
    if of.prefix_ranges.is_empty() {
        return Ok(Some(0));
    }
    let Some(address) = address else {
        return Err(End::unknown(
            "the listener's filter chains differ by address, and the address of the connection \
             isn't known; `explain --resolve` asks DNS",
        ));
    };
    let contains = |range: &crate::mesh::dump::listener::Cidr| {
        let network: IpAddr = range.address_prefix.parse().ok()?;
        let network = ipnet::IpNet::new(network, range.prefix_len).ok()?;
        // One more than its bits: a network of no bits is still named.
        network
            .contains(&address)
            .then_some(u16::from(range.prefix_len) + 1)
    };
    // Envoy keeps an unnamed network as 0.0.0.0/0, which is worth the same as one of no bits.
    let longest = of.prefix_ranges.iter().filter_map(contains).max();
    Ok(longest.map(|bits| bits.saturating_sub(1)))
}

/// The protocol that the HTTP inspector finds; `None` without one.
fn detected(listener: &Listener, query: &Query<'_>) -> Result<Option<&'static str>, End> {
    let mut found = None;
    for filter in &listener.listener_filters {
        let kind = filter.typed_config.as_ref().map(|of| of.type_url.as_str());
        let kind = kind.filter(|kind| !kind.is_empty()).unwrap_or(&filter.name);
        let is = |name: &str| kind.contains(name) || filter.name.ends_with(name);
        if is("http_inspector") {
            let disabled = filter.filter_disabled.as_ref();
            if !disabled.is_some_and(|predicate| holds(predicate, query.port)) {
                found = Some(if query.http2 { "h2c" } else { "http/1.1" });
            }
        } else if !HARMLESS.iter().any(|name| is(name)) {
            return Err(End::unknown(format!(
                "listener {} has the listener filter {}",
                listener.name, filter.name
            )));
        }
    }
    Ok(found)
}

/// Its depth is bounded by that of the JSON.
fn holds(predicate: &ChainPredicate, port: u16) -> bool {
    if let Some(set) = &predicate.or_match {
        set.rules.iter().any(|rule| holds(rule, port))
    } else if let Some(set) = &predicate.and_match {
        set.rules.iter().all(|rule| holds(rule, port))
    } else if let Some(rule) = &predicate.not_match {
        !holds(rule, port)
    } else if let Some(range) = &predicate.destination_port_range {
        (range.start..range.end).contains(&i64::from(port))
    } else {
        predicate.any_match
    }
}
