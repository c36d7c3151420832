//! What is asked: a URL and headers, as a client would send them.

use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use super::Question;

/// The Host, the target and the headers of a question.
pub(super) fn read(question: &Question) -> Result<(String, String, HeaderMap), String> {
    let mut headers = HeaderMap::new();
    for line in &question.headers {
        let wrong = || format!("-H {line:?} is not a header; write 'Name: value'");
        let (name, value) = line.split_once(':').ok_or_else(wrong)?;
        let name: HeaderName = name.trim().parse().map_err(|_| wrong())?;
        let value: HeaderValue = value.trim().parse().map_err(|_| wrong())?;
        headers.append(name, value);
    }
    let (authority, target) = split(&question.url)?;
    let given = headers.get(header::HOST);
    let given = given.map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    Ok((given.unwrap_or(authority), target, headers))
}

/// The authority and the target of a URL, or of just its path.
fn split(url: &str) -> Result<(String, String), String> {
    // A client keeps the fragment to itself.
    let sent = url.split('#').next().unwrap_or_default();
    if sent.starts_with('/') {
        return Ok((String::new(), sent.to_owned()));
    }
    let wrong = |why: &str| format!("{url:?} {why}; write http://host/path or /path");
    let uri: Uri = sent.parse().map_err(|_| wrong("is no URL"))?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        Some(_) => return Err(wrong("is no http URL")),
        None => return Err(wrong("is no URL")),
    }
    let authority = uri.authority().ok_or_else(|| wrong("is no URL"))?.as_str();
    if authority.contains('@') {
        return Err(wrong("names a user, which no client sends in a request"));
    }
    let after = sent.split_once("://").map_or("", |(_, rest)| rest);
    let target = after.find(['/', '?']).map_or("", |at| &after[at..]);
    let slash = if target.starts_with('/') { "" } else { "/" };
    Ok((authority.to_owned(), format!("{slash}{target}")))
}
