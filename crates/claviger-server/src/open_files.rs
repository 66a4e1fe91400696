//! How many files the process may have open, and how many of them connections may take.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// As many connections as wanted, or as the system allows beside the service's own files: the log's next segment, say, which
/// clients that hold connections open must not prevent.
///
/// Raises the limit on open files as far as that takes: shells and service managers give processes a small one that each may
/// raise by itself.
pub(crate) fn connections_max(wanted: u32) -> u32 {
    let needed = u64::from(wanted).saturating_add(OWN_FILES);
    let limit = getrlimit(Resource::Nofile);
    let mut allowed = limit.current.unwrap_or(u64::MAX);
    if allowed < needed {
        let raised = needed.min(limit.maximum.unwrap_or(u64::MAX));
        let limit = Rlimit {
            current: Some(raised),
            ..limit
        };
        if setrlimit(Resource::Nofile, limit).is_ok() {
            allowed = raised;
        }
    }
    share(wanted, allowed)
}

fn share(wanted: u32, allowed: u64) -> u32 {
    let left = allowed.saturating_sub(OWN_FILES.min(allowed / 2)).max(1);
    u32::try_from(left).map_or(wanted, |left| left.min(wanted))
}

/// With a hundred threads that serve connections.
const OWN_FILES: u64 = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_keeps_some_files_for_itself() {
        assert_eq!(share(4096, u64::MAX), 4096);
        assert_eq!(share(4096, 4096 + OWN_FILES), 4096);
        assert_eq!(share(4096, 4096), 3584);
        assert_eq!(share(4096, 1024), 512);
        assert_eq!(share(4096, 64), 32);
        assert_eq!(share(4096, 0), 1);
    }
}
