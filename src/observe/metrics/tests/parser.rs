//! Reads the text format of Prometheus, and takes nothing that isn't quite it.

use std::collections::{BTreeMap, BTreeSet};

/// The labels of a sample.
pub(super) type Labels = BTreeMap<String, String>;

pub(super) struct Scrape {
    /// The type of each family.
    pub(super) types: BTreeMap<String, String>,
    /// In the order of the page.
    pub(super) samples: Vec<Sample>,
}

pub(super) struct Sample {
    pub(super) name: String,
    /// The name without what a histogram adds to it.
    pub(super) family: String,
    pub(super) labels: Labels,
    pub(super) value: f64,
}

impl Scrape {
    pub(super) fn parse(text: &str) -> Self {
        assert!(text.ends_with('\n'));
        let mut scrape = Self {
            types: BTreeMap::new(),
            samples: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        let mut current = None;
        let mut lines = text.split_terminator('\n');
        while let Some(line) = lines.next() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').unwrap();
                assert!(is_name(name) && !help.is_empty(), "{line}");
                let kind = lines.next().unwrap().strip_prefix("# TYPE ").unwrap();
                let (of, kind) = kind.split_once(' ').unwrap();
                assert_eq!(of, name);
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert!(kind != "counter" || name.ends_with("_total"), "{name}");
                let before = scrape.types.insert(name.to_owned(), kind.to_owned());
                assert_eq!(before, None, "{name} comes twice");
                current = Some((name, kind));
                continue;
            }
            let (family, kind) = current.unwrap();
            let (name, labels, value) = sample(line);
            let suffix = name.strip_prefix(family).unwrap();
            let suffixes: &[&str] = match kind {
                "histogram" => &["_bucket", "_sum", "_count"],
                _ => &[""],
            };
            assert!(suffixes.contains(&suffix), "{line}");
            assert_eq!(labels.contains_key("le"), suffix == "_bucket", "{line}");
            assert!(seen.insert((name.clone(), labels.clone())), "twice: {line}");
            scrape.samples.push(Sample {
                name,
                family: family.to_owned(),
                labels,
                value,
            });
        }
        scrape.check_histograms();
        scrape
    }

    /// Buckets ascend, the last one is `+Inf` and the count.
    fn check_histograms(&self) {
        let mut buckets: BTreeMap<_, Vec<(f64, f64)>> = BTreeMap::new();
        for sample in &self.samples {
            let mut labels = sample.labels.clone();
            if let Some(le) = labels.remove("le") {
                let of = buckets.entry((&sample.family, labels)).or_default();
                of.push((le.parse().unwrap(), sample.value));
            }
        }
        for ((family, labels), buckets) in buckets {
            let ascends = buckets
                .windows(2)
                .all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1);
            assert!(ascends, "{family} {labels:?} {buckets:?}");
            let (last, count) = buckets.last().unwrap();
            assert_eq!(*last, f64::INFINITY);
            assert_eq!(self.find(&format!("{family}_count"), &labels), Some(*count));
            assert!(self.find(&format!("{family}_sum"), &labels).is_some());
        }
    }

    fn find(&self, name: &str, labels: &Labels) -> Option<f64> {
        let mut samples = self.samples.iter();
        let sample = samples.find(|s| s.name == name && s.labels == *labels);
        sample.map(|s| s.value)
    }

    /// The value of the sample with exactly these labels.
    pub(super) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels = labels.iter().map(|(k, v)| ((*k).into(), (*v).into()));
        self.find(name, &labels.collect())
    }

    /// The values of a label, in the order of the page.
    pub(super) fn values_of(&self, name: &str, label: &str) -> Vec<&str> {
        let samples = self.samples.iter().filter(|s| s.name == name);
        samples.map(|s| s.labels[label].as_str()).collect()
    }

    /// The sum of the samples with this name.
    pub(super) fn sum(&self, name: &str) -> f64 {
        let samples = self.samples.iter().filter(|s| s.name == name);
        samples.map(|s| s.value).sum()
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn sample(line: &str) -> (String, Labels, f64) {
    let end = line.find(['{', ' ']).unwrap();
    let (name, mut rest) = line.split_at(end);
    assert!(is_name(name), "{line}");
    let mut labels = Labels::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (label, after) = rest.split_once("=\"").unwrap();
            assert!(is_name(label), "{line}");
            let (value, after) = quoted(after);
            assert_eq!(labels.insert(label.into(), value), None, "{line}");
            if let Some(after) = after.strip_prefix(',') {
                rest = after;
            } else {
                rest = after.strip_prefix('}').unwrap();
                break;
            }
        }
    }
    let value = rest.strip_prefix(' ').unwrap();
    let plain = value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    assert!(plain, "{line}");
    (name.into(), labels, value.parse().unwrap())
}

/// The value, and what follows its closing quote.
fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    loop {
        match chars.next().unwrap() {
            (at, '"') => return (value, &text[at + 1..]),
            (_, '\\') => value.push(match chars.next().unwrap().1 {
                'n' => '\n',
                escaped @ ('\\' | '"') => escaped,
                other => panic!("\\{other}"),
            }),
            (_, char) => value.push(char),
        }
    }
}
