//! What Istio takes a Service's port for.

use super::node::Node;

/// What a port speaks, as it is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2, gRPC included.
    Http2,
    /// TLS that Istio doesn't end.
    Tls,
    /// Something else, which Istio reads nothing of.
    Other,
    /// Not declared: Istio looks at what comes.
    Detected,
}

/// By `appProtocol`, else by the name up to its first dash. What is neither known is looked
/// at as it comes.
#[must_use]
pub fn spoken(port: &Node) -> Spoken {
    if port.text_at("protocol") == Some("UDP") {
        return Spoken::Other;
    }
    let declared = port.text_at("appProtocol");
    let name = declared.or_else(|| port.text_at("name"));
    let name = name.unwrap_or_default().to_ascii_lowercase();
    // The one protocol whose name has a dash.
    let prefix = match name.starts_with("grpc-web") {
        true => "grpc-web",
        false => name.split('-').next().unwrap_or_default(),
    };
    match prefix {
        "http" => Spoken::Http1,
        "kubernetes.io/ws" if declared.is_some() => Spoken::Http1,
        "http2" | "grpc" | "grpc-web" => Spoken::Http2,
        "kubernetes.io/h2c" if declared.is_some() => Spoken::Http2,
        "https" | "tls" => Spoken::Tls,
        "kubernetes.io/wss" if declared.is_some() => Spoken::Tls,
        "tcp" | "udp" | "mongo" | "redis" | "mysql" => Spoken::Other,
        // Where the server speaks first, Istio can't look at what the client sends.
        _ if matches!(port.text_at("port"), Some("25" | "53" | "3306" | "27017")) => Spoken::Other,
        _ => Spoken::Detected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::manifests::Manifests;

    #[test]
    fn a_port_is_what_it_says_up_to_the_dash() {
        for (port, expected) in [
            ("{ name: http-web, port: 80 }", Spoken::Http1),
            ("{ name: HTTP, port: 80 }", Spoken::Http1),
            (
                "{ name: tcp, appProtocol: http-x, port: 80 }",
                Spoken::Http1,
            ),
            (
                "{ name: http, appProtocol: kubernetes.io/h2c, port: 80 }",
                Spoken::Http2,
            ),
            ("{ name: grpc-web-x, port: 80 }", Spoken::Http2),
            ("{ name: https-x, port: 443 }", Spoken::Tls),
            ("{ name: http, protocol: UDP, port: 80 }", Spoken::Other),
            ("{ name: web, port: 80 }", Spoken::Detected),
            ("{ name: web, port: 3306 }", Spoken::Other),
            ("{ name: http, port: 3306 }", Spoken::Http1),
            ("{ name: webhttp, port: 80 }", Spoken::Detected),
        ] {
            let node = Manifests::value(port).unwrap();
            assert_eq!(spoken(&node), expected, "{port}");
        }
    }
}
