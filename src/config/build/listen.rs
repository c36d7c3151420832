//! `server.listen:`.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};

use super::super::report::Report;
use super::super::value::{Listen, OneOrMany, Value as _};
use super::addresses::takes;
use super::{value, values, without_value};

const PATH: &str = "server.listen";

/// The addresses, each with its path.
pub(super) fn listen(
    raw: Option<OneOrMany<Listen>>,
    report: &mut Report,
) -> Vec<(String, SocketAddr)> {
    match raw {
        None => {
            without_value(PATH, Listen::LIST_FIX, report);
            let default = (Ipv4Addr::UNSPECIFIED, 8000).into();
            vec![(PATH.to_owned(), default)]
        }
        Some(OneOrMany::One(leaf)) => {
            let address = value(PATH, Some(&leaf), report);
            address
                .map(|one| (PATH.to_owned(), one))
                .into_iter()
                .collect()
        }
        Some(OneOrMany::Many(items)) => {
            if items.is_empty() {
                report.error(PATH, "is an empty list", Listen::LIST_FIX);
            }
            let all = values(PATH, &items, report);
            check_list(&all, report);
            all
        }
    }
}

fn check_list(all: &[(String, SocketAddr)], report: &mut Report) {
    let mut seen = HashMap::new();
    for (path, address) in all {
        // Port 0 is a different port each time.
        if address.port() != 0
            && let Some(first) = seen.insert(address, path)
        {
            let message = format!("is the address of {first} again");
            report.error(path, message, "remove one of the two");
        }
    }
    for (path, address) in all {
        if all.iter().any(|(_, other)| takes(*other, *address)) {
            report.error(
                path,
                "is taken by the address for all of the machine in the same list",
                "remove one of the two",
            );
        }
    }
}
