//! A password from whoever starts the program: typed without being shown, or fed by another program.
//!
//! Invariant: a terminal shows again what is typed once the line is read, whatever became of it.

use std::io::{self, BufRead, Write};

use session_protocol::Secret;

/// Asks for a password, and reads a line.
pub(crate) fn ask_for_password(prompt: &str) -> io::Result<Secret> {
    // First, so that not even the quickest answer is shown.
    let hidden = hide()?;
    let mut terminal = io::stderr();
    write!(terminal, "{prompt}")?;
    terminal.flush()?;
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    drop(hidden);
    read?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}

#[cfg(not(unix))]
fn hide() -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn hide() -> io::Result<Option<unix::Hidden>> {
    unix::hide()
}

#[cfg(unix)]
mod unix {
    use std::io::{self, IsTerminal};

    use rustix::termios::{self, LocalModes, OptionalActions, Termios};

    /// A terminal that does not show what is typed, and how it was before.
    pub(super) struct Hidden(Termios);

    impl Drop for Hidden {
        fn drop(&mut self) {
            if let Err(error) = set(&self.0) {
                eprintln!(
                    "the terminal does not show what is typed ({error}); `stty echo` mends it"
                );
            }
        }
    }

    /// Hides what is typed, but for the end of the line; nothing if that is no terminal.
    pub(super) fn hide() -> io::Result<Option<Hidden>> {
        if !io::stdin().is_terminal() {
            return Ok(None);
        }
        let before = termios::tcgetattr(io::stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        set(&hidden)?;
        Ok(Some(Hidden(before)))
    }

    fn set(modes: &Termios) -> io::Result<()> {
        Ok(termios::tcsetattr(
            io::stdin(),
            OptionalActions::Now,
            modes,
        )?)
    }
}
