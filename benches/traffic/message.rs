//! What is asked and answered, and the little of HTTP that a cheap end has to understand.

use std::sync::LazyLock;

use memchr::memmem;

/// What a client asks for, over and over.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// A GET of 1 KiB, as a browser writes it.
    Small,
    /// The same on a connection of its own, which the other side closes.
    Fresh,
    /// A GET of 1 MiB.
    Large,
    /// A POST of 64 KiB, answered as a small one is.
    Upload,
}

/// A small answer's body, and a large one's.
pub(crate) const SMALL: usize = 1 << 10;
pub(crate) const LARGE: usize = 1 << 20;

const UPLOAD: usize = 64 << 10;

/// How the target of a large answer ends, whatever a proxy stripped from its beginning.
const LARGE_TARGET: &[u8] = b"/large";

const FIELDS: &str = "Host: shop.example\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
    Accept: application/json\r\n\
    Accept-Encoding: gzip, deflate, br\r\n\
    Accept-Language: en-GB,en;q=0.5\r\n\
    Cookie: session=0123456789abcdef0123456789abcdef\r\n";

static REQUESTS: LazyLock<[Vec<u8>; 4]> = LazyLock::new(|| {
    let get = |target, field| {
        format!("GET /api/users/{target} HTTP/1.1\r\n{FIELDS}{field}\r\n").into_bytes()
    };
    let mut upload = format!(
        "POST /api/users/upload HTTP/1.1\r\n{FIELDS}Content-Type: application/octet-stream\r\n\
         Content-Length: {UPLOAD}\r\n\r\n"
    )
    .into_bytes();
    upload.resize(upload.len() + UPLOAD, b'u');
    [
        get("42?fields=name", ""),
        get("42?fields=name", "Connection: close\r\n"),
        get("large", ""),
        upload,
    ]
});

impl Kind {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "small" => Self::Small,
            "fresh" => Self::Fresh,
            "large" => Self::Large,
            "upload" => Self::Upload,
            _ => return None,
        })
    }

    /// The whole request.
    pub(crate) fn request(self) -> &'static [u8] {
        let [small, fresh, large, upload] = &*REQUESTS;
        match self {
            Self::Small => small,
            Self::Fresh => fresh,
            Self::Large => large,
            Self::Upload => upload,
        }
    }

    /// The length of the answer's body.
    pub(crate) fn answered(self) -> usize {
        match self {
            Self::Large => LARGE,
            _ => SMALL,
        }
    }
}

/// How long the head at the beginning is, its last line included.
pub(crate) fn head_end(input: &[u8]) -> Option<usize> {
    memmem::find(input, b"\r\n\r\n").map(|end| end + 4)
}

/// The number in the head's Content-Length.
pub(crate) fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(NAME.len())?;
        let value = name.eq_ignore_ascii_case(NAME).then_some(value)?;
        str::from_utf8(value).ok()?.trim().parse().ok()
    })
}

/// Of a request's first line.
pub(crate) fn target(head: &[u8]) -> &[u8] {
    head.split(|byte| *byte == b' ').nth(1).unwrap_or_default()
}

pub(crate) fn wants_large(head: &[u8]) -> bool {
    target(head).ends_with(LARGE_TARGET)
}
