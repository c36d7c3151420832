//! The page that names the differences.

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../docs/compatibility.md");

/// The first column of its table; every row says what both do and why.
pub fn names() -> BTreeSet<String> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| `"));
    let mut names = BTreeSet::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert!(
            cells.len() == 4 && cells.iter().all(|cell| !cell.is_empty()),
            "not name, Go, gateway, why: {row}"
        );
        let name = cells[0].trim_matches('`').to_owned();
        assert!(names.insert(name), "named twice: {row}");
    }
    names
}
