//! The promises of the client, in each life of the committed corpus of the fuzzer.

use std::{fs, path::PathBuf};

use arbitrary::{Arbitrary, Unstructured};

use super::client::Life;

#[test]
fn every_life_of_the_corpus_keeps_every_promise() {
    let folder: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "../../fuzz/corpus/client_inputs",
    ]
    .iter()
    .collect();
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("client_inputs: {error}"));
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "the corpus of client_inputs is empty");
    for file in files {
        // Shown if a promise is broken.
        eprintln!("{}", file.display());
        let bytes = fs::read(&file).expect("a readable file");
        if let Ok(life) = Life::arbitrary_take_rest(Unstructured::new(&bytes)) {
            life.live();
        }
    }
}
