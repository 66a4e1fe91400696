//! `claviger audit`: what an auditor does with the log's files and the public key.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use claviger_audit::VerifierKey;
use claviger_audit::verify::{NodeReport, Report, Verdict, verify};

use crate::tell;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Verify the audit log in a folder, offline.
    Verify(Verify),
}

/// Every line's hash chain and every signed checkpoint are verified; the first bad line of each node is named.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Verify {
    /// The folder with the log's segments and checkpoints.
    dir: PathBuf,
    /// The file with the log's first public key, one line `<name>+<hash>+<base64>`, or one line for each node's.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// A checkpoint of this log that was kept elsewhere: the log must contain all that it covers.
    #[arg(long, value_name = "CHECKPOINT_FILE")]
    since: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Command) -> ExitCode {
    let Command::Verify(arguments) = command;
    let outcome = arguments.verify().and_then(|report| {
        let text = if arguments.json {
            json(&report)?
        } else {
            prose(&report)
        };
        tell(&text)?;
        Ok(report.verdict())
    });
    match outcome {
        Ok(verdict) => exit_code(verdict),
        Err(text) => {
            eprintln!("claviger: {text}");
            ExitCode::from(UNUSABLE)
        }
    }
}

impl Verify {
    fn verify(&self) -> Result<Report, String> {
        let keys = self
            .key
            .as_deref()
            .map(read_keys)
            .transpose()?
            .unwrap_or_default();
        let since = self.since.as_deref().map(read).transpose()?;
        verify(&self.dir, &keys, since.as_deref()).map_err(|error| error.to_string())
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn read_keys(path: &Path) -> Result<Vec<VerifierKey>, String> {
    let in_file = |error: &dyn Display| format!("{}: {error}", path.display());
    let text = read(path)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let keys: Result<Vec<VerifierKey>, _> = lines.map(str::parse).collect();
    let keys = keys.map_err(|error: claviger_audit::Error| in_file(&error))?;
    // An empty file must not quietly turn the proof off.
    if keys.is_empty() {
        Err(in_file(&"holds no key"))
    } else {
        Ok(keys)
    }
}

fn json(report: &Report) -> Result<String, String> {
    let value = serde_json::json!({ "verdict": report.verdict(), "nodes": report.nodes });
    serde_json::to_string_pretty(&value).map_err(|error| error.to_string())
}

fn prose(report: &Report) -> String {
    let mut lines: Vec<String> = report.nodes.iter().flat_map(node_prose).collect();
    lines.push(report.verdict().to_string());
    lines.join("\n")
}

fn node_prose(node: &NodeReport) -> Vec<String> {
    let mut lines = vec![format!(
        "node {}: {} lines that follow the chain, {} checkpoints",
        node.node, node.lines, node.checkpoints
    )];
    lines.extend(
        node.events
            .iter()
            .map(|(name, count)| format!("  {count:>10} {name}")),
    );
    if node.findings.is_empty() {
        lines.push(coverage(node));
    }
    lines.extend(node.findings.iter().map(|finding| format!("  {finding}")));
    lines
}

fn coverage(node: &NodeReport) -> String {
    match &node.last_checkpoint {
        Some(covered) => format!(
            "  complete up to checkpoint {} of {}; {} lines after it are chained but unsigned",
            covered.size,
            time(covered.time_ms),
            node.unsigned_lines
        ),
        None => "  no checkpoint: every line is unsigned".into(),
    }
}

fn time(milliseconds: i64) -> String {
    match jiff::Timestamp::from_millisecond(milliseconds) {
        Ok(time) => time.to_string(),
        Err(_) => format!("{milliseconds} ms after 1970"),
    }
}

fn exit_code(verdict: Verdict) -> ExitCode {
    ExitCode::from(match verdict {
        Verdict::Proven => 0,
        Verdict::Unproven => 3,
        Verdict::Torn => 4,
        Verdict::Truncated => 5,
        Verdict::Altered => 6,
    })
}

/// Unreadable files, and the code that clap uses for wrong arguments.
const UNUSABLE: u8 = 2;

const EXIT_CODES: &str = "\
Exit codes:
  0  proven: complete and unchanged up to the last checkpoint, signed by the key
  2  wrong arguments, unreadable files
  3  consistent, origin unproven: no key given
  4  torn: a partial last line or checkpoint, as a killed process leaves it
  5  truncated: lines are missing that a checkpoint covers
  6  altered: a line or checkpoint was changed, dropped, added or moved";
