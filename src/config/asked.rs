//! Where a gateway that serves can be asked, also where mistakes elsewhere in its file
//! leave no configuration to look at: it serves on by the one before.

use std::net::SocketAddr;

use super::model::{Admin, Asked};
use super::report::Report;
use super::value::{OperatorAddress, ProbeAddress, Value};

impl Report {
    /// `admin.listen`, or where that is `off` `admin.operator`; `None` when both are. What
    /// can't be read in the file is taken as its default.
    #[must_use]
    pub fn asked_for_health(&self) -> Option<SocketAddr> {
        let default = Admin::default();
        self.address::<ProbeAddress>("admin.listen", default.listen)
            .or_else(|| self.address::<OperatorAddress>("admin.operator", default.operator))
    }

    fn address<T: Value<Out = Option<SocketAddr>>>(
        &self,
        key: &str,
        default: Option<Asked<SocketAddr>>,
    ) -> Option<SocketAddr> {
        let written = self.text(key).and_then(|text| T::read(text).ok());
        written.unwrap_or(default.map(|asked| asked.value))
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn asked(text: &str) -> Option<String> {
        let env = |name: &str| (name == "PORT").then(|| "9100".to_owned());
        let (_, report) = parse("f", text, &env);
        report.asked_for_health().map(|address| address.to_string())
    }

    #[test]
    fn the_file_says_where_to_ask() {
        let cases = [
            ("server: {}", Some("0.0.0.0:9000")),
            ("admin: { listen: '10.0.0.1:1' }", Some("10.0.0.1:1")),
            ("admin: { listen: '0.0.0.0:${PORT}' }", Some("0.0.0.0:9100")),
            ("admin: { listen: off }", Some("127.0.0.1:9001")),
            (
                "admin: { listen: off, operator: '127.0.0.1:2' }",
                Some("127.0.0.1:2"),
            ),
            ("admin: { listen: off, operator: off }", None),
        ];
        for (text, at) in cases {
            assert_eq!(asked(text).as_deref(), at, "{text}");
        }
    }

    #[test]
    fn mistakes_elsewhere_don_t_hide_it() {
        for text in [
            "nonsense: 1\nadmin: { listen: '127.0.0.1:1' }",
            "admin: { listen: '127.0.0.1:1', operator: nonsense }\nroutes: 1",
        ] {
            assert_eq!(asked(text).as_deref(), Some("127.0.0.1:1"), "{text}");
        }
        for text in ["", "{", "admin: { listen: nonsense }", "admin: 1"] {
            assert_eq!(asked(text).as_deref(), Some("0.0.0.0:9000"), "{text}");
        }
    }
}
