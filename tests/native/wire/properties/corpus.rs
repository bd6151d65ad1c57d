//! The statements of the fuzz targets about text, on each file of the committed corpora.

use std::{fs, path::PathBuf};

use super::addresses::return_path;

#[path = "../../../../fuzz/src/wire.rs"]
pub(super) mod wire;

/// A statement about any bytes.
type Target = fn(&[u8]);

/// The targets of `fuzz/` that are about text.
const TARGETS: [(&str, Target); 6] = [
    ("client_frame", wire::client_frame),
    ("configuration", wire::configuration),
    ("http_body", wire::http_body),
    ("return_path", return_path),
    ("server_frame", wire::server_frame),
    ("tab_notice", wire::tab_notice),
];

#[test]
fn every_file_of_the_corpora_keeps_the_statements_of_its_target() {
    for (name, target) in TARGETS {
        replay(name, target);
    }
}

fn replay(name: &str, target: Target) {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", name]
        .iter()
        .collect();
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "the corpus of {name} is empty");
    for file in files {
        // Shown if the statement fails.
        eprintln!("{}", file.display());
        target(&fs::read(&file).expect("a readable file"));
    }
}
