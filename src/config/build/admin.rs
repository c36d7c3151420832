//! `admin:`.

use std::net::SocketAddr;

use super::super::model::{Admin, Asked};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::Section;
use super::super::value::{Leaf, Value};
use super::addresses::{Place, check_beside};
use super::value;

const LISTEN: &str = "admin.listen";
const OPERATOR: &str = "admin.operator";

/// Builds it beside the addresses of the main port, `main`.
pub(super) fn admin(
    raw: Option<Section<raw::Admin>>,
    main: &[(String, SocketAddr)],
    report: &mut Report,
) -> Admin {
    let raw = raw.map(|section| section.0).unwrap_or_default();
    let default = Admin::default();
    let admin = Admin {
        listen: address(LISTEN, raw.listen.as_ref(), default.listen, report),
        operator: address(OPERATOR, raw.operator.as_ref(), default.operator, report),
        sidecar_ready: value("admin.sidecar_ready", raw.sidecar_ready.as_ref(), report).flatten(),
    };
    if let Some(operator) = admin.operator
        && !operator.value.ip().to_canonical().is_loopback()
    {
        report.warning(
            OPERATOR,
            "can be reached from other machines and asks for no password",
            "use 127.0.0.1 and a port-forward",
        );
    }
    check_addresses(&admin, main, report);
    admin
}

fn address<T: Value<Out = Option<SocketAddr>>>(
    path: &str,
    leaf: Option<&Leaf<T>>,
    default: Option<Asked<SocketAddr>>,
    report: &mut Report,
) -> Option<Asked<SocketAddr>> {
    match value(path, leaf, report) {
        Some(written) => written.map(|value| Asked {
            value,
            written: true,
        }),
        None => default,
    }
}

fn check_addresses(admin: &Admin, main: &[(String, SocketAddr)], report: &mut Report) {
    let main = main.iter().map(|(path, address)| Place {
        path,
        address: *address,
        fix: "write another port, or other addresses under admin",
    });
    let own = [(LISTEN, admin.listen), (OPERATOR, admin.operator)];
    let own = own.into_iter().filter_map(|(path, asked)| {
        Some(Place {
            path,
            address: asked?.value,
            fix: "write another port, or off",
        })
    });
    // Before any is reported, which would make the next ones unknown.
    let known: Vec<Place<'_>> = main
        .chain(own)
        .filter(|place| !place.is_unknown(report))
        .collect();
    for (at, this) in known.iter().enumerate() {
        if [LISTEN, OPERATOR].contains(&this.path) {
            check_beside(this, &known[..at], report);
        }
    }
}
