//! GW018: a file that isn't YAML.

use super::scene::Scene;
use super::{Found, Place};

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    for (file, mistake) in &scene.input.manifests.mistakes {
        found.add(
            Place::Manifest {
                file: file.clone(),
                line: mistake.line,
                object: String::new(),
            },
            format!("{}; nothing after it is looked at", mistake.what),
            "check the indentation, quotes and brackets up to this place",
        );
    }
}
