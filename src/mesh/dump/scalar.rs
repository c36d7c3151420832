//! Values that protobuf's JSON writes in a way of its own.

use std::fmt;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A `google.protobuf.Duration`, such as `"15s"` or `"0.025s"`. Negative ones are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Span;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration such as \"15s\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Span, E> {
                let seconds = text.strip_suffix('s').and_then(|s| s.parse::<f64>().ok());
                seconds
                    .and_then(|s| Duration::try_from_secs_f64(s.max(0.0)).ok())
                    .map(Span)
                    .ok_or_else(|| E::custom(format!("{text:.40?} is no duration")))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// An integer of 64 bits, which protobuf's JSON writes as text, or a smaller one, which it
/// doesn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Integer(pub i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Integer;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Integer, E> {
                Ok(Integer(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Integer, E> {
                let value = i64::try_from(value);
                value.map(Integer).map_err(|_| E::custom("too large"))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Integer, E> {
                let value = text.parse();
                value
                    .map(Integer)
                    .map_err(|_| E::custom(format!("{text:.40?} is no integer")))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// The name of an enum's value. A number, which protobuf's JSON writes for a value that the
/// writer doesn't know, becomes its digits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name(pub String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of an enum's value")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Name, E> {
                Ok(Name(value.to_string()))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Name, E> {
                Ok(Name(value.to_string()))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Name, E> {
                Ok(Name(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A value of metadata: text, a number or a boolean as text, or something that is compared
/// with nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scalar {
    /// The value.
    Text(String),
    /// A list, an object or null.
    #[default]
    Other,
}

impl Scalar {
    /// The text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(own) => Some(own),
            Self::Other => None,
        }
    }

    /// Whether it is this text.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.text() == Some(text)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value of metadata")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_string()))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_string()))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_string()))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_string()))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(text.to_owned()))
            }

            fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let read = |text: &str| serde_json::from_str::<Span>(text).map(|span| span.0);
        assert_eq!(read("\"15s\"").unwrap(), Duration::from_secs(15));
        assert_eq!(read("\"0.025s\"").unwrap(), Duration::from_millis(25));
        assert_eq!(read("\"0s\"").unwrap(), Duration::ZERO);
        assert_eq!(read("\"-1s\"").unwrap(), Duration::ZERO);
        for wrong in ["\"15\"", "15", "\"s\"", "\"1e400s\"", "\"NaNs \""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn integers_as_text_and_as_numbers() {
        let read = |text: &str| serde_json::from_str::<Integer>(text).map(|n| n.0);
        assert_eq!(read("\"-7\"").unwrap(), -7);
        assert_eq!(read("9").unwrap(), 9);
        assert!(read("18446744073709551615").is_err());
        assert!(read("\"x\"").is_err());
    }
}
