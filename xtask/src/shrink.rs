//! Makes the wasm and the JavaScript glue of a release bundle smaller, together: what neither needs of the other goes, and
//! the names between them become short.
//!
//! 1. wasm-bindgen exports classes of every type that a dependency marks (the streams of wasm-streams). What the glue does
//!    not use leaves the glue, with the ways to start it that our page does not take; then what only that used leaves the wasm (wasm-metadce).
//! 2. wasm-opt makes the rest of the wasm smaller, and renames imports and exports.
//! 3. The glue gets the same names and loses the imports that are not needed any more; terser does the rest.
//!
//! Without binaryen or terser their steps are left out: such a bundle works, it is only larger.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Doing as _, Failure};
use crate::glue;
use crate::packages::{self, Binaryen};
use crate::process;
use crate::wasm_names::{ShortNames, graph_of};
use crate::workspace::Workspace;

/// Besides `-Oz`, once more after other control flow: the memory begins with zeros, and nothing lies in its first 1024 bytes, which are the far end of the stack.
const OPTIMISATIONS: [&str; 9] = [
    "-Oz",
    "--converge",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--zero-filled-memory",
    "--low-memory-unused",
    "--strip-producers",
];

/// The unsafe ones make functions that cannot be called with `new`; nobody calls those of the glue so.
const COMPRESSION: &str = "passes=3,ecma=2020,unsafe_arrows,unsafe_methods";

const LARGER: &str = "the bundle works but is larger; `npm ci` installs it";

/// Makes both files smaller in place.
pub(crate) fn run(workspace: &Workspace, wasm: &Path, glue: &Path) -> Result<(), Failure> {
    let mut text = fs::read_to_string(glue).doing("read", glue)?;
    text = glue::without_unused_parts(&text)?;
    match packages::binaryen(workspace) {
        Some(binaryen) => {
            let names = shrink_wasm(&binaryen, wasm, &text)?;
            text = glue::with_short_names(&text, &names)?;
        }
        None => println!(
            "warning: no wasm-opt and wasm-metadce of binaryen {}: {LARGER}",
            workspace.versions.binaryen
        ),
    }
    fs::write(glue, text).doing("write", glue)?;
    if let Some(terser) = packages::terser(workspace) {
        return shrink_glue(&terser, glue);
    }
    println!("warning: no terser: {LARGER}");
    Ok(())
}

/// Leaves in the wasm what the glue uses, and returns the names that its imports and exports have now.
fn shrink_wasm(binaryen: &Binaryen, wasm: &Path, glue: &str) -> Result<ShortNames, Failure> {
    let graph = wasm.with_extension("graph");
    fs::write(&graph, graph_of(&glue::used_exports(glue))).doing("write", &graph)?;
    let mut reached = process::command(&binaryen.wasm_metadce);
    reached.arg("--graph-file").arg(&graph);
    // It prints what it removes.
    capture_in_place(&mut reached, wasm)?;
    fs::remove_file(&graph).doing("remove", &graph)?;

    let mut smaller = process::command(&binaryen.wasm_opt);
    capture_in_place(smaller.args(OPTIMISATIONS), wasm)?;

    let mut renamed = process::command(&binaryen.wasm_opt);
    renamed.args([
        "--minify-imports-and-exports-and-modules",
        "--strip-target-features",
    ]);
    ShortNames::parse(&capture_in_place(&mut renamed, wasm)?)
}

/// Trunk's own minifier gives up on the `export { ... as default }` of wasm-bindgen.
fn shrink_glue(terser: &Path, glue: &Path) -> Result<(), Failure> {
    let mut command = process::command(terser);
    // `--mangle` would take a file that follows it for its options.
    command.args(["--module", "--mangle", "--compress", COMPRESSION]);
    capture_in_place(&mut command, glue).map(|_| ())
}

/// Runs a command that reads one file and writes another, which then takes the place of the first; returns what it printed.
fn capture_in_place(command: &mut Command, file: &Path) -> Result<String, Failure> {
    let smaller = smaller_name(file);
    let printed = process::capture_output(command.arg(file).arg("--output").arg(&smaller))?;
    fs::rename(&smaller, file).doing("replace", file)?;
    Ok(printed)
}

fn smaller_name(file: &Path) -> PathBuf {
    file.with_extension("smaller")
}
