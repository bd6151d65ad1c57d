//! The program `session-backend`: flags in, exit code out.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use session_backend::Flags;

#[tokio::main]
async fn main() -> ExitCode {
    match session_backend::execute(Flags::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("session-backend: {error}");
            ExitCode::FAILURE
        }
    }
}
