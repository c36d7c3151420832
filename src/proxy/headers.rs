//! The changes of headers that a route asks for, in Gateway API's order: remove,
//! set, add.

use http::{HeaderMap, HeaderName};
use pingora_core::Result;
use pingora_http::ResponseHeader;

use crate::config::HeaderRules;
use crate::guard::{is_respelt, is_spelt_like};

/// Changes a request's headers; the gateway's own come after it.
pub fn change_request(headers: &mut HeaderMap, rules: &HeaderRules) {
    remove_respelt(headers, rules);
    for name in &rules.remove {
        headers.remove(name);
    }
    for (name, value) in &rules.set {
        headers.insert(name, value.clone());
    }
    for (name, value) in &rules.add {
        headers.append(name, value.clone());
    }
}

/// Removes what a service could take for a header that the rules remove or set.
fn remove_respelt(headers: &mut HeaderMap, rules: &HeaderRules) {
    let ruled = |name: &HeaderName| {
        let set = rules.set.iter().map(|(name, _)| name);
        let mut ruled = rules.remove.iter().chain(set);
        let name = name.as_str().as_bytes();
        ruled.any(|of| is_spelt_like(name, of.as_str().as_bytes()))
    };
    let is_respelt = |name: &&HeaderName| is_respelt(name.as_str().as_bytes());
    let names = headers.keys();
    let respelt = names.filter(is_respelt).filter(|name| ruled(name));
    let respelt: Vec<_> = respelt.cloned().collect();
    for name in &respelt {
        headers.remove(name);
    }
}

/// Changes a response's headers.
pub(super) fn change_response(response: &mut ResponseHeader, rules: &HeaderRules) -> Result<()> {
    for name in &rules.remove {
        response.remove_header(name);
    }
    for (name, value) in &rules.set {
        response.insert_header(name.clone(), value.clone())?;
    }
    for (name, value) in &rules.add {
        response.append_header(name.clone(), value.clone())?;
    }
    Ok(())
}
