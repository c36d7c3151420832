//! Fields that are changed on their way.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::lines::Lines;

/// Lines of a head that can be changed: as many as Pingora takes.
pub const MOST: usize = 256;

/// Fields that can be changed.
pub trait Edit {
    /// Removes all fields of this name.
    fn remove(&mut self, name: &HeaderName);

    /// Removes all fields whose name is one of these. Names may be in any case.
    fn remove_all(&mut self, which: impl Fn(&[u8]) -> bool);

    /// Puts one field in the place of all of this name.
    fn set(&mut self, name: &HeaderName, value: HeaderValue);

    /// Adds a field to those of this name.
    fn add(&mut self, name: &HeaderName, value: HeaderValue);

    /// The values of all fields of this name, in their order.
    fn values(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]>;
}

impl Edit for HeaderMap {
    fn remove(&mut self, name: &HeaderName) {
        self.remove(name);
    }

    fn remove_all(&mut self, which: impl Fn(&[u8]) -> bool) {
        let those = |name: &&HeaderName| which(name.as_str().as_bytes());
        let gone: Vec<_> = self.keys().filter(those).cloned().collect();
        for name in &gone {
            self.remove(name);
        }
    }

    fn set(&mut self, name: &HeaderName, value: HeaderValue) {
        self.insert(name, value);
    }

    fn add(&mut self, name: &HeaderName, value: HeaderValue) {
        self.append(name, value);
    }

    fn values(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]> {
        self.get_all(name).iter().map(HeaderValue::as_bytes)
    }
}

/// Changes of a head that is copied without ever being a map.
#[derive(Debug)]
pub struct Edits<'a> {
    came: Lines<'a>,
    /// A bit for each line that is removed.
    gone: [u64; MOST.div_ceil(64)],
    ours: Vec<(HeaderName, HeaderValue)>,
}

impl<'a> Edits<'a> {
    /// None so far. `None` where there are more lines than [`MOST`].
    #[must_use]
    pub fn of(came: Lines<'a>) -> Option<Self> {
        (came.len() <= MOST).then(|| Self {
            came,
            gone: Default::default(),
            // As many as the gateway sets by itself, and some rules.
            ours: Vec::with_capacity(8),
        })
    }

    fn is_gone(&self, line: usize) -> bool {
        self.gone[line / 64] >> (line % 64) & 1 == 1
    }

    /// The fields that are left, those of the head first.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let came = self.came.iter().enumerate();
        let left = came.filter(|(line, _)| !self.is_gone(*line));
        let ours = self.ours.iter();
        let ours = ours.map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()));
        left.map(|(_, field)| field).chain(ours)
    }

    /// Writes the fields that are left as lines of a head. Names that came are written as
    /// `spelling` says; those of ours are in our own.
    pub fn write(&self, spelling: Spelling, to: &mut Vec<u8>) {
        for (line, (name, value)) in self.came.iter().enumerate() {
            if self.is_gone(line) {
                continue;
            }
            let from = to.len();
            to.extend_from_slice(name);
            if spelling == Spelling::Ours {
                respell(&mut to[from..]);
            }
            rest(value, to);
        }
        for (name, value) in &self.ours {
            let from = to.len();
            to.extend_from_slice(name.as_str().as_bytes());
            respell(&mut to[from..]);
            rest(value.as_bytes(), to);
        }
    }
}

/// How names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// As they came.
    Theirs,
    /// In lower case, but for the oldest.
    Ours,
}

fn rest(value: &[u8], to: &mut Vec<u8>) {
    to.extend_from_slice(b": ");
    to.extend_from_slice(value);
    to.extend_from_slice(b"\r\n");
}

/// Writes a name as Pingora writes those that it knows no spelling of.
fn respell(name: &mut [u8]) {
    name.make_ascii_lowercase();
    let titled: &[u8] = match &*name {
        b"age" => b"Age",
        b"date" => b"Date",
        b"host" => b"Host",
        b"server" => b"Server",
        b"connection" => b"Connection",
        b"set-cookie" => b"Set-Cookie",
        b"content-type" => b"Content-Type",
        b"accept-ranges" => b"Accept-Ranges",
        b"cache-control" => b"Cache-Control",
        b"content-length" => b"Content-Length",
        b"content-encoding" => b"Content-Encoding",
        b"transfer-encoding" => b"Transfer-Encoding",
        _ => return,
    };
    name.copy_from_slice(titled);
}

impl Edit for Edits<'_> {
    fn remove(&mut self, name: &HeaderName) {
        let mut from = 0;
        while let Some((line, _)) = self.came.find(from, name) {
            self.gone[line / 64] |= 1 << (line % 64);
            from = line + 1;
        }
        self.ours.retain(|(ours, _)| ours != name);
    }

    fn remove_all(&mut self, which: impl Fn(&[u8]) -> bool) {
        for (line, (name, _)) in self.came.iter().enumerate() {
            if which(name) {
                self.gone[line / 64] |= 1 << (line % 64);
            }
        }
        self.ours
            .retain(|(ours, _)| !which(ours.as_str().as_bytes()));
    }

    fn set(&mut self, name: &HeaderName, value: HeaderValue) {
        self.remove(name);
        self.ours.push((name.clone(), value));
    }

    fn add(&mut self, name: &HeaderName, value: HeaderValue) {
        self.ours.push((name.clone(), value));
    }

    fn values(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]> {
        let wanted = name.as_str().as_bytes();
        let those = move |(name, _): &(&[u8], &[u8])| name.eq_ignore_ascii_case(wanted);
        self.iter().filter(those).map(|(_, value)| value)
    }
}
