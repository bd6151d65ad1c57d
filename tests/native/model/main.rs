//! The model: every scene is explored to its end and keeps its promises, and each seeded bug breaks
//! the promise that it is about.

#![expect(
    clippy::print_stdout,
    reason = "the numbers of the gate are read by people"
)]

mod bugs;
mod gate;
