//! Secrets that travel in URLs.

use memchr::{memchr, memmem};

use crate::parameter::{Unescaped, compared, letters_and_digits};

/// What stands in place of a secret.
pub(super) const REDACTED: &[u8] = b"[redacted]";

/// Parameters that carry credentials wherever they occur, by letters and digits.
const SECRET: [&[u8]; 14] = [
    b"assertion",
    b"auth",
    b"code",
    b"jwt",
    b"key",
    b"otp",
    b"pass",
    b"pwd",
    b"samlresponse",
    b"session",
    b"sid",
    b"sig",
    b"ticket",
    b"token",
];

/// Their names end so, whatever they begin with: `X-Amz-Signature`, `refresh_token`.
const SECRET_ENDS: [&[u8]; 8] = [
    b"accesskey",
    b"apikey",
    b"passwd",
    b"password",
    b"secret",
    b"sessionid",
    b"signature",
    b"token",
];

/// Takes the values of some parameters out of URLs.
///
/// It would rather take too much: a parameter is found after `?`, `&`, `;` and `#`, escaped
/// or not and so in a URL that is a parameter itself; its name is compared without escapes,
/// by letters and digits in any case, whole and by its parts between brackets and dots; and
/// its value ends only at the next `&` that isn't escaped.
#[derive(Debug, Default)]
pub(super) struct Redactor {
    /// Beside [`SECRET`].
    more: Vec<Vec<u8>>,
}

/// What it works in, kept from one text to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    unescaped: Unescaped,
    name: Vec<u8>,
    without_user: Vec<u8>,
}

/// What may have to be looked for in a text. Most have neither.
#[derive(Debug, Clone, Copy)]
struct Signs {
    escape: bool,
    /// A user, who may be escaped.
    user: bool,
}

impl Signs {
    fn of(text: &[u8]) -> Self {
        let escape = memchr(b'%', text).is_some();
        Self {
            escape,
            user: escape || memchr(b'@', text).is_some(),
        }
    }
}

impl Redactor {
    /// Names as the configuration has them.
    pub(super) fn new(more: &[String]) -> Self {
        let more = more.iter().map(|name| letters_and_digits(name.as_bytes()));
        Self {
            more: more.filter(|name| !name.is_empty()).collect(),
        }
    }

    /// Whether there is nothing in `url` to take out.
    pub(super) fn is_plain(url: &[u8]) -> bool {
        !url.iter().any(|byte| matches!(byte, b'=' | b'%' | b'@'))
    }

    /// Appends the first `end` bytes of a request's target without the secrets in it.
    pub(super) fn target(
        &self,
        target: &[u8],
        end: usize,
        scratch: &mut Scratch,
        to: &mut Vec<u8>,
    ) {
        // One that is a path alone has no scheme, and its authority is empty.
        let user = match target.starts_with(b"/") {
            true => None,
            false => user(target, memmem::find(target, b"://").map_or(0, |at| at + 3)),
        };
        self.redact(target, end, user, scratch, to);
    }

    /// The same of a text that may be a URL.
    pub(super) fn value(&self, value: &[u8], end: usize, scratch: &mut Scratch, to: &mut Vec<u8>) {
        let scheme = memmem::find(value, b"://");
        let user = scheme.and_then(|at| user(value, at + 3));
        self.redact(value, end, user, scratch, to);
    }

    fn redact(
        &self,
        url: &[u8],
        end: usize,
        user: Option<(usize, usize)>,
        scratch: &mut Scratch,
        to: &mut Vec<u8>,
    ) {
        let end = end.min(url.len());
        let Some((start, at)) = user else {
            return self.parameters(url, end, scratch, to);
        };
        // It may end beyond what is wanted.
        let mut text = std::mem::take(&mut scratch.without_user);
        text.clear();
        text.extend_from_slice(&url[..start]);
        text.extend_from_slice(REDACTED);
        text.extend_from_slice(&url[at..]);
        let end = match end {
            end if end <= start => end,
            end => start + REDACTED.len() + end.saturating_sub(at),
        };
        self.parameters(&text, end, scratch, to);
        scratch.without_user = text;
    }

    /// What stands in the first `end` bytes.
    fn parameters(&self, mut rest: &[u8], mut end: usize, scratch: &mut Scratch, to: &mut Vec<u8>) {
        let signs = Signs::of(rest);
        let (mut is_first, mut is_path) = (true, true);
        loop {
            let ends = |byte: &u8| *byte == b'&' || is_path && *byte == b'?';
            let part_end = rest.iter().position(ends).unwrap_or(rest.len());
            let (part, more) = rest.split_at(part_end);
            self.part(part, signs, end, is_first, scratch, to);
            end = end.saturating_sub(part_end);
            let Some((separator, after)) = more.split_first().filter(|_| end > 0) else {
                return;
            };
            to.push(*separator);
            end -= 1;
            is_first = false;
            is_path &= *separator != b'?';
            rest = after;
        }
    }

    /// What stands between two `&`, or before all of them and the query: that doesn't
    /// begin with a parameter. Only its first `end` bytes are wanted.
    fn part(
        &self,
        part: &[u8],
        signs: Signs,
        end: usize,
        is_first: bool,
        scratch: &mut Scratch,
        to: &mut Vec<u8>,
    ) {
        let Scratch {
            unescaped, name, ..
        } = scratch;
        let has_escapes = signs.escape && part.contains(&b'%');
        let bytes = if has_escapes {
            unescaped.read(part);
            unescaped.bytes()
        } else {
            part
        };
        // So many bytes of the part make so many without escapes.
        let made_of = |bytes: usize| match bytes.checked_sub(1) {
            Some(last) if has_escapes => unescaped.end(last).unwrap_or(part.len()),
            _ => bytes,
        };
        let secret = self.secret(bytes, is_first, name);
        let secret = secret.map(|sign| made_of(sign + 1));
        // That it is empty may be what is looked for.
        let secret = secret.filter(|&start| start < part.len());
        let shown = secret.unwrap_or(part.len()).min(end);
        let mut written = 0;
        if signs.user {
            for (start, at) in users(bytes, &made_of) {
                if start >= shown {
                    break;
                }
                to.extend_from_slice(&part[written..start]);
                to.extend_from_slice(REDACTED);
                if at >= shown {
                    return;
                }
                written = at;
            }
        }
        to.extend_from_slice(&part[written..shown]);
        if secret.is_some_and(|start| start < end) {
            to.extend_from_slice(REDACTED);
        }
    }

    /// The `=` of the first parameter that is secret.
    fn secret(&self, bytes: &[u8], is_first: bool, scratch: &mut Vec<u8>) -> Option<usize> {
        let mut start = (!is_first).then_some(0);
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'?' | b'&' | b';' | b'#' => start = Some(at + 1),
                b'=' => {
                    let name = start.take().and_then(|start| bytes.get(start..at));
                    if name.is_some_and(|name| self.is_secret(name, scratch)) {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn is_secret(&self, name: &[u8], scratch: &mut Vec<u8>) -> bool {
        let between = |byte: &u8| matches!(byte, b'[' | b']' | b'.');
        let whole = name.iter().any(between).then_some(name);
        whole.into_iter().chain(name.split(between)).any(|name| {
            scratch.clear();
            scratch.extend(compared(name));
            SECRET.contains(&&**scratch)
                || SECRET_ENDS.iter().any(|end| scratch.ends_with(end))
                || self.more.contains(scratch)
        })
    }
}

/// Where a user and its password begin and end in a URL (RFC 3986, section 3.2.1).
fn user(url: &[u8], authority: usize) -> Option<(usize, usize)> {
    let ends = |byte: &u8| matches!(byte, b'/' | b'?' | b'#');
    let host = url.get(authority..)?.split(ends).next()?;
    let at = host.iter().rposition(|&byte| byte == b'@')?;
    Some((authority, authority + at))
}

/// Where users and their passwords begin and end in the text that `bytes` are without its
/// escapes, whichever of its URLs they are in.
fn users(bytes: &[u8], made_of: &impl Fn(usize) -> usize) -> impl Iterator<Item = (usize, usize)> {
    let width = |at: usize| made_of(at + 1) - made_of(at);
    let mut next = 0;
    std::iter::from_fn(move || {
        loop {
            let authority = next + memmem::find(bytes.get(next..)?, b"://")? + 3;
            next = authority;
            let slash = width(authority - 1);
            // One that is escaped more often than those before it is part of the user.
            let ends = |at: &usize| matches!(bytes[*at], b'/' | b'?' | b'#') && width(*at) <= slash;
            let end = (authority..bytes.len()).find(ends).unwrap_or(bytes.len());
            let user = bytes[authority..end].iter().rposition(|&byte| byte == b'@');
            if let Some(length) = user {
                next += length;
                return Some((made_of(authority), made_of(next)));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(url: &str) -> String {
        let redactor = Redactor::new(&["pin".to_owned(), "x%2Dcard".to_owned()]);
        let mut to = Vec::new();
        redactor.target(url.as_bytes(), 8192, &mut Scratch::default(), &mut to);
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn secrets_are_taken_out() {
        for (url, expected) in [
            ("/a?token=x", "/a?token=[redacted]"),
            ("/a?X-Amz-Signature=x", "/a?X-Amz-Signature=[redacted]"),
            (
                "/a?reset_token=x&sid=y",
                "/a?reset_token=[redacted]&sid=[redacted]",
            ),
            ("/a?b=1&token=x&c=2", "/a?b=1&token=[redacted]&c=2"),
            ("/a?token=x&token=y", "/a?token=[redacted]&token=[redacted]"),
            ("/a?TOKEN=x", "/a?TOKEN=[redacted]"),
            ("/a?%74oken=x", "/a?%74oken=[redacted]"),
            ("/a?%2574oken%3Dx", "/a?%2574oken%3D[redacted]"),
            ("/a?token=x;y=z&b=1", "/a?token=[redacted]&b=1"),
            ("/a?b=1;token=x&c=2", "/a?b=1;token=[redacted]&c=2"),
            ("/a?token=x=y", "/a?token=[redacted]"),
            ("/a?token=x%26y", "/a?token=[redacted]"),
            ("/a?token=x?token=y", "/a?token=[redacted]"),
            (
                "/a?access-token=x&accessToken=y",
                "/a?access-token=[redacted]&accessToken=[redacted]",
            ),
            (
                "/a?user[password]=x&p.secret=y",
                "/a?user[password]=[redacted]&p.secret=[redacted]",
            ),
            ("/a?code[]=x", "/a?code[]=[redacted]"),
            ("/a?pin=1&X-Card=2", "/a?pin=[redacted]&X-Card=[redacted]"),
            (
                "/a?next=%2Fcb%3Fcode%3Dx%26y&b=1",
                "/a?next=%2Fcb%3Fcode%3D[redacted]&b=1",
            ),
            (
                "/a?next=/cb%23access_token=x",
                "/a?next=/cb%23access_token=[redacted]",
            ),
            ("/a;session=x/b?c=1", "/a;session=[redacted]?c=1"),
            ("/a&token=x?c=1", "/a&token=[redacted]?c=1"),
            (
                "http://me:pass@h/a?key=x",
                "http://[redacted]@h/a?key=[redacted]",
            ),
            ("http://me@p@h", "http://[redacted]@h"),
            ("me:pass@h:443", "[redacted]@h:443"),
            ("/a?b=http://me:pass@h/", "/a?b=http://[redacted]@h/"),
            (
                "/a?b=http%3A%2F%2Fme%3Apass%40h%2F@&c",
                "/a?b=http%3A%2F%2F[redacted]%40h%2F@&c",
            ),
            (
                "/a?b=x%253a%252f%252fme@h",
                "/a?b=x%253a%252f%252f[redacted]@h",
            ),
            ("/a?b=x%3A%2F%2Fme:p%252Fq@h", "/a?b=x%3A%2F%2F[redacted]@h"),
            ("/x://me:pass@h/a", "/x://[redacted]@h/a"),
            (
                "http://a@h/?b=x://c@h,y://d@h&e=z://f@h",
                "http://[redacted]@h/?b=x://[redacted]@h,y://[redacted]@h&e=z://[redacted]@h",
            ),
            ("/a?b=x://me;token=p@h/", "/a?b=x://[redacted]"),
        ] {
            assert_eq!(redacted(url), expected, "{url}");
        }
    }

    #[test]
    fn the_rest_stays_as_it_came() {
        for url in [
            "",
            "*",
            "/",
            "/token=x/a%2Fb?",
            "/a?b=1&&c&=2&%zz=%",
            "/a?token&token=&b=token",
            "/a?tokens=1&keyboard=2&postcode=3&design=4",
            "/a?b=token=x",
            "/@me?a=b@c",
            "http://h/@me",
            "http://h:80",
            "/a?b=http%3A%2F%2Fh%2F%40me&c=d://h/?@",
        ] {
            assert_eq!(redacted(url), url);
        }
    }

    #[test]
    fn values_are_urls_only_with_a_scheme() {
        let value = |text: &str| {
            let (mut scratch, mut to) = (Scratch::default(), Vec::new());
            Redactor::default().value(text.as_bytes(), 8192, &mut scratch, &mut to);
            String::from_utf8(to).unwrap()
        };
        assert_eq!(value("me@h"), "me@h");
        assert_eq!(
            value("http://me:p@h/?token=x"),
            "http://[redacted]@h/?token=[redacted]"
        );
        assert_eq!(value("http://h/ x://me:p@h"), "http://h/ x://[redacted]@h");
        assert_eq!(value("a;token=x"), "a;token=[redacted]");
    }

    #[test]
    fn what_stands_before_a_user_has_its_secrets_taken_out_too() {
        let value = |text: &str| {
            let (mut scratch, mut to) = (Scratch::default(), Vec::new());
            Redactor::default().value(text.as_bytes(), 8192, &mut scratch, &mut to);
            String::from_utf8(to).unwrap()
        };
        for (text, expected) in [
            (
                "/cb?token=x&next=http://me:p@h/?a=b",
                "/cb?token=[redacted]&next=http://[redacted]@h/?a=b",
            ),
            ("/cb?token=http://me:p@h/x&a=b", "/cb?token=[redacted]&a=b"),
            (
                "/cb?a=http://me&token=p@h/?code=x",
                "/cb?a=http://[redacted]@h/?code=[redacted]",
            ),
            (
                "a=b&://x&y@h&token=x",
                "a=b&://[redacted]@h&token=[redacted]",
            ),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
        let target = "?token=x://me:p@h/?a=b";
        assert_eq!(redacted(target), "?token=[redacted]");
    }

    #[test]
    fn a_user_is_found_however_long_it_is() {
        let url = format!("http://me:{}@h/", "x".repeat(9000));
        assert_eq!(redacted(&url), "http://[redacted]");
        assert_eq!(redacted(&format!("/a?b={url}")), "/a?b=http://[redacted]");
    }
}
