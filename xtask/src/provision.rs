//! What the end-to-end tests need beside Rust, installed when it is missing: the clients of the Python and Node worlds in folders of
//! their own at pinned versions, OpenSSL, strace and Node from Debian.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::succeed;

/// Where the clients stand.
pub(crate) struct Clients {
    /// The Python virtual environment.
    pub(crate) python: PathBuf,
    /// The folder with `node_modules`.
    pub(crate) node: PathBuf,
}

/// Makes sure that every tool stands ready, and answers where.
///
/// # Errors
/// What is missing and could not be installed, with the command that would install it.
pub(crate) fn end_to_end(root: &Path, target: &Path) -> Result<Clients, String> {
    provide(&TOOLS)?;
    Ok(Clients {
        python: virtual_environment(root, target)?,
        node: node_modules(root, target)?,
    })
}

/// Makes sure that [`PROFILE_MERGER`] stands ready.
///
/// # Errors
/// As [`end_to_end`].
pub(crate) fn profile_merger() -> Result<(), String> {
    provide(&[Tool {
        probe: &[PROFILE_MERGER, "--version"],
        debian_package: "llvm-19",
    }])
}

fn provide(tools: &[Tool]) -> Result<(), String> {
    let missing: Vec<&str> = tools
        .iter()
        .filter(|tool| !answers(tool.probe))
        .map(|tool| tool.debian_package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    install(&missing)
}

struct Tool {
    probe: &'static [&'static str],
    debian_package: &'static str,
}

fn answers(probe: &[&str]) -> bool {
    let Some((program, arguments)) = probe.split_first() else {
        return false;
    };
    let status = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

fn install(packages: &[&str]) -> Result<(), String> {
    let by_hand = format!(
        "install the Debian packages {}: apt-get install -y {}",
        packages.join(", "),
        packages.join(" ")
    );
    println!("installing {}", packages.join(", "));
    // A fresh image has no package lists; an old one may still install without new ones, so only the install decides.
    let _ = succeed(Command::new("apt-get").args(["update", "-q"]));
    let mut command = Command::new("apt-get");
    command
        .args(["install", "-y", "-q", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    succeed(&mut command).map_err(|error| format!("{error}\n{by_hand}"))
}

/// The pinned requirements are copied into the environment last, so a half-made one is made again.
fn virtual_environment(root: &Path, target: &Path) -> Result<PathBuf, String> {
    let folder = target.join("e2e-venv");
    let wanted = [read(root, REQUIREMENTS)?, read(root, COLLECTION)?].concat();
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(folder);
    }
    println!("making the Python environment of {REQUIREMENTS}");
    succeed(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
        REQUIREMENTS,
    ]);
    succeed(pip.current_dir(root))?;
    succeed(Command::new(folder.join("bin/python")).arg(root.join(COLLECTION)))?;
    write(&stamp, &wanted)?;
    Ok(folder)
}

/// The stamp is written last here too.
fn node_modules(root: &Path, target: &Path) -> Result<PathBuf, String> {
    let folder = target.join("e2e-node");
    let stamp = folder.join("installed.json");
    let wanted = read(root, "e2e/javascript/package-lock.json")?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(folder);
    }
    println!("installing the Node packages of e2e/javascript");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    write(
        &folder.join("package.json"),
        &read(root, "e2e/javascript/package.json")?,
    )?;
    write(&folder.join("package-lock.json"), &wanted)?;
    let mut npm = Command::new("npm");
    npm.args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]);
    succeed(npm.current_dir(&folder))?;
    write(&stamp, &wanted)?;
    Ok(folder)
}

fn read(root: &Path, path: &str) -> Result<String, String> {
    fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

const REQUIREMENTS: &str = "e2e/requirements.txt";
const COLLECTION: &str = "e2e/clients/collection.py";

/// Merges what trained programs counted: the oldest of LLVM's that reads what Rust 1.95 writes.
pub(crate) const PROFILE_MERGER: &str = "llvm-profdata-19";

const TOOLS: [Tool; 6] = [
    Tool {
        probe: &["openssl", "version"],
        debian_package: "openssl",
    },
    Tool {
        probe: &["setpriv", "--version"],
        debian_package: "util-linux",
    },
    Tool {
        probe: &["strace", "-V"],
        debian_package: "strace",
    },
    Tool {
        probe: &["python3", "-c", "import ensurepip, venv, sqlite3"],
        debian_package: "python3-venv",
    },
    Tool {
        probe: &["node", "--version"],
        debian_package: "nodejs",
    },
    Tool {
        probe: &["npm", "--version"],
        debian_package: "npm",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_is_not_there_does_not_answer() {
        assert!(answers(&["true"]));
        assert!(!answers(&["false"]));
        assert!(!answers(&["a-program-of-this-name-does-not-exist"]));
    }
}
