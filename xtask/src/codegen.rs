//! `cargo xtask codegen`: writes `crates/claviger-model/src/generated/` from the facts in `model/`.
//!
//! It reads nothing but that folder, and stops at a fact that it does not know (a type, a pattern without a matcher) rather
//! than write code that ignores it.

pub(crate) mod facts;
mod names;
mod page;
mod shapes;
mod wire;

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use facts::{Api, Regions};
use shapes::Shapes;

/// Writes the generated files, or with `check` fails where the committed ones would differ.
pub(crate) fn run(check: bool, root: &Path) -> Result<(), String> {
    let stale = renew(check, root).map_err(|error| error.to_string())?;
    if stale.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "the generated files differ from the facts in model/, run `cargo xtask codegen`: {}",
            stale.join(", ")
        ))
    }
}

/// The names of the files that differ; they are written unless `check`.
fn renew(check: bool, root: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let folder = root.join("crates/claviger-model/src/generated");
    let pages = pages(&root.join("model"))?;
    let mut stale = Vec::new();
    for (name, text) in &pages {
        let text = formatted(text)?;
        let path = folder.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|committed| committed == text) {
            continue;
        }
        if check {
            stale.push((*name).to_owned());
        } else {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(path, text)?;
        }
    }
    for entry in std::fs::read_dir(&folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !pages.iter().any(|(page, _)| *page == name) {
            if check {
                stale.push(name)
            } else {
                std::fs::remove_file(entry.path())?
            }
        }
    }
    Ok(stale)
}

/// All generated files, by name, not formatted yet.
fn pages(model: &Path) -> Result<Vec<(&'static str, String)>, Box<dyn Error>> {
    let api = facts::load::<Api>(&model.join("kms.json"))?.facts;
    let regions = facts::load::<Regions>(&model.join("regions.json"))?.facts;
    let shapes = Shapes::of(&api)?;
    Ok(vec![
        ("mod.rs", page::modules()),
        ("operations.rs", page::operations(&api)?),
        ("errors.rs", page::errors(&api)),
        ("regions.rs", page::regions(&regions)),
        ("enums.rs", page::enums(&shapes)?),
        ("inputs.rs", page::inputs(&shapes)?),
        ("outputs.rs", page::outputs(&shapes)?),
        ("structures.rs", page::structures(&shapes)?),
        ("rules.rs", wire::rules(&shapes)?),
        ("decode.rs", wire::decode(&shapes)?),
        ("encode.rs", wire::encode(&shapes)?),
    ])
}

fn formatted(text: &str) -> Result<String, Box<dyn Error>> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    rustfmt
        .stdin
        .take()
        .ok_or("rustfmt takes no input")?
        .write_all(text.as_bytes())?;
    let output = rustfmt.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("rustfmt: {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_files_are_what_the_facts_make() {
        assert_eq!(
            run(true, &Path::new(env!("CARGO_MANIFEST_DIR")).join("..")),
            Ok(())
        );
    }
}
