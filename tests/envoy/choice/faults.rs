//! Faults of the model. Each is put in by changing the dump before the model reads it, so
//! that the model does what one would do that doesn't know the field, or takes it for another.

use serde_json::{Value, json};

/// A fault: its name, and what it does to each object of the dump.
pub(super) type Fault = (&'static str, fn(&mut Value));

fn without(object: &mut Value, key: &str) {
    if let Some(fields) = object.as_object_mut() {
        fields.remove(key);
    }
}

fn renamed(object: &mut Value, from: &str, to: &str) {
    if let Some(fields) = object.as_object_mut()
        && let Some(value) = fields.remove(from)
    {
        fields.insert(to.to_owned(), value);
    }
}

/// Replaces a field's value where it is there.
fn with(object: &mut Value, key: &str, change: impl Fn(&mut Value)) {
    if let Some(value) = object.get_mut(key) {
        change(value);
    }
}

fn in_match(object: &mut Value, change: impl Fn(&mut Value)) {
    with(object, "match", change);
}

/// Without what filters are told by an object with this field.
fn untold(object: &mut Value, field: &str) {
    if object.get(field).is_some() {
        without(object, "typed_per_filter_config");
    }
}

fn reversed(value: &mut Value) {
    if let Some(list) = value.as_array_mut() {
        list.reverse();
    }
}

/// A domain that is only compared by name.
fn without_wildcards(domains: &mut Value) {
    if let Some(list) = domains.as_array_mut() {
        for domain in list {
            if domain.as_str().is_some_and(|domain| domain.len() > 1) {
                *domain = Value::String(domain.as_str().unwrap().replace('*', "w"));
            }
        }
    }
}

pub(super) const FAULTS: &[Fault] = &[
    ("ignore_case unknown", |o| without(o, "ignore_case")),
    ("invert_match unknown", |o| without(o, "invert_match")),
    ("treat_missing_header_as_empty unknown", |o| {
        without(o, "treat_missing_header_as_empty");
    }),
    ("case_sensitive unknown", |o| without(o, "case_sensitive")),
    ("present_match unknown", |o| without(o, "present_match")),
    ("ignore_port_in_host_matching unknown", |o| {
        without(o, "ignore_port_in_host_matching");
    }),
    ("strip_any_host_port unknown", |o| {
        without(o, "strip_any_host_port")
    }),
    ("strip_matching_host_port unknown", |o| {
        without(o, "strip_matching_host_port");
    }),
    ("strip_trailing_host_dot unknown", |o| {
        without(o, "strip_trailing_host_dot");
    }),
    ("runtime_fraction unknown", |o| {
        without(o, "runtime_fraction")
    }),
    ("numerator unknown", |o| without(o, "numerator")),
    ("query_parameters unknown", |o| {
        without(o, "query_parameters")
    }),
    ("headers unknown", |o| without(o, "headers")),
    ("grpc unknown", |o| without(o, "grpc")),
    ("path parameters count", |o| {
        without(o, "ignore_path_parameters_in_path_matching");
    }),
    ("normalize_path unknown", |o| {
        without(o, "normalize_path");
        without(o, "merge_slashes");
        without(o, "path_with_escaped_slashes_action");
    }),
    ("merge_slashes unknown", |o| {
        without(o, "path_with_escaped_slashes_action");
        without(o, "merge_slashes");
    }),
    ("require_tls unknown", |o| without(o, "require_tls")),
    ("segments taken for a prefix", |o| {
        in_match(o, |m| renamed(m, "path_separated_prefix", "prefix"));
    }),
    ("an exact path taken for a prefix", |o| {
        in_match(o, |m| renamed(m, "path", "prefix"));
    }),
    ("a prefix taken for segments", |o| {
        in_match(o, |m| renamed(m, "prefix", "path_separated_prefix"));
    }),
    ("an expression that needn't match the whole", |o| {
        with(o, "safe_regex", |regex| {
            let text = format!(".*(?:{}).*", regex["regex"].as_str().unwrap());
            regex["regex"] = Value::String(text);
        });
    }),
    ("a string's suffix taken for what it contains", |o| {
        with(o, "string_match", |m| renamed(m, "suffix", "contains"));
    }),
    ("a string's prefix taken for the whole", |o| {
        with(o, "string_match", |m| renamed(m, "prefix", "exact"));
    }),
    ("a range with its end", |o| {
        with(o, "range_match", |range| {
            let end = range.get("end").and_then(Value::as_str).unwrap_or("0");
            let end: i64 = end.parse().unwrap();
            range["end"] = Value::String((end + 1).to_string());
        });
    }),
    ("the last route first", |o| with(o, "routes", reversed)),
    ("wildcards unknown", |o| {
        with(o, "domains", without_wildcards)
    }),
    ("the first weight wins", |o| {
        with(o, "clusters", |list| {
            if let Some(first) = list.get_mut(0) {
                first["weight"] = Value::from(1_000_000);
            }
        });
    }),
    ("repeated headers joined", |o| {
        with(o, "user_agent_build_version", |of| {
            of["version"]["minor_number"] = Value::from(28);
        });
    }),
    ("transport_protocol unknown", |o| {
        without(o, "transport_protocol")
    }),
    ("application_protocols unknown", |o| {
        without(o, "application_protocols");
    }),
    ("prefix_ranges unknown", |o| without(o, "prefix_ranges")),
    ("destination_port unknown", |o| {
        without(o, "destination_port")
    }),
    ("server_names unknown", |o| without(o, "server_names")),
    ("the inspector is never disabled", |o| {
        without(o, "filter_disabled")
    }),
    ("no inspector", |o| without(o, "listener_filters")),
    ("the default chain unknown", |o| {
        without(o, "default_filter_chain")
    }),
    (
        "what a filter is told by a route configuration unknown",
        |o| {
            untold(o, "virtual_hosts");
        },
    ),
    ("by a virtual host unknown", |o| untold(o, "domains")),
    ("by a route unknown", |o| untold(o, "match")),
    ("by a share of a route unknown", |o| untold(o, "weight")),
    ("a filter's own configuration unknown", |o| {
        with(o, "http_filters", |list| {
            for filter in list.as_array_mut().unwrap() {
                with(filter, "typed_config", |config| {
                    *config = json!({ "@type": config["@type"] });
                });
            }
        });
    }),
    ("filters in another order", |o| {
        with(o, "http_filters", reversed)
    }),
    ("disabled unknown", |o| without(o, "disabled")),
    ("what stands within a FilterConfig unknown", |o| {
        if o["@type"]
            .as_str()
            .is_some_and(|is| is.ends_with(".FilterConfig"))
        {
            without(o, "config");
        }
    }),
    ("a fault for everybody", |o| without(o, "percentage")),
    ("a fault for each cluster", |o| {
        without(o, "upstream_cluster")
    }),
    ("a fault for each node", |o| without(o, "downstream_nodes")),
    ("a fault for any headers", |o| {
        if o.get("abort").is_some() {
            without(o, "headers");
        }
    }),
    ("a fault whatever is active", |o| {
        without(o, "max_active_faults")
    }),
    ("what a header asks of a fault done without it", |o| {
        if o.get("header_abort").is_some() {
            *o = json!({ "http_status": 418, "percentage": { "numerator": 100 } });
        }
    }),
    ("the older field of CORS unknown", |o| without(o, "cors")),
    ("origins unknown", |o| {
        without(o, "allow_origin_string_match")
    }),
    ("CORS for everybody", |o| without(o, "filter_enabled")),
    ("preflights of other origins go on", |o| {
        without(o, "forward_not_matching_preflights");
    }),
    ("underscores let in", |o| {
        without(o, "headers_with_underscores_action");
    }),
    ("underscores dropped, not refused", |o| {
        with(o, "headers_with_underscores_action", |action| {
            *action = json!("DROP_HEADER");
        });
    }),
    ("the scheme not overwritten", |o| {
        without(o, "scheme_header_transformation");
    }),
    ("x-forwarded-proto believed", |o| {
        without(o, "use_remote_address")
    }),
];

/// Does it to every object, the inner ones first.
pub(super) fn apply(value: &mut Value, fault: fn(&mut Value)) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|one| apply(one, fault)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|one| apply(one, fault));
            fault(value);
        }
        _ => {}
    }
}
