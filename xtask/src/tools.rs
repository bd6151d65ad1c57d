//! Command-line tools at pinned versions.
//!
//! A tool of the right version on PATH is used; otherwise it is installed into a cache of ours
//! (`~/.cache/leptos-session/tools/NAME-VERSION`), so that another version the user has stays as it is.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::packages;
use crate::process;
use crate::workspace::{WASM_TARGET, Workspace};

/// Directories with the tools that were made available, to be put before PATH.
#[derive(Debug, Default)]
pub(crate) struct Toolbox {
    directories: Vec<PathBuf>,
}

impl Toolbox {
    /// What it takes to build the page: the wasm target, trunk and the wasm-bindgen command.
    pub(crate) fn for_bundles(workspace: &Workspace) -> Result<Self, Failure> {
        let mut toolbox = Self::for_wasm_tests(workspace)?;
        toolbox.add(&Tool {
            package: "trunk",
            program: "trunk",
            version: &workspace.versions.trunk,
            patience: "about 6 minutes",
        })?;
        Ok(toolbox)
    }

    /// What it takes to run tests in a browser: the wasm target and wasm-bindgen's test runner.
    pub(crate) fn for_wasm_tests(workspace: &Workspace) -> Result<Self, Failure> {
        ensure_wasm_target()?;
        let mut toolbox = Self::default();
        toolbox.add(&Tool {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version: &workspace.versions.wasm_bindgen,
            patience: "about 2 minutes",
        })?;
        Ok(toolbox)
    }

    /// cargo-deny, for licences and advisories.
    pub(crate) fn for_licences(workspace: &Workspace) -> Result<Self, Failure> {
        let mut toolbox = Self::default();
        toolbox.add(&Tool {
            package: "cargo-deny",
            program: "cargo-deny",
            version: &workspace.versions.cargo_deny,
            patience: "about 3 minutes",
        })?;
        Ok(toolbox)
    }

    /// cargo-fuzz, which builds and runs fuzz targets.
    pub(crate) fn for_fuzzing(workspace: &Workspace) -> Result<Self, Failure> {
        let mut toolbox = Self::default();
        toolbox.add(&Tool {
            package: "cargo-fuzz",
            program: "cargo-fuzz",
            version: &workspace.versions.cargo_fuzz,
            patience: "about half a minute",
        })?;
        Ok(toolbox)
    }

    /// cargo-mutants, which breaks code to see whether a test notices.
    pub(crate) fn for_mutants(workspace: &Workspace) -> Result<Self, Failure> {
        let mut toolbox = Self::default();
        toolbox.add(&Tool {
            package: "cargo-mutants",
            program: "cargo-mutants",
            version: &workspace.versions.cargo_mutants,
            patience: "about 2 minutes",
        })?;
        Ok(toolbox)
    }

    /// cargo-llvm-cov and LLVM's tools, for coverage.
    pub(crate) fn for_coverage(workspace: &Workspace) -> Result<Self, Failure> {
        ensure_llvm_tools()?;
        let mut toolbox = Self::default();
        toolbox.add(&Tool {
            package: "cargo-llvm-cov",
            program: "cargo-llvm-cov",
            version: &workspace.versions.cargo_llvm_cov,
            patience: "about 2 minutes",
        })?;
        Ok(toolbox)
    }

    /// A command that sees these tools first.
    pub(crate) fn command(&self, program: &str) -> Command {
        // `Command` looks a bare name up in our PATH, not in the one it is given.
        let found = self
            .directories
            .iter()
            .map(|directory| directory.join(program))
            .find(|path| path.is_file());
        let mut command = process::command(
            found.map_or_else(|| OsString::from(program), PathBuf::into_os_string),
        );
        if let Some(path) = self.path() {
            command.env("PATH", path);
        }
        command
    }

    /// The program behind `cargo <subcommand>`, called as Cargo would call it.
    pub(crate) fn subcommand(&self, subcommand: &str) -> Command {
        let mut command = self.command(&format!("cargo-{subcommand}"));
        command.arg(subcommand);
        command
    }

    fn path(&self) -> Option<OsString> {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let inherited = env::split_paths(&inherited);
        env::join_paths(self.directories.iter().cloned().chain(inherited)).ok()
    }

    fn add(&mut self, tool: &Tool<'_>) -> Result<(), Failure> {
        if tool.has_version(Path::new(tool.program)) {
            return Ok(());
        }
        let root = cache()?.join(format!("{}-{}", tool.package, tool.version));
        let directory = root.join("bin");
        if !tool.has_version(&directory.join(tool.program)) {
            tool.install(&root)?;
        }
        self.directories.push(directory);
        Ok(())
    }
}

/// A program that `cargo install` can build.
#[derive(Debug)]
struct Tool<'a> {
    package: &'a str,
    program: &'a str,
    version: &'a str,
    patience: &'a str,
}

impl Tool<'_> {
    fn has_version(&self, program: &Path) -> bool {
        // Cargo tells its subcommands their name, and some insist on it.
        let subcommand = self.program.strip_prefix("cargo-");
        let mut command = process::command(program);
        process::capture(command.args(subcommand).arg("--version"))
            .is_ok_and(|said| last_word(&said) == Some(self.version))
    }

    fn install(&self, root: &Path) -> Result<(), Failure> {
        packages::require_c_compiler()?;
        let Self {
            package,
            version,
            patience,
            ..
        } = self;
        println!("installing {package} {version} ({patience}, once)");
        if process::run(&mut self.installation(root, true)).is_ok() {
            return Ok(());
        }
        if process::interrupted() {
            return Err(Failure::Interrupted);
        }
        println!(
            "retrying without the versions that {package} {version} was locked to: one may be gone"
        );
        process::run(&mut self.installation(root, false)).map_err(|_| {
            Failure::new(format!(
                "{package} {version} did not install; `cargo install {package}@{version}` by hand may say more"
            ))
        })
    }

    fn installation(&self, root: &Path, locked: bool) -> Command {
        let mut command = process::command("cargo");
        // Our target directory is for this workspace; cargo takes a temporary one.
        command
            .args(["install", "--root"])
            .arg(root)
            .env_remove("CARGO_TARGET_DIR");
        command
            .args(process::quiet_in_logs())
            .args(locked.then_some("--locked"));
        command.arg(format!("{}@{}", self.package, self.version));
        command
    }
}

pub(crate) fn ensure_wasm_target() -> Result<(), Failure> {
    let sysroot = process::capture(process::command("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(WASM_TARGET)
        .is_dir()
    {
        return Ok(());
    }
    println!("installing the Rust target {WASM_TARGET} (some seconds, once)");
    process::run(process::command("rustup").args(["target", "add", WASM_TARGET])).map_err(|_| {
        Failure::new(format!("the Rust target {WASM_TARGET} is missing; `rustup target add {WASM_TARGET}` installs it"))
    })
}

/// The `llvm-cov` and `llvm-profdata` that know the compiler's format.
fn ensure_llvm_tools() -> Result<(), Failure> {
    let chosen = ["LLVM_COV", "LLVM_PROFDATA"].map(env::var_os);
    let libraries = process::capture(process::command("rustc").args(["--print", "target-libdir"]))?;
    let shipped = Path::new(libraries.trim()).with_file_name("bin/llvm-cov");
    if chosen.iter().all(Option::is_some) || shipped.is_file() {
        return Ok(());
    }
    println!("installing the Rust component llvm-tools (some seconds, once)");
    process::run(process::command("rustup").args(["component", "add", "llvm-tools"])).map_err(|_| {
        Failure::new(
            "LLVM's coverage tools are missing; `rustup component add llvm-tools` installs them; or set LLVM_COV and \
             LLVM_PROFDATA to llvm-cov and llvm-profdata of the LLVM that `rustc -vV` names (Debian package: \
             llvm-VERSION)",
        )
    })
}

fn cache() -> Result<PathBuf, Failure> {
    let of_home = || env::home_dir().map(|home| home.join(".cache"));
    env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(of_home)
        .map(|cache| cache.join("leptos-session/tools"))
        .ok_or_else(|| Failure::new("no place for tools: neither XDG_CACHE_HOME nor HOME is set"))
}

/// The version in `trunk 0.21.14` and the like.
fn last_word(said: &str) -> Option<&str> {
    said.lines().next()?.split_whitespace().last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_last_word_of_the_first_line() {
        assert_eq!(last_word("trunk 0.21.14\n"), Some("0.21.14"));
        assert_eq!(last_word("wasm-bindgen 0.2.130\nmore"), Some("0.2.130"));
        assert_eq!(last_word(""), None);
    }

    #[test]
    fn a_tool_of_another_version_or_none_is_not_used() {
        let tool = |program, version| Tool {
            package: "p",
            program,
            version,
            patience: "",
        };
        assert!(!tool("cargo", "0.0.0").has_version(Path::new("cargo")));
        assert!(!tool("no-such-program", "1").has_version(Path::new("no-such-program")));
    }

    #[test]
    fn a_toolbox_comes_before_path() {
        let toolbox = Toolbox {
            directories: vec![PathBuf::from("/first")],
        };
        let path = toolbox.path().unwrap();
        assert_eq!(
            env::split_paths(&path).next(),
            Some(PathBuf::from("/first"))
        );
    }
}
