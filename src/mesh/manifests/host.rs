//! Which service a host names.

/// The name of a service with its namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// Of the Service.
    pub service: String,
    /// Of its namespace.
    pub namespace: String,
}

impl Name {
    /// `a`, `a.ns`, `a.ns.svc` or `a.ns.svc.cluster.local`, seen from a namespace; `None` for
    /// other hosts.
    #[must_use]
    pub fn of(host: &str, seen_from: &str) -> Option<Self> {
        let host = host.strip_suffix('.').unwrap_or(host);
        let host = host.to_ascii_lowercase();
        let host = host.strip_suffix(".svc.cluster.local").unwrap_or(&host);
        let host = host.strip_suffix(".svc").unwrap_or(host);
        let (service, namespace) = host.split_once('.').unwrap_or((host, seen_from));
        let plain = !service.is_empty() && !namespace.contains('.') && !host.contains('*');
        plain.then(|| Self {
            service: service.to_owned(),
            namespace: namespace.to_owned(),
        })
    }

    /// With all its parts.
    #[must_use]
    pub fn full(&self) -> String {
        format!("{}.{}.svc.cluster.local", self.service, self.namespace)
    }
}

/// How well the host of a VirtualService or a DestinationRule fits a service: `None` when it
/// is for another. The best is a name, then the longest wildcard. Istio completes names
/// without a dot only (`ResolveShortnameToFQDN`): `a.prod` is no service's.
#[must_use]
pub fn fit(host: &str, seen_from: &str, name: &Name) -> Option<usize> {
    let host = host.to_ascii_lowercase();
    let full = name.full();
    if let Some(end) = host.strip_prefix('*') {
        return full.ends_with(end).then_some(end.len());
    }
    let named = match host.contains('.') {
        true => host.strip_suffix('.').unwrap_or(&host) == full,
        false => host == name.service && seen_from == name.namespace,
    };
    named.then_some(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_one_of_the_own_namespace() {
        let full = |host| Name::of(host, "prod").map(|name| name.full());
        let expected = |namespace: &str| Some(format!("a.{namespace}.svc.cluster.local"));
        assert_eq!(full("a"), expected("prod"));
        assert_eq!(full("A.dev"), expected("dev"));
        assert_eq!(full("a.dev.svc"), expected("dev"));
        assert_eq!(full("a.dev.svc.cluster.local."), expected("dev"));
        for other in ["api.shop.example", "*.dev", "*", ""] {
            assert_eq!(full(other), None, "{other}");
        }
    }

    #[test]
    fn a_wildcard_fits_less_than_a_name() {
        let name = Name::of("a.prod", "").unwrap();
        let fit = |host| fit(host, "prod", &name);
        let all = ["*", "*.local", "*.prod.svc.cluster.local", "a"].map(fit);
        assert!(all.is_sorted() && all[0] == Some(0), "{all:?}");
        assert_eq!(fit("A.prod.svc.cluster.local"), all[3]);
        for other in [
            "*.dev.svc.cluster.local",
            "a.prod",
            "a.prod.svc",
            "b",
            "*.x",
        ] {
            assert_eq!(fit(other), None, "{other}");
        }
        assert_eq!(super::fit("a", "dev", &name), None);
    }
}
