//! Addresses that can't be listened on beside each other.

use std::net::SocketAddr;

use super::super::report::Report;

/// Whether `wide` is for all of the machine and so takes `narrow` too.
pub(super) fn takes(wide: SocketAddr, narrow: SocketAddr) -> bool {
    wide.ip().is_unspecified()
        && !narrow.ip().is_unspecified()
        && wide.is_ipv4() == narrow.is_ipv4()
        && wide.port() == narrow.port()
        // The system picks another port for each.
        && wide.port() != 0
}

/// An address of the configuration.
pub(super) struct Place<'a> {
    /// Its path in the file.
    pub(super) path: &'a str,
    pub(super) address: SocketAddr,
    /// What to write instead.
    pub(super) fix: &'static str,
}

impl Place<'_> {
    /// Whether the file is wrong there, so that the address is none that anybody
    /// asked for.
    pub(super) fn is_unknown(&self, report: &Report) -> bool {
        let section = self.path.split('.').next().unwrap_or(self.path);
        let is_default = !report.is_written(self.path);
        report.is_covered(self.path) || is_default && report.is_covered(section)
    }

    fn is_beside(&self, other: &Self) -> bool {
        let same = self.address == other.address && self.address.port() != 0;
        !same && !takes(self.address, other.address) && !takes(other.address, self.address)
    }

    /// As a message about another one names it.
    fn named(&self, report: &Report) -> String {
        let Self { path, address, .. } = self;
        match report.is_written(path) {
            true => (*path).to_owned(),
            false => format!("{path} ({address}, the default)"),
        }
    }
}

/// Reports `this` if it can't be beside one of `earlier`; where the file doesn't
/// write `this`, it reports that one.
pub(super) fn check_beside(this: &Place<'_>, earlier: &[Place<'_>], report: &mut Report) {
    let Some(other) = earlier.iter().find(|other| !this.is_beside(other)) else {
        return;
    };
    let (at, other) = match report.is_written(this.path) {
        true => (this, other),
        false => (other, this),
    };
    let named = other.named(report);
    let message = if at.address == other.address {
        format!("is also the address of {named}")
    } else if takes(other.address, at.address) {
        format!("is taken by {named}, which is for all of the machine")
    } else {
        format!("is for all of the machine, and takes the address of {named}")
    };
    report.error(at.path, message, at.fix);
}
