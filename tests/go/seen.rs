//! What became of one request: what its client saw, and what the services did.

use std::fmt;

use crate::support::message::{Head, Response};

/// A request as a service got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub service: &'static str,
    pub method: String,
    pub target: String,
    pub version: String,
    /// Sorted by name in lower case; values of one name stay in order.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn new(service: &'static str, head: &Head, body: Vec<u8>) -> Self {
        let mut words = head.start.split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (method, target, version) = (word(), word(), word());
        let mut headers = head.fields.clone();
        headers.sort_by_key(|(name, _)| name.to_ascii_lowercase());
        Self {
            service,
            method,
            target,
            version,
            headers,
            body,
        }
    }

    pub fn has(&self, name: &str) -> bool {
        let mut names = self.headers.iter().map(|(name, _)| name);
        names.any(|of| of.eq_ignore_ascii_case(name))
    }

    pub fn remove(&mut self, name: &str) {
        self.headers
            .retain(|(of, _)| !of.eq_ignore_ascii_case(name));
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// 0 when the connection ended without a response.
    pub status: u16,
    pub location: Option<String>,
    /// Sorted, names in lower case, without Location, Date and what is about one hop.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub received: Vec<Received>,
}

impl Seen {
    pub fn new(response: Option<&Response>, received: Vec<Received>) -> Self {
        let location = response.and_then(|r| r.head.get("location"));
        let fields = response.into_iter().flat_map(|r| &r.head.fields);
        let lower = |(name, value): &(String, String)| (name.to_ascii_lowercase(), value.clone());
        let mut headers: Vec<_> = fields.map(lower).collect();
        headers.retain(|(name, _)| !["location", "date", "connection"].contains(&name.as_str()));
        headers.sort();
        Self {
            status: response.map_or(0, Response::status),
            location: location.map(str::to_owned),
            headers,
            body: response.map(|r| r.body.clone()).unwrap_or_default(),
            received,
        }
    }

    /// The proxy's own redirect, not a service's.
    pub fn own_redirect(&self) -> Option<&str> {
        let own = self.received.is_empty() && (300..400).contains(&self.status);
        self.location.as_deref().filter(|_| own)
    }

    /// Answered by the proxy itself.
    pub fn is_own(&self) -> bool {
        self.received.is_empty()
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(
            f,
            "{} {:?} {:?} {body:.60?}",
            self.status, self.location, self.headers
        )?;
        for got in &self.received {
            let (service, method, target) = (got.service, &got.method, &got.target);
            write!(f, " <- {service} {method} {target} {} ", got.version)?;
            write!(f, "{:?} {}B", got.headers, got.body.len())?;
        }
        Ok(())
    }
}
