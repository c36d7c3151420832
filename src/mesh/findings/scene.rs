//! Who is who in the manifests: the gateway's own workload, its Service, and the services
//! that it sends to.

use std::collections::BTreeSet;

use super::{Asked, Input, Place};
use crate::config::{Config, Service, ServiceHost};
use crate::mesh::manifests::{Manifests, Name, Node, Object, selects};

/// Where Istio looks for what holds for the whole mesh.
const ROOT: &str = "istio-system";

/// What the checks ask.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) input: Input<'a>,
    pub(super) workloads: Vec<Workload<'a>>,
    /// The gateway's; empty when nothing says it.
    pub(super) namespace: String,
}

/// A Deployment of the gateway.
#[derive(Debug, Clone, Copy)]
pub(super) struct Workload<'a> {
    pub(super) object: &'a Object,
    pub(super) container: &'a Node,
}

impl<'a> Workload<'a> {
    pub(super) fn labels(&self) -> Option<&'a Node> {
        self.object.node.at("spec.template.metadata.labels")
    }

    /// Whether its manifest itself asks for a sidecar.
    pub(super) fn has_sidecar(&self) -> bool {
        let of = |key: &str| self.object.node.at(key).and_then(inject);
        of("spec.template.metadata.labels")
            .or_else(|| of("spec.template.metadata.annotations"))
            .is_some_and(|value| value == "true")
    }
}

/// What the labels or annotations of a pod say about injection.
pub(super) fn inject(node: &Node) -> Option<&str> {
    node.get("sidecar.istio.io/inject").and_then(Node::text)
}

/// The values that the gateway's container gives its variables; none where they come from
/// elsewhere.
#[must_use]
pub fn environment(manifests: &Manifests) -> Vec<(String, String)> {
    let workloads = workloads(manifests);
    let all = workloads.iter().flat_map(|of| of.container.items("env"));
    all.filter_map(|entry| {
        let text = |key| entry.text_at(key).map(str::to_owned);
        // Kubernetes would put another variable in.
        let value = text("value").filter(|value| !value.contains("$("))?;
        Some((text("name")?, value))
    })
    .collect()
}

/// The Deployments with a container that runs `api-gateway`, by its image or its command.
fn workloads(manifests: &Manifests) -> Vec<Workload<'_>> {
    manifests.of("Deployment").filter_map(workload).collect()
}

fn workload(object: &Object) -> Option<Workload<'_>> {
    let mut containers = object.node.items("spec.template.spec.containers").iter();
    let container = containers.find(|of| is_gateway(of))?;
    Some(Workload { object, container })
}

fn is_gateway(container: &Node) -> bool {
    let image = container.text_at("image").unwrap_or_default();
    let image = image.split('@').next().unwrap_or_default();
    let last = image.rsplit('/').next().unwrap_or_default();
    let named = last.split(':').next() == Some("api-gateway");
    let mut words = container.texts("command").chain(container.texts("args"));
    named || words.any(|word| word.rsplit('/').next() == Some("api-gateway"))
}

impl<'a> Scene<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        let workloads = workloads(input.manifests);
        let namespace = namespace(input.manifests, &workloads);
        Self {
            input,
            workloads,
            namespace,
        }
    }

    pub(super) fn config(&self) -> &'a Config {
        self.input.config
    }

    pub(super) fn of(&self, kind: &'a str) -> impl Iterator<Item = &'a Object> + use<'a> {
        self.input.manifests.of(kind)
    }

    pub(super) fn namespace_of<'o>(&'o self, object: &'o Object) -> &'o str {
        object.namespace_or(&self.namespace)
    }

    pub(super) fn name_of(&self, object: &Object) -> Name {
        Name {
            service: object.name.clone(),
            namespace: self.namespace_of(object).to_owned(),
        }
    }

    /// The name in a service's `url`, when it is one of Kubernetes.
    pub(super) fn name(&self, service: &Service) -> Option<Name> {
        match &service.authority.host {
            ServiceHost::Name(host) => {
                let name = Name::of(host, &self.namespace)?;
                // `shop.example` might be one of Kubernetes, and might not.
                let bare = host.trim_end_matches('.');
                let clear = !bare.contains('.')
                    || bare.ends_with(".svc")
                    || bare.ends_with(".svc.cluster.local")
                    || self
                        .of("Service")
                        .any(|of| self.namespace_of(of) == name.namespace);
                clear.then_some(name)
            }
            ServiceHost::Ip(_) => None,
        }
    }

    /// Whether all variables of the gateway are in its manifest, rather than in a ConfigMap
    /// or a Secret, which might name other services.
    pub(super) fn knows_variables(&self) -> bool {
        let elsewhere = |of: &Node| {
            of.at("valueFrom.configMapKeyRef").is_some()
                || of.at("valueFrom.secretKeyRef").is_some()
                || of
                    .text_at("value")
                    .is_some_and(|value| value.contains("$("))
        };
        self.workloads.iter().all(|of| {
            let from = of.container.at("envFrom").is_some();
            !from && !of.container.items("env").iter().any(elsewhere)
        })
    }

    /// The services that a route sends to.
    pub(super) fn used(&self) -> impl Iterator<Item = (usize, &'a Service)> + use<'a> {
        use crate::config::Action;
        let config = self.input.config;
        let used: BTreeSet<usize> = config
            .routes
            .iter()
            .filter_map(|route| match route.action {
                Action::Proxy { service, .. } => Some(service),
                Action::Redirect(_) => None,
            })
            .collect();
        used.into_iter()
            .filter_map(|index| Some((index, config.services.get(index)?)))
    }

    /// The Service of this name.
    pub(super) fn service(&self, name: &Name) -> Option<&'a Object> {
        self.of("Service").find(|of| self.name_of(of) == *name)
    }

    /// The Service of this name and its port.
    pub(super) fn port(&self, service: &Service) -> Option<(&'a Object, &'a Node)> {
        let object = self.service(&self.name(service)?)?;
        let wanted = u64::from(service.authority.port);
        let mut ports = object.node.items("spec.ports").iter();
        let port = ports.find(|port| port.number_at("port") == Some(wanted))?;
        Some((object, port))
    }

    /// The gateway's own Services.
    pub(super) fn own(&self) -> impl Iterator<Item = &'a Object> {
        self.of("Service").filter(|of| {
            let selector = of.node.at("spec.selector");
            self.workloads.iter().any(|workload| {
                self.namespace_of(workload.object) == self.namespace_of(of)
                    && selects(selector, workload.labels()) == Some(true)
            })
        })
    }

    /// The labels that the pods of a Service have: those of its Deployment, else at least
    /// those that it selects by.
    pub(super) fn labels(&self, service: &'a Object) -> Option<&'a Node> {
        let selector = service.node.at("spec.selector")?;
        let mut of = self.of("Deployment").filter(|of| {
            self.namespace_of(of) == self.namespace_of(service)
                && selects(Some(selector), of.node.at("spec.template.metadata.labels"))
                    == Some(true)
        });
        match of.next() {
            Some(of) => of.node.at("spec.template.metadata.labels"),
            None => Some(selector),
        }
    }

    /// Whether a Service's pods say that they want no sidecar.
    pub(super) fn is_outside(&self, service: &Object) -> bool {
        let selector = service.node.at("spec.selector");
        self.of("Deployment").any(|of| {
            let labels = of.node.at("spec.template.metadata.labels");
            let annotations = of.node.at("spec.template.metadata.annotations");
            let refused = |node: Option<&Node>| node.and_then(inject) == Some("false");
            selects(selector, labels) == Some(true) && (refused(labels) || refused(annotations))
        })
    }

    /// The PeerAuthentication that holds for these pods' port, with its mode. Of several
    /// that may hold it is none.
    pub(super) fn mode(
        &self,
        namespace: &str,
        labels: Option<&Node>,
        port: Option<&str>,
    ) -> Option<(&'a Object, &'a str)> {
        let all: Vec<_> = self.of("PeerAuthentication").collect();
        let selector = |of: &&Object| of.node.at("spec.selector").cloned();
        let mut own = Vec::new();
        for of in &all {
            if self.namespace_of(of) != namespace {
                continue;
            }
            if let Some(selector) = selector(of)
                && selects(Some(&selector), labels)?
            {
                own.push(*of);
            }
        }
        let whole =
            |of: &&&Object, within: &str| selector(of).is_none() && self.namespace_of(of) == within;
        // Of several the oldest holds, which no manifest tells.
        if own.len() > 1 {
            return None;
        }
        own.extend(all.iter().find(|of| whole(of, namespace)));
        own.extend(all.iter().find(|of| whole(of, ROOT)));
        for of in own {
            if port.is_none() && of.node.at("spec.portLevelMtls").is_some() {
                return None;
            }
            let by_port =
                port.and_then(|port| of.node.at("spec.portLevelMtls")?.get(port)?.text_at("mode"));
            let mode = by_port.or_else(|| of.node.text_at("spec.mtls.mode"));
            if let Some(mode) = mode.filter(|mode| *mode != "UNSET") {
                return Some((of, mode));
            }
        }
        None
    }

    /// The one DestinationRule for a service; of several it is none.
    pub(super) fn rule(&self, name: &Name) -> Option<&'a Object> {
        let mut all = self.of("DestinationRule").filter(|of| {
            let host = of.node.text_at("spec.host").unwrap_or_default();
            Name::of(host, self.namespace_of(of)).as_ref() == Some(name)
        });
        match (all.next(), all.next()) {
            (Some(one), None) if one.node.at("spec.workloadSelector").is_none() => Some(one),
            _ => None,
        }
    }

    /// The part of a DestinationRule's policy that holds for a port.
    pub(super) fn policy(rule: &'a Object, port: u16) -> Option<&'a Node> {
        let whole = rule.node.at("spec.trafficPolicy")?;
        let mut ports = whole.items("portLevelSettings").iter();
        let own = ports.find(|of| of.number_at("port.number") == Some(u64::from(port)));
        Some(own.unwrap_or(whole))
    }

    /// `GET /x` of the gateway's client, for a sentence.
    pub(super) fn request(asked: &Asked) -> String {
        format!("{} {}", asked.method, asked.came)
    }
}

/// The gateway's, else the only one that is written.
fn namespace(manifests: &Manifests, workloads: &[Workload<'_>]) -> String {
    let own = workloads.iter().find_map(|of| of.object.namespace.clone());
    let written = manifests
        .objects
        .iter()
        .filter_map(|of| of.namespace.as_deref());
    let all: BTreeSet<&str> = written.filter(|name| *name != ROOT).collect();
    let only = all.first().filter(|_| all.len() == 1);
    own.or_else(|| only.map(|name| (*name).to_owned()))
        .unwrap_or_default()
}

/// The place of a value in a manifest.
pub(super) fn at(object: &Object, node: &Node) -> Place {
    Place::Manifest {
        file: object.file.clone(),
        line: node.line,
        object: object.title(),
    }
}

/// The key of a service.
pub(super) fn key(service: &Service, below: &str) -> Place {
    Place::Key(format!("services.{}.{below}", service.name))
}
