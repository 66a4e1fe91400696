//! What may stand in the dependency graph: `deny.toml`, read for its licences, sources and banned crates.
//!
//! cargo-deny knows more, and advisories need its database; this much is checked with every test run, by what cargo itself tells.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::run::output;

/// Crates that may not come in, licences that are not allowed, and sources that nobody named.
///
/// # Errors
/// When `deny.toml` or `Cargo.lock` cannot be read, or cargo cannot print the graph.
pub(super) fn findings(root: &Path) -> Result<Vec<String>, String> {
    let deny: Deny = read(&root.join("deny.toml"))?;
    let lock: Lock = read(&root.join("Cargo.lock"))?;
    let mut findings = graph_findings(&deny, &graph(root, &deny.graph.targets)?);
    findings.extend(
        lock.package
            .iter()
            .filter_map(|package| source_finding(&deny.sources, package)),
    );
    Ok(findings)
}

#[derive(Deserialize)]
struct Deny {
    graph: Graph,
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

/// Without lists of its own, crates.io is the one registry, and no git repository is a source.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    unknown_registry: Lint,
    unknown_git: Lint,
    #[serde(default = "crates_io")]
    allow_registry: Vec<String>,
    #[serde(default)]
    allow_git: Vec<String>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Lint {
    Allow,
    Warn,
    Deny,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

/// A package of the lock file; one of the workspace has no source.
#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
}

/// A package of the graph.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    /// Name and version, as cargo prints them.
    id: String,
    /// An SPDX expression; empty when the package states none.
    license: String,
}

/// What the workspace is built from, tests apart. Of the graphs that cargo can print, this is the one that has just the optional
/// dependencies that some feature asks for.
fn graph(root: &Path, targets: &[String]) -> Result<Vec<Package>, String> {
    let mut tree = Command::new("cargo");
    tree.args(["tree", "--quiet", "--workspace", "--locked"]);
    tree.args(["--edges", "normal,build", "--prefix", "none"]);
    tree.args(["--no-dedupe", "--format", "{p}|{l}"]);
    for target in targets {
        tree.args(["--target", target]);
    }
    Ok(packages(&output(tree.current_dir(root))?))
}

/// Each package once.
fn packages(printed: &str) -> Vec<Package> {
    let lines = printed.lines().filter_map(|line| line.split_once('|'));
    let mut packages: Vec<Package> = lines
        .map(|(id, license)| Package {
            id: id.trim().to_owned(),
            license: license.trim().to_owned(),
        })
        .collect();
    packages.sort();
    packages.dedup();
    packages
}

fn graph_findings(deny: &Deny, graph: &[Package]) -> Vec<String> {
    let mut findings = Vec::new();
    for Package { id, license } in graph {
        let name = id.split(' ').next().unwrap_or_default();
        let banned = deny.bans.deny.iter().filter(|ban| ban.name == name);
        findings.extend(banned.map(|ban| format!("{id} may not come in: {}", ban.reason)));
        if !permits(license, &deny.licenses.allow) {
            findings.push(format!(
                "{id}: deny.toml does not allow the licence \"{license}\""
            ));
        }
    }
    findings
}

fn source_finding(sources: &Sources, package: &Locked) -> Option<String> {
    let source = package.source.as_deref()?;
    let (lint, allowed) = match source.strip_prefix("git+") {
        Some(_) => (&sources.unknown_git, &sources.allow_git),
        None => (&sources.unknown_registry, &sources.allow_registry),
    };
    let address = source
        .split_once('+')
        .map_or(source, |(_, address)| address);
    let known = allowed.iter().any(|known| address.starts_with(known));
    (*lint == Lint::Deny && !known).then(|| {
        format!(
            "{} {}: deny.toml does not allow the source {source}",
            package.name, package.version
        )
    })
}

/// Whether the licences allowed are enough for an SPDX expression, in which older crates write `/` for `OR`.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest, allowed) == Some(true) && rest.is_empty()
}

/// `a OR b`; none for what is no expression.
fn any(words: &mut &[&str], allowed: &[String]) -> Option<bool> {
    let mut permitted = all(words, allowed)?;
    while take(words, "OR") {
        permitted |= all(words, allowed)?;
    }
    Some(permitted)
}

/// `a AND b`, which binds closer.
fn all(words: &mut &[&str], allowed: &[String]) -> Option<bool> {
    let mut permitted = one(words, allowed)?;
    while take(words, "AND") {
        permitted &= one(words, allowed)?;
    }
    Some(permitted)
}

fn one(words: &mut &[&str], allowed: &[String]) -> Option<bool> {
    if take(words, "(") {
        let inner = any(words, allowed)?;
        return take(words, ")").then_some(inner);
    }
    let mut license = next(words)?.to_owned();
    if take(words, "WITH") {
        license = format!("{license} WITH {}", next(words)?);
    }
    Some(allowed.contains(&license))
}

fn take(words: &mut &[&str], word: &str) -> bool {
    let found = words.first() == Some(&word);
    if found {
        let _ = next(words);
    }
    found
}

fn next<'a>(words: &mut &[&'a str]) -> Option<&'a str> {
    let (first, rest) = words.split_first()?;
    *words = rest;
    Some(first)
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, String> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    toml::from_str(&text).map_err(|error| format!("{name}: {error}"))
}

fn crates_io() -> Vec<String> {
    vec!["https://github.com/rust-lang/crates.io-index".to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deny() -> Deny {
        toml::from_str(
            r#"
            graph.targets = []
            licenses.allow = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]
            bans.deny = [{ crate = "rsa", reason = "it takes its time" }]
            sources.unknown-registry = "deny"
            sources.unknown-git = "deny"
            "#,
        )
        .unwrap()
    }

    #[test]
    fn a_banned_crate_and_a_foreign_licence_are_found() {
        let graph = packages(
            "ours v0.1.0 (/somewhere)|MIT\nrsa v0.9.6|MIT OR Apache-2.0\nrsa-like v1.0.0|MIT\n\n\
             lost v2.0.0 (proc-macro)|GPL-3.0\nours v0.1.0 (/somewhere)|MIT\nmute v1.0.0|\n",
        );
        assert_eq!(graph.len(), 5);
        assert_eq!(
            graph_findings(&deny(), &graph),
            [
                "lost v2.0.0 (proc-macro): deny.toml does not allow the licence \"GPL-3.0\"",
                "mute v1.0.0: deny.toml does not allow the licence \"\"",
                "rsa v0.9.6 may not come in: it takes its time",
            ]
        );
    }

    #[test]
    fn a_foreign_source_is_found() {
        let found = |source: Option<&str>| {
            let package = Locked {
                name: "a".to_owned(),
                version: "1.0.0".to_owned(),
                source: source.map(str::to_owned),
            };
            source_finding(&deny().sources, &package).is_some()
        };
        assert!(!found(None));
        assert!(!found(Some(
            "registry+https://github.com/rust-lang/crates.io-index"
        )));
        assert!(found(Some("registry+https://registry.example/index")));
        assert!(found(Some("git+https://git.example/a#0123")));
    }

    #[test]
    fn licences_are_read_as_spdx_does() {
        let allow = deny().licenses.allow;
        for permitted in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "GPL-3.0 AND ISC OR MIT",
            "Apache-2.0 WITH LLVM-exception",
            "(GPL-3.0 OR ISC) AND MIT",
        ] {
            assert!(permits(permitted, &allow), "{permitted}");
        }
        for refused in [
            "",
            "Apache-2.0",
            "MIT AND GPL-3.0",
            "MIT AND (GPL-3.0 OR Apache-2.0)",
            "MIT WITH LLVM-exception",
            "(MIT",
            "MIT MIT",
        ] {
            assert!(!permits(refused, &allow), "{refused}");
        }
    }
}
