//! The changes of headers that a route asks for, in Gateway API's order: remove,
//! set, add.

use crate::config::HeaderRules;
use crate::fields::Edit;
use crate::guard::{is_respelt, is_spelt_like};

/// Changes a request's headers; the gateway's own come after it.
pub fn change_request(headers: &mut impl Edit, rules: &HeaderRules) {
    remove_respelt(headers, rules);
    change(headers, rules);
}

/// Does what the rules say and nothing else.
pub(super) fn change(headers: &mut impl Edit, rules: &HeaderRules) {
    for name in &rules.remove {
        headers.remove(name);
    }
    for (name, value) in &rules.set {
        headers.set(name, value.clone());
    }
    for (name, value) in &rules.add {
        headers.add(name, value.clone());
    }
}

/// Removes what a service could take for a header that the rules remove or set.
fn remove_respelt(headers: &mut impl Edit, rules: &HeaderRules) {
    if rules.remove.is_empty() && rules.set.is_empty() {
        return;
    }
    let ruled = |name: &[u8]| {
        let set = rules.set.iter().map(|(name, _)| name);
        let mut ruled = rules.remove.iter().chain(set);
        ruled.any(|of| is_spelt_like(name, of.as_str().as_bytes()))
    };
    headers.remove_all(|name| is_respelt(name) && ruled(name));
}
