//! What doesn't fit together: the gateway's configuration, its sidecar's, and the manifests.
//!
//! A finding says what will happen to which request, and is only made where that is certain
//! from what was read; what can't be told is left out. Each has a code that stays.

mod chosen;
mod deadline;
mod drain;
mod egress;
mod hidden;
mod http2;
mod idle;
mod port;
mod prefix;
mod protocol;
mod query;
mod readable;
mod repeat;
mod reserved;
mod scene;
mod scrape;
mod sidecar;
mod slashes;
mod tls;
mod trust;
mod variables;

use std::collections::BTreeSet;

use http::Method;

use super::manifests::Manifests;
use super::trace::Trace;
use crate::config::{Config, Severity};
use scene::Scene;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The gateway's configuration.
    pub config: &'a Config,
    /// Requests that the gateway would send.
    pub asked: &'a [Asked],
    /// The manifests; empty without any.
    pub manifests: &'a Manifests,
    /// What the gateway's metrics may say.
    pub labels: &'a [Label<'a>],
    /// Whether the configuration reads a variable whose value the manifests don't have.
    pub guessed: bool,
    /// The namespaces that the sidecar knows services in.
    pub namespaces: &'a BTreeSet<String>,
}

/// A request that the gateway would send, and what its sidecar does with it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Index into the configuration's routes.
    pub route: usize,
    /// Index into the configuration's services.
    pub service: usize,
    /// The method.
    pub method: Method,
    /// The client's path and query.
    pub came: String,
    /// The Host that is sent.
    pub host: String,
    /// The path and query that are sent.
    pub target: String,
    /// Without a sidecar's configuration there is none.
    pub trace: Option<Trace>,
}

/// A label of a metric, with all values that it may have.
#[derive(Debug, Clone, Copy)]
pub struct Label<'a> {
    /// The metric's name.
    pub metric: &'a str,
    /// The label's name.
    pub label: &'a str,
    /// All of them.
    pub values: Values<'a>,
}

/// All values of a label.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a> {
    /// These.
    Words(&'a [&'a str]),
    /// Status codes, three digits.
    Codes,
}

impl Values<'_> {
    fn any(self, mut has: impl FnMut(&str) -> bool) -> bool {
        match self {
            Self::Words(all) => all.iter().any(|value| has(value)),
            Self::Codes => (100..600).any(|code: u16| has(&code.to_string())),
        }
    }

    fn told(self) -> String {
        match self {
            Self::Words(all) => all.join(", "),
            Self::Codes => "codes such as 200 or 429".to_owned(),
        }
    }
}

/// Where a finding is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A key of the configuration, for example `services.a.url`.
    Key(String),
    /// In a manifest.
    Manifest {
        /// The file.
        file: String,
        /// Counted from 1.
        line: usize,
        /// The kind and name of the object; empty when there is none.
        object: String,
    },
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its code and title.
    pub check: &'static Check,
    /// Where.
    pub place: Place,
    /// What will happen to which request.
    pub what: String,
    /// What to do.
    pub fix: String,
}

/// Something that is looked for.
#[derive(Debug)]
pub struct Check {
    /// It never changes its meaning.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// In a few words.
    pub title: &'static str,
    find: fn(&Scene<'_>, &mut Found),
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Check {}

macro_rules! check {
    ($code:literal, $severity:ident, $title:literal, $find:path) => {
        Check {
            code: $code,
            severity: Severity::$severity,
            title: $title,
            find: $find,
        }
    };
}

/// All that is looked for, in the order of the codes.
pub static CHECKS: [Check; 18] = [
    check!(
        "GW001",
        Error,
        "the sidecar doesn't route it",
        sidecar::find
    ),
    check!("GW002", Error, "no such service or port", port::find),
    check!("GW003", Warning, "the port isn't HTTP", protocol::find),
    check!("GW004", Error, "the port isn't HTTP/2", http2::find),
    check!(
        "GW005",
        Error,
        "a route that is never reached",
        hidden::find
    ),
    check!(
        "GW006",
        Warning,
        "a path that begins with //",
        slashes::find
    ),
    check!("GW007", Error, "TLS that the service refuses", tls::find),
    check!(
        "GW008",
        Warning,
        "a scrape that STRICT resets",
        scrape::find
    ),
    check!(
        "GW009",
        Error,
        "a service hidden from the sidecar",
        egress::find
    ),
    check!(
        "GW010",
        Warning,
        "the gateway gives up first",
        deadline::find
    ),
    check!(
        "GW011",
        Warning,
        "a POST that may arrive twice",
        repeat::find
    ),
    check!(
        "GW012",
        Warning,
        "callers keep connections too long",
        idle::find
    ),
    check!("GW013", Warning, "the drain is cut off", drain::find),
    check!("GW014", Warning, "the ingress isn't believed", trust::find),
    check!(
        "GW015",
        Error,
        "the sidecar's own user or port",
        reserved::find
    ),
    check!("GW016", Warning, "a query that finds nothing", query::find),
    check!("GW017", Error, "a prefix that the URLs lack", prefix::find),
    check!(
        "GW018",
        Error,
        "a manifest that can't be read",
        readable::find
    ),
];

/// The most findings of one code that are told. Who has more has one mistake in a template.
const MOST: usize = 1000;

/// Collects what a check finds.
#[derive(Debug)]
struct Found {
    check: &'static Check,
    all: Vec<Finding>,
    seen: BTreeSet<(Place, String)>,
    places: BTreeSet<Place>,
    notes: Vec<String>,
}

impl Found {
    fn new(check: &'static Check) -> Self {
        Self {
            check,
            all: Vec::new(),
            seen: BTreeSet::new(),
            places: BTreeSet::new(),
            notes: Vec::new(),
        }
    }

    fn add(&mut self, place: Place, what: impl Into<String>, fix: impl Into<String>) {
        let what = what.into();
        if self.all.len() > MOST || !self.seen.insert((place.clone(), what.clone())) {
            return;
        }
        if self.all.len() == MOST {
            let code = self.check.code;
            self.notes.push(format!(
                "{code}: there are more than {MOST}; the rest isn't told"
            ));
        }
        self.places.insert(place.clone());
        self.all.push(Finding {
            check: self.check,
            place,
            what,
            fix: fix.into(),
        });
    }

    /// Adds what several requests may show, the first of them only.
    fn add_once(&mut self, place: Place, what: impl Into<String>, fix: impl Into<String>) {
        if !self.places.contains(&place) {
            self.add(place, what, fix);
        }
    }
}

/// All findings, in the order of their codes, and what wasn't looked at.
#[must_use]
pub fn find(input: Input<'_>) -> (Vec<Finding>, Vec<String>) {
    let scene = Scene::new(input);
    let (mut all, mut notes) = (Vec::new(), scene.notes());
    for check in &CHECKS {
        let mut found = Found::new(check);
        (check.find)(&scene, &mut found);
        found.all.truncate(MOST);
        all.append(&mut found.all);
        notes.append(&mut found.notes);
    }
    let mut told = BTreeSet::new();
    notes.retain(|note| told.insert(note.clone()));
    (all, notes)
}

pub use variables::{Variable, Variables};
