//! The answers that the gateway writes itself.

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use pingora_core::Result;
use pingora_core::protocols::http::ServerSession;
use pingora_http::ResponseHeader;
use pingora_proxy::Session;

use super::headers;
use crate::config::HeaderRules;
use crate::failure::Failure;
use crate::observe::CONTENT_TYPE;

/// What the Go program answered under `/stats`; dashboards read it.
const STATS: &str = r#"{"api-gateway":{"info":"Proxying API requests","service_status":"online"}}"#;

/// Tells the client that the gateway gave up on the request.
pub(super) async fn failure(
    session: &mut Session,
    failure: Failure,
    request_id: Option<&HeaderValue>,
    allow: &[String],
    proxy_status: bool,
) -> Result<()> {
    if is_grpc(session) {
        return grpc_failure(session, failure).await;
    }
    let (response, body) = problem(failure, request_id, allow, proxy_status)?;
    write(session, response, body.into()).await
}

/// Its head, complete but for the length, and its body.
pub(super) fn problem(
    failure: Failure,
    request_id: Option<&HeaderValue>,
    allow: &[String],
    proxy_status: bool,
) -> Result<(ResponseHeader, String)> {
    let body = failure.problem(request_id.and_then(|id| id.to_str().ok()));
    let mut response = ResponseHeader::build(failure.status(), Some(6))?;
    response.insert_header(header::CONTENT_TYPE, "application/problem+json")?;
    response.insert_header(header::CACHE_CONTROL, "no-store")?;
    if failure == Failure::MethodNotAllowed {
        response.insert_header(header::ALLOW, allow.join(", "))?;
    }
    if let Some(seconds) = failure.retry_after() {
        response.insert_header(header::RETRY_AFTER, seconds.to_string())?;
    }
    if proxy_status {
        response.insert_header("proxy-status", failure.proxy_status())?;
    }
    Ok((response, body))
}

/// `application/grpc`, alone or with the name of its messages' format. gRPC-Web is
/// another protocol, whose answers have a body.
fn is_grpc(session: &Session) -> bool {
    let content = session.get_header_bytes(header::CONTENT_TYPE);
    let media = content.split(|&b| b == b';').next().unwrap_or_default();
    let media = media.trim_ascii().to_ascii_lowercase();
    let format = media.strip_prefix(b"application/grpc");
    format.is_some_and(|format| format.is_empty() || format.starts_with(b"+"))
}

/// A client of gRPC reads no status but its own: an answer of headers alone, with the
/// code that the gRPC specification maps the HTTP status to.
async fn grpc_failure(session: &mut Session, failure: Failure) -> Result<()> {
    let code = match failure.status() {
        400 | 413 | 414 | 431 => "13",
        404 => "12",
        502..=504 => "14",
        _ => "2",
    };
    let mut response = ResponseHeader::build(200, Some(5))?;
    response.insert_header(header::CONTENT_TYPE, "application/grpc")?;
    response.insert_header("grpc-status", code)?;
    response.insert_header("grpc-message", failure.detail())?;
    write(session, response, Bytes::new()).await
}

/// 200 and nothing else.
pub(super) async fn health(session: &mut Session) -> Result<()> {
    write(session, ResponseHeader::build(200, Some(4))?, Bytes::new()).await
}

/// The status document of the Go program.
pub(super) async fn stats(session: &mut Session) -> Result<()> {
    let mut response = ResponseHeader::build(200, Some(5))?;
    response.insert_header(header::CONTENT_TYPE, "application/json")?;
    write(session, response, Bytes::from_static(STATS.as_bytes())).await
}

/// The page of metrics.
pub(super) async fn metrics(session: &mut Session, page: String) -> Result<()> {
    let mut response = ResponseHeader::build(200, Some(5))?;
    response.insert_header(header::CONTENT_TYPE, CONTENT_TYPE)?;
    write(session, response, page.into()).await
}

/// Another place to go.
pub(super) async fn redirect(
    session: &mut Session,
    status: u16,
    location: &[u8],
    rules: Option<&HeaderRules>,
) -> Result<()> {
    let mut response = ResponseHeader::build(status, Some(5))?;
    if let Some(rules) = rules {
        headers::change(&mut response, rules);
    }
    response.insert_header(header::LOCATION, location)?;
    write(session, response, Bytes::new()).await
}

async fn write(session: &mut Session, mut response: ResponseHeader, body: Bytes) -> Result<()> {
    response.set_content_length(body.len())?;
    let bodiless = body.is_empty() || session.req_header().method == Method::HEAD;
    match session.as_downstream_mut() {
        // Its own writer never says in the header's frame that nothing follows, so
        // gRPC would take a status there for metadata.
        ServerSession::H2(stream) => stream.write_response_header(Box::new(response), bodiless)?,
        _ => {
            let response = Box::new(response);
            session.write_response_header(response, bodiless).await?;
        }
    }
    if !bodiless {
        session.write_response_body(Some(body), true).await?;
    }
    Ok(())
}
