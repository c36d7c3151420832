//! One DNS look-up.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::{Name, RecordType};
use hickory_resolver::{Hosts, TokioResolver};

use crate::config::{Dns, DnsServers};

/// What a name resolved to.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) ips: Vec<IpAddr>,
    /// As the server said it, not yet clamped.
    pub(super) ttl: Duration,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The time is up.
    #[error("DNS gave no answer within {0:?}; is the server reachable?")]
    Timeout(Duration),
    /// NXDOMAIN.
    #[error("DNS knows no such name; is the service's name right, and does it exist?")]
    NoSuchName,
    /// The name exists and has neither kind of address.
    #[error("DNS has no address for the name")]
    NoAddress,
    /// Whatever else the resolver reports.
    #[error("DNS failed: {0}")]
    Failed(NetError),
    /// The system gives no means to ask.
    #[error("can't ask DNS: {0}")]
    Runtime(std::io::Error),
}

impl From<NetError> for LookupError {
    fn from(error: NetError) -> Self {
        if error.is_nx_domain() {
            Self::NoSuchName
        } else if error.is_no_records_found() {
            Self::NoAddress
        } else {
            Self::Failed(error)
        }
    }
}

/// Looks a name up once, for a command that waits for it.
///
/// # Errors
/// Why there is no address.
pub fn resolve(name: &str, dns: &Dns) -> Result<Vec<IpAddr>, LookupError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(LookupError::Runtime)?;
    runtime
        .block_on(look_up(name, dns))
        .map(|answer| answer.ips)
}

/// Asks for the IPv4 addresses of a name, or its IPv6 ones if it has only those.
///
/// The resolver is made anew each time: a look-up happens once a second at the
/// most, and a changed resolv.conf or hosts file counts at once.
pub(super) async fn look_up(name: &str, dns: &Dns) -> Result<Answer, LookupError> {
    if dns.servers == DnsServers::System
        && let Some(answer) = in_hosts_file(name)
    {
        return Ok(answer);
    }
    let query = async {
        match ask(name, dns, LookupIpStrategy::Ipv4Only).await {
            // Only these say that there is no IPv4 address (with a search list the last
            // name's answer counts). After a failure the IPv6 ones, which the service
            // may not even listen on, are no substitute.
            Err(LookupError::NoAddress | LookupError::NoSuchName) => {
                ask(name, dns, LookupIpStrategy::Ipv6Only).await
            }
            other => other,
        }
    };
    tokio::time::timeout(dns.timeout, query)
        .await
        .unwrap_or(Err(LookupError::Timeout(dns.timeout)))
}

async fn ask(name: &str, dns: &Dns, kind: LookupIpStrategy) -> Result<Answer, LookupError> {
    let resolver = resolver(dns, kind)?;
    let lookup = resolver.lookup_ip(query_name(name, dns)).await?;
    let ips: Vec<IpAddr> = lookup.iter().collect();
    let ttl = lookup
        .valid_until()
        .saturating_duration_since(Instant::now());
    if ips.is_empty() {
        return Err(LookupError::NoAddress);
    }
    Ok(Answer { ips, ttl })
}

/// The hosts file comes first and for the name as it is, as with the C library: it
/// counts before the search list, and when no DNS server answers.
fn in_hosts_file(name: &str) -> Option<Answer> {
    let hosts = Hosts::from_system().ok()?;
    let name = Name::from_ascii(name).ok()?;
    let found = [RecordType::A, RecordType::AAAA]
        .into_iter()
        .find_map(|kind| hosts.lookup_static_host(&Query::query(name.clone(), kind)))?;
    let ips: Vec<IpAddr> = found
        .answers()
        .iter()
        .filter_map(|r| r.data.ip_addr())
        .collect();
    // A file has no TTL; it is read again as often as the configuration allows.
    let ttl = Duration::ZERO;
    (!ips.is_empty()).then_some(Answer { ips, ttl })
}

/// Without a search list a name is what it is: the final dot keeps the
/// resolver from looking for one.
fn query_name(name: &str, dns: &Dns) -> String {
    match dns.servers {
        DnsServers::System => name.to_owned(),
        DnsServers::Explicit(_) => format!("{}.", name.trim_end_matches('.')),
    }
}

fn resolver(dns: &Dns, kind: LookupIpStrategy) -> Result<TokioResolver, NetError> {
    let mut builder = match &dns.servers {
        DnsServers::System => TokioResolver::builder_tokio()?,
        DnsServers::Explicit(servers) => {
            let servers = servers.iter().map(|address| {
                let connections =
                    [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut c| {
                        c.port = address.port();
                        c
                    });
                NameServerConfig::new(address.ip(), true, connections.into())
            });
            let config = ResolverConfig::from_parts(None, vec![], servers.collect());
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        }
    };
    let options = builder.options_mut();
    options.ip_strategy = kind;
    options.use_hosts_file = ResolveHosts::Never;
    options.cache_size = 0;
    // One lost packet should not cost a look-up: two tries fit into the limit.
    options.timeout = dns.timeout / 2;
    options.attempts = 2;
    builder.build()
}
