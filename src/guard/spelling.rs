//! Names of fields as services may read them: CGI and all that came after it, WSGI for
//! example, make `HTTP_CONTENT_LENGTH` of both `Content-Length` and `Content_Length`, and
//! some of them of `Content.Length`, too.

/// Whether somebody could take `name` for `other`.
#[must_use]
pub fn is_spelt_like(name: &[u8], other: &[u8]) -> bool {
    name.len() == other.len() && begins_like(name, other)
}

/// Whether somebody could take the beginning of `name` for `other`.
#[must_use]
pub fn begins_like(name: &[u8], other: &[u8]) -> bool {
    let same = |(a, b): (&u8, &u8)| letter(*a) == letter(*b);
    name.len() >= other.len() && name.iter().zip(other).all(same)
}

/// Whether `name` has a mark that somebody could take for a hyphen.
#[must_use]
pub fn is_respelt(name: &[u8]) -> bool {
    name.iter().any(|&b| b != b'-' && letter(b) == b'-')
}

/// Every mark of a token is a hyphen.
fn letter(b: u8) -> u8 {
    match b.is_ascii_alphanumeric() {
        true => b.to_ascii_lowercase(),
        false => b'-',
    }
}

/// Whether somebody could find another end of the message by a field of this name.
#[must_use]
pub fn is_framing(name: &[u8]) -> bool {
    is_spelt_like(name, b"content-length") || is_spelt_like(name, b"transfer-encoding")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_a_hyphen() {
        for mark in b"!#$%&'*+-.^_`|~".map(char::from) {
            assert!(is_framing(format!("Content{mark}Length").as_bytes()));
            let name = format!("x{mark}Forwarded{mark}For");
            assert!(begins_like(name.as_bytes(), b"x-forwarded-"), "{name}");
            assert_eq!(is_respelt(name.as_bytes()), mark != '-', "{name}");
        }
        assert!(!is_framing(b"Content0Length") && !is_framing(b"ContentxLength"));
        assert!(!is_respelt(b"x9-A"));
    }

    #[test]
    fn an_underscore_is_a_hyphen() {
        assert!(is_framing(b"Content_Length") && is_framing(b"TRANSFER_encoding"));
        assert!(is_framing(b"content-length"));
        assert!(!is_framing(b"content_length_") && !is_framing(b"contentlength"));
        assert!(begins_like(b"x_Forwarded_For", b"x-forwarded-"));
        assert!(!begins_like(b"x_forwarded", b"x-forwarded-"));
    }
}
