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
    let declared = match port.text_at("appProtocol") {
        Some(declared) => declared.to_ascii_lowercase(),
        None => {
            let name = port.text_at("name").unwrap_or_default();
            let name = name.to_ascii_lowercase();
            // The one protocol whose name has a dash.
            match name == "grpc-web" || name.starts_with("grpc-web-") {
                true => "grpc-web".to_owned(),
                false => name.split('-').next().unwrap_or_default().to_owned(),
            }
        }
    };
    match declared.as_str() {
        "http" | "kubernetes.io/ws" => Spoken::Http1,
        "http2" | "grpc" | "grpc-web" | "kubernetes.io/h2c" => Spoken::Http2,
        "https" | "tls" | "kubernetes.io/wss" => Spoken::Tls,
        "tcp" | "udp" | "mongo" | "redis" | "mysql" => Spoken::Other,
        _ => Spoken::Detected,
    }
}
