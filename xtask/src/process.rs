//! Child processes.
//!
//! Invariants: every child leads a process group of its own and is listed in [`GROUPS`] while it lives. A signal to this
//! program reaches all of them, and a group is killed when its leader has ended, so nothing is left behind.

use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::failure::Failure;

/// How long a child may take to end politely before it is killed.
const GRACE: Duration = Duration::from_secs(8);
/// How long to wait for the last lines of a pipe that something in another session still holds.
const DRAIN: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(50);

static GROUPS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());
static SIGNALS: AtomicUsize = AtomicUsize::new(0);

/// From now on Ctrl-C, SIGTERM and SIGHUP interrupt the children; a second one kills them.
pub(crate) fn stop_children_on_signals() -> Result<(), Failure> {
    ctrlc::set_handler(|| {
        let earlier = SIGNALS.fetch_add(1, Ordering::SeqCst);
        let signal = if earlier == 0 {
            Signal::SIGINT
        } else {
            Signal::SIGKILL
        };
        for group in groups().iter() {
            send(*group, signal);
        }
    })
    .map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {error}")))
}

pub(crate) fn interrupted() -> bool {
    SIGNALS.load(Ordering::SeqCst) > 0
}

/// A command whose environment is the user's: what cargo sets for the programs it runs is taken out, since build scripts
/// that watch those variables would run again each time.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    const SET_BY_CARGO: [&str; 4] = [
        "CARGO",
        "CARGO_BIN_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "OUT_DIR",
    ];
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if SET_BY_CARGO.contains(&&*name)
            || name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
        {
            command.env_remove(&*name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// Cargo's `--quiet` where nobody watches its progress bar, only a log.
pub(crate) fn quiet_in_logs() -> Option<&'static str> {
    (!io::stderr().is_terminal()).then_some("--quiet")
}

/// Runs to the end, output on the terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = status(command)?;
    succeeded(command, status)
}

/// Puts the command in the place of this program, with its signals and its exit status. Returns why it
/// could not be started.
pub(crate) fn become_it(command: &mut Command) -> Failure {
    let error = command.exec();
    not_started(command, &error)
}

fn not_started(command: &Command, error: &io::Error) -> Failure {
    Failure::new(format!("cannot start `{}`: {error}", shown(command)))
}

/// Runs to the end, output on the terminal, for a command whose exit status says more than yes or no.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus, Failure> {
    Service::start(command)?.wait()
}

/// Runs to the end; standard output is returned, standard error dropped.
pub(crate) fn capture(command: &mut Command) -> Result<String, Failure> {
    capture_output(command.stderr(Stdio::null()))
}

/// Runs to the end; standard output is returned, standard error is on the terminal.
pub(crate) fn capture_output(command: &mut Command) -> Result<String, Failure> {
    let mut text = String::new();
    let status = read_lines(command, |line| text.push_str(line))?;
    succeeded(command, status).map(|()| text)
}

/// Runs to the end; every line of standard output is shown at once and handed to `on_line`.
pub(crate) fn tee(
    command: &mut Command,
    mut on_line: impl FnMut(&str),
) -> Result<ExitStatus, Failure> {
    let mut terminal = io::stdout();
    read_lines(command, |line| {
        // A closed terminal must not end the run: its exit code still counts.
        terminal
            .write_all(line.as_bytes())
            .and_then(|()| terminal.flush())
            .unwrap_or_default();
        on_line(line);
    })
}

/// Runs to the end; both outputs are returned together instead of being shown.
pub(crate) fn run_quietly(command: &mut Command) -> Result<(String, Result<(), Failure>), Failure> {
    let no_pipe = |error| {
        Failure::new(format!(
            "cannot make a pipe for `{}`: {error}",
            shown(command)
        ))
    };
    let (reader, writer) = io::pipe().map_err(no_pipe)?;
    let service = Service::start(
        command
            .stdout(writer.try_clone().map_err(no_pipe)?)
            .stderr(writer),
    )?;
    // The command keeps its ends of the pipe, and the reader would wait for them.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut text = String::new();
    let status = follow(service, Some(&line_channel(reader)), |line| {
        text.push_str(line);
    })?;
    Ok((text, succeeded(command, status)))
}

fn read_lines(command: &mut Command, on_line: impl FnMut(&str)) -> Result<ExitStatus, Failure> {
    let mut service = Service::start(command.stdout(Stdio::piped()))?;
    let lines = service.child.stdout.take().map(line_channel);
    follow(service, lines.as_ref(), on_line)
}

fn follow(
    mut service: Service,
    lines: Option<&Receiver<String>>,
    mut on_line: impl FnMut(&str),
) -> Result<ExitStatus, Failure> {
    if let Some(lines) = lines {
        loop {
            match lines.recv_timeout(POLL) {
                Ok(line) => on_line(&line),
                Err(RecvTimeoutError::Timeout) if service.ended().is_none() => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
    }
    // A grandchild that outlived its parent would keep the pipe open: `wait` kills it.
    let status = service.wait();
    while let Some(Ok(line)) = lines.map(|lines| lines.recv_timeout(DRAIN)) {
        on_line(&line);
    }
    status
}

/// Lines as they come, read on a thread so that an open pipe cannot block the caller.
fn line_channel(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(output);
        let mut line = Vec::new();
        while reader
            .read_until(b'\n', &mut line)
            .is_ok_and(|bytes| bytes > 0)
        {
            if sender
                .send(String::from_utf8_lossy(&line).into_owned())
                .is_err()
            {
                return;
            }
            line.clear();
        }
    });
    receiver
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{}` failed ({status})",
        shown(command)
    )))
}

/// The command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy();
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy());
    std::iter::once(name)
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A child and its process group, ended when this value is dropped.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    group: Option<Pid>,
}

impl Service {
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        if interrupted() {
            return Err(Failure::Interrupted);
        }
        let mut listed = groups();
        let child = command
            .process_group(0)
            .spawn()
            .map_err(|error| not_started(command, &error))?;
        let group = i32::try_from(child.id()).ok().map(Pid::from_raw);
        listed.extend(group);
        Ok(Self { child, group })
    }

    /// The exit status, if the child has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    fn wait(&mut self) -> Result<ExitStatus, Failure> {
        let status = self.child.wait();
        self.bury();
        if interrupted() {
            return Err(Failure::Interrupted);
        }
        status.map_err(|error| Failure::new(format!("lost a child process: {error}")))
    }

    /// Kills what the child left in its group and takes the group off the list.
    fn bury(&mut self) {
        if let Some(group) = self.group.take() {
            send(group, Signal::SIGKILL);
            groups().retain(|listed| *listed != group);
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let Some(group) = self.group else { return };
        if self.ended().is_none() && !interrupted() {
            send(group, Signal::SIGINT);
        }
        let mut waited = Duration::ZERO;
        while self.ended().is_none() && waited < GRACE {
            thread::sleep(POLL);
            waited += POLL;
        }
        self.bury();
        drop(self.child.wait());
    }
}

fn groups() -> MutexGuard<'static, Vec<Pid>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn send(group: Pid, signal: Signal) {
    // ESRCH: the group has already ended.
    killpg(group, signal).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    /// How long the children of these tests would sleep.
    const A_CHILD_LASTS: Duration = Duration::from_secs(600);

    fn shell(script: &str) -> Command {
        let mut command = command("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failed_command_is_shown_as_typed() {
        let failure = run(&mut shell("exit 3")).unwrap_err().to_string();
        assert_eq!(failure, "`sh -c exit 3` failed (exit status: 3)");
    }

    #[test]
    fn a_missing_program_is_a_message() {
        let failure = run(&mut command("no-such-program"))
            .unwrap_err()
            .to_string();
        assert!(
            failure.starts_with("cannot start `no-such-program`"),
            "{failure}"
        );
    }

    #[test]
    fn lines_arrive_whole_and_the_last_needs_no_end() {
        let mut lines = Vec::new();
        let status = read_lines(&mut shell("printf 'one\\ntwo'"), |line| {
            lines.push(line.to_owned());
        });
        assert!(status.unwrap().success());
        assert_eq!(lines, ["one\n", "two"]);
    }

    #[test]
    fn a_quiet_run_returns_what_it_would_have_shown() {
        let (said, verdict) = run_quietly(&mut shell("echo out; echo err >&2; exit 1")).unwrap();
        assert_eq!(said, "out\nerr\n");
        assert!(verdict.is_err());
    }

    #[test]
    fn a_grandchild_that_holds_the_pipe_does_not_hold_us() {
        let started = Instant::now();
        let text = capture(&mut shell("echo done; sleep 600 & true")).unwrap();
        assert_eq!(text, "done\n");
        assert!(started.elapsed() < A_CHILD_LASTS / 2);
    }

    #[test]
    fn dropping_a_service_ends_its_grandchildren() {
        let started = Instant::now();
        let service = Service::start(&mut shell("sleep 600 & sleep 600; true")).unwrap();
        let group = service.group.unwrap();
        drop(service);
        assert!(started.elapsed() < A_CHILD_LASTS / 2);
        // The kernel reaps the orphan in its own time.
        let gone = (0..100).any(|_| {
            thread::sleep(POLL);
            killpg(group, None).is_err()
        });
        assert!(gone, "the process group is still there");
    }
}
