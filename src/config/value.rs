//! What a single value of the file may be. Each kind of value knows how it is
//! written, read and described.

mod address;
mod choice;
mod count;
mod duration;
mod expression;
mod file;
mod header;
mod host;
mod log_output;
mod method;
mod name;
mod number;
mod path;
mod query;
mod ready;
mod share;
mod size;
mod target;
mod url;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use serde_json::json;

pub(super) use address::{DnsServer, Listen, Network, OperatorAddress, ProbeAddress};
pub(super) use choice::{
    OnFullWord, PathNormalization, ProtocolName, ProxyStatusFor, Scheme, Switch, Threads, word,
};
pub(super) use count::{Count, CountOrOff, HeaderCount};
pub(super) use duration::{DrainDelay, DrainTimeout, Period, Timeout, written as duration};
pub(super) use expression::{Expression, PathExpression};
pub(super) use file::{Directory, FilePath, MAX_SOCKET_PATH, SocketPath};
pub(super) use header::{FieldName, FieldValue};
pub(super) use host::{AnyAuthority, BareHost, HostPattern, RewriteHost};
pub(super) use log_output::Output;
pub(super) use method::MethodName;
pub(super) use name::{Name, RouteName, ServiceName, check_name};
pub(super) use number::{Port, RedirectStatus, Status};
pub(super) use path::{Endpoint, Path};
pub(super) use query::{ParameterName, ParameterValue};
pub(super) use ready::ReadyUrl;
pub(super) use share::ShareOfAll;
pub(super) use size::{BodySize, HeaderSize, TargetSize, written as size};
pub(super) use target::{Location, RequestLine, Target};
pub(super) use url::{Host, Url};

/// Why a value isn't taken, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) message: String,
    /// Made of the value only when it is owned.
    pub(super) fix: Cow<'static, str>,
}

impl Mistake {
    pub(super) fn new(message: impl Into<String>, fix: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
            fix: fix.into(),
        }
    }
}

/// A kind of value.
pub(super) trait Value {
    /// What the model holds.
    type Out;

    /// An instruction that is right whatever was written.
    const FIX: &'static str;

    /// The same where a list is possible too.
    const LIST_FIX: &'static str = Self::FIX;

    /// Whether no text at all is a value too.
    const MAY_BE_EMPTY: bool = false;

    /// Reads a text, which is empty only where that is a value.
    fn read(text: &str) -> Result<Self::Out, Mistake>;

    /// The texts and numbers it may be written as. A text with a variable is
    /// added by [`Leaf`].
    fn schema() -> Vec<serde_json::Value>;
}

/// A value of kind `T` as written. Reading it waits until the whole file has
/// its shape, so that all bad values are found at once.
#[derive(Debug)]
pub(super) struct Leaf<T> {
    pub(super) text: String,
    kind: PhantomData<T>,
}

impl<'de, T: Value> Deserialize<'de> for Leaf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<T: Value> de::Visitor<'_> for Visitor<T> {
            type Value = Leaf<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::FIX)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Leaf<T>, E> {
                Ok(Leaf {
                    text: text.to_owned(),
                    kind: PhantomData,
                })
            }
        }

        deserializer.deserialize_str(Visitor(PhantomData))
    }
}

impl<T: Value> JsonSchema for Leaf<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Leaf".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut forms = T::schema();
        let unrestricted = forms.iter().any(|form| *form == json!({"type": "string"}));
        if !unrestricted {
            forms.push(json!({
                "type": "string",
                "pattern": r"\$\{[A-Za-z_]",
            }));
        }
        json_schema!({ "anyOf": forms })
    }
}

/// One value, or a list of them.
#[derive(Debug)]
pub(super) enum OneOrMany<T> {
    One(Leaf<T>),
    /// An item is `None` when the file says nothing there.
    Many(Vec<Option<Leaf<T>>>),
}

impl<'de, T: Value> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: Value> de::Visitor<'de> for Visitor<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::LIST_FIX)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<OneOrMany<T>, E> {
                Ok(OneOrMany::One(Leaf {
                    text: text.to_owned(),
                    kind: PhantomData,
                }))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(
                self,
                mut items: A,
            ) -> Result<OneOrMany<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(OneOrMany::Many(all))
            }
        }

        deserializer.deserialize_any(Visitor(PhantomData))
    }
}

impl<T: Value> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = Leaf::<T>::json_schema(generator);
        json_schema!({
            "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }]
        })
    }
}
