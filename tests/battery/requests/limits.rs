//! More than a head may have (docs/configuration.md, `server.limits`).

use crate::row::{Row, get, refused_with, seen, served};

pub fn rows() -> Vec<Row> {
    let fields = "X: 1\r\n".repeat(100);
    let most = "X: 1\r\n".repeat(99);
    let long = format!("X: {}\r\n", "a".repeat(70 << 10));
    let large = format!("X: {}\r\n", "a".repeat(1 << 10)).repeat(70);
    let target = format!(
        "GET /CANARY?{} HTTP/1.1\r\nHost: h\r\n\r\n",
        "a".repeat(9 << 10)
    );
    let method = format!(
        "{} /CANARY HTTP/1.1\r\nHost: h\r\n\r\n",
        "M".repeat(70 << 10)
    );
    let name = format!("{}: 1\r\n", "X".repeat(70 << 10));
    vec![
        served(
            "limit.fields-at-most",
            "limits.headers",
            get(&most),
            (0..99).fold(seen("GET"), |seen, _| seen.field("x: 1")),
        ),
        refused_with(&[431], "limit.fields", "limits.headers", get(&fields)),
        refused_with(&[431], "limit.value", "limits.header_bytes", get(&long)),
        refused_with(&[431], "limit.name", "limits.header_bytes", get(&name)),
        refused_with(&[431], "limit.bytes", "limits.header_bytes", get(&large)),
        refused_with(&[431], "limit.method", "limits.header_bytes", method),
        refused_with(&[414], "limit.target", "limits.target_bytes", target),
    ]
}
