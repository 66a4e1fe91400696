//! `cargo xtask matrix`: writes the pages of `docs/` that are printed from the code.
//!
//! `operations.md` is what the rules of the operations say; `parity.md` collects the marks where this service does not do as
//! AWS does, or does not know what AWS does.

mod marks;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::{output, succeed};
use crate::target_folder;

/// Writes the pages, or with `check` fails where the committed ones would differ.
///
/// # Errors
/// The names of the pages that differ, or why they cannot be printed.
pub(crate) fn run(check: bool, root: &Path) -> Result<(), String> {
    let pages = [
        ("docs/operations.md", operations(root)?),
        ("docs/parity.md", marks::page(root)?),
    ];
    let stale: Vec<&(&str, String)> = pages
        .iter()
        .filter(|(name, text)| {
            fs::read_to_string(root.join(name)).map_or(true, |committed| committed != *text)
        })
        .collect();
    if check && !stale.is_empty() {
        let names: Vec<&str> = stale.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "pages differ from the code, run `cargo xtask matrix` and review the diff: {}",
            names.join(", ")
        ));
    }
    for (name, text) in stale {
        fs::write(root.join(name), text).map_err(|error| format!("{name}: {error}"))?;
        println!("{name} written");
    }
    Ok(())
}

/// A program of its own prints it, so that this one needs nothing of the product to start.
fn operations(root: &Path) -> Result<String, String> {
    let mut build = Command::new("cargo");
    // The whole workspace is selected, as for the tests: less would compile the dependencies once more, with other features.
    build.args(["build", "--quiet", "--locked", "--workspace"]);
    succeed(build.args(["--example", "matrix"]).current_dir(root))?;
    output(&mut Command::new(
        target_folder()?.join("debug/examples/matrix"),
    ))
}
