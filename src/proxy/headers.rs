//! The changes of headers that a route asks for, in Gateway API's order: remove,
//! set, add.

use pingora_core::Result;
use pingora_http::{RequestHeader, ResponseHeader};

use crate::config::HeaderRules;

/// Changes a request's headers; the gateway's own come after it.
pub(super) fn change_request(request: &mut RequestHeader, rules: &HeaderRules) -> Result<()> {
    for name in &rules.remove {
        request.remove_header(name);
    }
    for (name, value) in &rules.set {
        request.insert_header(name.clone(), value.clone())?;
    }
    for (name, value) in &rules.add {
        request.append_header(name.clone(), value.clone())?;
    }
    Ok(())
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
