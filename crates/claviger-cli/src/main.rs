//! `claviger`, the key owner's tool: it works offline and links no server code.

mod audit;
mod policy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The key owner's tool: proves what a Claviger did, and explains why it lets a call through or refuses it.
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
