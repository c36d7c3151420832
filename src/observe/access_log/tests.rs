//! The log as a whole.

mod lines;
mod outputs;
mod properties;

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use http::HeaderMap;
use serde_json::{Map, Value};

use super::line::Line;
use super::rules::Rules;
use crate::config::{AccessLog as Config, LogOutput};
use crate::observe::Exchange;

/// A request that went well, without anything that needn't be.
fn exchange() -> Exchange<'static> {
    Exchange {
        duration: Duration::from_micros(12_999),
        method: b"GET",
        target: b"/",
        protocol: "HTTP/1.1",
        status: 200,
        ..Exchange::at(UNIX_EPOCH + Duration::from_millis(1_700_000_000_123))
    }
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn headers(all: &[(&'static str, &[u8])]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in all {
        map.append(*name, http::HeaderValue::from_bytes(value).unwrap());
    }
    map
}

/// The text of the line, its end included.
fn text(exchange: &Exchange<'_>, config: &Config) -> String {
    let mut line = Line::default();
    let text = line.write(exchange, &Rules::new(config)).to_vec();
    String::from_utf8(text).unwrap()
}

fn object(line: &str) -> Map<String, Value> {
    match serde_json::from_str(line) {
        Ok(Value::Object(object)) => object,
        other => panic!("{other:?}: {line}"),
    }
}

fn logged(exchange: &Exchange<'_>, config: &Config) -> Map<String, Value> {
    object(&text(exchange, config))
}

fn to_file(path: &Path) -> Config {
    Config {
        output: LogOutput::File(path.into()),
        ..Config::default()
    }
}
