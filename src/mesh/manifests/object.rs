//! One object of a manifest.

use super::node::Node;

/// What a file of Prometheus' rules, which has no kind, is called here.
pub const RULES: &str = "Rules";

/// An object.
#[derive(Debug, Clone)]
pub struct Object {
    /// The file that it is in.
    pub file: String,
    /// For example `Service`.
    pub kind: String,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`, where it is written.
    pub namespace: Option<String>,
    /// All of it.
    pub node: Node,
}

impl Object {
    /// `None` for what is no object of Kubernetes, nor a file of Prometheus' rules.
    pub(super) fn new(file: &str, node: Node) -> Option<Self> {
        let text = |path: &str| node.text_at(path).map(str::to_owned);
        let rules = || !node.items("groups").is_empty();
        let kind = text("kind").or_else(|| rules().then(|| RULES.to_owned()))?;
        Some(Self {
            file: file.to_owned(),
            name: text("metadata.name").unwrap_or_default(),
            namespace: text("metadata.namespace"),
            kind,
            node,
        })
    }

    /// `Service user-service`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    /// Its namespace; without one it is applied where the gateway is.
    #[must_use]
    pub fn namespace_or<'o>(&'o self, gateways: &'o str) -> &'o str {
        self.namespace.as_deref().unwrap_or(gateways)
    }
}
