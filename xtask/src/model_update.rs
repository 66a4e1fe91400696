//! `cargo xtask model-update`: pins the facts of the APIs as the newest botocore on PyPI has them.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::apis::{APIS, ApiChoice};
use crate::codegen::facts::{Api, Ordered, Pinned, Regions, Source};
use crate::codegen::shapes::reach;

/// Downloads the newest botocore and writes `model/` from it.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    renew(&root.join("model")).map_err(|error| error.to_string())
}

fn renew(model: &Path) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let download = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "--dest",
        ".",
        "botocore",
    ];
    python(folder, &download)?;
    let files = APIS.iter().map(botocore_file);
    let files: Vec<String> = files.chain([PARTITIONS_FILE.to_owned()]).collect();
    let unpack = ["-c", UNPACK]
        .into_iter()
        .chain(files.iter().map(String::as_str));
    python(folder, &unpack.collect::<Vec<_>>())?;

    let version = std::fs::read_to_string(folder.join("version"))?;
    let unpacked = |file: &str| -> Result<(Source, Vec<u8>), Box<dyn Error>> {
        let path = folder.join(file);
        let source = Source {
            package: "botocore".into(),
            version: version.clone(),
            date: std::fs::read_to_string(path.with_extension("date"))?,
            file: file.into(),
        };
        Ok((source, std::fs::read(path)?))
    };
    for choice in &APIS {
        let (source, bytes) = unpacked(&botocore_file(choice))?;
        let facts = chosen(choice, serde_json::from_slice(&bytes)?)?;
        let path = model.join(format!("{}.json", choice.name));
        write(&path, &Pinned { source, facts })?;
    }
    let (source, bytes) = unpacked(PARTITIONS_FILE)?;
    let facts = Regions {
        regions: aws_regions(serde_json::from_slice(&bytes)?)?,
    };
    write(&model.join("regions.json"), &Pinned { source, facts })?;
    println!("model/ now holds botocore {version}; run `cargo xtask codegen`");
    Ok(())
}

/// Where botocore keeps an API.
fn botocore_file(choice: &ApiChoice) -> String {
    format!(
        "botocore/data/{}/{}/service-2.json.gz",
        choice.name, choice.version
    )
}

/// The operations that are wanted, with the shapes that they are made of.
fn chosen(choice: &ApiChoice, mut api: Api) -> Result<Api, Box<dyn Error>> {
    if choice.operations.is_empty() {
        return Ok(api);
    }
    if let Some(name) = choice
        .operations
        .iter()
        .find(|name| !api.operations.contains_key(**name))
    {
        return Err(format!("{} has no operation {name}", choice.title).into());
    }
    api.operations
        .retain(|name, _| choice.operations.contains(&name.as_str()));
    let mut reached = BTreeSet::new();
    for operation in api.operations.values() {
        for reference in operation
            .input
            .iter()
            .chain(&operation.output)
            .chain(&operation.errors)
        {
            reach(&api, &reference.shape, &mut reached)?;
        }
    }
    let reached: BTreeSet<String> = reached.into_iter().map(str::to_owned).collect();
    api.shapes.retain(|name, _| reached.contains(name));
    Ok(api)
}

/// The partition file, as far as it is used.
#[derive(Deserialize)]
struct Partitions {
    partitions: Vec<Partition>,
}

#[derive(Deserialize)]
struct Partition {
    id: String,
    regions: Ordered<serde_json::Value>,
}

fn aws_regions(partitions: Partitions) -> Result<Vec<String>, Box<dyn Error>> {
    let aws = partitions
        .partitions
        .into_iter()
        .find(|partition| partition.id == "aws");
    let mut names: Vec<String> = aws
        .ok_or("there is no partition aws")?
        .regions
        .0
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    names.retain(|name| !name.ends_with("-global"));
    names.sort();
    Ok(names)
}

fn write<T: Serialize>(path: &Path, pinned: &Pinned<T>) -> Result<(), Box<dyn Error>> {
    let mut text = serde_json::to_string_pretty(pinned)?;
    text.push('\n');
    Ok(std::fs::write(path, text)?)
}

fn python(folder: &Path, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let status = Command::new("python3")
        .args(arguments)
        .current_dir(folder)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("python3 {}: {status}", arguments.join(" ")).into())
    }
}

const PARTITIONS_FILE: &str = "botocore/data/partitions.json";

/// A wheel is a zip file and Python is already there, so no archive crate is needed for these few files.
const UNPACK: &str = r#"
import glob, gzip, os, sys, zipfile
(path,) = glob.glob("botocore-*.whl")
wheel = zipfile.ZipFile(path)
open("version", "w").write(path.split("-")[1])
for name in sys.argv[1:]:
    data = wheel.read(name)
    os.makedirs(os.path.dirname(name), exist_ok=True)
    open(name, "wb").write(gzip.decompress(data) if name.endswith(".gz") else data)
    date = "%04d-%02d-%02d" % wheel.getinfo(name).date_time[:3]
    open(os.path.splitext(name)[0] + ".date", "w").write(date)
"#;
