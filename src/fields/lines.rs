//! Fields where they stand in a head that was checked.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Where a field stands: from its name's first byte to its value's last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    name: (u32, u32),
    value: (u32, u32),
}

impl Line {
    /// From places in the head. No head is as long as 4 GiB; what lies beyond is empty.
    #[must_use]
    pub fn new(name: (usize, usize), value: (usize, usize)) -> Self {
        let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            name: (place(name.0), place(name.1)),
            value: (place(value.0), place(value.1)),
        }
    }
}

/// A head with the places of its fields.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'a> {
    head: &'a [u8],
    lines: &'a [Line],
}

impl<'a> Lines<'a> {
    pub(super) const NONE: Self = Self {
        head: &[],
        lines: &[],
    };

    /// The places are those of this head.
    #[must_use]
    pub fn new(head: &'a [u8], lines: &'a [Line]) -> Self {
        Self { head, lines }
    }

    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.lines.is_empty()
    }

    /// Each name as it came, and its value.
    pub fn iter(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let at = move |line: &'a Line| (self.slice(line.name), self.slice(line.value));
        self.lines.iter().map(at)
    }

    /// The value of the first field of this name.
    #[must_use]
    pub fn get(self, name: &HeaderName) -> Option<&'a [u8]> {
        self.find(0, name).map(|(_, value)| value)
    }

    /// The first field of this name from a line on: which line it is, and its value.
    pub(super) fn find(self, from: usize, name: &HeaderName) -> Option<(usize, &'a [u8])> {
        let wanted = name.as_str().as_bytes();
        let mut rest = self.lines.get(from..)?.iter();
        let found = rest.position(|line| self.is(line, wanted))?;
        let line = &self.lines[from + found];
        Some((from + found, self.slice(line.value)))
    }

    /// Whether the line has this name, which is in lower case.
    fn is(self, line: &Line, name: &[u8]) -> bool {
        let (from, to) = line.name;
        (to - from) as usize == name.len() && self.slice(line.name).eq_ignore_ascii_case(name)
    }

    fn slice(self, (from, to): (u32, u32)) -> &'a [u8] {
        self.head
            .get(from as usize..to as usize)
            .unwrap_or_default()
    }

    /// A map of them, for those who need one.
    #[must_use]
    pub fn to_map(self) -> HeaderMap {
        let field = |(name, value): (&[u8], &[u8])| {
            let name = HeaderName::from_bytes(name).ok()?;
            Some((name, HeaderValue::from_bytes(value).ok()?))
        };
        self.iter().filter_map(field).collect()
    }
}
