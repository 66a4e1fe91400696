//! `clavigerd`, the service.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use claviger_server::{account, check, dev};
use mimalloc::MiMalloc;

/// A call allocates some dozens of small blocks, most of them for the audit event: this allocator makes that cheap.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A self-hosted key management service that speaks the AWS KMS API.
#[derive(Parser)]
#[command(name = "clavigerd", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve on one machine with one data folder: for development and CI.
    Dev(dev::Options),
    /// Verify every record and the audit log of a data folder that no server uses, and reconcile them.
    Check(check::Options),
    /// Create and list accounts of a running server, and void sessions.
    Account(account::Options),
    /// Print how a running server is, and how many requests failed authentication.
    Status(account::Folder),
}

fn main() -> ExitCode {
    if let Err(error) = claviger_server::harden() {
        eprintln!("clavigerd: the process cannot be protected: {error}");
        return ExitCode::FAILURE;
    }
    let result = match Arguments::parse().command {
        Command::Dev(options) => dev::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Account(options) => account::run(&options),
        Command::Status(folder) => account::status(&folder),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("clavigerd: {error}");
            ExitCode::FAILURE
        }
    }
}
