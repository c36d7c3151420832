//! The address of a service, as a dump names it.

use std::collections::HashSet;
use std::net::IpAddr;

use super::dump::Dump;
use super::dump::listener::{Address, Listener};
use super::dump::route::RouteConfig;

/// The service address that the dump has for a host and port: the IP address among the
/// domains of the virtual host that has that host, or that of the listener for the one
/// service's port. `None` when there is none, or when there are several.
///
/// A virtual host of a service has the service's names and its ClusterIP as domains; a
/// port whose protocol Istio detects has a listener for each service, whose routes are named
/// `host:port`; so has one that isn't HTTP, which sends to `outbound|port|subset|host`.
#[must_use]
pub fn service_address(dump: &Dump, host: &str, port: u16) -> Option<IpAddr> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let mut found: Vec<IpAddr> = by_domain(dump, &host, port)
        .chain(by_listener(dump, &host, port))
        .collect();
    found.sort_unstable();
    found.dedup();
    match found[..] {
        [one] => Some(one),
        _ => None,
    }
}

fn by_domain<'d>(dump: &'d Dump, host: &'d str, port: u16) -> impl Iterator<Item = IpAddr> + 'd {
    let with_port = format!("{host}:{port}");
    let mut seen = HashSet::new();
    let by_name = dump.routes.get(&port.to_string()).map(AsRef::as_ref);
    let by_name = by_name.into_iter();
    let of_listeners = dump.listeners.iter().filter(move |listener| {
        let at = listener.address.as_ref().and_then(Address::tcp);
        at.is_some_and(|(_, own)| own == port)
    });
    by_name
        .chain(of_listeners.flat_map(|listener| routes(dump, listener)))
        // Many listeners may name the same one.
        .filter(move |config| seen.insert(std::ptr::from_ref(*config)))
        .flat_map(|config| &config.virtual_hosts)
        .filter(move |of| {
            let is = |domain: &String| {
                domain.eq_ignore_ascii_case(host) || domain.eq_ignore_ascii_case(&with_port)
            };
            of.domains.iter().any(is)
        })
        .flat_map(|of| &of.domains)
        .filter_map(|domain| domain.trim_matches(['[', ']']).parse().ok())
}

/// The route configurations of a listener, by name or in itself.
fn routes<'d>(dump: &'d Dump, listener: &'d Listener) -> impl Iterator<Item = &'d RouteConfig> {
    let filters = listener.filter_chains.iter().flat_map(|of| &of.filters);
    let configs = filters.filter_map(|filter| filter.typed_config.as_deref());
    configs.filter_map(|config| match &config.rds {
        Some(rds) => dump.routes.get(&rds.route_config_name).map(AsRef::as_ref),
        None => config.route_config.as_deref(),
    })
}

fn by_listener<'d>(dump: &'d Dump, host: &'d str, port: u16) -> impl Iterator<Item = IpAddr> + 'd {
    dump.listeners.iter().filter_map(move |listener| {
        let (ip, own) = listener.address.as_ref()?.tcp()?;
        if own != port || ip.is_unspecified() {
            return None;
        }
        let filters = listener.filter_chains.iter().flat_map(|of| &of.filters);
        let mut names = filters.filter_map(|filter| {
            let config = filter.typed_config.as_ref()?;
            match &config.rds {
                Some(rds) => rds.route_config_name.strip_suffix(&format!(":{port}")),
                None => of_cluster(&config.cluster, port),
            }
        });
        names
            .any(|name| means(host, name, &dump.namespace))
            .then_some(ip)
    })
}

/// The service in the name of a cluster: `outbound|port|subset|host`.
fn of_cluster(name: &str, port: u16) -> Option<&str> {
    let mut parts = name.split('|');
    let ours = parts.next() == Some("outbound") && parts.next()?.parse() == Ok(port);
    parts.nth(1).filter(|_| ours)
}

/// Whether a host that an application uses is the service of this full name: the name
/// itself, or with parts of its end left out, down to the namespace; without it only in the
/// proxy's own.
fn means(host: &str, full: &str, namespace: &str) -> bool {
    if host == full {
        return true;
    }
    let Some(rest) = full
        .strip_prefix(host)
        .and_then(|rest| rest.strip_prefix('.'))
    else {
        return false;
    };
    let labels = host.split('.').count();
    labels > 1 || rest.split('.').next() == Some(namespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_not_http_has_the_address_of_its_listener() {
        let listener = |ip: &str, cluster: &str| {
            serde_json::json!({
                "address": { "socket_address": { "address": ip, "port_value": 80 } },
                "filter_chains": [{ "filters": [{ "typed_config": {
                    "@type": "x.TcpProxy", "cluster": cluster } }] }],
            })
        };
        let all = [
            listener("10.0.0.1", "outbound|80||a.ns.svc.cluster.local"),
            listener("10.0.0.2", "outbound|80|v1|b.ns.svc.cluster.local"),
            listener("10.0.0.3", "outbound|81||c.ns.svc.cluster.local"),
            listener("0.0.0.0", "outbound|80||d.ns.svc.cluster.local"),
        ];
        let text = serde_json::json!(all).to_string();
        let dump = Dump::read(text.as_bytes()).unwrap();
        let of = |host: &str| service_address(&dump, host, 80).map(|ip| ip.to_string());
        assert_eq!(of("a.ns").as_deref(), Some("10.0.0.1"));
        assert_eq!(of("b.ns.svc").as_deref(), Some("10.0.0.2"));
        assert_eq!((of("c.ns"), of("d.ns")), (None, None));
    }

    #[test]
    fn short_names_are_those_of_the_own_namespace() {
        let full = "a.prod.svc.cluster.local";
        for (host, namespace, expected) in [
            (full, "", true),
            ("a.prod", "", true),
            ("a.prod.svc", "x", true),
            ("a", "prod", true),
            ("a", "other", false),
            ("a.other", "prod", false),
            ("a.pro", "prod", false),
        ] {
            assert_eq!(means(host, full, namespace), expected, "{host} {namespace}");
        }
    }
}
