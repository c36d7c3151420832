//! The files below `--manifests`.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most bytes of one file, and of all together.
const LONGEST: u64 = 64 << 20;

/// The most files.
const MOST: usize = 20_000;

/// How deep directories may be.
const DEEPEST: usize = 32;

/// The names and contents of all YAML files, in the order of their names. A directory that
/// is a symbolic link isn't entered, and neither is one whose name begins with a dot.
pub(super) fn read(roots: &[PathBuf]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut paths = Vec::new();
    for root in roots {
        let failed = |why: std::io::Error| format!("{}: {why}", root.display());
        match fs::metadata(root).map_err(failed)?.is_dir() {
            true => below(root, 0, &mut paths)?,
            false => paths.push(root.clone()),
        }
    }
    let mut left = LONGEST;
    let mut all = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        let failed = |why: std::io::Error| format!("{name}: {why}");
        let mut bytes = Vec::new();
        let mut file = File::open(&path).map_err(failed)?.take(left + 1);
        let read = file.read_to_end(&mut bytes).map_err(failed)?;
        left = u64::try_from(read)
            .ok()
            .and_then(|read| left.checked_sub(read))
            .ok_or_else(|| format!("{name}: the manifests are larger than 64 MiB"))?;
        all.push((name, bytes));
    }
    Ok(all)
}

fn below(directory: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |why: std::io::Error| format!("{}: {why}", directory.display());
    let entries = fs::read_dir(directory).map_err(failed)?;
    let mut entries: Vec<_> = entries.collect::<Result<_, _>>().map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if entry.file_type().map_err(failed)?.is_dir() {
            if !hidden && depth < DEEPEST {
                below(&path, depth + 1, paths)?;
            }
        } else if is_yaml(&path) && path.is_file() {
            paths.push(path);
            if paths.len() > MOST {
                return Err(format!("{}: too many files", directory.display()));
            }
        }
    }
    Ok(())
}

fn is_yaml(path: &Path) -> bool {
    let ending = path.extension().and_then(std::ffi::OsStr::to_str);
    ending.is_some_and(|ending| matches!(ending, "yaml" | "yml"))
}
