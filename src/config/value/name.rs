//! Names of services and routes. Logs, metric labels and paths of keys carry
//! them, so they hold nothing that needs quoting there.

use serde_json::json;

use super::super::text::quote;
use super::{Mistake, Value};

/// The name of a service or route.
#[derive(Debug)]
pub(in super::super) enum Name {}

/// The shape of a name, as a regular expression.
const PATTERN: &str = "^[A-Za-z0-9._-]{1,63}$";

impl Value for Name {
    type Out = String;

    const FIX: &'static str = "write a name of 1 to 63 of A-Z, a-z, 0-9, '.', '_' and '-'";

    fn read(text: &str) -> Result<String, Mistake> {
        check_name(text).map(|()| text.to_owned())
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![
            json!({ "type": "string", "pattern": PATTERN }),
            json!({ "type": ["number", "boolean"] }),
        ]
    }
}

/// The name of a service that a route refers to.
#[derive(Debug)]
pub(in super::super) enum ServiceName {}

impl Value for ServiceName {
    type Out = String;

    const FIX: &'static str = "write one of the names under `services`";

    fn read(text: &str) -> Result<String, Mistake> {
        Ok(text.to_owned())
    }

    fn schema() -> Vec<serde_json::Value> {
        Name::schema()
    }
}

/// The name of a route that a test refers to.
#[derive(Debug)]
pub(in super::super) enum RouteName {}

impl Value for RouteName {
    type Out = String;

    const FIX: &'static str = "write the name of one of the `routes`";

    fn read(text: &str) -> Result<String, Mistake> {
        Ok(text.to_owned())
    }

    fn schema() -> Vec<serde_json::Value> {
        Name::schema()
    }
}

/// Checks a name without taking it.
pub(in super::super) fn check_name(text: &str) -> Result<(), Mistake> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    if (1..=63).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(());
    }
    Err(Mistake::new(
        format!("{} is not a name", quote(text)),
        Name::FIX,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["a", "auth-service", "v1.2_x", "0", &"a".repeat(63)] {
            assert_eq!(Name::read(name).as_deref(), Ok(name));
        }
        for name in ["a b", "a/b", "ä", "a\n", &"a".repeat(64)] {
            assert!(Name::read(name).is_err(), "{name}");
        }
    }
}
