//! The server as a process: started, measured, killed.
//!
//! Invariant: a server does not outlive the value that stands for it.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::{Trouble, http};

/// A start that takes longer has failed.
const LONGEST_START: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(2);

/// What is started: a program that answers HTTP on a port once it can be used.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments, without the address.
    pub arguments: Vec<String>,
    /// What comes before the address in the arguments.
    pub listen: &'static str,
    /// Where it runs and writes its output to.
    pub folder: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Launch {
    /// Returns the launch of the reference backend on a free port.
    ///
    /// # Errors
    ///
    /// A [`Trouble`] if no port is free.
    pub fn backend(
        program: &Path,
        folder: &Path,
        store: &str,
        flags: &[&str],
    ) -> Result<Self, Trouble> {
        let keys = folder.join("keys").display().to_string();
        let own = ["--store", store, "--keys", &keys, "--log-level", "warn"];
        Ok(Self {
            program: program.to_owned(),
            arguments: own
                .iter()
                .chain(flags)
                .map(|text| (*text).to_owned())
                .collect(),
            listen: "--listen",
            folder: folder.to_owned(),
            address: free_address()?,
        })
    }

    /// Returns the same launch on a free port.
    ///
    /// # Errors
    ///
    /// A [`Trouble`] if no port is free.
    pub fn on_a_free_port(self) -> Result<Self, Trouble> {
        let address = free_address()?;
        Ok(Self { address, ..self })
    }

    /// Starts it and waits until it answers.
    ///
    /// # Errors
    ///
    /// A [`Trouble`] with the end of what the program said, if it ends or does not answer in time.
    pub async fn start(&self) -> Result<Server, Trouble> {
        let log = self
            .folder
            .join(format!("server-{}.log", self.address.port()));
        let open = || File::options().create(true).append(true).open(&log);
        let errors = open().map_err(Trouble::when("the log of the server"))?;
        let output = open().map_err(Trouble::when("the log of the server"))?;
        let child = Command::new(&self.program)
            .current_dir(&self.folder)
            .args(&self.arguments)
            .args([self.listen, &self.address.to_string()])
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(Trouble::when(&format!(
                "starting {}",
                self.program.display()
            )))?;
        let mut server = Server {
            child,
            address: self.address,
        };
        let deadline = Instant::now() + LONGEST_START;
        let here = self.address.ip();
        while http::call(here, self.address, "GET /healthz", &[], "")
            .await
            .is_err()
        {
            let ended = server.child.try_wait().ok().flatten();
            if ended.is_some() || Instant::now() > deadline {
                let said = fs::read_to_string(&log).unwrap_or_default();
                let said = said.lines().next_back().unwrap_or("nothing").to_owned();
                let program = self.program.display();
                return Err(Trouble::new(format!(
                    "{program} does not answer; it said: {said}"
                )));
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(server)
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Ends it as a power cut would (`kill -9`).
    pub fn kill(mut self) {
        self.end();
    }

    /// Returns the bytes of its resident memory.
    ///
    /// # Errors
    ///
    /// A [`Trouble`] where the kernel does not tell.
    pub fn resident(&self) -> Result<u64, Trouble> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(&path).map_err(Trouble::when(&path))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        let kibibytes = kibibytes.ok_or_else(|| Trouble::new(format!("{path} has no VmRSS")))?;
        Ok(kibibytes * 1024)
    }

    fn end(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns a free port below those that the kernel gives to clients, so that none of them takes it
/// while the server is down.
fn free_address() -> Result<SocketAddr, Trouble> {
    let mut bits = [0; 8];
    getrandom::fill(&mut bits).map_err(Trouble::when("drawing a port"))?;
    let mut draw = crate::draw::Draw::new(u64::from_le_bytes(bits));
    for _ in 0..1_000 {
        let port = 20_000 + u16::try_from(draw.below(10_000)).unwrap_or(0);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err(Trouble::new("expected a free port between 20000 and 30000"))
}

/// Raises the number of files that this process and its children may open; returns it.
///
/// # Errors
///
/// A [`Trouble`] if the kernel refuses.
pub fn raise_open_files() -> Result<u64, Trouble> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).map_err(Trouble::when("getrlimit"))?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most).map_err(Trouble::when("setrlimit"))?;
    Ok(most)
}

/// Returns the program of the server: the chosen one, or the one beside this program.
///
/// # Errors
///
/// A [`Trouble`] that names the file that is missing.
pub fn backend_program(chosen: Option<PathBuf>) -> Result<PathBuf, Trouble> {
    let own = || std::env::current_exe().map(|own| own.with_file_name("trial-backend"));
    let path = chosen.map_or_else(own, Ok);
    let path = path.map_err(Trouble::when("the path of this program"))?;
    if path.is_file() {
        return Ok(path);
    }
    let path = path.display();
    Err(Trouble::new(format!(
        "expected the server as {path}; `cargo xtask` builds it"
    )))
}
