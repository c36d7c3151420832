use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

const ISTIO_1_6: &str = include_str!("../../../../tests/dumps/istio-1.6.json");
const ISTIO_1_20: &str = include_str!("../../../../tests/dumps/istio-1.20.json");
const ISTIO_1_28: &str = include_str!("../../../../tests/dumps/istio-1.28.json");
const CAMEL: &str = include_str!("../../../../tests/dumps/istio-1.20-camel.json");
const ROUTES: &str = include_str!("../../../../tests/dumps/istioctl-1.20-routes.json");
const LISTENERS: &str = include_str!("../../../../tests/dumps/istioctl-1.20-listeners.json");

fn dump(text: &str) -> Dump {
    Dump::read(text.as_bytes()).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_generation_of_istio_has_the_same_things() {
    for text in [ISTIO_1_6, ISTIO_1_20, ISTIO_1_28, CAMEL] {
        let dump = dump(text);
        assert_eq!(dump.listeners.len(), 7);
        assert_eq!(dump.routes.len(), 4);
        assert_eq!(dump.clusters.len(), 9);
        assert_eq!(dump.namespace, "titanium-prod");
        assert_eq!(dump.kind(), super::super::Kind::Sidecar);
        assert!(dump.envoy.is_some());
        assert!(dump.has.listeners && dump.has.routes && dump.has.clusters);
        let refused = "an update of listener 0.0.0.0_7778 was refused: duplicate filter chain";
        let warming = "listener 0.0.0.0_7777 is being made ready and not in use yet";
        assert_eq!(dump.notes, [warming, refused]);
    }
    assert!(!dump(ISTIO_1_6).has.endpoints);
    assert_eq!(dump(ISTIO_1_20).endpoints.len(), 7);
}

#[test]
fn both_ways_to_write_names_mean_the_same() {
    let (snake, camel) = (dump(ISTIO_1_20), dump(CAMEL));
    assert_eq!(
        format!("{:?}", snake.listeners),
        format!("{:?}", camel.listeners)
    );
    let sorted = |dump: &Dump| {
        let mut all: Vec<_> = dump.routes.values().map(|of| format!("{of:?}")).collect();
        all.extend(dump.clusters.values().map(|of| format!("{of:?}")));
        all.extend(dump.endpoints.values().map(|of| format!("{of:?}")));
        all.sort();
        all
    };
    assert_eq!(sorted(&snake), sorted(&camel));
    // What is read only when a question comes to it.
    let fault = |dump: &Dump| {
        let routes = &dump.routes["8005"].virtual_hosts[0].routes;
        let aborted = routes.iter().find(|of| of.name == "aborted").unwrap();
        let config = &aborted.typed_per_filter_config["envoy.filters.http.fault"];
        format!(
            "{:?}",
            config.read::<super::super::filter::Fault>().unwrap()
        )
    };
    assert_eq!(fault(&snake), fault(&camel));
    assert!(fault(&snake).contains("http_status: 418"));
}

#[test]
fn a_packed_dump_is_the_same_dump() {
    let packed = Dump::read(&gzip(ISTIO_1_20.as_bytes())).unwrap();
    assert_eq!(packed.clusters.len(), 9);
    let mut torn = gzip(ISTIO_1_20.as_bytes());
    torn.truncate(torn.len() / 2);
    assert!(matches!(Dump::read(&torn), Err(Unreadable::Gzip(_))));
}

#[test]
fn one_kind_alone_is_a_dump_that_lacks_the_others() {
    let routes = dump(ROUTES);
    assert_eq!(routes.routes.len(), 4);
    assert!(!routes.has.listeners && routes.has.routes);
    let listeners = dump(LISTENERS);
    assert_eq!(listeners.listeners.len(), 7);
    let statuses = r#"[{ "name": "outbound|80||a", "hostStatuses": [
        { "address": { "socketAddress": { "address": "10.0.0.1", "portValue": 80 } },
          "healthStatus": { "edsHealthStatus": "HEALTHY", "failedOutlierCheck": true } }] }]"#;
    let of = &dump(statuses).endpoints["outbound|80||a"].endpoints[0].lb_endpoints[0];
    assert_eq!(of.health_status.0, "UNHEALTHY");
    let resource = r#"{ "configs": [{
        "@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump.DynamicListener",
        "name": "a", "active_state": { "listener": { "name": "a" } } }] }"#;
    assert_eq!(dump(resource).listeners[0].name, "a");
}

/// A listener's own routes are listed too, and may have the name of those that are fetched.
#[test]
fn routes_by_name_are_those_that_are_fetched() {
    let routes = dump(
        r#"{ "configs": [{ "@type": "RoutesConfigDump",
            "static_route_configs": [
                { "route_config": { "name": "80", "virtual_hosts": [{ "name": "own" }] } }],
            "dynamic_route_configs": [
                { "route_config": { "name": "80", "virtual_hosts": [{ "name": "fetched" }] } }]
        }] }"#,
    );
    assert_eq!(routes.routes["80"].virtual_hosts[0].name, "fetched");
}

/// The message of the error that a text leads to.
fn refused(text: impl AsRef<[u8]>) -> String {
    Dump::read(text.as_ref()).unwrap_err().to_string()
}

#[test]
fn what_is_no_dump_is_said_to_be_none() {
    for text in [
        "{}",
        "[]",
        "[{}]",
        "hello",
        "<html>",
        "{\"configs\": []}",
        "[1]",
        "{\"a\": 1}",
    ] {
        let said = refused(text);
        let names = said.contains("this is no dump") || said.contains("wrong at line 1");
        assert!(names, "{text}: {said}");
    }
    assert_eq!(refused(""), "the dump is empty");
    assert_eq!(refused("  \n"), "the dump is empty");
}

#[test]
fn a_truncated_dump_says_where() {
    let lines: Vec<&str> = ISTIO_1_20.lines().collect();
    let cut = lines[..lines.len() / 2].join("\n");
    let said = refused(&cut);
    let line = format!("the dump breaks off at line {}", lines.len() / 2);
    assert!(said.starts_with(&line), "{said}");
    assert!(said.contains(" in configs["), "{said}");
    // Wherever it is cut.
    for end in (1..ISTIO_1_28.len()).step_by(997) {
        refused(&ISTIO_1_28[..end]);
    }
}

#[test]
fn a_wrong_type_says_where() {
    let wrong = ISTIO_1_20.replacen("\"num_retries\": 2", "\"num_retries\": \"many\"", 1);
    let said = refused(wrong);
    assert!(said.contains("num_retries"), "{said}");
    assert!(said.contains("the dump is wrong at line"), "{said}");
    let trailing = format!("{ISTIO_1_20}{{}}");
    assert!(refused(trailing).contains("trailing characters"));
}

#[test]
fn hostile_dumps_end_within_bounds() {
    let deep = format!("{{\"configs\":{}", "[".repeat(1_000_000));
    let nested = format!("{{\"configs\":[{}", "{\"bootstrap\":".repeat(100_000));
    for text in [deep, nested] {
        assert!(refused(text).len() < 400);
    }
    let predicate = "{\"not_match\":".repeat(10_000);
    let text = format!(
        "{{\"configs\":[{{\"static_listeners\":[{{\"listener\":{{\"listener_filters\":\
         [{{\"filter_disabled\":{predicate}"
    );
    assert!(refused(text).contains("recursion limit"));
    let many = format!(
        "{{\"configs\":[{{\"static_clusters\":[{}{{}}]}}]}}",
        "{},".repeat(3_000_000)
    );
    assert!(refused(many).contains("which no Envoy's has"));
    let bomb = gzip(&vec![b' '; super::LONGEST + 2]);
    assert!(bomb.len() < 4 << 20);
    assert_eq!(refused(bomb), "the dump is larger than 256 MiB");
}
#[test]
fn many_endpoints_without_spaces_are_a_dump() {
    // As /config_dump?include_eds has them after `jq -c`.
    let endpoint = |index: usize| {
        format!(
            "{{\"endpoint\":{{\"address\":{{\"socket_address\":{{\"address\":\"10.1.{}.{}\",\
             \"port_value\":8080}}}},\"health_check_config\":{{}}}},\"health_status\":\"HEALTHY\",\
             \"metadata\":{{\"filter_metadata\":{{\"istio\":{{\"workload\":\"blog;prod;blog;v1;\
             Kubernetes\"}},\"envoy.transport_socket_match\":{{\"tlsMode\":\"istio\"}}}}}},\
             \"load_balancing_weight\":1}}",
            index / 256,
            index % 256
        )
    };
    let all: Vec<_> = (0..13_000).map(endpoint).collect();
    let text = format!(
        "{{\"configs\":[{{\"@type\":\"EndpointsConfigDump\",\"dynamic_endpoint_configs\":\
         [{{\"endpoint_config\":{{\"cluster_name\":\"c\",\"endpoints\":[{{\"lb_endpoints\":[{}]}}]}}}}]}}]}}",
        all.join(",")
    );
    let objects = text.matches('{').count();
    assert!(objects > OBJECTS && text.len() / objects < 35, "{objects}");
    let of = &dump(&text).endpoints["c"].endpoints[0];
    assert_eq!(of.lb_endpoints.len(), 13_000);
}

#[test]
fn more_objects_than_memory_is_for_are_refused_however_long_the_dump() {
    let some = "{                      },".repeat(1 << 10);
    let most = MOST_OBJECTS / (1 << 10) + 1;
    let said = refused(format!("{{\"configs\":[{}{{}}]}}", some.repeat(most)));
    assert!(said.contains("which no Envoy's has"), "{said}");
}
