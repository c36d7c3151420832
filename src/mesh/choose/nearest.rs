//! Where only the catch-all took the Host: the domains that are most like it.

use crate::mesh::dump::route::RouteConfig;

/// The longest name that DNS has.
const LONGEST: usize = 255;

/// How much is compared in all, in pairs of characters: the domains of a mesh of some
/// thousand services, and a blink.
const COMPARED: usize = 16 << 20;

/// How many are told of.
const TOLD: usize = 3;

/// The domains nearest to a Host.
pub(super) fn domains(config: &RouteConfig, host: &str) -> Vec<String> {
    let (near, _) = nearest(config, host);
    near.iter()
        .map(|domain| format!("{domain}: is another Host"))
        .collect()
}

/// With the pairs of characters that were compared.
fn nearest<'d>(config: &'d RouteConfig, host: &str) -> (Vec<&'d str>, usize) {
    let mut best: Vec<(usize, &str)> = Vec::new();
    let mut compared = 0;
    if host.len() > LONGEST {
        return (Vec::new(), compared);
    }
    let named = config.virtual_hosts.iter().flat_map(|of| &of.domains);
    for domain in named.filter(|domain| !domain.contains('*')) {
        // The difference of the lengths is the least that the distance can be.
        let least = domain.len().abs_diff(host.len());
        let full = best.len() == TOLD;
        let last = best.last().map_or(usize::MAX, |(distance, _)| *distance);
        let known = best.iter().any(|(_, own)| own == domain);
        if domain.len() > LONGEST || known || (full && least > last) {
            continue;
        }
        compared += domain.len() * host.len();
        if compared > COMPARED {
            break;
        }
        let distance = strsim::levenshtein(domain, host);
        best.push((distance, domain));
        best.sort_by_key(|(distance, domain)| (*distance, domain.len(), *domain));
        best.truncate(TOLD);
    }
    let near = best.into_iter().map(|(_, domain)| domain).collect();
    (near, compared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::dump::route::VirtualHost;

    fn of(domains: impl Iterator<Item = String>) -> RouteConfig {
        RouteConfig {
            virtual_hosts: vec![VirtualHost {
                domains: domains.collect(),
                ..VirtualHost::default()
            }],
            ..RouteConfig::default()
        }
    }

    #[test]
    fn the_nearest_first_and_none_twice() {
        let all = ["*", "auth-service", "blog-service", "users", "a", "users"];
        let config = of(all.iter().map(|domain| (*domain).to_owned()));
        let (near, _) = nearest(&config, "user");
        assert_eq!(near, ["users", "a", "auth-service"]);
    }

    #[test]
    fn long_names_and_many_cost_no_more_than_a_blink() {
        let long = of((0..9_000).map(|index| format!("{index}{}", "a".repeat(2_000))));
        assert_eq!(nearest(&long, &"a".repeat(200)), (vec![], 0));
        assert_eq!(nearest(&long, &"a".repeat(2_000)), (vec![], 0));
        let many = of((0..100_000).map(|index| format!("{index:0>200}")));
        let (near, compared) = nearest(&many, &"1".repeat(200));
        assert_eq!(near.len(), TOLD);
        assert!(compared <= COMPARED + LONGEST * LONGEST, "{compared}");
    }
}
