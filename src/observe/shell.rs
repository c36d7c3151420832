//! Words that an operator may copy into a shell.

/// What a client sent, escaped so far that whoever copies it into a shell runs nothing
/// else.
#[must_use]
pub fn plain(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'/' | b':' | b'%' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// A path of a file as one word.
pub(super) fn word(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
    if !path.is_empty() && path.chars().all(is_plain) {
        return path.to_owned();
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_into_a_shell_runs_nothing_else() {
        assert_eq!(plain(b"/a-b_c.d%20/7"), "/a-b_c.d%20/7");
        assert_eq!(
            plain(b"/;`id`$(x)'\"\\ &|<\xff"),
            "/%3B%60id%60%24%28x%29%27%22%5C%20%26%7C%3C%FF"
        );
    }

    #[test]
    fn a_file_is_one_word_whatever_its_name() {
        assert_eq!(
            word("/etc/api-gateway/gateway.yaml"),
            "/etc/api-gateway/gateway.yaml"
        );
        assert_eq!(word("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(word(""), "''");
    }
}
