//! A list that is taken apart while it is read, so that its entries never stand in memory all
//! at once beside what is kept of them.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::Dump;

/// Something that a dump keeps, or keeps parts of.
pub(super) trait Added {
    fn add_to(self, dump: &mut Dump);
}

/// What became of a list of `T`.
#[derive(Debug)]
pub(super) struct All<T> {
    pub(super) dump: Dump,
    of: PhantomData<T>,
}

impl<'de, T: Added + Deserialize<'de>> Deserialize<'de> for All<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Each(PhantomData))
    }
}

struct Each<T>(PhantomData<T>);

impl<'de, T: Added + Deserialize<'de>> Visitor<'de> for Each<T> {
    type Value = All<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<All<T>, A::Error> {
        let mut dump = Dump::default();
        while let Some(entry) = list.next_element::<T>()? {
            entry.add_to(&mut dump);
        }
        Ok(All {
            dump,
            of: PhantomData,
        })
    }
}
