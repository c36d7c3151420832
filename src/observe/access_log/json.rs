//! JSON (RFC 8259) that is one line whatever the bytes are.

use std::net::{IpAddr, SocketAddr};

use crate::ip::{write_ip, write_socket};

/// Appends a string of at most `limit` bytes of `value`, and how many more there are.
///
/// Control characters, and others that change how a line is shown, are escaped. A byte that
/// isn't UTF-8 becomes the four characters `\xNN`, in which it can be searched for.
pub(super) fn string(value: &[u8], limit: usize, to: &mut Vec<u8>) {
    let (shown, rest) = value.split_at(boundary(value, limit));
    beginning(shown, rest.len(), to);
}

/// Appends a string of all of `shown`, from which `cut` bytes are missing.
pub(super) fn beginning(shown: &[u8], cut: usize, to: &mut Vec<u8>) {
    to.push(b'"');
    escaped(shown, to);
    if cut > 0 {
        to.extend_from_slice(b"...[");
        number(cut as u64, to);
        to.extend_from_slice(b" bytes cut]");
    }
    to.push(b'"');
}

/// Appends a string of ours in which nothing has to be escaped.
pub(super) fn word(value: &'static str, to: &mut Vec<u8>) {
    to.push(b'"');
    to.extend_from_slice(value.as_bytes());
    to.push(b'"');
}

/// Appends a number.
pub(super) fn number(value: u64, to: &mut Vec<u8>) {
    match u8::try_from(value) {
        // Most are.
        Ok(digit @ 0..=9) => to.push(b'0' + digit),
        _ => to.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
    }
}

/// Appends an address as a string.
pub(super) fn ip(address: IpAddr, to: &mut Vec<u8>) {
    to.push(b'"');
    write_ip(address, to);
    to.push(b'"');
}

/// The same with its port.
pub(super) fn socket(address: SocketAddr, to: &mut Vec<u8>) {
    to.push(b'"');
    write_socket(address, to);
    to.push(b'"');
}

/// Where the first `limit` bytes end, or a little before, not inside a character.
pub(super) fn boundary(value: &[u8], limit: usize) -> usize {
    if value.len() <= limit {
        return value.len();
    }
    let continues = |at: &usize| value[*at] & 0xc0 == 0x80;
    // A character has at most three bytes after its first.
    let start = (limit.saturating_sub(3)..=limit)
        .rev()
        .find(|at| !continues(at));
    start.unwrap_or(limit)
}

/// Appends `value` as it stands between quotes.
pub(in crate::observe) fn escaped(value: &[u8], to: &mut Vec<u8>) {
    if are_plain(value) {
        return to.extend_from_slice(value);
    }
    let mut rest = value;
    loop {
        let end = rest.iter().position(|&byte| !is_plain(byte));
        let (plain, other) = rest.split_at(end.unwrap_or(rest.len()));
        to.extend_from_slice(plain);
        match other.split_first() {
            None => return,
            Some((byte, after)) if byte.is_ascii() => {
                ascii(*byte, to);
                rest = after;
            }
            Some(_) => {
                let end = other.iter().position(u8::is_ascii);
                let (text, after) = other.split_at(end.unwrap_or(other.len()));
                beyond_ascii(text, to);
                rest = after;
            }
        }
    }
}

/// Looks at many bytes at once: there is no way out among those of a block, and what is left
/// behind the last whole one is looked at with some of those before it.
fn are_plain(value: &[u8]) -> bool {
    const BLOCK: usize = 16;
    let all = |block: &[u8; BLOCK]| block.iter().fold(true, |all, &byte| all & is_plain(byte));
    let Some(last) = value.last_chunk() else {
        return value.iter().all(|&byte| PLAIN[usize::from(byte)]);
    };
    let (blocks, _) = value.as_chunks();
    blocks.iter().all(all) && all(last)
}

static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < plain.len() {
        plain[byte] = is_plain(byte as u8);
        byte += 1;
    }
    plain
};

const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// One that isn't plain.
fn ascii(byte: u8, to: &mut Vec<u8>) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => return unicode(u16::from(byte), to),
    };
    to.extend_from_slice(&[b'\\', short]);
}

fn beyond_ascii(text: &[u8], to: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            match u16::try_from(u32::from(c)) {
                Ok(code) if is_unseen(code) => unicode(code, to),
                _ => to.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        for &byte in chunk.invalid() {
            to.extend_from_slice(&[b'\\', b'\\', b'x', hex(byte >> 4), hex(byte)]);
        }
    }
}

/// Control characters, line ends, and what is invisible or turns the direction of text.
const fn is_unseen(code: u16) -> bool {
    matches!(
        code,
        0x80..=0x9f | 0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e
            | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb
    )
}

fn unicode(code: u16, to: &mut Vec<u8>) {
    let [high, low] = code.to_be_bytes();
    to.extend_from_slice(&[
        b'\\',
        b'u',
        hex(high >> 4),
        hex(high),
        hex(low >> 4),
        hex(low),
    ]);
}

/// The digit of the lower half.
fn hex(half: u8) -> u8 {
    b"0123456789abcdef"[usize::from(half & 0xf)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &[u8], limit: usize) -> String {
        let mut to = Vec::new();
        string(value, limit, &mut to);
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn strings() {
        for (value, expected) in [
            (&b""[..], r#""""#),
            (b"a b", r#""a b""#),
            (b"0123456789abcdef", r#""0123456789abcdef""#),
            (b"0123456789abcde\"", r#""0123456789abcde\"""#),
            (b"\"0123456789abcdef", r#""\"0123456789abcdef""#),
            (b"0123456789abcdef\"", r#""0123456789abcdef\"""#),
            (
                b"0123456789abcdef\"123456789abcdef",
                r#""0123456789abcdef\"123456789abcdef""#,
            ),
            (b"\"\\/", r#""\"\\/""#),
            (b"a\nb\r\t\0\x1b\x7f", r#""a\nb\r\t\u0000\u001b\u007f""#),
            ("äé漢😀".as_bytes(), r#""äé漢😀""#),
            (
                "\u{85}\u{2028}\u{202e}\u{feff}".as_bytes(),
                r#""\u0085\u2028\u202e\ufeff""#,
            ),
            (b"a\xff\xc3\xa4\xc3z", r#""a\\xffä\\xc3z""#),
            (b"\xed\xa0\x80", r#""\\xed\\xa0\\x80""#),
        ] {
            assert_eq!(written(value, 100), expected);
        }
    }

    #[test]
    fn long_strings_are_cut_between_characters() {
        assert_eq!(written(b"abcdef", 6), r#""abcdef""#);
        assert_eq!(written(b"abcdefg", 6), r#""abcdef...[1 bytes cut]""#);
        assert_eq!(written("aää".as_bytes(), 4), r#""aä...[2 bytes cut]""#);
        assert_eq!(written("😀😀".as_bytes(), 7), r#""😀...[4 bytes cut]""#);
        assert_eq!(written(&[0x80; 9], 4).matches("\\\\x80").count(), 4);
    }
}
