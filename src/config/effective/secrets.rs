//! What is not shown.

use std::collections::HashSet;

use super::super::model::Config;
use crate::parameter::letters_and_digits;

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";

/// Whatever has these in its name, by letters and digits, is one.
const PARTS: [&str; 15] = [
    "assertion",
    "auth",
    "cookie",
    "credential",
    "jwt",
    "key",
    "pass",
    "private",
    "pwd",
    "saml",
    "secret",
    "session",
    "signature",
    "ticket",
    "token",
];

/// Whatever is called so is one. As parts they are of too many words.
const NAMES: [&str; 4] = ["code", "otp", "sid", "sig"];

/// Schemes of credentials (RFC 7617, RFC 6750), whatever header they are in.
const SCHEMES: [&str; 3] = ["basic ", "bearer ", "digest "];

/// Tells which values of headers and parameters are secret: by the name, by the look of
/// the value, and all that variables went into. That is where secrets come from, and it
/// would rather hide too much.
pub(super) struct Secrets<'a> {
    /// Beside [`PARTS`].
    more: HashSet<Vec<u8>>,
    config: &'a Config,
}

impl<'a> Secrets<'a> {
    pub(super) fn of(config: &'a Config) -> Self {
        let names = config.access_log.redact_query.iter();
        Self {
            more: names
                .map(|name| letters_and_digits(name.as_bytes()))
                .collect(),
            config,
        }
    }

    /// The value that belongs to this name, or what stands in its place.
    pub(super) fn shown<'b>(&self, name: &str, value: &'b str) -> &'b str {
        // That it is empty may be what is looked for.
        let hidden = !value.is_empty()
            && (self.is_secret(name)
                || self.config.from_variables.contains(value)
                || self.has_secret(value));
        if hidden { REDACTED } else { value }
    }

    fn is_secret(&self, name: &str) -> bool {
        let compared = letters_and_digits(name.as_bytes());
        let text = String::from_utf8_lossy(&compared);
        PARTS.iter().any(|part| text.contains(part))
            || NAMES.contains(&&*text)
            || self.more.contains(&compared)
    }

    /// Credentials as they stand in any header, or a URL with some.
    fn has_secret(&self, value: &str) -> bool {
        let starts = |scheme: &&str| {
            let start = value.get(..scheme.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        let after = value.split_once("://").map(|(_, after)| after);
        let authority = after.and_then(|after| after.split(['/', '?', '#']).next());
        let mut parameters = value.split(['?', '&', ';', '#', ',', ' ']).skip(1);
        SCHEMES.iter().any(starts)
            || authority.is_some_and(|authority| authority.contains('@'))
            || parameters.any(|part| {
                part.split_once('=')
                    .is_some_and(|(name, _)| self.is_secret(name))
            })
    }
}
