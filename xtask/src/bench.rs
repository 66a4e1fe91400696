//! `cargo xtask bench`: builds the release server and the load generator, and hands over to the generator.

use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::release;
use crate::run::succeed;

/// What is passed on to the load generator.
#[derive(Args)]
pub(crate) struct Options {
    /// Print one JSON object a row instead of a table.
    #[arg(long)]
    json: bool,
    /// Length of one round in seconds; every server has several rounds in turn, and the medians are printed.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Rounds of each row.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Numbers of connections.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64])]
    connections: Vec<usize>,
    /// The operation to measure, by its name in the table; all of them without.
    #[arg(long)]
    operation: Option<String>,
    /// Another number of serving threads than the default; 0 for the shared multi-thread runtime.
    #[arg(long)]
    threads: Option<usize>,
}

/// Builds both and runs the benchmark to its end.
///
/// # Errors
/// When the build or the benchmark fails.
pub(crate) fn run(options: &Options, root: &Path) -> Result<(), String> {
    let binaries = release::build(root)?;
    let mut bench = Command::new(binaries.join("claviger-bench"));
    bench.env("CLAVIGER_BINARIES", &binaries);
    bench.args(["--seconds", &options.seconds.to_string()]);
    bench.args(["--rounds", &options.rounds.to_string()]);
    let connections = options.connections.iter().map(usize::to_string);
    bench.args(["--connections", &connections.collect::<Vec<_>>().join(",")]);
    if let Some(operation) = &options.operation {
        bench.args(["--operation", operation]);
    }
    if let Some(threads) = options.threads {
        bench.args(["--threads", &threads.to_string()]);
    }
    if options.json {
        bench.arg("--json");
    }
    succeed(&mut bench)
}
