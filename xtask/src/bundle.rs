//! The release bundle: one way to build it, shared by `serve --release`, `test e2e` and `size`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Doing as _, Failure};
use crate::files::Fingerprint;
use crate::packages;
use crate::process;
use crate::standard_library::StandardLibrary;
use crate::tools::Toolbox;
use crate::workspace::Workspace;

/// What the browser bundle is made from, relative to the root.
const INPUTS: [&str; 11] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "crates/session-core",
    "crates/session-protocol",
    "index.html",
    "package-lock.json",
    "src",
    "style",
    "xtask/src",
];

/// Builds the release bundle in `dist`.
pub(crate) fn release(workspace: &Workspace) -> Result<PathBuf, Failure> {
    release_at(workspace, "/", workspace.dist())
}

/// Builds the release bundle for the path `/app/`, as a deployment beside other apps does.
pub(crate) fn release_under_app(workspace: &Workspace) -> Result<PathBuf, Failure> {
    release_at(workspace, "/app/", workspace.target.join("dist-app"))
}

/// Builds the bundle, unless the one in `dist` was made from the same sources and tools.
fn release_at(workspace: &Workspace, path: &str, dist: PathBuf) -> Result<PathBuf, Failure> {
    let toolbox = Toolbox::for_bundles(workspace)?;
    let library = StandardLibrary::prepare()?;
    ensure_minifiers(workspace);

    let name = dist.file_name().unwrap_or_default();
    let stamp = workspace.target.join(name).with_extension("stamp");
    let sources = fingerprint_of_inputs(workspace, library)?;
    if fs::read_to_string(&stamp).ok()
        == Some(stamp_text(sources, Fingerprint::of_files(&dist, &["."])?))
    {
        println!(
            "the release bundle for {path} is up to date; {}",
            library.describe()
        );
        return Ok(dist);
    }

    println!(
        "building the release bundle for {path}; {}",
        library.describe()
    );
    let mut build = trunk(workspace, &toolbox, "build");
    library.apply(workspace, &mut build);
    build.args(["--quiet", "--release", "--public-url", path, "--dist"]);
    process::run(build.arg(&dist))?;
    fs::write(
        &stamp,
        stamp_text(sources, Fingerprint::of_files(&dist, &["."])?),
    )
    .doing("write", &stamp)?;
    Ok(dist)
}

/// `trunk <subcommand>` with the pinned tools on its PATH.
pub(crate) fn trunk(workspace: &Workspace, toolbox: &Toolbox, subcommand: &str) -> Command {
    let mut trunk = toolbox.command("trunk");
    trunk
        .arg(subcommand)
        .current_dir(&workspace.root)
        .env("TRUNK_SKIP_VERSION_CHECK", "true");
    // Trunk appends a stack trace to its errors.
    trunk.env("RUST_BACKTRACE", "0");
    // Trunk reads NO_COLOR as a boolean, everybody else as present or absent.
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    trunk
}

/// Makes binaryen and terser available if that is possible; a bundle without them works, it is only larger.
fn ensure_minifiers(workspace: &Workspace) {
    if let Some(failure) = packages::ensure_npm_packages(workspace)
        .err()
        .filter(|_| minifiers(workspace).contains(&false))
    {
        println!("warning: binaryen or terser stays missing: {failure}");
    }
}

fn minifiers(workspace: &Workspace) -> [bool; 2] {
    [
        packages::binaryen(workspace).is_some(),
        packages::terser(workspace).is_some(),
    ]
}

fn fingerprint_of_inputs(
    workspace: &Workspace,
    library: StandardLibrary,
) -> Result<Fingerprint, Failure> {
    let rustc = process::capture(process::command("rustc").arg("--version"))?;
    let minifiers = minifiers(workspace).map(u8::from);
    Ok(Fingerprint::of_files(&workspace.root, &INPUTS)?
        .and(rustc.as_bytes())
        .and(&minifiers)
        .and(library.describe().as_bytes()))
}

fn stamp_text(sources: Fingerprint, dist: Fingerprint) -> String {
    format!("{} {}\n", sources.hex(), dist.hex())
}
