//! The borders between crates: who may depend on whom, and who alone may use what.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::File;
use crate::run::output;

/// Dependencies against the allowed direction, engines outside their crate, crates outside the workspace's lints.
///
/// # Errors
/// When cargo cannot describe the workspace.
pub(super) fn findings(root: &Path, tree: &[File]) -> Result<Vec<String>, String> {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--format-version", "1"]);
    cargo.args(["--no-deps", "--offline"]);
    let metadata = output(cargo.current_dir(root))?;
    let metadata: Metadata =
        serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let mut findings: Vec<String> = metadata
        .packages
        .iter()
        .flat_map(package_findings)
        .collect();
    findings.extend(tree.iter().filter_map(lint_finding));
    Ok(findings)
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

fn package_findings(package: &Package) -> Vec<String> {
    let Some((_, allowed)) = DIRECTION.iter().find(|(name, _)| *name == package.name) else {
        return vec![format!(
            "{}: a new crate: say in the tidy rule which crates it may depend on",
            package.name
        )];
    };
    let shipped = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind.as_deref() != Some("dev"));
    let mut findings = Vec::new();
    for dependency in shipped {
        let name = dependency.name.as_str();
        if name.starts_with("claviger-") && !allowed.contains(&name) {
            findings.push(format!("{} must not depend on {name}", package.name));
        }
        let owners = OWNED
            .iter()
            .find(|(owned, _)| *owned == name)
            .map(|(_, owners)| *owners);
        if owners.is_some_and(|owners| !owners.contains(&package.name.as_str())) {
            findings.push(format!(
                "{} must not depend on {name}: only {} may",
                package.name,
                owners.unwrap_or_default().join(", ")
            ));
        }
    }
    findings
}

/// The workspace's lint table forbids `unsafe` (and more); a crate leaves it by not naming it.
fn lint_finding(file: &File) -> Option<String> {
    let is_crate = file.path.ends_with("/Cargo.toml") && !file.path.starts_with("fuzz/libfuzzer/");
    let leaves = is_crate && !file.text.contains("[lints]\nworkspace = true");
    leaves.then(|| {
        format!(
            "{}: must take the workspace's lints, which forbid `unsafe`",
            file.path
        )
    })
}

/// Who may depend on whom, direct dependencies alone. Tests may use what they like.
const DIRECTION: [(&str, &[&str]); 13] = [
    ("claviger-model", &[]),
    ("claviger-store", &[]),
    ("claviger-audit", &[]),
    ("claviger-policy", &["claviger-model"]),
    ("claviger-crypto", &["claviger-model"]),
    (
        "claviger-core",
        &[
            "claviger-model",
            "claviger-policy",
            "claviger-crypto",
            "claviger-store",
            "claviger-audit",
        ],
    ),
    (
        "claviger-iam",
        &[
            "claviger-core",
            "claviger-model",
            "claviger-policy",
            "claviger-crypto",
            "claviger-store",
            "claviger-audit",
        ],
    ),
    (
        "claviger-server",
        &[
            "claviger-core",
            "claviger-iam",
            "claviger-audit",
            "claviger-store",
            "claviger-crypto",
            "claviger-model",
        ],
    ),
    (
        "claviger-cli",
        &[
            "claviger-crypto",
            "claviger-audit",
            "claviger-policy",
            "claviger-model",
        ],
    ),
    (
        "claviger-fuzz",
        &[
            "claviger-server",
            "claviger-iam",
            "claviger-core",
            "claviger-audit",
            "claviger-store",
            "claviger-crypto",
            "claviger-policy",
            "claviger-model",
        ],
    ),
    // What drives the product from outside links none of it.
    ("claviger-e2e", &[]),
    ("claviger-bench", &["claviger-e2e"]),
    ("xtask", &[]),
];

/// Libraries that only some crates may use: one database, one protocol.
const OWNED: [(&str, &[&str]); 3] = [
    ("rusqlite", &["claviger-store"]),
    ("hyper", &["claviger-server", "claviger-bench"]),
    ("hyper-util", &["claviger-server", "claviger-bench"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        let dependency = |(name, kind): &(&str, Option<&str>)| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(str::to_owned),
        };
        Package {
            name: name.to_owned(),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    #[test]
    fn the_direction_is_kept() {
        assert!(
            package_findings(&package(
                "claviger-policy",
                &[("claviger-model", None), ("serde_json", None)]
            ))
            .is_empty()
        );
        assert_eq!(
            package_findings(&package("claviger-model", &[("claviger-policy", None)])),
            ["claviger-model must not depend on claviger-policy"]
        );
        assert!(
            package_findings(&package(
                "claviger-model",
                &[("claviger-policy", Some("dev"))]
            ))
            .is_empty()
        );
        assert_eq!(package_findings(&package("claviger-new", &[])).len(), 1);
    }

    #[test]
    fn a_database_has_one_crate() {
        assert!(package_findings(&package("claviger-store", &[("rusqlite", None)])).is_empty());
        assert_eq!(
            package_findings(&package("claviger-core", &[("rusqlite", None)])).len(),
            1
        );
    }

    #[test]
    fn every_crate_takes_the_lints() {
        let manifest = |text: &str| File {
            path: "crates/x/Cargo.toml".to_owned(),
            text: text.to_owned(),
        };
        assert!(lint_finding(&manifest("[lints]\nworkspace = true\n")).is_none());
        assert!(lint_finding(&manifest("[package]\n")).is_some());
    }
}
