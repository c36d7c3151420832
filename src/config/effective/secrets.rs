//! What is not shown.

use std::collections::HashSet;

use super::super::model::Config;
use crate::parameter::{Unescaped, letters_and_digits};

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";

/// Whatever has these in its name, by letters and digits, is one.
const PARTS: [&str; 16] = [
    "assertion",
    "auth",
    "cookie",
    "cred",
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
    "verify",
];

/// A word of its name that is one of these makes it one. As parts they are of too many words.
const NAMES: [&str; 4] = ["code", "otp", "sid", "sig"];

/// Schemes of credentials (RFC 7617, RFC 6750, and common ones), whatever header they are in.
const SCHEMES: [&str; 5] = ["apikey ", "basic ", "bearer ", "digest ", "token "];

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

    /// A path, which may hold one only where a variable was put in.
    pub(super) fn shown_path<'b>(&self, path: &'b str) -> &'b str {
        let from = &self.config.from_variables;
        // What is stripped has lost the slash at its end.
        match from.contains(path) || from.contains(&format!("{path}/")) {
            true => REDACTED,
            false => path,
        }
    }

    fn is_secret(&self, name: &str) -> bool {
        let compared = letters_and_digits(name.as_bytes());
        let text = String::from_utf8_lossy(&compared);
        let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
        PARTS.iter().any(|part| text.contains(part))
            || NAMES.contains(&&*text)
            || words.any(|word| NAMES.iter().any(|name| word.eq_ignore_ascii_case(name)))
            || self.more.contains(&compared)
    }

    /// Credentials as they stand in any header, or a URL with some.
    fn has_secret(&self, value: &str) -> bool {
        let starts = |scheme: &&str| {
            let start = value.get(..scheme.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        let mut unescaped = Unescaped::default();
        unescaped.read(value.as_bytes());
        let plain = String::from_utf8_lossy(unescaped.bytes());
        let mut authorities = plain.split("://").skip(1);
        let has_user = |after: &str| {
            let authority = after.split(['/', '?', '#']).next();
            authority.is_some_and(|authority| authority.contains('@'))
        };
        let mut parameters = plain.split(['?', '&', ';', '#', ',', ' ']);
        SCHEMES.iter().any(starts)
            || authorities.any(has_user)
            || parameters.any(|part| {
                part.split_once('=')
                    .is_some_and(|(name, _)| self.is_secret(name))
            })
    }
}

/// A URL that isn't asked by names: its whole query may be a secret.
pub(super) fn without_query(url: &str) -> String {
    match url.split_once('?') {
        Some((before, query)) if !query.is_empty() => format!("{before}?{REDACTED}"),
        _ => url.to_owned(),
    }
}
