//! The links of the pages lead somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the links of a page lead, in order.
pub(crate) fn links(page: &str) -> Vec<String> {
    let parts = page.split("](").skip(1);
    let ends = parts.filter_map(|part| part.split_once(')'));
    ends.map(|(link, _)| link.to_owned()).collect()
}

/// The name under which a heading can be linked to, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| anchor(line.trim_start_matches('#').trim()))
        .collect()
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let directories = ["", "docs", "docs/adr", "manifests", "loadtest"];
    let files = directories
        .iter()
        .flat_map(|directory| fs::read_dir(root.join(directory)).unwrap())
        .map(|entry| entry.unwrap().path());
    let pages: Vec<_> = files
        .filter(|file| file.extension().is_some_and(|ext| ext == "md"))
        .collect();
    assert!(pages.len() > 20, "{pages:?}");
    pages
}

#[test]
fn every_link_to_a_page_leads_to_one() {
    for file in pages() {
        let page = fs::read_to_string(&file).unwrap();
        for link in links(&page) {
            if link.contains("://") {
                continue;
            }
            let (path, fragment) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path {
                "" => file.clone(),
                path => file.parent().unwrap().join(path),
            };
            assert!(target.exists(), "{}: {link}", file.display());
            if !fragment.is_empty() {
                let there = anchors(&fs::read_to_string(&target).unwrap());
                assert!(there.contains(fragment), "{}: {link}", file.display());
            }
        }
    }
}
