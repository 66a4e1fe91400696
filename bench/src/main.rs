//! The product's cost, beside that of a bare HTTP server.
//!
//! Three servers run at once: `clavigerd` with `--audit-ack write`, `clavigerd` with `--audit-ack fsync`, and a bare hyper server that
//! answers a JSON body of the same size and does nothing else. The same load generator drives them in turn, round by round, so
//! that what a shared machine does to one it does to all; the medians are printed, and each as a ratio to the bare server's.
//!
//! Operations that are mostly cryptography stand beside the bare call of the library too, and a last row tells whether heavy
//! signatures hold up cheap calls.
//!
//! `cargo xtask bench` builds everything and starts this program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::disallowed_methods,
    reason = "a benchmark may fail loudly, and its figures are floating point"
)]

mod bare;
mod families;
mod load;
mod mixed;
mod operation;
mod primitives;
mod report;
mod servers;
mod symmetric;

use std::time::Duration;

use clap::Parser;

use crate::load::Figures;
use crate::operation::Operation;
use crate::report::Row;
use crate::servers::Servers;

#[derive(Parser)]
struct Options {
    /// Print one JSON object a row instead of a table.
    #[arg(long)]
    json: bool,
    /// Length of one round in seconds.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Rounds of each row; the median is printed.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Numbers of connections.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64])]
    connections: Vec<usize>,
    /// The operation to measure, by its name in the first column; all without.
    #[arg(long)]
    operation: Option<String>,
    /// `clavigerd dev --threads`: another number of threads than its default, 0 for the shared multi-thread runtime.
    #[arg(long)]
    threads: Option<usize>,
    /// Be the bare server, with a body of this many bytes.
    #[arg(long, hide = true)]
    bare: Option<usize>,
}

fn main() {
    let options = Options::parse();
    if let Some(body_bytes) = options.bare {
        return bare::serve(body_bytes);
    }
    let servers = Servers::start(options.threads);
    if !options.json {
        report::heading();
    }
    let clients = servers.clients();
    let mut operations = symmetric::all(&clients);
    operations.extend(families::all(&clients));
    let wanted = |name: &str| options.operation.as_deref().is_none_or(|one| one == name);
    for operation in operations.iter().filter(|operation| wanted(operation.name)) {
        let bare = servers::Bare::start(operation.answer_bytes);
        for connections in options.connections.iter().copied() {
            let rows = measure(&options, &servers, &bare, operation, connections);
            rows.iter().for_each(|row| report::print(row, options.json));
        }
    }
    if wanted(mixed::NAME) {
        let cheap = operations.first().expect("an operation");
        let length = Duration::from_secs_f64(options.seconds);
        let beside = mixed::measure(&servers, cheap, options.rounds, length);
        report::print_beside(&beside, options.json);
    }
    servers.stop();
}

/// One row for each audited server.
fn measure(
    options: &Options,
    servers: &Servers,
    bare: &servers::Bare,
    operation: &Operation,
    connections: usize,
) -> Vec<Row> {
    let length = Duration::from_secs_f64(options.seconds);
    let targets: Vec<_> = std::iter::once(bare.target(operation))
        .chain(servers.targets(operation))
        .collect();
    let mut rounds: Vec<Vec<Figures>> = vec![Vec::new(); targets.len()];
    let mut primitive = Vec::new();
    for _ in 0..options.rounds {
        primitive.extend(
            operation
                .primitive
                .as_ref()
                .map(|call| call.time_us(length)),
        );
        for (target, figures) in targets.iter().zip(&mut rounds) {
            figures.push(load::run(target, connections, length));
        }
    }
    let medians: Vec<Figures> = rounds
        .iter()
        .map(|figures| Figures::median(figures))
        .collect();
    let primitive_us = (!primitive.is_empty()).then(|| load::median(primitive));
    let audits = servers.audits();
    let row = |(audit, figures): (&&'static str, &Figures)| Row {
        operation: operation.name,
        connections,
        audit,
        figures: *figures,
        bare: medians[0],
        primitive_us,
    };
    audits.iter().zip(&medians[1..]).map(row).collect()
}
