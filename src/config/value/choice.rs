//! Values that are one of a few words, and `auto` or a number.

use std::num::NonZeroUsize;

use serde_json::json;

use super::super::model::{Normalization, OnFull, Protocol, ProxyStatus};
use super::super::text::{nearest, one_of, quote};
use super::{Mistake, Value};

/// Picks from `choices` by word.
fn choose<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, Mistake> {
    if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let fix = match nearest(text, words.iter().copied()) {
        Some(word) => format!("did you mean {word}? write {}", one_of(&words)),
        None => format!("write {}", one_of(&words)),
    };
    Err(Mistake::new(
        format!("{} is not a choice", quote(text)),
        fix,
    ))
}

fn words<T>(choices: &[(&str, T)]) -> Vec<serde_json::Value> {
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    vec![json!({ "enum": words })]
}

/// A value that the file says by a word.
pub(in super::super) trait Choice: Copy + PartialEq + 'static {
    /// Each with its word.
    const WORDS: &'static [(&'static str, Self)];
}

impl Choice for Normalization {
    const WORDS: &'static [(&'static str, Self)] = &NORMALIZATIONS;
}

impl Choice for ProxyStatus {
    const WORDS: &'static [(&'static str, Self)] = &PROXY_STATUSES;
}

impl Choice for OnFull {
    const WORDS: &'static [(&'static str, Self)] = &ON_FULL;
}

impl Choice for Protocol {
    const WORDS: &'static [(&'static str, Self)] = &PROTOCOLS;
}

/// The word that the file has for it.
pub(in super::super) fn word<T: Choice>(choice: T) -> &'static str {
    let mut words = T::WORDS.iter();
    words
        .find(|(_, value)| *value == choice)
        .map_or("", |(word, _)| word)
}

/// `server.path_normalization`.
#[derive(Debug)]
pub(in super::super) enum PathNormalization {}

const NORMALIZATIONS: [(&str, Normalization); 4] = [
    ("none", Normalization::None),
    ("base", Normalization::Base),
    ("merge_slashes", Normalization::MergeSlashes),
    (
        "decode_and_merge_slashes",
        Normalization::DecodeAndMergeSlashes,
    ),
];

impl Value for PathNormalization {
    type Out = Normalization;

    const FIX: &'static str = "write none, base, merge_slashes or decode_and_merge_slashes";

    fn read(text: &str) -> Result<Normalization, Mistake> {
        choose(text, &NORMALIZATIONS)
    }

    fn schema() -> Vec<serde_json::Value> {
        words(&NORMALIZATIONS)
    }
}

/// `errors.proxy_status`.
#[derive(Debug)]
pub(in super::super) enum ProxyStatusFor {}

const PROXY_STATUSES: [(&str, ProxyStatus); 3] = [
    ("trusted", ProxyStatus::Trusted),
    ("always", ProxyStatus::Always),
    ("off", ProxyStatus::Off),
];

impl Value for ProxyStatusFor {
    type Out = ProxyStatus;

    const FIX: &'static str = "write trusted, always or off";

    fn read(text: &str) -> Result<ProxyStatus, Mistake> {
        choose(text, &PROXY_STATUSES)
    }

    fn schema() -> Vec<serde_json::Value> {
        words(&PROXY_STATUSES)
    }
}

/// `access_log.on_full`.
#[derive(Debug)]
pub(in super::super) enum OnFullWord {}

const ON_FULL: [(&str, OnFull); 2] = [("drop", OnFull::Drop), ("block", OnFull::Block)];

impl Value for OnFullWord {
    type Out = OnFull;

    const FIX: &'static str = "write drop or block";

    fn read(text: &str) -> Result<OnFull, Mistake> {
        choose(text, &ON_FULL)
    }

    fn schema() -> Vec<serde_json::Value> {
        words(&ON_FULL)
    }
}

/// `services.*.protocol`.
#[derive(Debug)]
pub(in super::super) enum ProtocolName {}

const PROTOCOLS: [(&str, Protocol); 2] = [("http1", Protocol::Http1), ("h2c", Protocol::H2c)];

impl Value for ProtocolName {
    type Out = Protocol;

    const FIX: &'static str = "write http1 or h2c";

    fn read(text: &str) -> Result<Protocol, Mistake> {
        choose(text, &PROTOCOLS)
    }

    fn schema() -> Vec<serde_json::Value> {
        words(&PROTOCOLS)
    }
}

/// `routes[].redirect.scheme`.
#[derive(Debug)]
pub(in super::super) enum Scheme {}

const SCHEMES: [(&str, &str); 2] = [("http", "http"), ("https", "https")];

impl Value for Scheme {
    type Out = String;

    const FIX: &'static str = "write http or https";

    fn read(text: &str) -> Result<String, Mistake> {
        choose(text, &SCHEMES).map(str::to_owned)
    }

    fn schema() -> Vec<serde_json::Value> {
        words(&SCHEMES)
    }
}

/// True or false.
#[derive(Debug)]
pub(in super::super) enum Switch {}

const SWITCHES: [(&str, bool); 2] = [("true", true), ("false", false)];

impl Value for Switch {
    type Out = bool;

    const FIX: &'static str = "write true or false";

    fn read(text: &str) -> Result<bool, Mistake> {
        choose(text, &SWITCHES)
    }

    fn schema() -> Vec<serde_json::Value> {
        let mut forms = words(&SWITCHES);
        forms.push(json!({ "type": "boolean" }));
        forms
    }
}

/// `server.threads`; `auto` is `None`.
#[derive(Debug)]
pub(in super::super) enum Threads {}

/// More threads than this is a mistake rather than a machine.
const MAX_THREADS: usize = 1024;

impl Value for Threads {
    type Out = Option<NonZeroUsize>;

    const FIX: &'static str = "write auto or a number from 1 to 1024";

    fn read(text: &str) -> Result<Option<NonZeroUsize>, Mistake> {
        if text == "auto" {
            return Ok(None);
        }
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        match text.parse::<NonZeroUsize>() {
            Ok(threads) if digits && threads.get() <= MAX_THREADS => Ok(Some(threads)),
            _ => Err(Mistake::new(
                format!("{} is not a number of threads", quote(text)),
                Self::FIX,
            )),
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![
            json!({ "const": "auto" }),
            json!({ "type": "integer", "minimum": 1, "maximum": MAX_THREADS }),
            json!({ "type": "string", "pattern": "^[0-9]+$" }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads() {
        assert_eq!(Threads::read("auto"), Ok(None));
        assert_eq!(Threads::read("1024"), Ok(NonZeroUsize::new(1024)));
        for text in [
            "0",
            "1025",
            "-1",
            "+1",
            "1.0",
            "2 ",
            "Auto",
            "99999999999999999999999",
        ] {
            assert!(Threads::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn choices() {
        assert_eq!(PathNormalization::read("base"), Ok(Normalization::Base));
        assert_eq!(
            ProxyStatusFor::read("truste").unwrap_err().fix,
            "did you mean trusted? write trusted, always or off"
        );
        assert_eq!(
            Switch::read("on").unwrap_err(),
            Mistake::new(r#""on" is not a choice"#, "write true or false")
        );
        assert_eq!(ProtocolName::read("h2c"), Ok(Protocol::H2c));
        assert_eq!(
            Scheme::read("HTTPS").unwrap_err().fix,
            "did you mean https? write http or https"
        );
        assert_eq!(
            ProxyStatusFor::read("yes").unwrap_err(),
            Mistake::new(r#""yes" is not a choice"#, "write trusted, always or off")
        );
    }
}
