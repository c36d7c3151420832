//! The fields of a head: as they stand in it, or as a map of them.
//!
//! A map is made for those who change or ask a lot. Most heads are only asked for two or
//! three of their fields, and passed on.

mod edits;
mod lines;

use http::header::ValueIter;
use http::{HeaderMap, HeaderName, HeaderValue};

pub use edits::{Edit, Edits, MOST, Spelling};
pub use lines::{Line, Lines};

/// Fields that are only read.
#[derive(Debug, Clone, Copy)]
pub enum Fields<'a> {
    /// Each name once.
    Map(&'a HeaderMap),
    /// Where they stand in their head.
    Lines(Lines<'a>),
}

impl<'a> Fields<'a> {
    /// Of a head that has none.
    pub const NONE: Self = Self::Lines(Lines::NONE);

    /// A map of them, for those who need one.
    #[must_use]
    pub fn to_map(self) -> HeaderMap {
        match self {
            Self::Map(map) => map.clone(),
            Self::Lines(lines) => lines.to_map(),
        }
    }

    /// The value of the first field of this name.
    #[must_use]
    pub fn get(self, name: &HeaderName) -> Option<&'a [u8]> {
        match self {
            Self::Map(map) => map.get(name).map(HeaderValue::as_bytes),
            Self::Lines(lines) => lines.get(name),
        }
    }

    /// Whether there is a field of this name.
    #[must_use]
    pub fn contains(self, name: &HeaderName) -> bool {
        self.get(name).is_some()
    }

    /// The values of all fields of this name, in their order.
    pub fn get_all<'n>(self, name: &'n HeaderName) -> Values<'a, 'n> {
        match self {
            Self::Map(map) => Values::Map(map.get_all(name).iter()),
            Self::Lines(lines) => Values::Lines(lines, 0, name),
        }
    }
}

impl<'a> From<&'a HeaderMap> for Fields<'a> {
    fn from(map: &'a HeaderMap) -> Self {
        Self::Map(map)
    }
}

impl<'a> From<Lines<'a>> for Fields<'a> {
    fn from(lines: Lines<'a>) -> Self {
        Self::Lines(lines)
    }
}

/// The values of one name.
#[derive(Debug)]
pub enum Values<'a, 'n> {
    /// Of a map.
    Map(ValueIter<'a, HeaderValue>),
    /// From a line on.
    Lines(Lines<'a>, usize, &'n HeaderName),
}

impl<'a> Iterator for Values<'a, '_> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        match self {
            Self::Map(values) => values.next().map(HeaderValue::as_bytes),
            Self::Lines(lines, from, name) => {
                let (at, value) = lines.find(*from, name)?;
                *from = at + 1;
                Some(value)
            }
        }
    }
}

#[cfg(test)]
mod tests;
