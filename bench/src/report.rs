//! The figures as a table, or as one JSON object a row.

use serde_json::json;

use crate::load::Figures;

/// The medians of one operation at one number of connections, beside the bare server's of the same rounds.
pub(crate) struct Row {
    pub(crate) operation: &'static str,
    pub(crate) connections: usize,
    /// How audit events are acknowledged.
    pub(crate) audit: &'static str,
    pub(crate) figures: Figures,
    pub(crate) bare: Figures,
    /// Processor time of the cryptography alone, where it is most of the work.
    pub(crate) primitive_us: Option<f64>,
}

/// A cheap operation alone, and beside a heavy one on the same server.
pub(crate) struct Beside {
    pub(crate) name: &'static str,
    pub(crate) connections: usize,
    pub(crate) alone: Figures,
    pub(crate) beside: Figures,
}

/// The table's first lines.
pub(crate) fn heading() {
    println!(
        "{:<17} {:>5} {:>6} | {:>9} {:>8} {:>8} {:>7} | {:>6} {:>6} {:>6} {:>6} | {:>9} {:>7} | {:>8} {:>6}",
        "operation",
        "conns",
        "audit",
        "req/s",
        "p50 us",
        "p99 us",
        "cpu us",
        "req/s",
        "p50",
        "p99",
        "cpu",
        "bare r/s",
        "cpu us",
        "alone us",
        "cpu"
    );
    println!(
        "{:<17} {:>5} {:>6} | {:>35} | {:>27} | {:>17} | {:>15}",
        "", "", "", "clavigerd", "ratio to bare", "bare server", "crypto, ratio"
    );
}

/// One row.
pub(crate) fn print(row: &Row, as_json: bool) {
    println!("{}", if as_json { json_of(row) } else { line_of(row) });
}

/// The row of the mixed load.
pub(crate) fn print_beside(row: &Beside, as_json: bool) {
    let (alone, beside) = (&row.alone, &row.beside);
    let ratio = rounded(beside.p99_us / alone.p99_us);
    let json = json!({
        "op": row.name,
        "connections": row.connections,
        "rps": rounded(beside.rate),
        "p50_us": rounded(beside.p50_us),
        "p99_us": rounded(beside.p99_us),
        "alone_rps": rounded(alone.rate),
        "alone_p50_us": rounded(alone.p50_us),
        "alone_p99_us": rounded(alone.p99_us),
        "p99_ratio": ratio,
    });
    if as_json {
        println!("{json}");
    } else {
        println!(
            "{}, {} connections: p99 {:.0} us, alone {:.0} us, ratio {ratio}; {:.0} req/s, alone {:.0}",
            row.name, row.connections, beside.p99_us, alone.p99_us, beside.rate, alone.rate
        );
    }
}

fn line_of(row: &Row) -> String {
    let (own, bare, ratio) = (&row.figures, &row.bare, Ratios::of(row));
    let primitive = row.primitive_us.map_or_else(String::new, |alone| {
        format!("{alone:>8.1} {:>6.2}", own.processor_us / alone)
    });
    format!(
        "{:<17} {:>5} {:>6} | {:>9.0} {:>8.0} {:>8.0} {:>7.1} | {:>6.2} {:>6.2} {:>6.2} {:>6.2} | {:>9.0} {:>7.1} | {primitive}",
        row.operation,
        row.connections,
        row.audit,
        own.rate,
        own.p50_us,
        own.p99_us,
        own.processor_us,
        ratio.rate,
        ratio.p50,
        ratio.p99,
        ratio.processor,
        bare.rate,
        bare.processor_us,
    )
}

fn json_of(row: &Row) -> String {
    let (own, ratio) = (&row.figures, Ratios::of(row));
    json!({
        "op": row.operation,
        "connections": row.connections,
        "audit": row.audit,
        "rps": rounded(own.rate),
        "p50_us": rounded(own.p50_us),
        "p99_us": rounded(own.p99_us),
        "cpu_us": rounded(own.processor_us),
        "rps_ratio": rounded(ratio.rate),
        "p50_ratio": rounded(ratio.p50),
        "p99_ratio": rounded(ratio.p99),
        "cpu_ratio": rounded(ratio.processor),
        "bare_rps": rounded(row.bare.rate),
        "bare_cpu_us": rounded(row.bare.processor_us),
        "primitive_us": row.primitive_us.map(rounded),
        "primitive_ratio": row.primitive_us.map(|alone| rounded(own.processor_us / alone)),
    })
    .to_string()
}

/// Own figure over the bare server's.
struct Ratios {
    rate: f64,
    p50: f64,
    p99: f64,
    processor: f64,
}

impl Ratios {
    fn of(row: &Row) -> Self {
        let (own, bare) = (&row.figures, &row.bare);
        Self {
            rate: own.rate / bare.rate,
            p50: own.p50_us / bare.p50_us,
            p99: own.p99_us / bare.p99_us,
            processor: own.processor_us / bare.processor_us,
        }
    }
}

/// Two digits behind the point.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
