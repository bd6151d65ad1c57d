//! Where things are and which versions are pinned, read from `cargo metadata`, the root `Cargo.toml` and `Cargo.lock`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::{Doing as _, Failure};
use crate::process;

/// The browser bundle's package, its binary and its only wasm file.
pub(crate) const APP: &str = "leptos-session";
pub(crate) const BACKEND: &str = "session-backend";
pub(crate) const CORE: &str = "session-core";
pub(crate) const PROTOCOL: &str = "session-protocol";
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) versions: Versions,
    /// The first load may weigh this many bytes after brotli.
    pub(crate) first_load_budget: u64,
}

/// The tools' versions, pinned in `[workspace.metadata.tools]`.
#[derive(Debug)]
pub(crate) struct Versions {
    pub(crate) trunk: String,
    pub(crate) cargo_deny: String,
    pub(crate) cargo_fuzz: String,
    pub(crate) cargo_llvm_cov: String,
    pub(crate) cargo_mutants: String,
    pub(crate) binaryen: String,
    /// The one in `Cargo.lock`: command and library speak a private format.
    pub(crate) wasm_bindgen: String,
}

impl Workspace {
    pub(crate) fn locate() -> Result<Self, Failure> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("Cargo.toml");
        let json = process::capture(
            process::command("cargo")
                .args([
                    "metadata",
                    "--no-deps",
                    "--format-version",
                    "1",
                    "--manifest-path",
                ])
                .arg(&manifest),
        )?;
        let metadata: Value =
            serde_json::from_str(&json).doing("understand `cargo metadata` of", &manifest)?;
        let root = manifest.with_file_name("");
        let lock = root.join("Cargo.lock");
        let lock_text = fs::read_to_string(&lock).doing("read", &lock)?;
        let pinned = |tool: &str| text_at(&metadata, &format!("/metadata/tools/{tool}"));
        Ok(Self {
            target: PathBuf::from(text_at(&metadata, "/target_directory")?),
            versions: Versions {
                trunk: pinned("trunk")?,
                cargo_deny: pinned("cargo-deny")?,
                cargo_fuzz: pinned("cargo-fuzz")?,
                cargo_llvm_cov: pinned("cargo-llvm-cov")?,
                cargo_mutants: pinned("cargo-mutants")?,
                binaryen: pinned("binaryen")?,
                wasm_bindgen: locked_version(&lock_text, "wasm-bindgen")
                    .ok_or_else(|| Failure::new("Cargo.lock has no package wasm-bindgen"))?
                    .to_owned(),
            },
            first_load_budget: at(
                &metadata,
                "/metadata/budget/first-load-brotli",
                Value::as_u64,
            )?,
            root,
        })
    }

    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }
}

fn text_at(metadata: &Value, pointer: &str) -> Result<String, Failure> {
    at(metadata, pointer, Value::as_str).map(str::to_owned)
}

fn at<'a, T>(
    metadata: &'a Value,
    pointer: &str,
    read: impl Fn(&'a Value) -> Option<T>,
) -> Result<T, Failure> {
    metadata.pointer(pointer).and_then(read).ok_or_else(|| {
        let key = pointer.trim_start_matches('/').replace('/', ".");
        Failure::new(format!(
            "the root Cargo.toml does not say [workspace.{key}]"
        ))
    })
}

/// The version of a package in the text of a `Cargo.lock`; the first one where there are several.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let quoted = |line: &'a str, key: &str| {
        line.strip_prefix(key)?
            .strip_prefix(" = \"")?
            .strip_suffix('"')
    };
    let mut lines = lock.lines();
    lines.find(|line| quoted(line, "name") == Some(package))?;
    lines
        .take_while(|line| !line.is_empty())
        .find_map(|line| quoted(line, "version"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"version = 4

[[package]]
name = "wasm-bindgen-futures"
version = "0.4.80"

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
dependencies = [
 "cfg-if",
]

[[package]]
name = "without-version"

[[package]]
name = "zlib"
version = "1.0.0"
"#;

    #[test]
    fn a_version_is_that_of_the_package_with_exactly_this_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm-bindgen-futures"), Some("0.4.80"));
    }

    #[test]
    fn a_package_without_a_version_does_not_borrow_the_next_one() {
        assert_eq!(locked_version(LOCK, "without-version"), None);
        assert_eq!(locked_version(LOCK, "missing"), None);
    }

    #[test]
    fn a_missing_pin_is_named() {
        let failure = text_at(&serde_json::json!({}), "/metadata/tools/trunk").unwrap_err();
        assert_eq!(
            failure.to_string(),
            "the root Cargo.toml does not say [workspace.metadata.tools.trunk]"
        );
    }

    #[test]
    fn this_workspace_is_found() {
        let workspace = Workspace::locate().unwrap();
        assert!(workspace.root.join("xtask").is_dir());
        assert!(workspace.first_load_budget > 0);
    }
}
