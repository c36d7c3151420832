//! Which of several objects counts, by Istio's rules.

use super::scene::{ROOT, Scene};
use crate::mesh::manifests::virtual_service::{fits, is_for_the_mesh};
use crate::mesh::manifests::{Name, Node, Object, fit, selects};

impl<'a> Scene<'a> {
    /// The PeerAuthentication that holds for these pods' port, with its mode. Where several
    /// may hold it is none.
    pub(super) fn mode(
        &self,
        namespace: &str,
        labels: Option<&Node>,
        port: Option<&str>,
    ) -> Option<(&'a Object, &'a str)> {
        self.authentication(namespace, labels)?.mode(port)
    }

    /// What PeerAuthentications say of these pods; `None` where nobody can tell.
    pub(super) fn authentication(
        &self,
        namespace: &str,
        labels: Option<&Node>,
    ) -> Option<Authentication<'a>> {
        let (mut own, mut near, mut far) = (Vec::new(), Vec::new(), Vec::new());
        for of in self.of("PeerAuthentication") {
            let selector = of.node.at("spec.selector");
            let labelled = selector.and_then(|of| of.get("matchLabels"));
            let whole = labelled.is_none_or(|labels| labels.entries().is_empty());
            let within = self.namespace_of(of);
            match whole {
                true if within == namespace => near.push(of),
                true if within == ROOT => far.push(of),
                false if within == namespace && selects(selector, labels)? => own.push(of),
                _ => {}
            }
        }
        Some(Authentication {
            levels: [own, near, far],
        })
    }

    /// The DestinationRule for what the gateway sends to a service: of its own namespace, else
    /// the service's, else the mesh's, the one whose host fits best. Of several it is none.
    pub(super) fn rule(&self, name: &Name) -> Option<&'a Object> {
        for namespace in [self.namespace.as_str(), &name.namespace, ROOT] {
            let all = self.of("DestinationRule").filter_map(|of| {
                let host = of.node.text_at("spec.host").unwrap_or_default();
                let near = self.namespace_of(of) == namespace && self.is_exported(of);
                let how = fit(host, namespace, name).filter(|_| near)?;
                Some((how, of))
            });
            match best(all)[..] {
                [] => {}
                [one] => {
                    return Some(one).filter(|of| of.node.at("spec.workloadSelector").is_none());
                }
                _ => return None,
            }
        }
        None
    }

    /// The VirtualService for what is sent to a service; of several it is none.
    pub(super) fn virtual_service_for(&self, name: &Name) -> Option<&'a Object> {
        let all = self.of("VirtualService").filter(|of| is_for_the_mesh(of));
        let all = all.filter(|of| self.is_exported(of));
        match best(all.filter_map(|of| Some((fits(of, name, &self.namespace)?, of))))[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Whether the gateway's sidecar sees a VirtualService or a DestinationRule.
    fn is_exported(&self, object: &Object) -> bool {
        let mut to = object.node.texts("spec.exportTo").peekable();
        let near = self.namespace_of(object) == self.namespace;
        to.peek().is_none() || to.any(|to| to == "*" || to == self.namespace || (to == "." && near))
    }
}

/// The PeerAuthentications for some pods: their own, else the namespace's, else the mesh's.
#[derive(Debug)]
pub(super) struct Authentication<'a> {
    levels: [Vec<&'a Object>; 3],
}

impl<'a> Authentication<'a> {
    /// The one that holds for a port, with its mode.
    pub(super) fn mode(&self, port: Option<&str>) -> Option<(&'a Object, &'a str)> {
        for level in &self.levels {
            let of = match level[..] {
                [] => continue,
                [one] => one,
                // The oldest holds, which no manifest tells.
                _ => return None,
            };
            // Only one for pods has modes for ports.
            let chosen = of.node.at("spec.selector.matchLabels").is_some();
            let ports = of.node.at("spec.portLevelMtls").filter(|_| chosen);
            if port.is_none() && ports.is_some() {
                return None;
            }
            let by_port = port.and_then(|port| ports?.get(port)?.text_at("mode"));
            let mode = by_port.or_else(|| of.node.text_at("spec.mtls.mode"));
            if let Some(mode) = mode.filter(|mode| *mode != "UNSET") {
                return Some((of, mode));
            }
        }
        None
    }
}

/// Those that fit best.
fn best<'a>(all: impl Iterator<Item = (usize, &'a Object)>) -> Vec<&'a Object> {
    let mut best = (0, Vec::new());
    for (how, of) in all {
        if how > best.0 || best.1.is_empty() {
            best = (how, vec![of]);
        } else if how == best.0 {
            best.1.push(of);
        }
    }
    best.1
}
