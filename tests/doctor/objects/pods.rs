//! What the gateway's pods are, by their Deployment and what is around it.

use crate::objects::{example, told};
use crate::{PAGE, blocks};

#[test]
fn a_namespace_asks_for_sidecars_too() {
    let scrape = example("008", "fails", "scrape.yaml");
    let deployment = blocks(PAGE, "base")["deployment.yaml"].clone();
    let silent = deployment.replace(", sidecar.istio.io/inject: \"true\"", "");
    let asks = |labels: &str| {
        format!("kind: Namespace\nmetadata: {{ name: titanium-prod, labels: {{ {labels} }} }}\n")
    };
    for (deployment, labels, expected) in [
        (&silent, "istio-injection: enabled", &["GW008"][..]),
        (&silent, "istio.io/rev: stable", &["GW008"]),
        (&silent, "istio-injection: disabled", &[]),
        (&silent, "a: b", &[]),
        (&deployment, "a: b", &["GW008"]),
        // Who refuses wins.
        (&deployment, "istio-injection: disabled", &[]),
        (
            &silent.replace(
                "app: api-gateway }\n      ann",
                "app: api-gateway, istio.io/rev: x }\n      ann",
            ),
            "",
            &["GW008"],
        ),
        (
            &silent.replace("    spec:\n", "    spec:\n      hostNetwork: true\n"),
            "istio-injection: enabled",
            &[],
        ),
    ] {
        let files = [
            ("scrape.yaml", &*scrape),
            ("deployment.yaml", &**deployment),
        ];
        told("namespace.yaml", &files, &[(&asks(labels), expected)]);
    }
}

#[test]
fn a_scrape_is_of_a_port_that_the_sidecar_guards() {
    let scrape = example("008", "fails", "scrape.yaml");
    let whole = "kind: PeerAuthentication\nmetadata: { name: all, namespace: titanium-prod }\n\
                 spec: { mtls: { mode: STRICT }, portLevelMtls: { 9000: { mode: PERMISSIVE } } }\n";
    let of_pods = "  selector: { matchLabels: { app: api-gateway } }\n  mtls: { mode: STRICT }\n";
    let unset = scrape.replace(
        of_pods,
        "  selector: { matchLabels: { app: api-gateway } }\n",
    );
    let asked = |endpoint: &str| scrape.replace("{ port: http-admin }]", endpoint);
    told(
        "scrape.yaml",
        &[],
        &[
            (&scrape, &["GW008"]),
            (&asked("{ targetPort: 9000 }]"), &["GW008"]),
            (&asked("{ targetPort: http-admin }]"), &["GW008"]),
            (&asked("{ targetPort: 15020 }]"), &[]),
            (&asked("{ port: http-admin, scheme: https }]"), &[]),
            // Modes of ports are for chosen pods only.
            (&format!("{unset}---\n{whole}"), &["GW008"]),
            (&unset, &[]),
        ],
    );
    let deployment = blocks(PAGE, "base")["deployment.yaml"].clone();
    let ports = |which: &str| {
        deployment.replace(
            "annotations: {",
            &format!("annotations: {{ traffic.sidecar.istio.io/{which},"),
        )
    };
    told(
        "deployment.yaml",
        &[("scrape.yaml", &scrape)],
        &[
            (&ports("excludeInboundPorts: '9000'"), &[]),
            (&ports("includeInboundPorts: '8000'"), &[]),
            (&ports("includeInboundPorts: '*'"), &["GW008"]),
        ],
    );
}

#[test]
fn variables_come_from_config_maps_too() {
    let config = "services:\n  auth: { url: 'http://auth-service:8002' }\n  \
                  b: { url: '${B_URL:-http://b-service:8003}' }\n\
                  routes:\n  - { name: a, match: { path: { prefix: /a } }, service: auth }\n  \
                  - { name: b, service: b }\n";
    let deployment = |variables: &str| {
        format!(
            "kind: Deployment\nmetadata: {{ name: g, namespace: titanium-prod }}\nspec:\n  \
             template:\n    spec:\n      containers:\n      - {{ image: api-gateway, {variables} }}\n"
        )
    };
    let urls = "kind: ConfigMap\nmetadata: { name: urls, namespace: titanium-prod }\n\
                data: { B_URL: 'http://auth-service:8002', WRONG: 'http://c:1' }\n";
    let from = "envFrom: [{ configMapRef: { name: urls } }]";
    let key = |key: &str| {
        format!(
            "env: [{{ name: B_URL, valueFrom: {{ configMapKeyRef: {{ name: urls, key: {key} }} }} }}]"
        )
    };
    let secret = |name: &str| {
        format!("env: [{{ name: {name}, valueFrom: {{ secretKeyRef: {{ name: s, key: k }} }} }}]")
    };
    let files = [("gateway.yaml", config), ("urls.yaml", urls)];
    told(
        "deployment.yaml",
        &files,
        &[
            (&deployment(from), &[]),
            (&deployment(&key("B_URL")), &[]),
            (&deployment(&key("WRONG")), &["GW002"]),
            // `env` counts before `envFrom`, and what isn't asked for before nothing.
            (
                &deployment(&format!("{from}, {}", key("WRONG"))),
                &["GW002"],
            ),
            (&deployment("env: []"), &["GW002"]),
            (&deployment(&secret("OTHER")), &["GW002"]),
            (&deployment(&secret("B_URL")), &[]),
            (&deployment("envFrom: [{ secretRef: { name: s } }]"), &[]),
            (
                &deployment("envFrom: [{ configMapRef: { name: other } }]"),
                &[],
            ),
            (
                &deployment("envFrom: [{ prefix: B_, configMapRef: { name: urls } }]"),
                &["GW002"],
            ),
        ],
    );
}

#[test]
fn a_hook_and_the_sidecar_s_five_seconds_count() {
    let deployment = blocks(PAGE, "base")["deployment.yaml"].clone();
    let annotation = "proxy.istio.io/config: \"terminationDrainDuration: 28s\"";
    let with = |other: &str| deployment.replace(annotation, other);
    let hook = |command: &str| {
        let with = format!(":1.0\n          lifecycle: {{ preStop: {{ {command} }} }}");
        deployment.replace(":1.0", &with)
    };
    let outside = deployment.replace(", sidecar.istio.io/inject: \"true\"", "");
    let beside = |containers: &str| {
        with("a: b").replace("    spec:\n", &format!("    spec:\n      {containers}\n"))
    };
    told(
        "deployment.yaml",
        &[],
        &[
            (&deployment, &[]),
            (&with("a: b"), &["GW013"]),
            (
                &with("proxy.istio.io/config: \"concurrency: 2\""),
                &["GW013"],
            ),
            (
                &with(
                    "proxy.istio.io/config: \"proxyMetadata: { EXIT_ON_ZERO_ACTIVE_CONNECTIONS: 'true' }\"",
                ),
                &[],
            ),
            (&with("sidecar.istio.io/nativeSidecar: 'true'"), &[]),
            (&beside("initContainers: [{ name: istio-proxy }]"), &[]),
            (&outside.replace(annotation, "a: b"), &[]),
            // 3 + 25 s are 28, 6 + 25 are above 30.
            (&hook("sleep: { seconds: 3 }"), &[]),
            (
                &hook("exec: { command: [sleep, '6'] }"),
                &["GW013", "GW013"],
            ),
            (&hook("exec: { command: [sh, -c, 'sleep 4'] }"), &["GW013"]),
        ],
    );
}

/// An echo service of a test deployment has the gateway's image.
#[test]
fn a_demo_is_no_gateway() {
    let deployment = blocks(PAGE, "base")["deployment.yaml"].clone();
    let with = |more: &str| {
        let container = "        - name: api-gateway\n";
        deployment.replace(container, &format!("{container}          {more}\n"))
    };
    let user = "securityContext: { runAsUser: 1337 }";
    let run = with(&format!("{user}\n          args: [run, --config, a.yaml]"));
    let demo = with(&format!("{user}\n          args: [demo, --echo, a]"));
    told("deployment.yaml", &[], &[(&run, &["GW015"]), (&demo, &[])]);
}
