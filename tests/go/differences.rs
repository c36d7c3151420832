//! The differences that are meant, each as a rule that says exactly when it holds.

use crate::request::Request;
use crate::seen::Seen;

mod bytes;
mod head;
mod paths;
mod refusals;

/// What there is to compare of one request.
pub struct Pair<'a> {
    pub request: &'a Request,
    /// What Go did, and what followed when its redirects were followed.
    pub chain: &'a [Seen],
    pub go: Seen,
    pub ours: Seen,
}

/// Makes the two agree in the one matter that its name stands for, and says
/// whether they differed in it.
type Rule = fn(&mut Pair<'_>) -> bool;

const RULES: &[(&str, Rule)] = &[
    ("path-above-root", refusals::above_root),
    ("clean-redirect", paths::clean_redirect),
    ("control-bytes", refusals::control_bytes),
    ("fragment", refusals::fragment),
    ("uri-bytes", refusals::uri_bytes),
    ("loop", refusals::own_via),
    ("connection-names-ours", refusals::connection_names_ours),
    ("odd-host", refusals::odd_host),
    ("other-absolute-form", refusals::other_absolute_form),
    ("asterisk", refusals::asterisk),
    ("connect", refusals::connect),
    ("folded-header", refusals::folded_header),
    ("http-version", refusals::version),
    ("transfer-coding", refusals::transfer_coding),
    ("repeated-length", refusals::repeated_length),
    ("two-framings", refusals::two_framings),
    ("line-feed", refusals::line_feed),
    ("underscored-framing", refusals::underscored_framing),
    ("leading-empty-line", head::leading_empty_line),
    ("trailing-dot", paths::trailing_dot),
    ("dots-before-slashes", paths::dots_before_slashes),
    ("escaped-dots", paths::escaped_dots),
    ("escaped-slash", paths::escaped_slash),
    ("backslash", paths::backslash),
    ("bad-escape", bytes::bad_escape),
    ("empty-query", bytes::empty_query),
    ("escapes", bytes::escapes),
    ("escaped-prefix", bytes::escaped_prefix),
    ("forwarded-headers", head::forwarded_headers),
    ("other-forwarded-headers", head::other_forwarded_headers),
    ("accept-encoding", head::accept_encoding),
    ("header-case", head::header_case),
    ("empty-user-agent", head::empty_user_agent),
    ("zero-length", head::zero_length),
    ("te", head::te),
    ("trailers", head::trailers),
    ("h2c-upgrade", head::h2c_upgrade),
    ("health-length", head::health_length),
    ("error-body", head::error_body),
    ("redirect-body", head::redirect_body),
];

/// The names of the differences, and what remains unnamed.
pub fn named(
    request: &Request,
    chain: &[Seen],
    ours: &Seen,
) -> (Vec<&'static str>, Option<(Seen, Seen)>) {
    let mut pair = Pair {
        request,
        chain,
        go: chain[0].clone(),
        ours: ours.clone(),
    };
    let mut names = Vec::new();
    for (name, rule) in RULES {
        if rule(&mut pair) {
            names.push(*name);
        }
    }
    let Pair { go, ours, .. } = pair;
    (names, (go != ours).then_some((go, ours)))
}
