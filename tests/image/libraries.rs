//! The libraries that a program is linked with, and those that it may be.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Of what the image's base has (glibc and libgcc, besides others), that which the gateway
/// uses. The dynamic linker's name has the architecture in it.
const BASE: [&str; 4] = ["ld-linux", "libc.so.6", "libgcc_s.so.1", "libm.so.6"];

/// Name and place of all libraries that it is started with, as the dynamic linker finds them.
pub(crate) fn closure(program: &Path) -> Vec<(String, PathBuf)> {
    let output = Command::new("ldd").arg(program).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{listed}");
    let mut found = Vec::new();
    for line in listed.lines().map(str::trim) {
        let place = line.split_once(" => ").map_or(line, |(_, place)| place);
        let place = PathBuf::from(place.split(" (").next().unwrap());
        // The kernel's own isn't a file.
        if place.is_absolute() {
            let name = line.split(" => ").next().unwrap();
            let name = Path::new(name.split(" (").next().unwrap()).file_name();
            found.push((name.unwrap().to_str().unwrap().to_owned(), place));
        } else {
            assert!(line.starts_with("linux-vdso"), "not found: {line}");
        }
    }
    found
}

/// Those that the base needn't have.
pub(crate) fn foreign(linked: &[(String, PathBuf)]) -> Vec<&str> {
    let names = linked.iter().map(|(name, _)| name.as_str());
    names
        .filter(|name| {
            !BASE
                .iter()
                .any(|base| name == base || name.starts_with("ld-linux"))
        })
        .collect()
}
