//! The servers under load, each a process of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use claviger_e2e::{Client, Ground, Server, mortal};

use crate::operation::Operation;

/// One `clavigerd` for each way of acknowledging an audit event.
pub(crate) struct Servers(Vec<Audited>);

/// A `clavigerd` and the folder that it works in.
struct Audited {
    audit: &'static str,
    server: Server,
    _ground: Ground,
}

/// What the load generator drives: an address, the process whose time it takes, and how a request is made.
pub(crate) struct Target<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) process: u32,
    pub(crate) request: Box<dyn Fn() -> Vec<u8> + 'a>,
}

/// The flags of one server.
fn flags<'a>(audit: &'a str, threads: Option<&'a str>) -> Vec<&'a str> {
    let threads = threads
        .into_iter()
        .flat_map(|threads| ["--threads", threads]);
    ["--audit-ack", audit].into_iter().chain(threads).collect()
}

impl Servers {
    pub(crate) fn start(threads: Option<usize>) -> Self {
        let threads = threads.map(|threads| threads.to_string());
        let start = |audit| {
            let ground = Ground::new();
            Audited {
                audit,
                server: Server::start(&ground, &flags(audit, threads.as_deref())),
                _ground: ground,
            }
        };
        Self(["write", "fsync"].map(start).into())
    }

    pub(crate) fn clients(&self) -> Vec<Client> {
        let client = |audited: &Audited| audited.server.client();
        self.0.iter().map(client).collect()
    }

    pub(crate) fn audits(&self) -> Vec<&'static str> {
        self.0.iter().map(|audited| audited.audit).collect()
    }

    /// Asks each to stop and waits until it has: a server that counts what it executes writes it down as it ends.
    pub(crate) fn stop(self) {
        for audited in self.0 {
            audited.server.stop();
        }
    }

    pub(crate) fn targets<'a>(
        &'a self,
        operation: &'a Operation,
    ) -> impl Iterator<Item = Target<'a>> {
        self.0
            .iter()
            .zip(&operation.inputs)
            .map(move |(audited, input)| {
                let client = audited.server.client();
                Target {
                    address: address(&audited.server.credentials().endpoint),
                    process: audited.server.id(),
                    request: Box::new(move || operation.request(&client, input)),
                }
            })
    }
}

/// The bare server, started for one size of answer.
pub(crate) struct Bare {
    child: Child,
    address: SocketAddr,
}

impl Bare {
    pub(crate) fn start(body_bytes: usize) -> Self {
        let own = std::env::current_exe().expect("a path of its own");
        let mut command = mortal(&[]);
        command.arg(own);
        let mut child = command
            .args(["--bare", &body_bytes.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the bare server");
        let mut port = String::new();
        BufReader::new(child.stdout.take().expect("its output"))
            .read_line(&mut port)
            .expect("a port");
        let address = SocketAddr::from(([127, 0, 0, 1], port.trim().parse().expect("a port")));
        Self { child, address }
    }

    /// It gets the very bytes that `clavigerd` gets, and does not look at them.
    pub(crate) fn target<'a>(&'a self, operation: &'a Operation) -> Target<'a> {
        let request = operation.sample.clone();
        Target {
            address: self.address,
            process: self.child.id(),
            request: Box::new(move || request.clone()),
        }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processor time that a process has taken so far, in microseconds, in its own code and in the kernel.
pub(crate) fn processor_time_us(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("a running process");
    // The fields behind the name, which may itself hold spaces: the first is field 3; utime is 14, stime is 15.
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks: f64 = [11, 12]
        .iter()
        .map(|index| fields[*index].parse::<f64>().expect("ticks"))
        .sum();
    ticks * 1_000_000.0 / rustix::param::clock_ticks_per_second() as f64
}

fn address(endpoint: &str) -> SocketAddr {
    endpoint
        .trim_start_matches("http://")
        .parse()
        .expect("an address")
}
