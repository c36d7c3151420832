//! How much the operational log says.

use http::StatusCode;
use log::{LevelFilter, warn};
use serde_json::json;

use super::reply::{Answer, json, text};

/// What is said now.
pub(super) fn tell() -> Answer {
    let level = log::max_level().as_str().to_ascii_lowercase();
    json(StatusCode::OK, &json!({ "level": level }))
}

/// Takes `level=NAME` for it, until the next change or the end of the process. `RUST_LOG`
/// stays the most that is said.
pub(super) fn change(query: Option<&str>) -> Answer {
    let wanted = query.and_then(|query| query.strip_prefix("level="));
    let Some(Ok(level)) = wanted.map(str::parse::<LevelFilter>) else {
        return text(
            StatusCode::BAD_REQUEST,
            "Say ?level=off, error, warn, info, debug or trace.\n",
        );
    };
    // Before it may be too low for that.
    warn!("an operator changes the log level to {level}");
    log::set_max_level(level);
    tell()
}
