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
}

/// The table's first lines.
pub(crate) fn heading() {
    println!(
        "{:<16} {:>5} {:>6} | {:>9} {:>8} {:>8} {:>7} | {:>6} {:>6} {:>6} {:>6} | {:>9} {:>7}",
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
        "cpu us"
    );
    println!(
        "{:<16} {:>5} {:>6} | {:>35} | {:>27} |",
        "", "", "", "clavigerd", "ratio to bare"
    );
}

/// One row.
pub(crate) fn print(row: &Row, as_json: bool) {
    println!("{}", if as_json { json_of(row) } else { line_of(row) });
}

fn line_of(row: &Row) -> String {
    let (own, bare, ratio) = (&row.figures, &row.bare, Ratios::of(row));
    format!(
        "{:<16} {:>5} {:>6} | {:>9.0} {:>8.0} {:>8.0} {:>7.1} | {:>6.2} {:>6.2} {:>6.2} {:>6.2} | {:>9.0} {:>7.1}",
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
