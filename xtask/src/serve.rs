//! `serve`: the page and its backend, until Ctrl-C or until one of them ends.
//!
//! In development `trunk serve` owns the page's port and passes `/api`, `/demo` and `/ws` on to the backend; in release
//! the backend serves the bundle itself.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::args::ServeOptions;
use crate::bundle;
use crate::failure::{Doing as _, Failure};
use crate::http;
use crate::process::{self, Service};
use crate::tools::Toolbox;
use crate::workspace::{BACKEND, Workspace};

const PAGE_PORT: u16 = 3000;
/// The backend's port in `Trunk.toml`, and the page's port in release.
const BACKEND_PORT: u16 = 8080;
const POLL: Duration = Duration::from_millis(100);

pub(crate) fn run(workspace: &Workspace, options: &ServeOptions) -> Result<(), Failure> {
    if options.release {
        serve_release(workspace, options)
    } else {
        serve_development(workspace, options)
    }
}

fn serve_release(workspace: &Workspace, options: &ServeOptions) -> Result<(), Failure> {
    let port = options.port.unwrap_or(BACKEND_PORT);
    let address = listen_address(options, port)?;
    http::require_free(address.port())?;
    let dist = bundle::release(workspace)?;
    let program = build_backend(workspace, "server")?;

    let mut command = backend(workspace, options, &program, address, address.port());
    if options.backend_flag("--dist").is_none() {
        command.arg("--dist").arg(dist);
    }
    command.args(&options.backend_flags);
    let mut running = vec![Running::start(BACKEND, &mut command)?];
    wait_until(&mut running, || http::answers(address, "/healthz"))?;
    announce(address.port());
    watch(&mut running)
}

fn serve_development(workspace: &Workspace, options: &ServeOptions) -> Result<(), Failure> {
    let page_port = options.port.unwrap_or(PAGE_PORT);
    http::require_free(page_port)?;
    let toolbox = Toolbox::for_bundles(workspace)?;
    let program = build_backend(workspace, "dev")?;
    let address = listen_address(options, http::free_port(BACKEND_PORT)?)?;

    let mut command = backend(workspace, options, &program, address, page_port);
    command.args(&options.backend_flags);
    let mut running = vec![Running::start(BACKEND, &mut command)?];
    wait_until(&mut running, || http::answers(address, "/healthz"))?;

    println!("building the page");
    let mut trunk = bundle::trunk(workspace, &toolbox, "serve");
    trunk
        .args(["--quiet", "--port", &page_port.to_string(), "--dist"])
        .arg(workspace.target.join("trunk-serve"));
    if let Some(config) = derived_config(workspace, address.port())? {
        trunk.arg("--config").arg(config);
    }
    running.push(Running::start("trunk", &mut trunk)?);
    let page = SocketAddr::from((Ipv4Addr::LOCALHOST, page_port));
    wait_until(&mut running, || http::answers(page, "/"))?;
    announce(page_port);
    watch(&mut running)
}

/// Where the backend listens: the user's `--listen` flag, or a port of 127.0.0.1.
fn listen_address(options: &ServeOptions, port: u16) -> Result<SocketAddr, Failure> {
    let default = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    options
        .backend_flag("--listen")
        .map_or(Ok(default), |text| {
            text.parse().map_err(|_| {
                Failure::new(format!(
                    "--listen needs an address such as {default}, found `{text}`"
                ))
            })
        })
}

/// Builds the backend in a cargo profile and returns the program.
pub(crate) fn build_backend(workspace: &Workspace, profile: &str) -> Result<PathBuf, Failure> {
    println!("building the backend, profile {profile} (some minutes the first time)");
    process::run(
        process::command("cargo")
            .args(["build", "--package", BACKEND, "--profile", profile])
            .args(process::quiet_in_logs())
            .current_dir(&workspace.root),
    )?;
    let directory = if profile == "dev" { "debug" } else { profile };
    Ok(workspace.target.join(directory).join(BACKEND))
}

/// The backend's command line up to what the user adds: a flag that the user gives is left to the user.
fn backend(
    workspace: &Workspace,
    options: &ServeOptions,
    program: &Path,
    address: SocketAddr,
    page_port: u16,
) -> Command {
    let mut command = process::command(program);
    command.current_dir(&workspace.root);
    for host in ["localhost", "127.0.0.1"] {
        command.args(["--origin", &format!("http://{host}:{page_port}")]);
    }
    let store = format!(
        "sqlite:{}",
        workspace.target.join("session-demo.sqlite").display()
    );
    let defaults = [
        ("--listen", Some(address.to_string())),
        ("--store", Some(store)),
        ("--demo", None),
    ];
    for (flag, value) in defaults {
        if options.backend_flag(flag).is_none() {
            command.arg(flag).args(value);
        }
    }
    command
}

/// `Trunk.toml` with another port of the backend, if it is not the one written there.
fn derived_config(workspace: &Workspace, port: u16) -> Result<Option<PathBuf>, Failure> {
    if port == BACKEND_PORT {
        return Ok(None);
    }
    let original = workspace.root.join("Trunk.toml");
    let derived = workspace.root.join("Trunk.xtask.toml");
    let text = fs::read_to_string(&original).doing("read", &original)?;
    fs::write(&derived, with_backend_port(&text, port)).doing("write", &derived)?;
    Ok(Some(derived))
}

fn with_backend_port(config: &str, port: u16) -> String {
    config.replace(
        &format!("127.0.0.1:{BACKEND_PORT}"),
        &format!("127.0.0.1:{port}"),
    )
}

fn announce(port: u16) {
    println!(
        "\n  http://localhost:{port}/\n  log in as user@example.com / password\n  Ctrl-C stops everything\n"
    );
}

/// A service with the name under which its end is reported.
#[derive(Debug)]
struct Running {
    name: &'static str,
    service: Service,
}

impl Running {
    fn start(name: &'static str, command: &mut Command) -> Result<Self, Failure> {
        Service::start(command).map(|service| Self { name, service })
    }
}

fn wait_until(running: &mut [Running], ready: impl Fn() -> bool) -> Result<(), Failure> {
    while !ready() {
        require_all(running)?;
        thread::sleep(POLL);
    }
    // What answered may be another program on the port, with ours already gone.
    require_all(running)
}

/// Until Ctrl-C, or until one of them ends, which stops the others.
fn watch(running: &mut [Running]) -> Result<(), Failure> {
    loop {
        require_all(running)?;
        thread::sleep(POLL);
    }
}

fn require_all(running: &mut [Running]) -> Result<(), Failure> {
    if process::interrupted() {
        return Err(Failure::Interrupted);
    }
    for Running { name, service } in running {
        if let Some(status) = service.ended() {
            return Err(Failure::new(format!(
                "{name} ended ({status}); its own output above says why"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Workspace {
        Workspace::locate().unwrap()
    }

    fn options(flags: &[&str]) -> ServeOptions {
        let backend_flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        ServeOptions {
            backend_flags,
            ..ServeOptions::default()
        }
    }

    fn shown(flags: &[&str]) -> String {
        let options = options(flags);
        let address = listen_address(&options, 8080).unwrap();
        process::shown(&backend(
            &workspace(),
            &options,
            Path::new("session-backend"),
            address,
            3000,
        ))
    }

    #[test]
    fn the_backend_gets_demo_store_address_and_the_pages_origins() {
        let command = shown(&[]);
        assert!(
            command.contains("--origin http://localhost:3000 --origin http://127.0.0.1:3000"),
            "{command}"
        );
        assert!(command.contains("--listen 127.0.0.1:8080"), "{command}");
        assert!(command.contains("session-demo.sqlite"), "{command}");
        assert!(command.ends_with("--demo"), "{command}");
    }

    #[test]
    fn a_flag_of_the_user_replaces_ours() {
        let command = shown(&[
            "--demo",
            "--store=sqlite::memory:",
            "--listen",
            "127.0.0.1:9",
        ]);
        for flag in ["--demo", "--store", "--listen"] {
            assert!(!command.contains(flag), "{command}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_read_is_shown() {
        let failure = listen_address(&options(&["--listen", "everywhere"]), 8080)
            .unwrap_err()
            .to_string();
        assert!(failure.contains("`everywhere`"), "{failure}");
    }

    #[test]
    fn the_derived_config_moves_every_proxy() {
        let root = workspace().root;
        let moved = with_backend_port(&fs::read_to_string(root.join("Trunk.toml")).unwrap(), 9999);
        assert_eq!(moved.matches("127.0.0.1:9999").count(), 3);
        assert!(!moved.contains("127.0.0.1:8080"));
    }
}
