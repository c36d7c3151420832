//! Mappings as the raw types hold them. Serde's own would also read a list as a
//! struct, field by field, and keep no order or forget the order of keys.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

use super::value::{Leaf, Name, Value};

/// A mapping with known keys.
pub(super) trait Shape {
    /// What to write where something else stands.
    const FIX: &'static str;

    /// The same where a list is possible too.
    const LIST_FIX: &'static str = Self::FIX;
}

/// A mapping, and nothing else, that is read as `T`.
#[derive(Debug)]
pub(super) struct Section<T>(pub(super) T);

impl<'de, T: Shape + Deserialize<'de>> Deserialize<'de> for Section<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: Shape + Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Section<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::FIX)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Section<T>, A::Error> {
                T::deserialize(de::value::MapAccessDeserializer::new(map)).map(Section)
            }
        }

        deserializer.deserialize_map(Visitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Section<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A mapping with free names as keys, in the order of the file. An entry is
/// `None` when the file says nothing there.
#[derive(Debug)]
pub(super) struct Entries<T>(pub(super) Vec<(String, Option<Section<T>>)>);

impl<'de, T: Shape + Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: Shape + Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("write a mapping with a name for each entry")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Visitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}Entries", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let name = Name::schema().swap_remove(0);
        json_schema!({
            "type": "object",
            "propertyNames": name,
            "additionalProperties": generator.subschema_for::<T>(),
            "minProperties": 1,
        })
    }
}

/// One mapping that is read as `T`, or a list of them.
#[derive(Debug)]
pub(super) enum Sections<T> {
    One(Section<T>),
    /// An item is `None` when the file says nothing there.
    Many(Vec<Option<Section<T>>>),
}

impl<'de, T: Shape + Deserialize<'de>> Deserialize<'de> for Sections<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: Shape + Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Sections<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::LIST_FIX)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Sections<T>, A::Error> {
                T::deserialize(de::value::MapAccessDeserializer::new(map))
                    .map(|one| Sections::One(Section(one)))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(
                self,
                mut items: A,
            ) -> Result<Sections<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(Sections::Many(all))
            }
        }

        deserializer.deserialize_any(Visitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Sections<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}Sections", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({
            "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }]
        })
    }
}

/// A mapping whose keys are read as `K` and whose values are read as `V`, in the
/// order of the file. A value is `None` when the file says nothing there.
#[derive(Debug)]
pub(super) struct Pairs<K, V> {
    pub(super) all: Vec<(String, Option<Leaf<V>>)>,
    keys: PhantomData<K>,
}

impl<'de, K: Value, V: Value> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Value, V: Value> de::Visitor<'de> for Visitor<K, V> {
            type Value = Pairs<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("write a mapping such as { X-Name: value }")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                let keys = PhantomData;
                Ok(Pairs { all, keys })
            }
        }

        deserializer.deserialize_map(Visitor(PhantomData))
    }
}

impl<K: Value, V: Value> JsonSchema for Pairs<K, V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pairs".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": K::schema().swap_remove(0),
            "additionalProperties": Leaf::<V>::json_schema(generator),
        })
    }
}
