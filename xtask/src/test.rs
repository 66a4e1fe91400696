//! `cargo xtask test`: everything that CI runs, in the order in which it fails soonest, each step with its time.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use clap::{Args, ValueEnum};

use crate::run::{Outcome, Tally, stream, succeed};
use crate::{codegen, matrix, provision, target_folder, tidy};

/// Which steps run, and how long the longer campaigns are.
#[derive(Args)]
pub(crate) struct Options {
    /// Run these steps only (in their usual order); all of them when none is named.
    #[arg(value_enum)]
    steps: Vec<Step>,
    /// Rounds of the kill test: the server is killed under load and its promises are checked.
    #[arg(long, default_value_t = 50)]
    kill_rounds: u32,
    /// Random edits, drops, swaps, insertions and truncations of an audit log that its verifier must find.
    #[arg(long, default_value_t = 10_000)]
    tamper: u32,
    /// One-change mutations of signed requests, none of which may be served.
    #[arg(long, default_value_t = 100_000)]
    sigv4_mutations: u32,
    /// Generated cases that the policy engine and its second evaluator must decide alike.
    #[arg(long, default_value_t = 200_000)]
    policy_cases: u32,
    /// The seed of the kill test, of the mutations and of the policy cases; each prints the one that it uses.
    #[arg(long)]
    seed: Option<u64>,
}

/// The steps, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// rustfmt
    Format,
    /// clippy, every warning an error
    Lint,
    /// the house rules that no compiler checks
    Tidy,
    /// the committed generated code is what the pinned model gives
    Codegen,
    /// the committed pages are what the code prints
    Matrix,
    /// unit and property tests
    Unit,
    /// examples in the documentation
    Doc,
    /// black-box tests with real clients
    E2e,
}

/// Runs the steps, stops at the first that fails, and closes with the count of what passed and failed.
///
/// # Errors
/// The name of the step that failed.
pub(crate) fn run(options: &Options, root: &Path) -> Result<(), String> {
    let started = Instant::now();
    let mut total = Tally::default();
    let mut result = Ok(());
    for step in Step::value_variants() {
        if !options.steps.is_empty() && !options.steps.contains(step) {
            continue;
        }
        println!("\n=== {step:?}");
        let step_started = Instant::now();
        let (outcome, tally) = run_step(*step, options, root);
        total.add(tally);
        println!(
            "=== {step:?}: {} in {:.0?}",
            if outcome.is_ok() { "passed" } else { "FAILED" },
            step_started.elapsed()
        );
        if let Err(error) = outcome {
            result = Err(format!("{step:?}: {error}"));
            break;
        }
    }
    println!(
        "\ntotal time {:.0?}\n{} passed, {} failed",
        started.elapsed(),
        total.passed,
        total.failed
    );
    result
}

/// A step that runs no tests of its own counts as one check.
fn run_step(step: Step, options: &Options, root: &Path) -> (Result<(), String>, Tally) {
    let outcome = match step {
        Step::Format => {
            stream(cargo(root).args(["fmt", "--all", "--check"])).map_err(|error| error.to_string())
        }
        Step::Lint => lint(root),
        Step::Tidy => check(tidy::run(root)),
        Step::Codegen => check(codegen::run(true, root)),
        Step::Matrix => check(matrix::run(true, root)),
        Step::Unit => unit(options, root),
        Step::Doc => stream(cargo(root).args(["test", "--workspace", "--doc", "--quiet"]))
            .map_err(|error| error.to_string()),
        Step::E2e => end_to_end(options, root),
    };
    match outcome {
        Ok(Outcome { success, tally }) => {
            let counted = tally != Tally::default();
            let failed = u64::from(!success && tally.failed == 0);
            let tally = Tally {
                passed: if counted {
                    tally.passed
                } else {
                    u64::from(success)
                },
                failed: tally.failed + failed,
            };
            (
                success.then_some(()).ok_or_else(|| "see above".to_owned()),
                tally,
            )
        }
        Err(error) => (
            Err(error),
            Tally {
                passed: 0,
                failed: 1,
            },
        ),
    }
}

fn check(result: Result<(), String>) -> Result<Outcome, String> {
    result.map(|()| Outcome {
        success: true,
        tally: Tally::default(),
    })
}

fn lint(root: &Path) -> Result<Outcome, String> {
    let mut clippy = cargo(root);
    clippy.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]);
    stream(&mut clippy).map_err(|error| error.to_string())
}

fn unit(options: &Options, root: &Path) -> Result<Outcome, String> {
    provision::unit()?;
    let mut tests = Runner::found(root).tests(root, Part::AllButEndToEnd);
    tests
        .env("CLAVIGER_TAMPER_EDITS", options.tamper.to_string())
        .env(
            "CLAVIGER_SIGV4_MUTATIONS",
            options.sigv4_mutations.to_string(),
        )
        .env("CLAVIGER_POLICY_CASES", options.policy_cases.to_string());
    if let Some(seed) = options.seed {
        tests.env("CLAVIGER_SEED", seed.to_string());
    }
    stream(&mut tests).map_err(|error| error.to_string())
}

/// The clients drive the binaries of the development profile: its overflow and debug checks stay on.
fn end_to_end(options: &Options, root: &Path) -> Result<Outcome, String> {
    let target = target_folder()?;
    let clients = provision::end_to_end(root, &target)?;
    // The same selection as for the tests: another one would compile the dependencies once more, with other features.
    succeed(cargo(root).args(["test", "--workspace", "--locked", "--no-run", "--quiet"]))?;
    let mut tests = Runner::found(root).tests(root, Part::EndToEnd);
    tests
        .env("CLAVIGER_E2E_VENV", clients.python)
        .env("CLAVIGER_E2E_NODE", clients.node)
        .env("CLAVIGER_KILL_ROUNDS", options.kill_rounds.to_string());
    tests.env("CLAVIGER_BINARIES", target.join("debug"));
    if let Some(seed) = options.seed {
        tests.env("CLAVIGER_SEED", seed.to_string());
    }
    stream(&mut tests).map_err(|error| error.to_string())
}

/// nextest runs the tests of all binaries at once; where it is not installed, `cargo test` runs the same tests more slowly.
enum Runner {
    Nextest,
    CargoTest,
}

enum Part {
    AllButEndToEnd,
    EndToEnd,
}

impl Runner {
    fn found(root: &Path) -> Self {
        let version = cargo(root).args(["nextest", "--version"]).output();
        if version.is_ok_and(|output| output.status.success()) {
            println!("test runner: cargo nextest");
            Self::Nextest
        } else {
            println!("test runner: cargo test (cargo nextest is not installed)");
            Self::CargoTest
        }
    }

    fn tests(&self, root: &Path, part: Part) -> Command {
        let mut command = cargo(root);
        match self {
            Self::Nextest => command
                .args(["nextest", "run", "--no-fail-fast", "--workspace"])
                .args(["--filterset", part.filterset()]),
            Self::CargoTest => command
                .args(["test", "--no-fail-fast", "--all-targets"])
                .args(part.packages()),
        };
        command.arg("--locked");
        command
    }
}

impl Part {
    fn filterset(&self) -> &'static str {
        match self {
            Self::AllButEndToEnd => "not package(claviger-e2e)",
            Self::EndToEnd => "package(claviger-e2e)",
        }
    }

    fn packages(&self) -> &'static [&'static str] {
        match self {
            Self::AllButEndToEnd => &["--workspace", "--exclude", "claviger-e2e"],
            Self::EndToEnd => &["--package", "claviger-e2e"],
        }
    }
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root);
    command
}
