//! `cargo xtask model-update`: pins the facts of the KMS API as the newest botocore on PyPI has them.

use std::error::Error;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::codegen::facts::{Api, Ordered, Pinned, Regions, Source};

/// Downloads the newest botocore and writes `model/kms.json` and `model/regions.json` from it.
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
    python(folder, &["-c", UNPACK])?;

    let version = std::fs::read_to_string(folder.join("version"))?;
    let source = |file: &str, date_file: &str| -> Result<Source, Box<dyn Error>> {
        let date = std::fs::read_to_string(folder.join(date_file))?;
        Ok(Source {
            package: "botocore".into(),
            version: version.clone(),
            date,
            file: file.into(),
        })
    };
    let api: Api = serde_json::from_slice(&std::fs::read(folder.join("kms.json"))?)?;
    write(
        &model.join("kms.json"),
        &Pinned {
            source: source(KMS_FILE, "kms.date")?,
            facts: api,
        },
    )?;

    let partitions: Partitions =
        serde_json::from_slice(&std::fs::read(folder.join("partitions.json"))?)?;
    let facts = Regions {
        regions: aws_regions(partitions)?,
    };
    write(
        &model.join("regions.json"),
        &Pinned {
            source: source(PARTITIONS_FILE, "partitions.date")?,
            facts,
        },
    )?;
    println!("model/ now holds botocore {version}; run `cargo xtask codegen`");
    Ok(())
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

const KMS_FILE: &str = "botocore/data/kms/2014-11-01/service-2.json.gz";

const PARTITIONS_FILE: &str = "botocore/data/partitions.json";

/// A wheel is a zip file and Python is already there, so no archive crate is needed for these three files.
const UNPACK: &str = r#"
import glob, gzip, zipfile
(path,) = glob.glob("botocore-*.whl")
wheel = zipfile.ZipFile(path)
def date(name):
    return "%04d-%02d-%02d" % wheel.getinfo(name).date_time[:3]
kms = "botocore/data/kms/2014-11-01/service-2.json.gz"
partitions = "botocore/data/partitions.json"
open("version", "w").write(path.split("-")[1])
open("kms.date", "w").write(date(kms))
open("partitions.date", "w").write(date(partitions))
open("kms.json", "wb").write(gzip.decompress(wheel.read(kms)))
open("partitions.json", "wb").write(wheel.read(partitions))
"#;
