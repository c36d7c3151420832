//! What each request gets.

use http::header::{ALLOW, CACHE_CONTROL, CONNECTION, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Request, StatusCode};
use hyper::body::Body;
use serde::Serialize;

use super::events::watch;
use super::origin::{asked_by_another_site, names_the_machine};
use super::reply::{Answer, json, text, with_type};
use super::{Audience, Site, log_level, page};

#[derive(Clone, Copy)]
enum Action {
    Page,
    Events,
    Live,
    Ready,
    Metrics,
    Status,
    Config,
    LogLevel,
    Drain,
    Reload,
}

impl Action {
    fn find(path: &str, audience: Audience) -> Option<Self> {
        match (path, audience) {
            ("/livez", _) => Some(Self::Live),
            ("/readyz", _) => Some(Self::Ready),
            ("/metrics", _) => Some(Self::Metrics),
            ("/", Audience::Operator) => Some(Self::Page),
            ("/events", Audience::Operator) => Some(Self::Events),
            ("/status", Audience::Operator) => Some(Self::Status),
            ("/config", Audience::Operator) => Some(Self::Config),
            ("/log-level", Audience::Operator) => Some(Self::LogLevel),
            ("/drain", Audience::Operator) => Some(Self::Drain),
            ("/reload", Audience::Operator) => Some(Self::Reload),
            _ => None,
        }
    }

    /// Whether it tells something, and whether it changes something.
    fn is_for(self) -> (bool, bool) {
        match self {
            Self::Page | Self::Events => (true, false),
            Self::Live | Self::Ready | Self::Metrics | Self::Status | Self::Config => (true, false),
            Self::LogLevel => (true, true),
            Self::Drain | Self::Reload => (false, true),
        }
    }

    /// Whether a page of another site may not even begin it. What is told it can't read,
    /// but it could keep the places of those who watch.
    fn is_for_own_pages(self, method: &Method) -> bool {
        let reads = method == Method::GET || method == Method::HEAD;
        !reads || matches!(self, Self::Events)
    }

    fn run(self, site: &Site, method: &Method, query: Option<&str>) -> Answer {
        let subject = &*site.subject;
        match self {
            Self::Page => page::page(),
            Self::Events => watch(site),
            Self::LogLevel if method == Method::POST => log_level::change(query),
            Self::LogLevel => log_level::tell(),
            Self::Live => text(StatusCode::OK, "ok\n"),
            Self::Ready => readiness(subject.pending()),
            Self::Metrics => {
                let (page, kind) = subject.metrics();
                with_type(StatusCode::OK, kind, page.into())
            }
            Self::Status => json(StatusCode::OK, &subject.status()),
            Self::Config => json(StatusCode::OK, &subject.config()),
            Self::Drain => {
                subject.drain();
                text(StatusCode::ACCEPTED, "draining\n")
            }
            Self::Reload => {
                subject.reload();
                text(StatusCode::ACCEPTED, "reloading\n")
            }
        }
    }
}

/// The body is of no interest. It is never read, so the connection ends with it.
pub(super) fn answer<B: Body>(site: &Site, request: &Request<B>) -> Answer {
    let mut answer = decide(site, request);
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if *site.stopping.borrow() || !request.body().is_end_stream() {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

fn decide<B>(site: &Site, request: &Request<B>) -> Answer {
    if site.audience == Audience::Operator && !names_the_machine(request) {
        return text(
            StatusCode::MISDIRECTED_REQUEST,
            "Use an IP address or localhost: a name could be anybody's.\n",
        );
    }
    let Some(action) = Action::find(request.uri().path(), site.audience) else {
        return text(StatusCode::NOT_FOUND, "There is nothing here.\n");
    };
    let method = request.method();
    let reads = method == Method::GET || method == Method::HEAD;
    match action.is_for() {
        (true, false) if !reads => return not_allowed("GET, HEAD"),
        (false, true) if method != Method::POST => return not_allowed("POST"),
        (true, true) if !reads && method != Method::POST => {
            return not_allowed("GET, HEAD, POST");
        }
        _ => {}
    }
    if action.is_for_own_pages(method) && asked_by_another_site(request.headers()) {
        return text(
            StatusCode::FORBIDDEN,
            "A page of another site can't ask for this.\n",
        );
    }
    action.run(site, method, request.uri().query())
}

fn not_allowed(allow: &'static str) -> Answer {
    let mut answer = text(
        StatusCode::METHOD_NOT_ALLOWED,
        "This takes another method.\n",
    );
    let allow = HeaderValue::from_static(allow);
    answer.headers_mut().insert(ALLOW, allow);
    answer
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    pending: Vec<String>,
}

fn readiness(pending: Vec<String>) -> Answer {
    let ready = pending.is_empty();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    json(status, &Readiness { ready, pending })
}
