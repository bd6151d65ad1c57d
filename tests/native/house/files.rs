//! The files of the repository, as Git knows them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Longest source file, in lines.
const LONGEST: usize = 400;

/// Returns the root of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("a member lies in the workspace")
        .to_owned()
}

/// Returns the path and text of each file whose name ends like one of `endings`: those that Git
/// tracks and those that it would.
pub(crate) fn with_endings(endings: &[&str]) -> Vec<(String, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("Git lists the files");
    let names = String::from_utf8(listed.stdout).expect("file names are UTF-8");
    let ours = names
        .lines()
        .filter(|name| endings.iter().any(|ending| name.ends_with(ending)));
    let mut files: Vec<_> = ours
        .filter_map(|name| {
            // A file that was deleted and not committed yet is listed, too.
            std::fs::read_to_string(root().join(name))
                .ok()
                .map(|text| (name.to_owned(), text))
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no file ends with {endings:?}");
    files
}

/// Fails with the list of faults unless it is empty.
pub(crate) fn expect_none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}\n  {}", faults.join("\n  "));
}

#[test]
fn every_rust_file_begins_with_what_it_is() {
    let files = with_endings(&[".rs"]);
    let headless = files.iter().filter(|(_, text)| !text.starts_with("//! "));
    let faults: Vec<_> = headless.map(|(name, _)| name.clone()).collect();
    expect_none(
        "begin these files with a `//!` line that says what they are:",
        &faults,
    );
}

#[test]
fn no_file_is_longer_than_one_idea() {
    let files = with_endings(&[".rs", ".ts", ".mjs", ".css"]);
    let long = files
        .iter()
        .filter(|(_, text)| text.lines().count() > LONGEST);
    let faults: Vec<_> = long
        .map(|(name, text)| format!("{name}: {} lines", text.lines().count()))
        .collect();
    expect_none("divide these files, each has more than 400 lines:", &faults);
}
