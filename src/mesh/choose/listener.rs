//! The listener: `virtualOutbound` gets the connection and hands it to the listener of its
//! original destination, IP and port before the port alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::end::End;
use crate::mesh::dump::listener::{Address, Listener};
use crate::mesh::dump::{Dump, Kind};
use crate::mesh::query::Query;
use crate::mesh::trace::Step;

/// How many runners-up are told of.
pub(super) const MOST: usize = 5;

/// The listener that takes the connection.
pub(super) fn choose<'d>(dump: &'d Dump, query: &Query<'_>) -> Result<(&'d Listener, Step), End> {
    let port = query.port;
    if !dump.has.listeners {
        return Err(End::unknown("the dump has no listeners"));
    }
    if dump.kind() == Kind::Waypoint {
        return Err(End::unknown(
            "the dump is of a waypoint, which is behind the node's proxy, not beside us",
        ));
    }
    let of_port: Vec<_> = dump
        .listeners
        .iter()
        .flat_map(|listener| addresses(listener).map(move |at| (listener, at)))
        .filter(|(_, (_, own))| *own == port)
        .map(|(listener, (ip, _))| (listener, ip))
        .collect();
    let exact = query.address.and_then(|address| {
        let is = |(_, ip): &&(&Listener, IpAddr)| *ip == address;
        of_port.iter().find(is).map(|(listener, _)| *listener)
    });
    if let Some(address) = query.address.filter(IpAddr::is_loopback)
        && exact.is_none()
        && dump.kind() == Kind::Sidecar
    {
        return Err(End::unknown(format!(
            "{address} is the gateway's own pod: what is sent there doesn't pass the sidecar"
        )));
    }
    // One for `::` may take IPv4 as well.
    if matches!(query.address, Some(IpAddr::V4(_)))
        && exact.is_none()
        && let Some(listener) = both(dump, port)
    {
        return Err(End::unknown(format!(
            "listener {} takes IPv4 along with IPv6",
            listener.name
        )));
    }
    let any = |ip: &IpAddr| match query.address {
        Some(IpAddr::V6(_)) => *ip == IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        _ => *ip == IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    };
    let wildcard = of_port.iter().find(|(_, ip)| any(ip)).map(|(l, _)| *l);
    let (chosen, why) = match (exact, wildcard, query.address) {
        (Some(listener), _, Some(address)) => {
            (listener, format!("it is for {address}, port {port}"))
        }
        (_, Some(listener), Some(address)) => {
            let why = format!("for port {port}; none is for {address} itself");
            (listener, why)
        }
        (_, Some(listener), None) => {
            let why = format!("for port {port}; the address of the connection isn't known");
            (listener, why)
        }
        (_, None, None) if !of_port.is_empty() => {
            let names = of_port.iter().map(|(listener, _)| listener.name.as_str());
            let names: Vec<_> = names.take(MOST).collect();
            return Err(End::unknown(format!(
                "each listener of port {port} is for one address ({}), and the address of the \
                 connection isn't known; `explain --resolve` asks DNS",
                names.join(", ")
            )));
        }
        (_, None, _) => {
            let listener = outbound(dump).ok_or_else(|| none(dump, port))?;
            let why = format!("no listener is for port {port}, so the connection stays here");
            (listener, why)
        }
    };
    let others = of_port
        .iter()
        .filter(|(listener, _)| !std::ptr::eq(*listener, chosen));
    let lost = others.map(|(listener, ip)| match ip.is_unspecified() {
        true => format!("{}: one for the address wins over it", listener.name),
        false => format!("{}: is for {ip} only", listener.name),
    });
    let step = Step {
        what: "listener",
        chosen: chosen.name.clone(),
        why: of_gateway(dump, why),
        lost: lost.take(MOST).collect(),
    };
    Ok((chosen, step))
}

fn of_gateway(dump: &Dump, why: String) -> String {
    match dump.kind() {
        Kind::Gateway => format!("{why} (the dump is of a gateway, not of a sidecar)"),
        _ => why,
    }
}

fn none(dump: &Dump, port: u16) -> End {
    End::unknown(match dump.kind() {
        Kind::Gateway => {
            format!("the dump is of a gateway, and none of its listeners has port {port}")
        }
        _ => format!(
            "no listener has port {port}, and the dump has no virtualOutbound: it isn't all of a sidecar's"
        ),
    })
}

/// Where iptables sends what the application sends.
fn outbound(dump: &Dump) -> Option<&Listener> {
    let hands_over = |listener: &&Listener| {
        listener.use_original_dst
            && listener.traffic_direction.0 != "INBOUND"
            && listener.name != "virtualInbound"
    };
    dump.listeners.iter().find(hands_over)
}

fn both(dump: &Dump, port: u16) -> Option<&Listener> {
    let any = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    let is_both = |address: &Address| {
        let socket = address.socket_address.as_ref();
        socket.is_some_and(|of| of.ipv4_compat) && address.tcp() == Some((any, port))
    };
    dump.listeners
        .iter()
        .find(|of| all_addresses(of).any(is_both))
}

fn all_addresses(listener: &Listener) -> impl Iterator<Item = &Address> {
    let further = listener.additional_addresses.iter();
    let further = further.filter_map(|additional| additional.address.as_ref());
    listener.address.iter().chain(further)
}

fn addresses(listener: &Listener) -> impl Iterator<Item = (IpAddr, u16)> + '_ {
    let inside = listener.internal_listener.is_some() || listener.udp_listener_config.is_some();
    all_addresses(listener)
        .filter(move |_| !inside)
        .filter_map(|address| address.tcp())
}
