//! The model of a sidecar's choice against the choice of a real Envoy.
//!
//! Tables of routes are made at random, one stratum for each kind of matcher, and loaded into
//! an Envoy. Its own `/config_dump` is what the model reads. Then both are asked the same
//! requests, and the name of the route, the cluster and the status have to be the same. The
//! makers of tables and requests know nothing of the model.

mod chains;
mod faults;
mod fields;
mod filters;
mod hosts;
mod managers;
mod paths;
mod probe;
mod random;

use std::net::SocketAddr;

use api_gateway::mesh::{Dump, Query, Trace, Verdict, follow};
use api_gateway::route::normalize;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use probe::{PORT, Probe, Stratum};
use serde_json::{Value, json};

use crate::server::{Client, Envoy};

/// What Envoy answers by itself: which route it chose, which cluster, and what was wrong.
fn reply() -> Value {
    json!({ "body_format": { "text_format_source": {
        "inline_string": "%ROUTE_NAME% %UPSTREAM_CLUSTER_RAW% %RESPONSE_FLAGS%",
    } } })
}

fn strata() -> Vec<Stratum> {
    vec![
        hosts::hosts(),
        paths::plain("exact path", "path", 1),
        paths::plain("prefix", "prefix", 2),
        paths::plain("path_separated_prefix", "path_separated_prefix", 3),
        paths::expressions(),
        paths::parameters(),
        paths::normalised(),
        fields::headers(),
        fields::old_headers(),
        fields::ranges(),
        fields::presence(),
        fields::repeated(),
        fields::pseudo(),
        fields::query(),
        fields::fractions(),
        fields::grpc(),
        hosts::actions(),
        chains::chains(),
        filters::faults(),
        filters::cors(),
        managers::off(),
        managers::managers(),
    ]
}

/// The listeners as Envoy gets them.
fn loaded(stratum: &Stratum) -> Vec<Value> {
    let with_reply = |listener: &Value| {
        let mut listener = listener.clone();
        for chain in listener["filter_chains"].as_array_mut().unwrap() {
            let fields = &mut chain["filters"][0]["typed_config"];
            if fields.get("route_config").is_some() {
                fields["local_reply_config"] = reply();
            }
        }
        listener
    };
    stratum.listeners.iter().map(with_reply).collect()
}

fn envoy(stratum: &Stratum) -> Envoy {
    let cluster = |at: usize| json!({ "name": format!("c{at}"), "type": "STATIC" });
    Envoy::with(loaded(stratum), (0..8).map(cluster).collect())
}

fn host(probe: &Probe, at: SocketAddr) -> String {
    probe.host.replace(PORT, &at.port().to_string())
}

/// Status, route, cluster and flags; `closed` when there is no answer.
fn theirs(envoy: &Envoy, probe: &Probe) -> String {
    let at = envoy.listeners[probe.listener];
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
        probe.method,
        probe.target,
        host(probe, at)
    );
    for (name, value) in &probe.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if probe.method != "GET" {
        head.push_str("Content-Length: 0\r\n");
    }
    let Some(answer) = Client::new(at).try_ask(head.as_bytes()) else {
        return "closed".to_owned();
    };
    // To gRPC Envoy answers 200, with the status and the text in headers.
    if let Some(code) = answer.head.get("grpc-status") {
        let status = if code == "12" { 404 } else { 503 };
        return format!("{status} {}", answer.head.get("grpc-message").unwrap_or(""));
    }
    // A delay changes nothing of the rest.
    let body = String::from_utf8_lossy(&answer.body)
        .replace(",DI", "")
        .replace("DI,", "");
    match answer.status() {
        status @ (301..=308 | 204 | 418 | 502) => status.to_string(),
        400 => "400".to_owned(),
        // A fault, or a preflight.
        status if body.ends_with(" FI") || (status == 200 && body.is_empty()) => status.to_string(),
        status => format!("{status} {body}"),
    }
}

fn ours(dump: &Dump, at: SocketAddr, probe: &Probe) -> Trace {
    let mut headers = HeaderMap::new();
    for (name, value) in &probe.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value.trim()).unwrap());
    }
    follow(
        dump,
        &Query {
            address: Some(at.ip()),
            port: at.port(),
            method: &Method::from_bytes(probe.method.as_bytes()).unwrap(),
            authority: host(probe, at).as_bytes(),
            target: probe.target.as_bytes(),
            headers: &headers,
            http2: false,
            normalize: |path, mode| normalize(path, mode).ok().map(|path| path.into_owned()),
        },
    )
}

/// As [`theirs`] says it; `None` is `unknown`.
fn words(trace: &Trace) -> Option<String> {
    let route = trace.route.as_deref().unwrap_or("-");
    let cluster = trace.cluster.as_deref().unwrap_or("-");
    Some(match (trace.verdict, trace.status) {
        (Verdict::Unknown, _) => return None,
        (_, _) if trace.tcp => "closed".to_owned(),
        // No cluster has an endpoint.
        (Verdict::Routed, _) => format!("503 {route} {cluster} UH"),
        (Verdict::NoRoute, None) => "closed".to_owned(),
        (Verdict::NoRoute, Some(status)) if trace.route.is_some() => {
            format!("{status} {route} - NC")
        }
        (Verdict::NoRoute, Some(status)) => format!("{status} - - NR"),
        (Verdict::Redirect | Verdict::DirectResponse, Some(status)) => status.to_string(),
        (verdict, status) => format!("{verdict:?} {status:?}"),
    })
}

/// What became of the probes of a stratum under a dump.
#[derive(Default)]
struct Outcome {
    unknown: Vec<String>,
    differ: Vec<String>,
}

fn compare(envoy: &Envoy, dump: &Dump, stratum: &Stratum, asked: &[String]) -> Outcome {
    let mut outcome = Outcome::default();
    for (probe, theirs) in stratum.probes.iter().zip(asked) {
        let trace = ours(dump, envoy.listeners[probe.listener], probe);
        match words(&trace) {
            // A request that its parser refuses gets no further.
            _ if theirs == "400" && !stratum.refuses => {}
            None => outcome.unknown.push(format!("{probe}: {}", trace.why)),
            Some(ours) if ours == *theirs => {}
            Some(ours) => outcome.differ.push(format!(
                "{probe}: ours {ours:?} ({}), Envoy's {theirs:?}",
                trace.why
            )),
        }
    }
    outcome
}

#[test]
fn the_model_chooses_as_envoy_does_and_its_faults_are_noticed() {
    let mut total = 0;
    let mut differ = Vec::new();
    let mut noticed = vec![0; faults::FAULTS.len()];
    for stratum in strata() {
        let envoy = envoy(&stratum);
        let dumped = envoy.admin("/config_dump?include_eds");
        let dump = Dump::read(&dumped).unwrap();
        let asked: Vec<String> = stratum.probes.iter().map(|p| theirs(&envoy, p)).collect();
        let (count, name) = (stratum.probes.len(), stratum.name);
        let adversarial = stratum.probes.iter().filter(|p| p.adversarial).count();
        let refused = asked.iter().filter(|asked| *asked == "400").count();
        let outcome = compare(&envoy, &dump, &stratum, &asked);
        eprintln!(
            "{name}: {count} probes, {adversarial} adversarial; {} differ, {} unknown, {refused} \
             refused by Envoy's parser",
            outcome.differ.len(),
            outcome.unknown.len(),
        );
        for said in &outcome.differ {
            eprintln!("    {said}");
        }
        assert!(adversarial >= 30, "{name}");
        assert!(
            stratum.refuses || refused * 10 <= count,
            "{name}: most probes must be requests"
        );
        assert!(
            outcome.unknown.len() * 100 <= count,
            "{name}: too much is unknown:\n{}",
            outcome.unknown.join("\n")
        );
        total += if stratum.refuses {
            count
        } else {
            count - refused
        };
        differ.extend(
            outcome
                .differ
                .into_iter()
                .map(|said| format!("{name}: {said}")),
        );
        let text: Value = serde_json::from_slice(&dumped).unwrap();
        for (at, (_, fault)) in faults::FAULTS.iter().enumerate() {
            let mut faulty = text.clone();
            faults::apply(&mut faulty, *fault);
            if faulty == text {
                continue;
            }
            let dump = Dump::read(faulty.to_string().as_bytes()).unwrap();
            noticed[at] += compare(&envoy, &dump, &stratum, &asked).differ.len();
        }
    }
    assert!(
        differ.is_empty(),
        "{} differ:\n{}",
        differ.len(),
        differ.join("\n")
    );
    assert!(total >= 2000, "{total} probes");
    eprintln!("{total} probes in all, none differs");
    let mut missed = Vec::new();
    for ((name, _), count) in faults::FAULTS.iter().zip(noticed) {
        eprintln!("fault noticed {count} times: {name}");
        if count == 0 {
            missed.push(name);
        }
    }
    assert!(missed.is_empty(), "faults that nothing notices: {missed:?}");
}
