//! What the tests need beside Rust, installed when it is missing: OpenSSL for the unit tests; for the end-to-end tests also the clients
//! of the Python and Node worlds in folders of their own at pinned versions, strace and Node from Debian.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::{output, succeed};

/// Where the clients stand.
pub(crate) struct Clients {
    /// The Python virtual environment.
    pub(crate) python: PathBuf,
    /// The folder with `node_modules`.
    pub(crate) node: PathBuf,
}

/// Makes sure that the tools of the unit tests stand ready.
///
/// # Errors
/// What is missing and could not be installed, with the command that would install it.
pub(crate) fn unit() -> Result<(), String> {
    provide(&[OPENSSL])
}

/// Makes sure that every tool stands ready, and answers where.
///
/// # Errors
/// As [`unit`], or what is installed is too old.
pub(crate) fn end_to_end(root: &Path, target: &Path) -> Result<Clients, String> {
    provide(&TOOLS)?;
    for interpreter in &INTERPRETERS {
        interpreter.is_new_enough()?;
    }
    Ok(Clients {
        python: virtual_environment(root, target)?,
        node: node_modules(root, target)?,
    })
}

/// Makes sure that [`PROFILE_MERGER`] stands ready.
///
/// # Errors
/// As [`unit`].
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

/// A language whose clients at their pinned versions want it new; Debian's may be older, so that installing would not help.
struct Interpreter {
    version: &'static [&'static str],
    min: (u32, u32),
    wanted_by: &'static str,
}

impl Interpreter {
    fn is_new_enough(&self) -> Result<(), String> {
        let Some((program, arguments)) = self.version.split_first() else {
            return Ok(());
        };
        let printed = output(Command::new(program).args(arguments))?;
        let found = version(&printed)
            .ok_or_else(|| format!("{program} says {printed:?} where its version belongs"))?;
        let (major, minor) = self.min;
        if found >= self.min {
            return Ok(());
        }
        Err(format!(
            "{program} is {}, and {} want {major}.{minor} or later",
            printed.trim(),
            self.wanted_by
        ))
    }
}

/// Major and minor of `v20.11.0` or `Python 3.11.2`.
fn version(printed: &str) -> Option<(u32, u32)> {
    let numbers = printed
        .trim()
        .trim_start_matches(|c: char| !c.is_ascii_digit());
    let mut numbers = numbers.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
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

const OPENSSL: Tool = Tool {
    probe: &["openssl", "version"],
    debian_package: "openssl",
};

const TOOLS: [Tool; 6] = [
    OPENSSL,
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

/// As the packages themselves say: `requires-python` of ansible-core 2.19, `engines` in the lock file.
const INTERPRETERS: [Interpreter; 2] = [
    Interpreter {
        version: &["python3", "--version"],
        min: (3, 11),
        wanted_by: "the packages of e2e/requirements.txt",
    },
    Interpreter {
        version: &["node", "--version"],
        min: (20, 0),
        wanted_by: "the packages of e2e/javascript/package-lock.json",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_old_is_named_with_what_wants_it() {
        let printed = |text| Interpreter {
            version: text,
            min: (20, 0),
            wanted_by: "the packages",
        };
        assert_eq!(printed(&["echo", "v20.0.1"]).is_new_enough(), Ok(()));
        assert_eq!(printed(&["echo", "v100.0.0"]).is_new_enough(), Ok(()));
        assert_eq!(
            printed(&["echo", "v18.20.4"]).is_new_enough(),
            Err("echo is v18.20.4, and the packages want 20.0 or later".to_owned())
        );
        assert!(printed(&["echo", "none"]).is_new_enough().is_err());
        assert_eq!(version("Python 3.9.2\n"), Some((3, 9)));
        assert!(version("Python 3.9.2") < Some((3, 11)));
    }

    #[test]
    fn a_tool_that_is_not_there_does_not_answer() {
        assert!(answers(&["true"]));
        assert!(!answers(&["false"]));
        assert!(!answers(&["a-program-of-this-name-does-not-exist"]));
    }
}
