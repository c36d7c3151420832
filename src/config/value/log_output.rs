//! Where the access log goes.

use serde_json::json;

use super::super::model::LogOutput;
use super::super::text::quote;
use super::{FilePath, Mistake, Value};

/// `access_log.output`.
#[derive(Debug)]
pub(in super::super) enum Output {}

impl Value for Output {
    type Out = LogOutput;

    const FIX: &'static str =
        "write stdout, off, or an absolute path such as /var/log/api-gateway/access.log";

    fn read(text: &str) -> Result<LogOutput, Mistake> {
        match text {
            "stdout" => Ok(LogOutput::Stdout),
            "off" => Ok(LogOutput::Off),
            path if path.starts_with('/') => {
                let path = FilePath::read(path).map_err(|mistake| match &*mistake.fix {
                    FilePath::FIX => Mistake::new(mistake.message, Self::FIX),
                    _ => mistake,
                })?;
                Ok(LogOutput::File(path))
            }
            other => {
                let message = format!("{} is not an output", quote(other));
                Err(Mistake::new(message, Self::FIX))
            }
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        let mut forms = FilePath::schema();
        forms.push(json!({ "enum": ["stdout", "off"] }));
        forms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs() {
        assert_eq!(Output::read("stdout"), Ok(LogOutput::Stdout));
        assert_eq!(Output::read("off"), Ok(LogOutput::Off));
        for path in ["/a", "/dev/full", "/a b/ü.log"] {
            assert_eq!(Output::read(path), Ok(LogOutput::File(path.into())));
        }
    }

    #[test]
    fn refusals() {
        for (text, message) in [
            ("stderr", r#""stderr" is not an output"#),
            ("Stdout", r#""Stdout" is not an output"#),
            ("./access.log", r#""./access.log" is not an output"#),
            (
                "/var/log/",
                r#""/var/log/" ends in a /, as a directory does"#,
            ),
        ] {
            assert_eq!(
                Output::read(text),
                Err(Mistake::new(message, Output::FIX)),
                "{text}"
            );
        }
        assert_eq!(
            Output::read("/a\nb"),
            Err(Mistake::new(
                r"contains the control character '\n'",
                "remove it"
            ))
        );
    }
}
