//! Who is who in the manifests: the gateway's own workload, its Service, and the services
//! that it sends to.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Asked, Input, Place};
use crate::config::{Config, Service, ServiceHost};
use crate::mesh::manifests::virtual_service::{fits, is_for_the_mesh};
use crate::mesh::manifests::{Manifests, Name, Node, Object, selects};

/// Where Istio looks for what holds for the whole mesh.
pub(super) const ROOT: &str = "istio-system";

/// What the checks ask.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) input: Input<'a>,
    pub(super) workloads: Vec<Workload<'a>>,
    /// The gateway's; empty when nothing says it.
    pub(super) namespace: String,
    kinds: HashMap<&'a str, Vec<&'a Object>>,
    services: HashMap<Name, &'a Object>,
    namespaces: HashMap<&'a str, &'a Object>,
    /// The gateway's own Services.
    pub(super) own: Vec<&'a Object>,
    own_names: HashSet<Name>,
    /// The Services that routes send to.
    used_names: Vec<Name>,
    /// Whether there are more of the gateway's than are looked at.
    many: bool,
    /// By the index of the service.
    virtual_services: HashMap<usize, &'a Object>,
}

/// The most Deployments of the gateway, and Services of its own, that are looked at: others
/// are compared with each of them.
const MOST: usize = 20;

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
}

/// What the labels or annotations of a pod say about injection.
fn inject(node: &Node) -> Option<&str> {
    node.get("sidecar.istio.io/inject").and_then(Node::text)
}

/// The Deployments with a container that runs `api-gateway`, by its image or its command.
pub(super) fn workloads(manifests: &Manifests) -> Vec<Workload<'_>> {
    let all = manifests.of("Deployment").filter_map(workload);
    all.take(MOST).collect()
}

fn workload(object: &Object) -> Option<Workload<'_>> {
    let mut containers = object.node.items("spec.template.spec.containers").iter();
    let container = containers.find(|of| is_gateway(of))?;
    Some(Workload { object, container })
}

/// The echo services of `demo` have its image and are not it.
fn is_gateway(container: &Node) -> bool {
    if container.texts("args").next() == Some("demo") {
        return false;
    }
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
        let mut scene = Self {
            input,
            workloads,
            namespace,
            kinds: HashMap::new(),
            services: HashMap::new(),
            namespaces: HashMap::new(),
            own: Vec::new(),
            own_names: HashSet::new(),
            used_names: Vec::new(),
            many: false,
            virtual_services: HashMap::new(),
        };
        for object in &input.manifests.objects {
            scene.kinds.entry(&object.kind).or_default().push(object);
        }
        for object in input.manifests.of("Service") {
            let name = scene.name_of(object);
            if scene.selects_the_gateway(object) {
                scene.own.push(object);
                scene.own_names.insert(name.clone());
            }
            scene.services.entry(name).or_insert(object);
        }
        let deployments = input.manifests.of("Deployment").filter_map(workload);
        scene.many = scene.own.len() > MOST || deployments.count() > MOST;
        scene.own.truncate(MOST);
        let namespaces = input.manifests.of("Namespace");
        scene.namespaces = namespaces.map(|of| (of.name.as_str(), of)).collect();
        for (index, service) in scene.used() {
            let Some(name) = scene.name(service) else {
                continue;
            };
            if let Some(of) = scene.virtual_service_for(&name) {
                scene.virtual_services.insert(index, of);
            }
            scene.used_names.push(name);
        }
        scene
    }

    /// The VirtualService for what the gateway sends to the service with this index.
    pub(super) fn virtual_service(&self, service: usize) -> Option<&'a Object> {
        self.virtual_services.get(&service).copied()
    }

    /// What isn't looked at.
    pub(super) fn notes(&self) -> Vec<String> {
        let note = format!(
            "of the gateway's Deployments and Services only the first {MOST} are looked at"
        );
        self.many.then_some(note).into_iter().collect()
    }

    pub(super) fn config(&self) -> &'a Config {
        self.input.config
    }

    pub(super) fn of<'s>(&'s self, kind: &str) -> impl Iterator<Item = &'a Object> + use<'a, 's> {
        let all = self.kinds.get(kind).map_or(&[][..], Vec::as_slice);
        all.iter().copied()
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
        self.services.get(name).copied()
    }

    /// The Service of this name and its port.
    pub(super) fn port(&self, service: &Service) -> Option<(&'a Object, &'a Node)> {
        let object = self.service(&self.name(service)?)?;
        let wanted = u64::from(service.authority.port);
        let mut ports = object.node.items("spec.ports").iter();
        let port = ports.find(|port| port.number_at("port") == Some(wanted))?;
        Some((object, port))
    }

    fn selects_the_gateway(&self, service: &Object) -> bool {
        let selector = service.node.at("spec.selector");
        self.workloads.iter().any(|workload| {
            self.namespace_of(workload.object) == self.namespace_of(service)
                && selects(selector, workload.labels()) == Some(true)
        })
    }

    /// Whether this is a Service of the gateway's.
    pub(super) fn is_own(&self, name: &Name) -> bool {
        self.own_names.contains(name)
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

    /// Whether the pods of a Deployment get a sidecar, by what they and their Namespace say;
    /// `None` when neither does. One that refuses wins over one that asks.
    pub(super) fn has_sidecar(&self, deployment: &Object) -> Option<bool> {
        let pod = deployment.node.at("spec.template");
        let at = |path: &str| pod.and_then(|pod| pod.at(path));
        let own = at("metadata.labels").and_then(inject);
        let own = own.or_else(|| at("metadata.annotations").and_then(inject));
        let namespace = self.namespace_of(deployment);
        let around = self.namespaces.get(namespace);
        let around = around.and_then(|of| of.node.at("metadata.labels"));
        let around = |key: &str| around.and_then(|labels| labels.get(key)?.text());
        let refused = own == Some("false")
            || around("istio-injection") == Some("disabled")
            || at("spec.hostNetwork").and_then(Node::text) == Some("true");
        let revision = at("metadata.labels").and_then(|labels| labels.get("istio.io/rev"));
        let asked = own == Some("true")
            || around("istio-injection") == Some("enabled")
            || around("istio.io/rev").is_some()
            || revision.is_some();
        match (refused, asked) {
            (true, _) => Some(false),
            (false, true) => Some(true),
            (false, false) => None,
        }
    }

    /// The gateway's Deployments whose pods get a sidecar.
    pub(super) fn in_the_mesh(&self) -> impl Iterator<Item = &Workload<'a>> {
        let inside = |of: &&Workload<'a>| self.has_sidecar(of.object) == Some(true);
        self.workloads.iter().filter(inside)
    }

    /// Whether a Service's pods say that they want no sidecar.
    pub(super) fn is_outside(&self, service: &Object) -> bool {
        let selector = service.node.at("spec.selector");
        self.of("Deployment").any(|of| {
            let labels = of.node.at("spec.template.metadata.labels");
            self.namespace_of(of) == self.namespace_of(service)
                && selects(selector, labels) == Some(true)
                && self.has_sidecar(of) == Some(false)
        })
    }

    /// Whether a VirtualService is for what the gateway sends to a service.
    pub(super) fn is_for_a_service(&self, object: &Object) -> bool {
        let mut names = self.used_names.iter();
        is_for_the_mesh(object) && names.any(|name| fits(object, name, &self.namespace).is_some())
    }

    /// Whether an entry of a VirtualService sends to the gateway.
    pub(super) fn sends_to_the_gateway(&self, object: &Object, entry: &Node) -> bool {
        let from = self.namespace_of(object);
        entry.items("route").iter().any(|route| {
            let host = route.text_at("destination.host").unwrap_or_default();
            Name::of(host, from).is_some_and(|name| self.is_own(&name))
        })
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
