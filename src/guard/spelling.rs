//! Names of fields as services may read them: CGI and all that came after it, WSGI for
//! example, make `HTTP_CONTENT_LENGTH` of both `Content-Length` and `Content_Length`.

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

fn letter(b: u8) -> u8 {
    match b {
        b'_' => b'-',
        _ => b.to_ascii_lowercase(),
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
    fn an_underscore_is_a_hyphen() {
        assert!(is_framing(b"Content_Length") && is_framing(b"TRANSFER_encoding"));
        assert!(is_framing(b"content-length"));
        assert!(!is_framing(b"content_length_") && !is_framing(b"contentlength"));
        assert!(begins_like(b"x_Forwarded_For", b"x-forwarded-"));
        assert!(!begins_like(b"x_forwarded", b"x-forwarded-"));
    }
}
