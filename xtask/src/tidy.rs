//! `cargo xtask tidy`: the house rules that no compiler and no clippy lint checks.
//!
//! Each rule is a function from what it reads to the findings, one text each. What a lint can check stands in the workspace's
//! lint table instead: functions of at most 70 lines, a reason on every `allow`, no `unsafe`.

mod crates;
mod dependencies;
mod files;
mod links;
mod operations;
mod secrets;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::output;

/// Runs every rule.
///
/// # Errors
/// All findings, one a line.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let tree = tracked_files(root)?;
    let mut findings = crates::findings(root, &tree)?;
    findings.extend(dependencies::findings(root)?);
    for rule in [
        files::length,
        files::unfinished,
        files::machine_paths,
        links::broken,
        operations::findings,
        secrets::unexplained,
    ] {
        findings.extend(rule(&tree));
    }
    findings.sort();
    if findings.is_empty() {
        println!("tidy: {} files, nothing to say", tree.len());
        return Ok(());
    }
    Err(format!(
        "{} findings\n{}",
        findings.len(),
        findings.join("\n")
    ))
}

/// A text file of the repository.
pub(crate) struct File {
    /// The path from the root, with `/`.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
}

impl File {
    /// Whether a program wrote it: such files are checked by writing them again, not by reading them.
    fn is_generated(&self) -> bool {
        self.path.split('/').any(|part| part == "generated")
            || self
                .text
                .lines()
                .take(5)
                .any(|line| line.contains("@generated"))
    }

    fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|own| own == extension)
    }
}

/// Tracked files, and those that would be with the next `git add`. Binary files have no text to check.
fn tracked_files(root: &Path) -> Result<Vec<File>, String> {
    let mut list = Command::new("git");
    list.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let listing = output(list.current_dir(root))?;
    let readable = |path: &str| {
        Some(File {
            path: path.to_owned(),
            text: fs::read_to_string(root.join(path)).ok()?,
        })
    };
    Ok(listing
        .split('\0')
        .filter(|path| !path.is_empty())
        .filter_map(readable)
        .collect())
}
