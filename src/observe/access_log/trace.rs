//! The trace that a request belongs to.

use http::HeaderName;

use crate::fields::Fields;

const PARENT: HeaderName = HeaderName::from_static("traceparent");
const B3: HeaderName = HeaderName::from_static("b3");
const B3_TRACE: HeaderName = HeaderName::from_static("x-b3-traceid");

/// The id of the trace, in hexadecimal digits: that of `traceparent` (W3C Trace Context),
/// or else of B3 in one header or several. What isn't valid counts as absent.
pub(super) fn trace_id(headers: Fields<'_>) -> Option<&str> {
    let only = |name: &HeaderName| {
        let mut values = headers.get_all(name);
        let value = str::from_utf8(values.next()?).ok()?;
        values.next().is_none().then_some(value)
    };
    only(&PARENT)
        .and_then(of_parent)
        .or_else(|| only(&B3)?.split_once('-').and_then(|(id, _)| of_b3(id)))
        .or_else(|| of_b3(only(&B3_TRACE)?))
}

/// Version, trace, parent and flags; versions to come may have more.
fn of_parent(value: &str) -> Option<&str> {
    let mut parts = value.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let (parent, flags) = (parts.next()?, parts.next()?);
    let has_more = parts.next().is_some();
    let whole = is_hex(version, 2) && is_hex(parent, 16) && is_hex(flags, 2);
    let valid = whole && version != "ff" && (version != "00" || !has_more);
    (valid && is_hex(trace, 32) && !is_zero(trace) && !is_zero(parent)).then_some(trace)
}

fn of_b3(id: &str) -> Option<&str> {
    let valid = (is_hex(id, 16) || is_hex(id, 32)) && !is_zero(id);
    valid.then_some(id)
}

fn is_hex(text: &str, digits: usize) -> bool {
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == digits && text.bytes().all(is_digit)
}

fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn found(headers: &[(&'static str, &str)]) -> Option<String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        trace_id((&map).into()).map(str::to_owned)
    }

    #[test]
    fn each_header_is_read() {
        let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
        let later = format!("cc-{TRACE}-00f067aa0ba902b7-01-more");
        let b3 = format!("{TRACE}-00f067aa0ba902b7-1");
        for header in [
            ("traceparent", &*parent),
            ("traceparent", &later),
            ("b3", &b3),
            ("x-b3-traceid", TRACE),
        ] {
            assert_eq!(found(&[header]).as_deref(), Some(TRACE), "{header:?}");
        }
        let short = "a3ce929d0e0e4736";
        let both = [("x-b3-traceid", short), ("traceparent", &*parent)];
        assert_eq!(found(&both).as_deref(), Some(TRACE));
        assert_eq!(found(&both[..1]).as_deref(), Some(short));
    }

    #[test]
    fn what_is_not_valid_is_absent() {
        for value in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473\"-00f067aa0ba902b7-01",
        ] {
            assert_eq!(found(&[("traceparent", value)]), None, "{value}");
        }
        for value in ["0", "1", "d", "4bf9-1", "zzzz929d0e0e4736-00f067aa0ba902b7"] {
            assert_eq!(found(&[("b3", value)]), None, "{value}");
        }
        assert_eq!(found(&[("x-b3-traceid", "0000000000000000")]), None);
        let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
        let twice = [("traceparent", &*parent), ("traceparent", &*parent)];
        assert_eq!(found(&twice), None);
    }
}
