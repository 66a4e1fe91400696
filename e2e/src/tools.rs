//! The tools around the server: its own binaries, the AWS CLI, Python, shell scripts.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

use crate::{Credentials, Ground, Server};

/// What a tool answered.
#[derive(Debug)]
pub struct Output {
    /// Whether it exited with 0.
    pub success: bool,
    /// Its standard output, without the last newline.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Server {
    /// Runs the AWS CLI against this server, with nothing of the caller's own configuration.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn aws(&self, ground: &Ground, arguments: &[&str]) -> Output {
        run(self.environment(
            ground,
            Command::new(virtual_environment().join("bin/aws")).args(arguments),
        ))
    }

    /// Runs the key owner's tool against this server, with nothing of the caller's own configuration.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn claviger(&self, ground: &Ground, arguments: &[&str]) -> Output {
        run(self.environment(ground, Command::new(binary("claviger")).args(arguments)))
    }

    /// Runs the AWS CLI as somebody else.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn aws_as(&self, who: &Credentials, ground: &Ground, arguments: &[&str]) -> Output {
        let mut command = Command::new(virtual_environment().join("bin/aws"));
        self.environment(ground, &mut command)
            .env("AWS_ACCESS_KEY_ID", &who.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &who.secret_access_key);
        run(command.args(arguments))
    }

    /// Runs one of this crate's Python scripts against this server.
    ///
    /// # Panics
    /// When it fails; the message carries its output.
    pub fn python(&self, ground: &Ground, script: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(virtual_environment().join("bin/python"));
        command.arg(source(script)).args(arguments);
        run(self.environment(ground, &mut command))
            .expect_success(script)
            .stdout
    }

    /// Runs one of this crate's scripts for Node against this server.
    ///
    /// # Panics
    /// When it fails; the message carries its output.
    pub fn node(&self, ground: &Ground, script: &str) {
        let mut command = Command::new("node");
        command.arg(source(script));
        let command = self.environment(ground, &mut command);
        command.env("NODE_PATH", node_folder().join("node_modules"));
        let _ = run(command).expect_success(script);
    }

    /// Runs one of this crate's Ansible playbooks against this server, and answers how many tasks changed something.
    ///
    /// # Panics
    /// When a task fails; the message carries the output.
    #[must_use]
    pub fn ansible(&self, ground: &Ground, playbook: &str) -> u32 {
        let bin = virtual_environment().join("bin");
        let mut command = Command::new(bin.join("ansible-playbook"));
        command.args(["--inventory", "localhost,", "--extra-vars"]);
        command.arg(format!(
            "ansible_python_interpreter={}",
            bin.join("python").display()
        ));
        command.arg(source(playbook));
        let command = self.environment(ground, &mut command);
        command.env("ANSIBLE_NOCOLOR", "1");
        let recap = run(command).expect_success(playbook).stdout;
        let changed = recap.split_once("changed=").expect("a recap").1;
        let digits = changed.split(' ').next().expect("a number");
        digits.parse().expect("a number")
    }

    /// Runs one of this crate's shell scripts against this server, in a new empty folder.
    ///
    /// # Panics
    /// When it fails; the message carries its output.
    pub fn shell(&self, ground: &Ground, script: &str, variables: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("bash");
        command
            .arg(source(script))
            .envs(variables.iter().copied())
            .current_dir(folder.path());
        // `env_clear` of the clients' environment comes first.
        let command = self.environment(ground, &mut command);
        run(command.envs(variables.iter().copied()))
            .expect_success(script)
            .stdout
    }

    fn environment<'c>(&self, ground: &Ground, command: &'c mut Command) -> &'c mut Command {
        let path = env::var("PATH").unwrap_or_default();
        let credentials = self.credentials();
        command.env_clear();
        let authority = ground.path("ca.pem");
        if authority.exists() {
            for name in ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
                command.env(name, &authority);
            }
        }
        command
            .env(
                "PATH",
                format!("{}:{path}", virtual_environment().join("bin").display()),
            )
            .env("HOME", ground.path("home"))
            .env("LC_ALL", "C.UTF-8")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("AWS_ENDPOINT_URL", &credentials.endpoint)
            .env("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key)
            .env("AWS_DEFAULT_REGION", &credentials.region)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_MAX_ATTEMPTS", "1")
            .env("AWS_PAGER", "")
    }
}

impl Output {
    /// Itself, when the tool exited with 0.
    ///
    /// # Panics
    /// With all that the tool said, when it did not.
    #[must_use]
    pub fn expect_success(self, what: &str) -> Self {
        assert!(
            self.success,
            "{what} failed\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// The standard output as JSON.
    ///
    /// # Panics
    /// When it is no JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs one of the built binaries to its end.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn end<A: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = A>) -> Output {
    run(Command::new(binary(name)).args(arguments))
}

/// The beginning of a command that is killed when the thread that started it ends, so that a test that is itself killed
/// leaves nothing behind. The words that follow are the program and its arguments.
#[must_use]
pub fn mortal(under: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).args(under);
    command
}

/// Where a built binary stands.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let folder =
        env::var("CLAVIGER_BINARIES").map_or_else(|_| own_folder().join("debug"), PathBuf::from);
    let path = folder.join(name);
    assert!(
        path.exists(),
        "{} is not built: cargo xtask test e2e builds it",
        path.display()
    );
    path
}

/// A parameter of the test command, from the environment that it sets.
///
/// # Panics
/// When it is set to what cannot be read.
#[must_use]
pub fn setting<T: FromStr>(name: &str, default: T) -> T {
    match env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} cannot be read")),
        Err(_) => default,
    }
}

/// Started directly, a test finds what `cargo xtask test e2e` left in the target folder that it stands in itself.
fn own_folder() -> PathBuf {
    let own = env::current_exe().expect("a path of its own");
    own.ancestors()
        .nth(3)
        .expect("a target folder")
        .to_path_buf()
}

fn virtual_environment() -> PathBuf {
    let folder =
        env::var("CLAVIGER_E2E_VENV").map_or_else(|_| own_folder().join("e2e-venv"), PathBuf::from);
    assert!(
        folder.exists(),
        "{} is missing: cargo xtask test e2e makes it",
        folder.display()
    );
    folder
}

fn node_folder() -> PathBuf {
    env::var("CLAVIGER_E2E_NODE").map_or_else(|_| own_folder().join("e2e-node"), PathBuf::from)
}

fn source(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(script)
}

fn run(command: &mut Command) -> Output {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Output {
        success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
