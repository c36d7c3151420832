//! Manifests of Kubernetes and Istio, read as they stand: plain files, or what `kustomize
//! build` prints. A kustomization itself isn't applied, nor its patches.

mod host;
mod node;
mod object;
mod patterns;
mod protocol;
mod select;
mod span;
mod taken;
pub mod virtual_service;
mod yaml;

pub use host::{Name, fit};
pub use node::Node;
pub use object::{Object, RULES};
pub use patterns::Patterns;
pub use protocol::{Spoken, spoken};
pub use select::selects;
pub use span::span;
pub use taken::Taken;
pub use yaml::Mistake;

/// What is looked at; other kinds are left alone.
const KINDS: [&str; 15] = [
    "Service",
    "Deployment",
    "ConfigMap",
    "VirtualService",
    "DestinationRule",
    "Gateway",
    "PeerAuthentication",
    "AuthorizationPolicy",
    "Sidecar",
    "ServiceEntry",
    "ServiceMonitor",
    "PrometheusRule",
    "Namespace",
    RULES,
    "List",
];

/// What of a kustomization changes the objects that it names.
const CHANGES: [&str; 7] = [
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "replacements",
    "components",
    "namePrefix",
    "nameSuffix",
];

/// All objects of all files.
#[derive(Debug, Default)]
pub struct Manifests {
    /// In the order of the files.
    pub objects: Vec<Object>,
    /// The files that couldn't be read to their end, each with the mistake in it.
    pub mistakes: Vec<(String, Mistake)>,
    /// What was seen and isn't looked at.
    pub notes: Vec<String>,
}

impl Manifests {
    /// Reads the files, each with its name.
    #[must_use]
    pub fn read<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Self {
        let mut all = Self::default();
        let mut left = yaml::MAX_WEIGHT;
        for (name, bytes) in files {
            all.add(name, bytes, &mut left);
        }
        all
    }

    fn add(&mut self, file: &str, bytes: &[u8], left: &mut usize) {
        let mut mistake = match std::str::from_utf8(bytes) {
            Ok(text) => {
                let (documents, mistake) = yaml::documents(text, left);
                documents.into_iter().for_each(|of| self.take(file, of));
                mistake
            }
            Err(wrong) => {
                let before = &bytes[..wrong.valid_up_to()];
                let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
                let what = "is not UTF-8 here".to_owned();
                Some(Mistake { line, what })
            }
        };
        self.mistakes
            .extend(mistake.take().map(|of| (file.to_owned(), of)));
    }

    fn take(&mut self, file: &str, document: Node) {
        let Some(object) = Object::new(file, document) else {
            return;
        };
        let of_kustomize = object.kind == "Kustomization";
        let change = CHANGES.iter().find(|key| object.node.get(key).is_some());
        if let Some(key) = change.filter(|_| of_kustomize) {
            let directory = file
                .rsplit_once('/')
                .map_or(".", |(directory, _)| directory);
            self.notes.push(format!(
                "{file}: {key} isn't applied, and what it changes isn't seen; give what \
                 `kubectl kustomize {directory}` prints"
            ));
        }
        if !KINDS.contains(&object.kind.as_str()) {
            return;
        }
        if object.kind == "List" {
            // What `kubectl get -o yaml` prints.
            for item in object.node.items("items") {
                self.take(file, item.clone());
            }
            return;
        }
        self.objects.push(object);
    }

    /// YAML within a value, such as that of an annotation. There may be many, so aliases in it
    /// get it no more room than a text has without.
    #[must_use]
    pub fn value(text: &str) -> Option<Node> {
        let mut left = yaml::without_aliases(text);
        let (mut documents, mistake) = yaml::documents(text, &mut left);
        mistake.is_none().then(|| documents.pop()).flatten()
    }

    /// The objects of a kind.
    pub fn of<'m>(&'m self, kind: &'m str) -> impl Iterator<Item = &'m Object> {
        self.objects.iter().filter(move |of| of.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_other_kinds_and_other_files_are_left_alone() {
        let text = "apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: n }\n---\n\
                    kind: Secret\nmetadata: { name: b }\n---\njust: yaml\n---\n- x\n---\n\
                    kind: List\nitems:\n- kind: ConfigMap\n  metadata: { name: c }\n";
        let read = Manifests::read([("x.yaml", text.as_bytes()), ("y.yaml", b"a: \xff")]);
        let names: Vec<_> = read.objects.iter().map(|of| of.title()).collect();
        assert_eq!(names, ["Service a", "ConfigMap c"]);
        assert_eq!(read.objects[0].namespace.as_deref(), Some("n"));
        assert_eq!(read.objects[1].node.line, 14);
        assert_eq!(read.mistakes[0].0, "y.yaml");
    }

    #[test]
    fn many_files_of_aliases_share_one_bound() {
        let mut bomb = "kind: List\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..6 {
            let below = vec![format!("*a{}", level - 1); 9].join(", ");
            bomb += &format!("a{level}: &a{level} [{below}]\n");
        }
        let files = (0..30).map(|_| ("x.yaml", bomb.as_bytes()));
        let read = Manifests::read(files);
        // Each of them alone may be read; some of thirty aren't.
        assert!(
            (1..30).contains(&read.mistakes.len()),
            "{}",
            read.mistakes.len()
        );
        assert!(read.mistakes[0].1.what.contains("too much"));
        assert_eq!(Manifests::value(&bomb), None);
    }

    #[test]
    fn a_manifest_may_break_off_anywhere() {
        let whole = include_str!("../../manifests/base/deployment.yaml");
        let full = Manifests::read([("x", whole.as_bytes())]);
        assert_eq!((full.objects.len(), full.mistakes.len()), (1, 0));
        for end in (0..whole.len()).step_by(7) {
            let cut = Manifests::read([("x", &whole.as_bytes()[..end])]);
            assert!(cut.objects.len() + cut.mistakes.len() <= 1, "{end}");
        }
    }
}
