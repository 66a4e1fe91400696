//! A running `clavigerd`.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::{Client, Ground, binary, mortal};

/// `clavigerd dev` on a free port. It is killed when this value goes, whatever became of the test.
pub struct Server {
    child: Child,
    credentials: Credentials,
    stderr: PathBuf,
}

/// What `dev.env` gives to a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The endpoint, `http://127.0.0.1:PORT` or `https://127.0.0.1:PORT`.
    pub endpoint: String,
    /// The root access key's id.
    pub access_key_id: String,
    /// The root access key's secret.
    pub secret_access_key: String,
    /// The Region that clients use.
    pub region: String,
}

impl Server {
    /// Starts one on this ground's data folder and waits until it is ready.
    ///
    /// # Panics
    /// When it ends or is not ready in time; the message carries its standard error.
    #[must_use]
    pub fn start(ground: &Ground, flags: &[&str]) -> Self {
        Self::try_start(ground, &[], flags)
            .unwrap_or_else(|error| panic!("clavigerd does not start: {error}"))
    }

    /// Starts one that encrypts connections, with the certificate of [`Ground::certificates`].
    ///
    /// # Panics
    /// As [`Self::start`].
    #[must_use]
    pub fn start_tls(ground: &Ground, flags: &[&str]) -> Self {
        let files =
            ["server.pem", "server.key"].map(|name| ground.path(name).display().to_string());
        let tls = ["--tls-cert", &files[0], "--tls-key", &files[1]];
        Self::start(ground, &[&tls, flags].concat())
    }

    /// Starts one under another program (`strace …`), which must become or outlive it as its own child.
    ///
    /// # Errors
    /// Its exit status and standard error, when it ended before it was ready.
    pub fn try_start(ground: &Ground, under: &[&str], flags: &[&str]) -> Result<Self, String> {
        let ready = ground.data().join("dev.env");
        let _ = fs::remove_file(&ready);
        let stderr = ground.stderr();
        let log = File::options()
            .create(true)
            .append(true)
            .open(&stderr)
            .expect("a log");
        let mut command = mortal(under);
        command.arg(binary("clavigerd")).arg("dev");
        command
            .args(["--listen", "127.0.0.1:0", "--data-dir"])
            .arg(ground.data())
            .args(flags);
        // The folder's own log holds the standard output too: it prints the endpoint, which `dev.env` carries as well.
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a handle"))
            .stderr(log);
        let child = command
            .spawn()
            .map_err(|error| format!("{command:?}: {error}"))?;
        let mut server = Self {
            child,
            credentials: Credentials::default(),
            stderr,
        };
        server.wait_until_ready(&ready)?;
        Ok(server)
    }

    /// Where it is and how to sign for it.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// A client that signs with the root access key.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.credentials)
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Moves the clock of a server that was started with `--test-clock`; all jobs that fell due have run when it returns.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn advance(&self, duration: Duration) {
        let answer = self.client().post(
            "/_dev/clock",
            &json!({ "advance_seconds": duration.as_secs() }),
        );
        assert_eq!(answer.status, 200, "the clock does not move: {answer:?}");
    }

    /// Asks it to stop and waits until it has, well.
    ///
    /// # Panics
    /// When it does not end in time, or not with 0.
    pub fn stop(self) {
        let mut server = self;
        let status = server.terminate();
        assert!(
            status.success(),
            "clavigerd ended with {status} after SIGTERM\n{}",
            server.journal()
        );
    }

    /// Asks it to stop, if it still runs, and waits until it has.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn terminate(&mut self) -> ExitStatus {
        if let Some(status) = self.child.try_wait().expect("a child") {
            return status;
        }
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).expect("a running process");
        self.wait(STOP_AT_MOST).expect("an end after SIGTERM")
    }

    /// Kills it as a power cut would end the process: without warning.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for its end; `None` when it still runs after this time.
    #[must_use]
    pub fn wait(&mut self, at_most: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + at_most;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return Some(status);
            }
            if Instant::now() > deadline {
                return None;
            }
            thread::sleep(POLL);
        }
    }

    /// The end of what it wrote to its standard error.
    #[must_use]
    pub fn journal(&self) -> String {
        let text = fs::read_to_string(&self.stderr).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(JOURNAL_LINES)..].join("\n")
    }

    fn wait_until_ready(&mut self, ready: &PathBuf) -> Result<(), String> {
        let deadline = Instant::now() + START_AT_MOST;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return Err(format!("it ended with {status}\n{}", self.journal()));
            }
            if let Some(credentials) = fs::read_to_string(ready)
                .ok()
                .as_deref()
                .and_then(parse_environment)
            {
                self.credentials = credentials;
                // The client of these tests has no TLS; behind such an endpoint the next client waits in the backlog.
                let encrypted = self.credentials.endpoint.starts_with("https://");
                if encrypted
                    || self
                        .client()
                        .get("/readyz")
                        .is_ok_and(|answer| answer.status == 200)
                {
                    return Ok(());
                }
            }
            thread::sleep(POLL);
        }
        Err(format!(
            "it is not ready after {START_AT_MOST:?}\n{}",
            self.journal()
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("--- clavigerd's own words\n{}", self.journal());
        }
    }
}

impl Credentials {
    /// Reads a shell's `export` lines; `None` until all four are there.
    #[must_use]
    pub fn from_exports(text: &str) -> Option<Self> {
        let value = |name: &str| {
            let line = text.lines().find_map(|line| {
                line.strip_prefix("export ")?
                    .strip_prefix(name)?
                    .strip_prefix('=')
            })?;
            Some(line.trim_matches(['"', '\'']).to_owned())
        };
        Some(Self {
            endpoint: value("AWS_ENDPOINT_URL")?,
            access_key_id: value("AWS_ACCESS_KEY_ID")?,
            secret_access_key: value("AWS_SECRET_ACCESS_KEY")?,
            region: value("AWS_DEFAULT_REGION")?,
        })
    }
}

/// The whole file, or nothing of one that is being written.
fn parse_environment(text: &str) -> Option<Credentials> {
    text.ends_with('\n').then_some(())?;
    Credentials::from_exports(text)
}

const START_AT_MOST: Duration = Duration::from_secs(60);
const STOP_AT_MOST: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(5);
const JOURNAL_LINES: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_complete_or_absent() {
        let text = "export AWS_ENDPOINT_URL=http://127.0.0.1:1\nexport AWS_ACCESS_KEY_ID='A'\nexport AWS_SECRET_ACCESS_KEY=\"s/=\"\nexport AWS_DEFAULT_REGION=eu-west-2\n";
        let credentials = parse_environment(text).unwrap();
        assert_eq!(credentials.endpoint, "http://127.0.0.1:1");
        assert_eq!(
            (
                credentials.access_key_id.as_str(),
                credentials.secret_access_key.as_str()
            ),
            ("A", "s/=")
        );
        assert!(parse_environment(text.trim_end()).is_none());
        assert!(parse_environment("export AWS_ENDPOINT_URL=x\n").is_none());
    }
}
