//! Files under a directory, and a fingerprint of names and contents.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Doing as _, Failure};

/// All files at or under `path`, sorted; none if there is nothing.
pub(crate) fn under(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    collect(path, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if path.is_file() {
        found.push(path.to_owned());
    } else if path.is_dir() {
        for entry in fs::read_dir(path).doing("list", path)? {
            collect(&entry.doing("list", path)?.path(), found)?;
        }
    }
    Ok(())
}

pub(crate) fn extension(file: &Path) -> &str {
    file.extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
}

/// FNV-1a, 64 bits: the same on every machine, and enough to tell builds apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) const EMPTY: Self = Self(0xcbf2_9ce4_8422_2325);

    /// Of the names and contents of all files at or under these paths of `root`.
    pub(crate) fn of_files(root: &Path, paths: &[&str]) -> Result<Self, Failure> {
        let mut fingerprint = Self::EMPTY;
        for path in paths {
            for file in under(&root.join(path))? {
                let name = file.strip_prefix(root).unwrap_or(&file);
                let contents = fs::read(&file).doing("read", &file)?;
                fingerprint = fingerprint
                    .and(name.to_string_lossy().as_bytes())
                    .and(&contents);
            }
        }
        Ok(fingerprint)
    }

    #[must_use]
    pub(crate) fn and(self, bytes: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        // The length keeps neighbouring pieces apart.
        let length = bytes.len().to_le_bytes();
        Self(bytes.iter().chain(&length).fold(self.0, step))
    }

    pub(crate) fn hex(self) -> String {
        format!("{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
    }

    #[test]
    fn the_order_and_the_borders_of_pieces_count() {
        let of = |pieces: &[&str]| {
            pieces
                .iter()
                .fold(Fingerprint::EMPTY, |all, piece| all.and(piece.as_bytes()))
        };
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["ab", ""]), of(&["a", "b"]));
    }

    #[test]
    fn a_fingerprint_is_sixteen_digits() {
        assert_eq!(Fingerprint::EMPTY.hex(), "cbf29ce484222325");
        assert_eq!(Fingerprint(1).hex().len(), 16);
    }

    #[test]
    fn files_are_found_at_and_under_a_path() {
        let manifest = here().join("Cargo.toml");
        assert_eq!(under(&manifest).unwrap(), std::slice::from_ref(&manifest));
        assert!(under(&here()).unwrap().contains(&manifest));
        assert!(under(&here().join("missing")).unwrap().is_empty());
    }

    #[test]
    fn a_fingerprint_of_files_is_repeatable() {
        let of = |path| Fingerprint::of_files(&here(), &[path]).unwrap();
        assert_eq!(of("src"), of("src"));
        assert_ne!(of("src"), of("Cargo.toml"));
        assert_eq!(of("missing"), Fingerprint::EMPTY);
    }
}
