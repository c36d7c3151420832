//! Which VirtualService and which DestinationRule count, and what they make of a request.

use crate::objects::{example, told};

const STRICT: &str = "kind: PeerAuthentication
metadata: { name: default, namespace: titanium-prod }
spec: { mtls: { mode: STRICT } }
";

/// A DestinationRule.
fn rule(namespace: &str, host: &str, policy: &str) -> String {
    format!(
        "---\nkind: DestinationRule\nmetadata: {{ name: r, namespace: {namespace} }}\n\
         spec: {{ host: {host:?}, trafficPolicy: {{ {policy} }} }}\n"
    )
}

#[test]
fn the_destination_rule_whose_host_fits_best_counts() {
    let off = "tls: { mode: DISABLE }";
    let on = "tls: { mode: ISTIO_MUTUAL }";
    let (here, root) = ("titanium-prod", "istio-system");
    let all = "*.titanium-prod.svc.cluster.local";
    let full = "auth-service.titanium-prod.svc.cluster.local";
    let hidden = rule("titanium-prod", all, off).replace("spec: {", "spec: { exportTo: [x],");
    let cases = [
        (rule(here, all, off), &["GW007"][..]),
        (rule(here, "*.local", off), &["GW007"]),
        (rule(here, "*", off), &["GW007"]),
        (rule(root, "*.local", off), &["GW007"]),
        (rule(here, full, off), &["GW007"]),
        // A name before a wildcard, the longer one first, and the nearer namespace.
        (rule(here, all, off) + &rule(here, "auth-service", on), &[]),
        (rule(here, all, on) + &rule(here, "*.local", off), &[]),
        (rule(root, full, off) + &rule(here, "*", on), &[]),
        (rule(root, full, on) + &rule(here, "*", off), &["GW007"]),
        // For others: Istio completes names without a dot only, and looks in three
        // namespaces.
        (rule(here, "auth-service.titanium-prod", off), &[]),
        (rule(here, "*.other.svc.cluster.local", off), &[]),
        (rule("other", full, off), &[]),
        (hidden, &[]),
        // Nobody knows which of them is older.
        (rule(here, full, off) + &rule(here, full, on), &[]),
    ];
    for (rules, expected) in cases {
        told("mtls.yaml", &[], &[(&format!("{STRICT}{rules}"), expected)]);
    }
}

#[test]
fn the_virtual_service_whose_host_fits_best_counts() {
    let service = |host: &str, retry: &str| {
        format!(
            "---\nkind: VirtualService\nmetadata: {{ name: v, namespace: titanium-prod }}\n\
             spec:\n  hosts: [{host:?}]\n  http:\n  - retries: {{ attempts: 1, \
             perTryTimeout: 500ms, retryOn: {retry} }}\n    route: [{{ destination: {{ host: x }} }}]\n"
        )
    };
    let all = "*.titanium-prod.svc.cluster.local";
    told(
        "v.yaml",
        &[],
        &[
            (&service(all, "5xx"), &["GW011"]),
            (&service("auth-service", "5xx"), &["GW011"]),
            (
                &(service(all, "5xx") + &service("auth-service", "refused-stream")),
                &[],
            ),
            (
                &(service(all, "refused-stream") + &service("auth-service", "5xx")),
                &["GW011"],
            ),
            (&service("*.other.svc.cluster.local", "5xx"), &[]),
            (&service("auth-service.titanium-prod", "5xx"), &[]),
            (
                &service(all, "5xx").replace("spec:", "spec:\n  gateways: [ingress]"),
                &[],
            ),
        ],
    );
    let hidden = example("005", "fails", "ingress.yaml")
        .replace("hosts: [shop.example]", "hosts: ['*.local']")
        .replace("gateways: [istio-system/ingress]", "")
        .replace("api-gateway-service", "x");
    told(
        "v.yaml",
        &[],
        &[
            (&hidden, &["GW005"]),
            (&hidden.replace("*.local", "*.example"), &[]),
        ],
    );
    let slashes =
        example("006", "fails", "auth.yaml").replace("hosts: [auth-service]", "hosts: ['*']");
    told("v.yaml", &[], &[(&slashes, &["GW006"])]);
}

#[test]
fn an_entry_is_hidden_by_several_and_by_its_like() {
    let service = |entries: &str| {
        format!(
            "kind: VirtualService\nmetadata: {{ name: v, namespace: titanium-prod }}\n\
             spec: {{ hosts: [auth-service], http: [{entries}] }}\n"
        )
    };
    let entry = |matches: &str| format!("{{ match: [{matches}], route: [] }},");
    let (a, b) = ("{ uri: { prefix: /a } }", "{ uri: { prefix: /b } }");
    let post = "{ method: { exact: POST }, uri: { prefix: /a } }";
    let deep = "{ method: { exact: POST }, uri: { exact: /a/b } }";
    told(
        "v.yaml",
        &[],
        &[
            (
                &service(&(entry(a) + &entry(b) + &entry(&format!("{a}, {b}")))),
                &["GW005"],
            ),
            (&service(&(entry(a) + &entry(&format!("{a}, {b}")))), &[]),
            (&service(&(entry(post) + &entry(deep))), &["GW005"]),
            (&service(&(entry(post) + &entry(a))), &[]),
            (
                &service(&(entry(a) + &entry("{ uri: { prefix: /A } }"))),
                &[],
            ),
            (
                &service(&(entry("{ uri: { regex: '.*' } }") + &entry(a))),
                &["GW005"],
            ),
            (
                &service(&("{ delegate: { name: x } },".to_owned() + &entry(a))),
                &[],
            ),
        ],
    );
}

#[test]
fn the_gateway_merges_slashes_unless_it_is_told_not_to() {
    let ingress = "kind: VirtualService\nmetadata: { name: v, namespace: titanium-prod }\n\
                   spec:\n  hosts: [shop.example]\n  gateways: [ingress]\n  http:\n  \
                   - match: [{ uri: { prefix: /old } }]\n    rewrite: { uri: / }\n    \
                   route: [{ destination: { host: api-gateway-service } }]\n";
    let config = |mode: &str| {
        format!(
            "server: {{ path_normalization: {mode} }}\n\
             services: {{ auth: {{ url: 'http://auth-service:8002' }} }}\n\
             routes: [{{ name: auth, service: auth }}]\n"
        )
    };
    told(
        "gateway.yaml",
        &[("v.yaml", ingress)],
        &[
            (&config("merge_slashes"), &[]),
            (&config("base"), &["GW006"]),
            (&config("none"), &["GW006"]),
        ],
    );
}

#[test]
fn a_rule_without_an_idle_timeout_has_an_hour() {
    let of = |policy: &str| rule("titanium-prod", "api-gateway-service", policy);
    let port = "portLevelSettings: [{ port: { number: 8000 }, loadBalancer: { simple: RANDOM } }]";
    let idle = |time: &str| format!("connectionPool: {{ http: {{ idleTimeout: {time} }} }}");
    told(
        "callers.yaml",
        &[],
        &[
            (&of(&idle("45s")), &[]),
            (&of(&idle("0s")), &["GW012"]),
            (&of(""), &["GW012"]),
            (&of("loadBalancer: { simple: RANDOM }"), &["GW012"]),
            // What a port's policy leaves out isn't inherited.
            (&of(&format!("{}, {port}", idle("45s"))), &["GW012"]),
            (&rule("istio-system", "*.local", ""), &[]),
            (&rule("istio-system", "*.local", &idle("5m")), &["GW012"]),
        ],
    );
    let off = "server: { timeouts: { idle: off } }\n\
               services: { auth: { url: 'http://auth-service:8002' } }\n\
               routes: [{ name: auth, service: auth }]\n";
    told("callers.yaml", &[("gateway.yaml", off)], &[(&of(""), &[])]);
    // The admin listener's connections have nothing to do with it.
    let admin = "kind: Service\nmetadata: { name: admin, namespace: titanium-prod }\n\
                 spec: { selector: { app: api-gateway }, ports: [{ name: http, port: 9000 }] }\n";
    let of = rule("titanium-prod", "admin", "");
    told("callers.yaml", &[("admin.yaml", admin)], &[(&of, &[])]);
}

#[test]
fn only_a_rule_that_upgrades_makes_http2_of_http() {
    let config = example("004", "fails", "gateway.yaml");
    let of = |policy: &str| rule("titanium-prod", "auth-service", policy);
    told(
        "rule.yaml",
        &[("gateway.yaml", &config)],
        &[
            (&of("loadBalancer: { simple: RANDOM }"), &["GW004"]),
            (
                &of("connectionPool: { http: { h2UpgradePolicy: UPGRADE } }"),
                &[],
            ),
            (
                &of("connectionPool: { http: { useClientProtocol: true } }"),
                &[],
            ),
            (
                &of("connectionPool: { http: { h2UpgradePolicy: DO_NOT_UPGRADE } }"),
                &["GW004"],
            ),
        ],
    );
}
