//! The repository's own commands: `cargo xtask test` is what CI runs, the others are its parts and the benchmarks.

mod apis;
mod bench;
mod codegen;
mod fuzz;
mod matrix;
mod model_update;
mod provision;
mod release;
mod run;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "The repository's own commands"
)]
enum Command {
    /// Run everything that CI runs.
    Test(test::Options),
    /// Check the house rules that no compiler checks.
    Tidy,
    /// Build the binaries that are given out, optimised by a profile of the server under load.
    Release(release::Options),
    /// Measure the release server beside a bare HTTP server.
    Bench(bench::Options),
    /// Let libFuzzer look for inputs that a parser does not survive.
    Fuzz(fuzz::Options),
    /// Write the generated Rust from the facts in `model/`.
    Codegen {
        /// Write nothing; fail where the committed files would differ.
        #[arg(long)]
        check: bool,
    },
    /// Write the pages of `docs/` that are printed from the code.
    Matrix {
        /// Write nothing; fail where the committed pages would differ.
        #[arg(long)]
        check: bool,
    },
    /// Renew the facts in `model/` from the newest botocore on PyPI.
    ModelUpdate,
}

fn main() -> ExitCode {
    let root = workspace_root();
    let result = match Command::parse() {
        Command::Test(options) => test::run(&options, &root),
        Command::Tidy => tidy::run(&root),
        Command::Release(options) => release::run(&options, &root),
        Command::Bench(options) => bench::run(&options, &root),
        Command::Fuzz(options) => fuzz::run(&options, &root),
        Command::Codegen { check } => codegen::run(check, &root),
        Command::Matrix { check } => matrix::run(check, &root),
        Command::ModelUpdate => model_update::run(&root),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder above this crate.
fn workspace_root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// This program stands in `<target>/debug`.
fn target_folder() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    own.ancestors()
        .nth(2)
        .map(Path::to_path_buf)
        .ok_or_else(|| "xtask does not run from a target folder".to_owned())
}
