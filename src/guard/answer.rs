//! Answers that are written without Pingora: before it knows of a request, or after
//! it was taken out of its hands.

use crate::failure::Failure;

/// A whole response of HTTP/1.1, after which the connection closes.
#[must_use]
pub fn answer(failure: Failure, request_id: Option<&str>, proxy_status: bool) -> Vec<u8> {
    let body = failure.problem(request_id);
    let mut head = format!(
        "HTTP/1.1 {} {}\r\nContent-Type: application/problem+json\r\n\
         Content-Length: {}\r\nCache-Control: no-store\r\n",
        failure.status(),
        failure.title(),
        body.len(),
    );
    if let Some(seconds) = failure.retry_after() {
        head.push_str(&format!("Retry-After: {seconds}\r\n"));
    }
    if failure == Failure::MethodNotAllowed {
        // No method is allowed where the target is no resource.
        head.push_str("Allow:\r\n");
    }
    if proxy_status {
        head.push_str(&format!("Proxy-Status: {}\r\n", failure.proxy_status()));
    }
    head.push_str("Connection: close\r\n\r\n");
    head.push_str(&body);
    head.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_and_closes() {
        let text = String::from_utf8(answer(Failure::Overloaded, Some("id"), true)).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
            "{head}"
        );
        assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())));
        assert!(head.contains("\r\nProxy-Status: api-gateway; error=connection_limit_reached\r\n"));
        assert!(head.contains("\r\nRetry-After: 1\r\n"));
        assert!(head.ends_with("\r\nConnection: close"));
        assert!(body.contains(r#""request_id":"id""#), "{body}");
    }
}
