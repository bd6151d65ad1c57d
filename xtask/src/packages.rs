//! What comes from the system or from npm: browsers, Redis, Node and its packages, a C compiler, binaryen, terser.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

/// The oldest Node that Playwright runs on.
const NODE: u32 = 20;

/// Chrome or Chromium: `CHROME`, else the usual names on PATH.
pub(crate) fn chrome() -> Result<PathBuf, Failure> {
    const NAMES: [&str; 4] = [
        "chromium",
        "google-chrome",
        "google-chrome-stable",
        "chromium-browser",
    ];
    program("CHROME", &NAMES).ok_or_else(|| missing("Chrome", "chromium", "CHROME"))
}

/// chromedriver: `CHROMEDRIVER`, else on PATH.
pub(crate) fn chromedriver() -> Result<PathBuf, Failure> {
    program("CHROMEDRIVER", &["chromedriver"])
        .ok_or_else(|| missing("chromedriver", "chromium-driver", "CHROMEDRIVER"))
}

/// The Redis server that the backend's tests start, and what asks it.
pub(crate) fn require_redis() -> Result<(), Failure> {
    for name in ["redis-server", "redis-cli"] {
        if find(name).is_none() {
            return Err(Failure::new(format!(
                "{name} is missing; Debian package: redis-server"
            )));
        }
    }
    Ok(())
}

pub(crate) fn require_c_compiler() -> Result<(), Failure> {
    let found = program("CC", &["cc", "gcc", "clang"]);
    found
        .map(|_| ())
        .ok_or_else(|| missing("a C compiler", "build-essential", "CC"))
}

pub(crate) fn require_cpp_compiler() -> Result<(), Failure> {
    let found = program("CXX", &["c++", "g++", "clang++"]);
    found
        .map(|_| ())
        .ok_or_else(|| missing("a C++ compiler", "build-essential", "CXX"))
}

/// The packages of package-lock.json, installed into `node_modules` where they are missing or older.
pub(crate) fn ensure_npm_packages(workspace: &Workspace) -> Result<(), Failure> {
    ensure_npm_packages_in(&workspace.root)
}

/// The packages that a folder's package-lock.json names.
pub(crate) fn ensure_npm_packages_in(folder: &Path) -> Result<(), Failure> {
    require_node()?;
    let wanted = folder.join("package-lock.json");
    let installed = folder.join("node_modules/.package-lock.json");
    if changed(&installed) >= changed(&wanted) {
        return Ok(());
    }
    println!("installing npm packages (some seconds, once)");
    process::run(
        process::command("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(folder),
    )
}

fn require_node() -> Result<(), Failure> {
    let said = find("node").map(|node| process::capture(process::command(node).arg("--version")));
    let found = match said {
        Some(Ok(said))
            if node_major(&said).is_some_and(|major| major >= NODE) && find("npm").is_some() =>
        {
            return Ok(());
        }
        Some(Ok(said)) if find("npm").is_some() => format!("found {}", said.trim()),
        Some(Ok(_)) => String::from("found node without npm"),
        Some(Err(_)) | None => String::from("found none"),
    };
    Err(Failure::new(format!(
        "Node {NODE} or later with npm is needed, {found}; Debian packages: nodejs npm"
    )))
}

/// The 20 of `v20.20.2`.
fn node_major(said: &str) -> Option<u32> {
    said.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// The programs of binaryen that make wasm smaller.
#[derive(Debug)]
pub(crate) struct Binaryen {
    pub(crate) wasm_opt: PathBuf,
    pub(crate) wasm_metadce: PathBuf,
}

/// Binaryen of the pinned major version: on PATH, else in `node_modules`.
pub(crate) fn binaryen(workspace: &Workspace) -> Option<Binaryen> {
    Some(Binaryen {
        wasm_opt: of_binaryen(workspace, "wasm-opt")?,
        wasm_metadce: of_binaryen(workspace, "wasm-metadce")?,
    })
}

fn of_binaryen(workspace: &Workspace, name: &str) -> Option<PathBuf> {
    let from_npm = workspace.root.join("node_modules/.bin").join(name);
    find(name).into_iter().chain([from_npm]).find(|program| {
        process::capture(process::command(program).arg("--version"))
            .is_ok_and(|said| is_binaryen(&said, &workspace.versions.binaryen))
    })
}

/// terser, which makes the JavaScript glue smaller.
pub(crate) fn terser(workspace: &Workspace) -> Option<PathBuf> {
    Some(workspace.root.join("node_modules/.bin/terser")).filter(|program| program.is_file())
}

/// Whether `wasm-opt version 132 (version_132)` is release 132.0.0.
fn is_binaryen(said: &str, pinned: &str) -> bool {
    let major = pinned.split('.').next();
    major.is_some() && said.split_whitespace().nth(2) == major
}

fn changed(file: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(file)
        .and_then(|metadata| metadata.modified())
        .ok()
}

fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    match env::var_os(variable).filter(|value| !value.is_empty()) {
        Some(chosen) => find(&chosen.to_string_lossy()),
        None => names.iter().find_map(|name| find(name)),
    }
}

/// A program by path, or by name on PATH.
fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // Joining an absolute path gives that path.
    env::split_paths(&path)
        .map(|directory| directory.join(name))
        .find(|candidate| candidate.is_file())
}

fn missing(what: &str, package: &str, variable: &str) -> Failure {
    let chosen = env::var_os(variable).filter(|value| !value.is_empty());
    let found = chosen.map_or_else(String::new, |value| {
        format!(" ({variable} is {})", value.to_string_lossy())
    });
    Failure::new(format!(
        "{what} is missing{found}; Debian package: {package}; or set {variable} to its path"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pinned_binaryen_will_do() {
        assert!(is_binaryen(
            "wasm-opt version 132 (version_132)\n",
            "132.0.0"
        ));
        assert!(!is_binaryen("wasm-opt version 108\n", "132.0.0"));
        assert!(!is_binaryen("", "132.0.0"));
    }

    #[test]
    fn node_tells_its_major_version() {
        assert_eq!(node_major("v20.20.2\n"), Some(20));
        assert_eq!(node_major("nonsense"), None);
    }

    #[test]
    fn programs_are_found_by_name_and_by_path() {
        let by_name = find("sh").unwrap();
        assert_eq!(find(&by_name.to_string_lossy()), Some(by_name));
        assert_eq!(find("no-such-program"), None);
    }

    #[test]
    fn what_is_missing_comes_with_its_package() {
        let failure = missing("Chrome", "chromium", "NO_SUCH_VARIABLE").to_string();
        assert_eq!(
            failure,
            "Chrome is missing; Debian package: chromium; or set NO_SUCH_VARIABLE to its path"
        );
    }
}
