//! Heavy signatures beside cheap calls: who asks for a data key must not wait for somebody else's RSA-4096.

use std::thread;
use std::time::Duration;

use crate::families;
use crate::load::{self, Figures};
use crate::operation::Operation;
use crate::report::Beside;
use crate::servers::{Servers, Target};

/// The row's name.
pub(crate) const NAME: &str = "GenerateDataKey beside Sign RSA-4096";

/// Drives `cheap` alone and beside RSA-4096 signing on the first server, in turn.
pub(crate) fn measure(
    servers: &Servers,
    cheap: &Operation,
    rounds: u32,
    length: Duration,
) -> Beside {
    let heavy = families::rsa_4096_signing(&servers.clients());
    let drive = |operation, connections| load::run(&first(servers, operation), connections, length);
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        alone.push(drive(cheap, CONNECTIONS));
        thread::scope(|scope| {
            scope.spawn(|| drive(&heavy, SIGNING_CONNECTIONS));
            beside.push(drive(cheap, CONNECTIONS));
        });
    }
    Beside {
        name: NAME,
        connections: CONNECTIONS,
        alone: Figures::median(&alone),
        beside: Figures::median(&beside),
    }
}

fn first<'a>(servers: &'a Servers, operation: &'a Operation) -> Target<'a> {
    servers.targets(operation).next().expect("a server")
}

const CONNECTIONS: usize = 16;
const SIGNING_CONNECTIONS: usize = 4;
