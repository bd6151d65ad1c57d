//! The standard library of a release bundle, rebuilt for size where that is possible.
//!
//! The one that rustup ships is built for speed and keeps the texts of its panics. Rebuilding it is not stable in Cargo yet,
//! so `RUSTC_BOOTSTRAP` lifts that bar, only for the bundle: panics become traps without a message. Without the sources of
//! the standard library, or with a compiler that knows other options, a bundle is made with the one that is there.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::linker;
use crate::process;
use crate::workspace::{WASM_TARGET, Workspace};

/// For the code of the bundle and its standard library alike.
const RUSTFLAGS: &str =
    "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

/// What Cargo reads instead of its `-Zbuild-std` and `-Zbuild-std-features`.
const SETTINGS: [(&str, &str); 3] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
];

/// Where the standard library of a bundle comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StandardLibrary {
    RebuiltForSize,
    AsShipped,
}

impl StandardLibrary {
    /// The best one that this machine can build; installs its sources where they are missing.
    pub(crate) fn prepare() -> Result<Self, Failure> {
        if !has_sources()? {
            println!("installing rust-src (once)");
            let mut rustup = process::command("rustup");
            let installed = process::run(rustup.args(["component", "add", "rust-src"]));
            if matches!(installed, Err(Failure::Interrupted)) {
                return Err(Failure::Interrupted);
            }
            if installed.is_err() || !has_sources()? {
                println!("warning: no rust-src: {LARGER}");
                return Ok(Self::AsShipped);
            }
        }
        if knows_options() {
            return Ok(Self::RebuiltForSize);
        }
        println!("warning: rustc does not take `{RUSTFLAGS}`: {LARGER}");
        Ok(Self::AsShipped)
    }

    /// Makes a command that runs Cargo build the bundle with this standard library.
    pub(crate) fn apply(self, workspace: &Workspace, command: &mut Command) {
        if self == Self::AsShipped {
            return;
        }
        command.envs(SETTINGS);
        // Build scripts that ask for RUSTC_BOOTSTRAP would run again whenever a bundle is built by hand in between.
        command.env("CARGO_BUILD_TARGET_DIR", workspace.target.join("bundle"));
        // RUSTFLAGS would be used instead of those of the target, and those of the target leave the build's own tools alone.
        let users = env::var("RUSTFLAGS").unwrap_or_default();
        let linker = linker::flags().unwrap_or_else(|failure| {
            println!("warning: {failure}: the bundle works but is larger");
            String::new()
        });
        command.env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            [&users, &*linker, RUSTFLAGS].join(" ").trim(),
        );
        command
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
    }

    /// For a person and for the fingerprint of a bundle.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::RebuiltForSize => "standard library: rebuilt for size",
            Self::AsShipped => "standard library: as shipped with Rust, which is larger",
        }
    }
}

const LARGER: &str = "the bundle keeps the standard library as shipped; it works but is larger";

fn has_sources() -> Result<bool, Failure> {
    let sysroot = process::capture(process::command("rustc").args(["--print", "sysroot"]))?;
    Ok(Path::new(sysroot.trim())
        .join("lib/rustlib/src/rust/library/Cargo.lock")
        .is_file())
}

/// Whether this compiler takes the options, which are not stable.
fn knows_options() -> bool {
    let mut rustc = process::command("rustc");
    rustc
        .args(["--print", "cfg", "--target", WASM_TARGET])
        .args(RUSTFLAGS.split(' '))
        .env("RUSTC_BOOTSTRAP", "1");
    process::capture(&mut rustc).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    fn environment(library: StandardLibrary) -> Vec<(String, Option<String>)> {
        let mut command = Command::new("trunk");
        library.apply(&Workspace::locate().unwrap(), &mut command);
        let text = |value: &OsStr| value.to_string_lossy().into_owned();
        command
            .get_envs()
            .map(|(name, value)| (text(name), value.map(text)))
            .collect()
    }

    #[test]
    fn a_standard_library_as_shipped_changes_nothing() {
        assert_eq!(environment(StandardLibrary::AsShipped), []);
    }

    #[test]
    fn only_the_target_gets_the_options() {
        let environment = environment(StandardLibrary::RebuiltForSize);
        let options = environment
            .iter()
            .find(|(name, _)| name == "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS");
        let (_, options) = options.unwrap();
        assert!(options.as_deref().unwrap().ends_with(RUSTFLAGS));
        assert!(environment.contains(&("RUSTFLAGS".to_owned(), None)));
        assert!(environment.contains(&("RUSTC_BOOTSTRAP".to_owned(), Some("1".to_owned()))));
    }
}
