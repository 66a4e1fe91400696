//! `cargo xtask codegen`: writes `crates/claviger-model/src/generated/` from the facts in `model/`.
//!
//! It reads nothing but that folder, and stops at a fact that it does not know (a type, a pattern without a matcher) rather
//! than write code that ignores it.

pub(crate) mod facts;
mod names;
mod page;
pub(crate) mod shapes;
mod wire;

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use facts::{Api, Regions};
use shapes::Shapes;

use crate::apis::APIS;

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
            std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            std::fs::write(path, text)?;
        }
    }
    for name in files(&folder)? {
        if !pages.iter().any(|(page, _)| *page == name) {
            if check {
                stale.push(name);
            } else {
                std::fs::remove_file(folder.join(name))?;
            }
        }
    }
    Ok(stale)
}

/// The files below a folder, by path.
fn files(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            let below = files(&entry.path())?;
            found.extend(below.into_iter().map(|below| format!("{name}/{below}")));
        } else {
            found.push(name);
        }
    }
    Ok(found)
}

/// All generated files, by path, not formatted yet.
fn pages(model: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let regions = facts::load::<Regions>(&model.join("regions.json"))?.facts;
    let mut pages = vec![
        (
            "mod.rs".to_owned(),
            page::apis(APIS.iter().map(|api| api.name)),
        ),
        ("regions.rs".to_owned(), page::regions(&regions)),
    ];
    for choice in &APIS {
        let api = facts::load::<Api>(&model.join(format!("{}.json", choice.name)))?.facts;
        let shapes = Shapes::of(choice, &api)?;
        let own = api_pages(&shapes)?.into_iter();
        pages.extend(own.map(|(name, text)| (format!("{}/{name}", choice.name), text)));
    }
    Ok(pages)
}

/// The files of one API.
fn api_pages(shapes: &Shapes<'_>) -> Result<Vec<(&'static str, String)>, Box<dyn Error>> {
    let mut pages = vec![
        ("mod.rs", page::modules(shapes)?),
        ("operations.rs", page::operations(shapes)),
        ("errors.rs", page::errors(shapes)),
        ("inputs.rs", page::inputs(shapes)?),
        ("outputs.rs", page::outputs(shapes)?),
        ("structures.rs", page::structures(shapes)?),
        ("rules.rs", wire::rules(shapes)?),
        ("decode.rs", wire::decode(shapes)?),
        ("encode.rs", wire::encode(shapes)?),
    ];
    if page::has_enums(shapes)? {
        pages.push(("enums.rs", page::enums(shapes)?));
    }
    Ok(pages)
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
