//! The variables that the gateway will find in its container.

use std::collections::HashMap;

use super::scene::{Workload, workloads};
use crate::mesh::manifests::{Manifests, Node, Object};

/// What the manifests say of them.
#[derive(Debug, Default)]
pub struct Variables {
    /// `None` for one that is there, but whose value the manifests don't have.
    known: HashMap<String, Option<String>>,
    /// There may be others: from a Secret, or from a ConfigMap that isn't given.
    more: bool,
}

/// What becomes of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable<'v> {
    /// This is its value.
    Value(&'v str),
    /// The container doesn't set it.
    Unset,
    /// It is, or may be, set to what isn't known.
    Unknown,
}

impl Variables {
    /// Those of the gateway's Deployments; of several the first that has one.
    #[must_use]
    pub fn read(manifests: &Manifests) -> Self {
        let mut all = Self::default();
        for workload in workloads(manifests) {
            all.add(manifests, &workload);
        }
        all
    }

    /// A variable of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Variable<'_> {
        match self.known.get(name) {
            Some(Some(value)) => Variable::Value(value),
            None if !self.more => Variable::Unset,
            _ => Variable::Unknown,
        }
    }

    fn add(&mut self, manifests: &Manifests, workload: &Workload<'_>) {
        let config = |name: &str| {
            let mut all = manifests.of("ConfigMap").filter(|of| of.name == name);
            // Without a namespace it is where the gateway is.
            all.find(|of| match (&of.namespace, &workload.object.namespace) {
                (Some(own), Some(gateways)) => own == gateways,
                _ => true,
            })
        };
        // Within one list the last entry of a name counts, and `env` before `envFrom`.
        for entry in workload.container.items("env").iter().rev() {
            let Some(name) = entry.text_at("name") else {
                continue;
            };
            let value = match entry.text_at("value") {
                // Kubernetes would put another variable in.
                Some(value) => Some(value).filter(|value| !value.contains("$(")),
                None if entry.get("valueFrom").is_none() => Some(""),
                None => entry.at("valueFrom.configMapKeyRef").and_then(|of| {
                    let data = config(of.text_at("name")?)?.node.at("data")?;
                    data.get(of.text_at("key")?)?.text()
                }),
            };
            self.set(name, value);
        }
        for from in workload.container.items("envFrom").iter().rev() {
            let found = from.text_at("configMapRef.name").and_then(config);
            match found {
                Some(found) => self.take(found, from.text_at("prefix").unwrap_or_default()),
                None => self.more = true,
            }
        }
    }

    /// All that a ConfigMap has.
    fn take(&mut self, from: &Object, prefix: &str) {
        let data = from.node.at("data").map_or(&[][..], Node::entries);
        for (key, value) in data {
            self.set(&format!("{prefix}{key}"), value.text());
        }
    }

    fn set(&mut self, name: &str, value: Option<&str>) {
        let known = self.known.entry(name.to_owned());
        known.or_insert_with(|| value.map(str::to_owned));
    }
}
