//! The linker of a release bundle: rust-lld, without the exports that only make the bundle larger.
//!
//! wasm-streams, which Leptos' server functions bring along, exports three classes to JavaScript. Nothing here makes one, but
//! an export is a root for the linker, and behind them hang 7 KB of futures (3 KB after brotli) that no later tool can
//! tell from what is called. An app that hands a Rust stream to JavaScript needs them and is built by `trunk` alone.
//!
//! rustc runs this program as its linker (see [`flags`]); everything else goes to rust-lld as it came.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::process;

/// How rustc begins the command line of rust-lld.
const FLAVOR: &str = "-flavor";

/// What the names of all exports of wasm-streams' classes have in common.
const STREAMS: &str = "intounderlying";

/// Returns whether this command line is one for a linker.
pub(crate) fn is_asked_for(arguments: &[String]) -> bool {
    arguments.first().is_some_and(|first| first == FLAVOR)
}

/// The flags by which rustc links with this program.
pub(crate) fn flags() -> Result<String, Failure> {
    rust_lld()?;
    let program = std::env::current_exe().unwrap_or_default();
    let program = program.display().to_string();
    if program.is_empty() || program.contains(' ') {
        let expected = "expected a path without spaces, as rustc's flags need it, found";
        return Err(Failure::new(format!("{expected} `{program}`")));
    }
    Ok(format!("-Clinker={program} -Clinker-flavor=wasm-lld"))
}

/// Links. Returns only if that cannot begin.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode, Failure> {
    let mut linker = process::command(rust_lld()?);
    Err(process::become_it(linker.args(without_streams(arguments))))
}

/// Leaves the exports of the streams out.
fn without_streams(arguments: &[String]) -> Vec<&str> {
    let mut kept = Vec::new();
    let mut arguments = arguments.iter().map(String::as_str).peekable();
    while let Some(argument) = arguments.next() {
        let unwanted =
            argument == "--export" && arguments.next_if(|name| name.contains(STREAMS)).is_some();
        if !unwanted {
            kept.push(argument);
        }
    }
    kept
}

/// Finds the linker that came with Rust.
fn rust_lld() -> Result<PathBuf, Failure> {
    let rustc = |flag: &[&str]| process::capture(process::command("rustc").args(flag));
    let sysroot = rustc(&["--print", "sysroot"])?;
    let version = rustc(&["-vV"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let rustlib = PathBuf::from(sysroot.trim()).join("lib/rustlib");
    let found = rustlib
        .join(host.unwrap_or_default())
        .join("bin")
        .join(format!("rust-lld{}", std::env::consts::EXE_SUFFIX));
    if found.is_file() {
        return Ok(found);
    }
    Err(Failure::new(format!(
        "expected the linker that comes with Rust, found no {}",
        found.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Vec<String> {
        line.split(' ').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn exports_of_the_streams_are_left_out_and_nothing_else() {
        let line = "-flavor wasm --export main --export __wbg_intounderlyingsink_free_58a9 --export \
                    intounderlyingsink_close --export __wbindgen_malloc intounderlying.o -o app.wasm --export";
        let kept = "-flavor wasm --export main --export __wbindgen_malloc intounderlying.o -o app.wasm --export";
        assert_eq!(without_streams(&arguments(line)).join(" "), kept);
    }

    #[test]
    fn a_command_line_for_a_linker_is_told_from_others() {
        assert!(is_asked_for(&arguments("-flavor wasm --export main")));
        for line in ["serve", "test native", ""] {
            assert!(!is_asked_for(&arguments(line)));
        }
    }
}
