//! Addresses and networks.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::IpNet;
use serde_json::json;

use super::super::text::quote;
use super::{Mistake, Value};

/// An address to listen on. Port 0 means that the system picks a free one.
#[derive(Debug)]
pub(in super::super) enum Listen {}

impl Value for Listen {
    type Out = SocketAddr;

    const FIX: &'static str = "write an IP address and a port such as 0.0.0.0:8000";

    const LIST_FIX: &'static str =
        "write an IP address and a port such as 0.0.0.0:8000, or a list of them";

    fn read(text: &str) -> Result<SocketAddr, Mistake> {
        read(text, Ipv4Addr::UNSPECIFIED, Self::FIX)
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({ "type": "string", "pattern": PATTERN })]
    }
}

/// `admin.listen`: the same, or `off`, which is `None`.
#[derive(Debug)]
pub(in super::super) enum ProbeAddress {}

impl Value for ProbeAddress {
    type Out = Option<SocketAddr>;

    const FIX: &'static str = "write an IP address and a port such as 0.0.0.0:9000, or off";

    fn read(text: &str) -> Result<Option<SocketAddr>, Mistake> {
        read_or_off(text, Ipv4Addr::UNSPECIFIED, Self::FIX)
    }

    fn schema() -> Vec<serde_json::Value> {
        schema_or_off()
    }
}

/// `admin.operator`: likewise, but not for everybody.
#[derive(Debug)]
pub(in super::super) enum OperatorAddress {}

impl Value for OperatorAddress {
    type Out = Option<SocketAddr>;

    const FIX: &'static str = "write an IP address and a port such as 127.0.0.1:9001, or off";

    fn read(text: &str) -> Result<Option<SocketAddr>, Mistake> {
        read_or_off(text, Ipv4Addr::LOCALHOST, Self::FIX)
    }

    fn schema() -> Vec<serde_json::Value> {
        schema_or_off()
    }
}

const PATTERN: &str = r"^[0-9a-fA-F.:%\[\]]+:[0-9]{1,5}$";

fn schema_or_off() -> Vec<serde_json::Value> {
    vec![
        json!({ "type": "string", "pattern": PATTERN }),
        json!({ "const": "off" }),
    ]
}

fn read_or_off(text: &str, ip: Ipv4Addr, fix: &'static str) -> Result<Option<SocketAddr>, Mistake> {
    match text {
        "off" => Ok(None),
        _ => read(text, ip, fix).map(Some),
    }
}

/// Where `text` is just a port, the fix names it with `ip`.
fn read(text: &str, ip: Ipv4Addr, fix: &'static str) -> Result<SocketAddr, Mistake> {
    text.parse().map_err(|_| {
        let message = format!("{} is not an IP address and a port", quote(text));
        // As Go and nginx write it.
        match text.strip_prefix(':').unwrap_or(text).parse::<u16>() {
            Ok(port) => Mistake::new(message, format!("write {ip}:{port}")),
            Err(_) => Mistake::new(message, fix),
        }
    })
}

/// The port of DNS (RFC 1035, section 4.2).
const DNS_PORT: u16 = 53;

/// One DNS server.
#[derive(Debug)]
pub(in super::super) enum DnsServer {}

impl Value for DnsServer {
    type Out = SocketAddr;

    const FIX: &'static str = "write an IP address, and a port unless it is 53";

    const LIST_FIX: &'static str = r#"write system, or a list such as ["10.0.0.10:53"]"#;

    fn read(text: &str) -> Result<SocketAddr, Mistake> {
        let address = text
            .parse::<SocketAddr>()
            .or_else(|_| text.parse().map(|ip: IpAddr| SocketAddr::new(ip, DNS_PORT)));
        match address {
            Ok(address) if address.port() == 0 => Err(Mistake::new(
                format!("{} has port 0, which can't be asked", quote(text)),
                Self::FIX,
            )),
            Ok(address) => Ok(address),
            Err(_) => Err(Mistake::new(
                format!("{} is not the address of a DNS server", quote(text)),
                Self::FIX,
            )),
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({ "type": "string", "pattern": r"^[0-9a-fA-F.:%\[\]]+$" })]
    }
}

/// A network, or one address.
#[derive(Debug)]
pub(in super::super) enum Network {}

impl Value for Network {
    type Out = IpNet;

    const FIX: &'static str = "write a network such as 10.0.0.0/8, or an IP address";

    fn read(text: &str) -> Result<IpNet, Mistake> {
        if let Ok(address) = text.parse::<IpAddr>() {
            // Peers are compared in this form too.
            return Ok(address.to_canonical().into());
        }
        let network = text
            .parse::<IpNet>()
            .map_err(|_| Mistake::new(format!("{} is not a network", quote(text)), Self::FIX))?;
        if let IpNet::V6(mapped) = network
            && let Some(v4) = mapped.addr().to_ipv4_mapped()
        {
            return Err(Mistake::new(
                format!("{} is an IPv4 network in IPv6 clothes", quote(text)),
                format!(
                    "write it as {v4}/{}",
                    mapped.prefix_len().saturating_sub(96)
                ),
            ));
        }
        if network.trunc() == network {
            return Ok(network);
        }
        // One of the two was meant, and they trust very different peers.
        Err(Mistake::new(
            format!(
                "{} has address bits after its first {}",
                quote(text),
                network.prefix_len()
            ),
            format!("write {} or {}", network.trunc(), network.addr()),
        ))
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({ "type": "string", "pattern": r"^[0-9a-fA-F.:]+(/[0-9]{1,3})?$" })]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listening_addresses() {
        for text in ["0.0.0.0:8000", "127.0.0.1:0", "[::]:80"] {
            assert_eq!(Listen::read(text), Ok(text.parse().unwrap()));
        }
        for (text, fix) in [
            ("8000", "write 0.0.0.0:8000"),
            (":8000", "write 0.0.0.0:8000"),
            ("localhost:8000", Listen::FIX),
            ("0.0.0.0", Listen::FIX),
            ("0.0.0.0:65536", Listen::FIX),
            ("::1", Listen::FIX),
        ] {
            assert_eq!(Listen::read(text).unwrap_err().fix, fix, "{text}");
        }
    }

    #[test]
    fn addresses_that_can_be_off() {
        assert_eq!(ProbeAddress::read("off"), Ok(None));
        let address = "127.0.0.1:0";
        let read = OperatorAddress::read(address);
        assert_eq!(read, Ok(Some(address.parse().unwrap())));
        for (text, probes, operator) in [
            (":1", "write 0.0.0.0:1", "write 127.0.0.1:1"),
            ("localhost:1", ProbeAddress::FIX, OperatorAddress::FIX),
        ] {
            assert_eq!(ProbeAddress::read(text).unwrap_err().fix, probes);
            assert_eq!(OperatorAddress::read(text).unwrap_err().fix, operator);
        }
    }

    #[test]
    fn dns_servers_have_port_53_unless_they_say_otherwise() {
        for (text, address) in [
            ("10.0.0.1", "10.0.0.1:53"),
            ("10.0.0.1:5353", "10.0.0.1:5353"),
            ("::1", "[::1]:53"),
            ("[::1]:5353", "[::1]:5353"),
        ] {
            assert_eq!(DnsServer::read(text), Ok(address.parse().unwrap()));
        }
        assert!(DnsServer::read("10.0.0.1:0").is_err());
        assert!(DnsServer::read("dns.example").is_err());
    }

    #[test]
    fn networks() {
        for (text, network) in [
            ("127.0.0.6", "127.0.0.6/32"),
            ("127.0.0.6/32", "127.0.0.6/32"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("::1", "::1/128"),
            ("fd00::/8", "fd00::/8"),
        ] {
            assert_eq!(Network::read(text), Ok(network.parse().unwrap()));
        }
        assert_eq!(
            Network::read("10.1.2.3/8").unwrap_err(),
            Mistake::new(
                r#""10.1.2.3/8" has address bits after its first 8"#,
                "write 10.0.0.0/8 or 10.1.2.3"
            )
        );
        assert!(Network::read("10.0.0.0/33").is_err());
        assert!(Network::read("example").is_err());
    }
}
