//! Times as RFC 3339 writes them.

use std::io::Write as _;
use std::time::SystemTime;

use jiff::Timestamp;

/// Writes times; what it wrote last is the beginning of most.
#[derive(Debug)]
pub(super) struct Clock {
    second: i64,
    /// Such as `2026-01-31T23:59:59`.
    text: Vec<u8>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            second: i64::MIN,
            text: Vec::new(),
        }
    }
}

impl Clock {
    /// Appends `time` in UTC with milliseconds, in quotes; `null` for one that no calendar
    /// has.
    pub(super) fn write(&mut self, time: SystemTime, to: &mut Vec<u8>) {
        let Ok(time) = Timestamp::try_from(time) else {
            return to.extend_from_slice(b"null");
        };
        let milliseconds = time.as_millisecond();
        let second = milliseconds.div_euclid(1000);
        if self.second != second {
            let Ok(whole) = Timestamp::from_second(second) else {
                return to.extend_from_slice(b"null");
            };
            self.second = second;
            self.text.clear();
            // Writing into memory doesn't fail.
            let _ = write!(self.text, "{whole:.0}");
            self.text.pop();
        }
        let part = milliseconds.rem_euclid(1000);
        let digit = |unit: i64| b'0' + u8::try_from(part / unit % 10).unwrap_or_default();
        to.push(b'"');
        to.extend_from_slice(&self.text);
        to.extend_from_slice(&[b'.', digit(100), digit(10), digit(1), b'Z', b'"']);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn times() {
        let mut clock = Clock::default();
        let mut at = |milliseconds: u64| {
            let mut to = Vec::new();
            clock.write(UNIX_EPOCH + Duration::from_millis(milliseconds), &mut to);
            String::from_utf8(to).unwrap()
        };
        assert_eq!(at(0), r#""1970-01-01T00:00:00.000Z""#);
        assert_eq!(at(7), r#""1970-01-01T00:00:00.007Z""#);
        assert_eq!(at(1_709_251_199_999), r#""2024-02-29T23:59:59.999Z""#);
        assert_eq!(at(1_709_251_199_010), r#""2024-02-29T23:59:59.010Z""#);
        assert_eq!(at(1_709_251_200_000), r#""2024-03-01T00:00:00.000Z""#);
        assert_eq!(at(1 << 60), "null");
    }

    #[test]
    fn times_before_the_epoch() {
        let mut to = Vec::new();
        Clock::default().write(UNIX_EPOCH - Duration::from_millis(1), &mut to);
        assert_eq!(to, br#""1969-12-31T23:59:59.999Z""#);
    }
}
