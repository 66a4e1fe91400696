//! `cargo xtask fuzz`: libFuzzer over every parser of strangers' bytes, or over some of them, for a while.
//!
//! It is no part of the test command: there the inputs of `fuzz/corpus` are replayed as an ordinary test. What a run finds belongs
//! into that folder, with the repair.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::run::succeed;
use crate::target_folder;

/// What is fuzzed, and for how long.
#[derive(Args)]
pub(crate) struct Options {
    /// These targets only; all of them when none is named.
    targets: Vec<String>,
    /// Seconds for each target.
    #[arg(long, default_value_t = 300)]
    seconds: u32,
    /// Twenty seconds for each target.
    #[arg(long, conflicts_with = "seconds")]
    smoke: bool,
}

/// Builds the targets and runs them one after the other. New inputs stay in the target folder; the corpus is only read.
///
/// # Errors
/// `cargo fuzz` can't be installed, or a target failed: the input is printed and kept.
pub(crate) fn run(options: &Options, root: &Path) -> Result<(), String> {
    let target = target_folder()?;
    let cargo_fuzz = cargo_fuzz(&target)?;
    let seconds = if options.smoke {
        SMOKE_SECONDS
    } else {
        options.seconds
    };
    for name in chosen(options, root)? {
        println!("\n=== {name}: {seconds} s");
        let found = target.join("fuzz-found").join(&name);
        fs::create_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
        let mut fuzz = Command::new(&cargo_fuzz);
        fuzz.args([
            "fuzz",
            "run",
            "--fuzz-dir",
            "fuzz/libfuzzer",
            "--target-dir",
        ])
        .arg(target.join("fuzz"))
        .arg(&name)
        .arg(found)
        .arg(root.join("fuzz/corpus").join(&name))
        .args(["--", "-timeout=20", "-rss_limit_mb=4096"])
        .arg(format!("-max_total_time={seconds}"));
        // The sanitizer's switches are unstable; the stable compiler has them all the same.
        succeed(fuzz.current_dir(root).env("RUSTC_BOOTSTRAP", "1"))
            .map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

fn chosen(options: &Options, root: &Path) -> Result<Vec<String>, String> {
    let corpus = root.join("fuzz/corpus");
    let folders =
        fs::read_dir(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
    let mut all: Vec<String> = folders
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    all.sort();
    match options.targets.iter().find(|name| !all.contains(name)) {
        Some(unknown) => Err(format!("no target {unknown}; there are {}", all.join(", "))),
        None if options.targets.is_empty() => Ok(all),
        None => Ok(options.targets.clone()),
    }
}

/// Installed into the target folder, at one version, unless it stands there already.
fn cargo_fuzz(target: &Path) -> Result<PathBuf, String> {
    let folder = target.join("fuzz-tools");
    let program = folder.join("bin/cargo-fuzz");
    if !program.exists() {
        let mut install = Command::new("cargo");
        install.args([
            "install",
            "--quiet",
            "--locked",
            "--version",
            VERSION,
            "--root",
        ]);
        succeed(install.arg(&folder).arg("cargo-fuzz"))?;
    }
    Ok(program)
}

const SMOKE_SECONDS: u32 = 20;
const VERSION: &str = "0.13.2";
