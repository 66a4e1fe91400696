//! When the process is asked to end, and what does not end it.

use std::{fs, future::pending, io};

use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};

/// Ready once the process is asked to end, from the moment on that this returns: by SIGTERM, by SIGINT, or because its terminal
/// is gone.
pub(super) fn requested() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // Under `nohup` the process is to outlive its terminal.
    let outlives = fs::read_to_string("/proc/self/status").is_ok_and(|text| ignores_hangup(&text));
    let mut hangup = if outlives {
        None
    } else {
        Some(signal(SignalKind::hangup())?)
    };
    Ok(async move {
        let hung_up = async {
            match &mut hangup {
                Some(hangup) => hangup.recv().await,
                None => pending().await,
            }
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hung_up => {}
        }
    })
}

/// A write beyond the limit of this process on the size of files fails like others that fail; without this, SIGXFSZ ends the
/// process without a word.
pub(super) fn outlive_file_size_limit() -> io::Result<()> {
    // The handler stays when its stream is dropped.
    signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop)
}

/// What proc(5) tells of ignored signals: a mask in hexadecimal digits, in which SIGHUP is the lowest bit.
fn ignores_hangup(status: &str) -> bool {
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_hangup_is_seen() {
        let status = |mask| format!("Name:\tx\nSigBlk:\t0000000000000001\nSigIgn:\t{mask}\n");
        assert!(ignores_hangup(&status("0000000000001001")));
        assert!(!ignores_hangup(&status("0000000000001000")));
        assert!(!ignores_hangup("Name:\tx\n"));
    }
}
