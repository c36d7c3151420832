//! Which of several objects counts, and what one of them means: Istio's rules, each by what it
//! makes a finding of.

mod pods;
mod rules;

use crate::{blocks, codes, sections};

/// A file of an example of the page.
fn example(code: &str, form: &str, file: &str) -> String {
    blocks(sections()[code], form)[file].clone()
}

/// Each of these texts as the file makes these findings.
#[track_caller]
fn told(file: &str, others: &[(&str, &str)], cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let files = [others, &[(file, *text)]].concat();
        // One directory for each: the tests run side by side.
        let name = std::thread::current().name().unwrap().replace("::", "-");
        assert_eq!(codes(&name, &files), *expected, "{text}");
    }
}

#[test]
fn the_mesh_s_sidecar_holds_where_the_namespace_has_none() {
    let sidecar = |namespace: &str, host: &str| {
        format!(
            "---\nkind: Sidecar\nmetadata: {{ name: default, namespace: {namespace} }}\n\
             spec: {{ egress: [{{ hosts: [istio-system/*, {host:?}] }}] }}\n"
        )
    };
    let (here, root) = ("titanium-prod", "istio-system");
    told(
        "sidecar.yaml",
        &[],
        &[
            (&sidecar(root, "other/*"), &["GW009"]),
            // Of the pods' namespace, not its own.
            (&sidecar(root, "./*"), &[]),
            (&sidecar(root, "titanium-prod/*"), &[]),
            (&(sidecar(root, "other/*") + &sidecar(here, "./*")), &[]),
            (
                &(sidecar(root, "./*") + &sidecar(here, "other/*")),
                &["GW009"],
            ),
            (&sidecar("other", "other/*"), &[]),
            (&sidecar(here, "./auth-service"), &["GW009"]),
            (
                &sidecar(here, "*/auth-service.titanium-prod.svc.cluster.local"),
                &[],
            ),
            (&sidecar(here, "~/*"), &["GW009"]),
        ],
    );
}

#[test]
fn the_ingress_is_believed_only_where_nobody_else_may_call() {
    let policy = example("014", "fails", "ingress.yaml");
    let other = |spec: &str| {
        format!(
            "{policy}---\nkind: AuthorizationPolicy\n\
             metadata: {{ name: other, namespace: titanium-prod }}\nspec: {spec}\n"
        )
    };
    let pods = "selector: { matchLabels: { app: api-gateway } }";
    let metrics = "rules: [{ to: [{ operation: { ports: ['9000'] } }] }]";
    told(
        "ingress.yaml",
        &[],
        &[
            (&policy, &["GW014"]),
            (&policy.replace(&format!("  {pods}\n"), ""), &["GW014"]),
            (&policy.replace("app: api-gateway", "app: auth"), &[]),
            (&other("{}"), &["GW014"]),
            (&other("{ rules: [{}] }"), &[]),
            (
                &other(&format!(
                    "{{ {pods}, rules: [{{ from: [{{ source: {{ namespaces: [x] }} }}] }}] }}"
                )),
                &[],
            ),
            (&other("{ action: DENY, rules: [{}] }"), &["GW014"]),
            (&other(&format!("{{ {pods}, {metrics} }}")), &["GW014"]),
            (
                &other(&format!(
                    "{{ {pods}, {} }}",
                    metrics.replace("9000", "8000")
                )),
                &[],
            ),
            (
                &other("{ selector: { matchLabels: { app: auth } }, rules: [{}] }"),
                &["GW014"],
            ),
        ],
    );
}

#[test]
fn a_query_is_understood_however_it_is_written() {
    let alert = |expr: &str| {
        format!(
            "kind: PrometheusRule\nmetadata: {{ name: p }}\nspec: {{ groups: [{{ rules: [{{ expr: {expr:?} }}] }}] }}\n"
        )
    };
    let file = "kind: ConfigMap\nmetadata: { name: p }\ndata:\n  alerts.yml: |\n    \
                groups:\n    - rules:\n      - expr: http_requests_total{status=\"429\"} > 1\n";
    told(
        "alerts.yaml",
        &[],
        &[
            (&alert("http_requests_total{status=\"429\"}"), &["GW016"]),
            (
                &alert("{__name__='http_requests_total', status='429'}"),
                &["GW016"],
            ),
            (&alert("{'http_requests_total', status='429'}"), &["GW016"]),
            (
                &alert("http_requests_total{status=~\"4..|5..\", status!~\"4xx|5xx\"}"),
                &["GW016"],
            ),
            (
                &alert("http_requests_total{status=~\"4..\", status!=\"429\"}"),
                &[],
            ),
            (
                &alert("label_replace(up, 'a', 'http_requests_total{status=\"429\"}', 'b', '')"),
                &[],
            ),
            (&alert("up # http_requests_total{status=\"429\"}"), &[]),
            (
                &alert("http_requests_total{status=\"429\", app=\"other\"}"),
                &[],
            ),
            (
                &alert("http_requests_total{status=\"429\", app=~\"api-.*\"}"),
                &["GW016"],
            ),
            (
                &alert("gateway_upstream_connections_total{service='auth', kind='old'}"),
                &["GW016"],
            ),
            (
                &alert("gateway_upstream_connections_total{service='auth', kind='new'}"),
                &[],
            ),
            (
                "groups:\n- rules:\n  - expr: http_requests_total{status='429'} > 1\n",
                &["GW016"],
            ),
            (
                "groups:\n- rules:\n  - expr: http_requests_total{status='4xx'} > 1\n",
                &[],
            ),
            (&alert("gateway_requests_total{code='4xx'}"), &["GW016"]),
            (&alert("gateway_requests_total{code='418'}"), &[]),
            (
                &alert("gateway_requests_total{code='5xx', service='auth'}"),
                &["GW016"],
            ),
            (
                &alert("gateway_requests_total{code=~'5..', service='auth'}"),
                &[],
            ),
            (
                &alert("gateway_limits_total{limit='header_bytes'}"),
                &["GW016"],
            ),
            (file, &["GW016"]),
            (&file.replace("429", "4xx"), &[]),
        ],
    );
}
