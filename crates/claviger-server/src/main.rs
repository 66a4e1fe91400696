//! `clavigerd`, the service.

use std::{error::Error, io::Write, process::ExitCode};

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
        complain(&format!("the process cannot be protected: {error}"));
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
            complain(&explain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// What the operator needs to know. The service's own errors hold back their cause, for they are made for clients.
fn explain(error: &(dyn Error + 'static)) -> String {
    let own = error.downcast_ref::<claviger_core::error::Error>();
    match own.and_then(claviger_core::error::Error::private_source) {
        Some(cause) => format!("{error} ({cause})"),
        None => error.to_string(),
    }
}

/// Whether anybody reads it does not decide how the process ends.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "clavigerd: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_is_told_what_clients_are_not() {
        let error = claviger_core::error::internal("the disk is full");
        assert!(!error.to_string().contains("full"));
        assert!(explain(&error).ends_with("(the disk is full)"));
        assert_eq!(explain(&std::fmt::Error), std::fmt::Error.to_string());
    }
}
