//! `claviger`, the key owner's tool: it works offline and links no server code.

mod audit;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The key owner's tool: proves what a Claviger did.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::Command),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Audit(command) => audit::run(&command),
    }
}
