//! Names of query parameters as they are compared where a mistake would tell a secret:
//! however a name is written, it is found.

/// Bytes without percent escapes, not even escaped ones: `%2541` is `A`. What any number
/// of decoders in a row would make of the text is the same after this one.
#[derive(Debug, Default)]
pub(crate) struct Unescaped {
    bytes: Vec<u8>,
    /// Where each of them ends in the text.
    ends: Vec<usize>,
}

impl Unescaped {
    /// Reads another text.
    pub(crate) fn read(&mut self, text: &[u8]) {
        self.bytes.clear();
        self.ends.clear();
        for (at, &byte) in text.iter().enumerate() {
            self.bytes.push(byte);
            self.ends.push(at + 1);
            while let [.., b'%', high, low] = *self.bytes
                && let (Some(high), Some(low)) = (hex(high), hex(low))
            {
                let start = self.bytes.len() - 3;
                self.bytes.truncate(start);
                self.ends.truncate(start);
                self.bytes.push(high << 4 | low);
                self.ends.push(at + 1);
            }
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How much of the text makes the bytes up to and including the one at `index`.
    pub(crate) fn end(&self, index: usize) -> Option<usize> {
        self.ends.get(index).copied()
    }
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

/// What a name is compared by: `access_token`, `Access-Token`, `accessToken` and
/// `%61ccess_token` are one.
pub(crate) fn letters_and_digits(name: &[u8]) -> Vec<u8> {
    let mut unescaped = Unescaped::default();
    unescaped.read(name);
    compared(unescaped.bytes()).collect()
}

/// The same of a name without escapes.
pub(crate) fn compared(name: &[u8]) -> impl Iterator<Item = u8> {
    name.iter()
        .filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
        .map(u8::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped(text: &str) -> Vec<u8> {
        let mut unescaped = Unescaped::default();
        unescaped.read(text.as_bytes());
        unescaped.bytes
    }

    #[test]
    fn escapes_of_escapes_are_read() {
        for (text, expected) in [
            ("", ""),
            ("a+b", "a+b"),
            ("%41", "A"),
            ("%2541", "A"),
            ("%252541", "A"),
            ("%25%34%31", "A"),
            ("%%34%31", "A"),
            ("%%%34%31", "%A"),
            ("%", "%"),
            ("%4", "%4"),
            ("%4g%", "%4g%"),
            ("%+41", "%+41"),
        ] {
            assert_eq!(unescaped(text), expected.as_bytes(), "{text}");
        }
    }

    #[test]
    fn each_byte_knows_its_end_in_the_text() {
        let mut unescaped = Unescaped::default();
        unescaped.read(b"a%3db%253d%");
        assert_eq!(unescaped.bytes(), b"a=b=%");
        let ends: Vec<_> = (0..6).map(|index| unescaped.end(index)).collect();
        assert_eq!(ends, [Some(1), Some(4), Some(5), Some(10), Some(11), None]);
    }

    #[test]
    fn names_are_compared_by_letters_and_digits() {
        for name in [
            "access_token",
            "Access-Token",
            "accessToken",
            "%61ccess%5Ftoken",
        ] {
            assert_eq!(letters_and_digits(name.as_bytes()), b"accesstoken");
        }
        assert_eq!(letters_and_digits("%C3%BC_1".as_bytes()), "ü1".as_bytes());
        assert_eq!(letters_and_digits(b"$_[]"), b"");
    }
}
