//! `claviger`, the key owner's tool: it works offline and links no server code.

mod audit;
mod policy;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The key owner's tool: proves what a Claviger did, and explains why it lets a call through or refuses it.
#[derive(Parser)]
#[command(name = "claviger", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Key policies, grants and the rights of callers.
    #[command(subcommand)]
    Policy(policy::Command),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Audit(command) => audit::run(&command),
        Command::Policy(command) => policy::run(command),
    }
}

/// Writes the result to standard output, which may be full, or a pipe that nobody reads any more.
fn tell(text: &str) -> Result<(), String> {
    let told = writeln!(io::stdout().lock(), "{text}");
    told.map_err(|error| format!("standard output: {error}"))
}
