//! The live page: one file, which asks for nothing but events.

use http::header::{CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_FRAME_OPTIONS};
use http::{HeaderValue, StatusCode};
use uuid::Uuid;

use super::reply::{Answer, text, with_type};

const PAGE: &str = include_str!("page/page.html");

/// Stands in the file for a word that nobody can know before.
const NONCE: &str = "{nonce}";

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Only the style and the script that stand in the page run, and they can't make markup of
/// a text: what a client sent stays a text.
pub(super) fn page() -> Answer {
    let nonce = Uuid::new_v4().simple().to_string();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; \
         connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let Ok(policy) = HeaderValue::from_str(&policy) else {
        return text(StatusCode::INTERNAL_SERVER_ERROR, "This can't be shown.\n");
    };
    let page = PAGE.replace(NONCE, &nonce);
    let mut answer = with_type(StatusCode::OK, "text/html; charset=utf-8", page.into());
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    answer
}
