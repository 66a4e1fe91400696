//! `cargo xtask release`: the binaries that are given out, optimised by a profile of the server under load.
//!
//! Nearly all code of a call is executed once, so that a call costs what its instructions cost to fetch. The profile tells the
//! compiler which they are: it lays them side by side, and what is never reached elsewhere. It is committed, so that a build
//! trains nothing, and fits the one compiler that it was made with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;

use crate::run::{output, succeed};
use crate::{provision, target_folder};

/// What is done before the build.
#[derive(Args)]
pub(crate) struct Options {
    /// Make the profile anew with this compiler: the benchmark drives a server that counts what it executes.
    #[arg(long)]
    train: bool,
}

/// Builds the binaries and says where they are.
///
/// # Errors
/// When the training or the build fails.
pub(crate) fn run(options: &Options, root: &Path) -> Result<(), String> {
    let compiler = Compiler::found(root)?;
    if options.train {
        train(&compiler, root)?;
    }
    println!("{}", compiler.optimised(root)?.display());
    Ok(())
}

/// Builds the binaries, and answers with their folder.
///
/// # Errors
/// When the build fails.
pub(crate) fn build(root: &Path) -> Result<PathBuf, String> {
    Compiler::found(root)?.optimised(root)
}

/// Drives every operation of the benchmark once, and keeps what was counted as the profile.
fn train(compiler: &Compiler, root: &Path) -> Result<(), String> {
    provision::profile_merger()?;
    let target = target_folder()?.join("training");
    let counted = target.join("counted");
    empty(&counted)?;
    let flag = format!("-Cprofile-generate={}", counted.display());
    let binaries = compiler.build(root, &target, &flag)?;
    let mut bench = Command::new(binaries.join("claviger-bench"));
    bench.env("CLAVIGER_BINARIES", &binaries);
    bench.args(["--seconds", "0.5", "--rounds", "1", "--connections", "16"]);
    // Its figures are those of programs that count.
    succeed(bench.stdout(Stdio::null()))?;
    let profiles = root.join(PROFILES);
    empty(&profiles)?;
    let mut merge = Command::new(provision::PROFILE_MERGER);
    merge.args(["merge", "--sparse", "--output"]);
    merge.arg(compiler.profile(root)).arg(&counted);
    succeed(&mut merge)?;
    // Cargo does not see that the profile of a dependency is another one now.
    empty(&compiler.binaries(&target_folder()?))
}

/// The compiler whose code the profile counts.
struct Compiler {
    release: String,
    host: String,
}

impl Compiler {
    fn found(root: &Path) -> Result<Self, String> {
        let version = output(Command::new("rustc").arg("-vV").current_dir(root))?;
        let line = |name: &str| {
            let value = version.lines().find_map(|line| line.strip_prefix(name));
            value
                .map(str::to_owned)
                .ok_or_else(|| format!("rustc -vV names no {name}"))
        };
        Ok(Self {
            release: line("release: ")?,
            host: line("host: ")?,
        })
    }

    fn profile(&self, root: &Path) -> PathBuf {
        root.join(PROFILES)
            .join(format!("rustc-{}.profdata", self.release))
    }

    /// With another compiler the binaries are the same in all but their speed.
    fn optimised(&self, root: &Path) -> Result<PathBuf, String> {
        let profile = self.profile(root);
        let flag = if profile.exists() {
            format!("-Cprofile-use={}", profile.display())
        } else {
            eprintln!(
                "{PROFILES} has no profile for rustc {}: built without one",
                self.release
            );
            String::new()
        };
        self.build(root, &target_folder()?, &flag)
    }

    /// The host is named, so that the flag is for the binaries alone and not for what builds them.
    fn build(&self, root: &Path, target: &Path, flag: &str) -> Result<PathBuf, String> {
        let mut build = Command::new("cargo");
        build.args(["build", "--release", "--locked", "--quiet"]);
        build
            .args(["--target", &self.host, "--target-dir"])
            .arg(target);
        for package in PACKAGES {
            build.args(["--package", package]);
        }
        // The encoded form takes a path with spaces.
        succeed(build.env("CARGO_ENCODED_RUSTFLAGS", flag).current_dir(root))?;
        Ok(self.binaries(target))
    }

    fn binaries(&self, target: &Path) -> PathBuf {
        target.join(&self.host).join("release")
    }
}

/// Makes a folder, or one without its contents.
fn empty(folder: &Path) -> Result<(), String> {
    let made = match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => fs::create_dir_all(folder),
    };
    made.map_err(|error| format!("{}: {error}", folder.display()))
}

/// Always the same: with another selection the dependencies have other features, and the profile knows none of their functions.
const PACKAGES: [&str; 3] = ["claviger-server", "claviger-cli", "claviger-bench"];
const PROFILES: &str = "bench/profile";
