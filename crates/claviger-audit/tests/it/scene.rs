//! A log in a folder of its own, with a clock that the test moves.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use claviger_audit::event::EventText;
use claviger_audit::verify::{Report, Verdict, verify};
use claviger_audit::{Ack, Error, Log, Recovery, Settings, VerifierKey};
use tempfile::TempDir;

pub(crate) const SEED: [u8; 32] = [7; 32];
pub(crate) const NODE: &str = "n1";
pub(crate) const ORIGIN: &str = "claviger.example/audit";
pub(crate) const HOUR_MS: i64 = 3_600_000;

pub(crate) struct Scene {
    pub(crate) dir: TempDir,
    pub(crate) clock: Arc<AtomicI64>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(AtomicI64::new(1_767_323_045_000));
        Self {
            dir: tempfile::tempdir().unwrap(),
            clock,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Settings under which checkpoints and segments come only when the test asks for them.
    pub(crate) fn settings(&self, ack: Ack) -> Settings {
        let mut settings = Settings::new(self.path(), NODE, ORIGIN, ack, fatal);
        settings.checkpoint_ms_max = 1_000_000_000;
        settings
    }

    pub(crate) fn try_open(&self, settings: Settings) -> Result<(Log, Recovery), Error> {
        let clock = Arc::clone(&self.clock);
        Log::open(settings, &SEED, move || clock.load(Ordering::SeqCst))
    }

    pub(crate) fn open(&self) -> (Log, Recovery) {
        self.try_open(self.settings(Ack::Write)).unwrap()
    }

    pub(crate) fn advance(&self, milliseconds: i64) {
        self.clock.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// Ends the segment: an hour passes after its lines were seen.
    pub(crate) fn rotate(&self, log: &Log) {
        log.checkpoint_now();
        self.advance(HOUR_MS);
        log.checkpoint_now();
    }

    pub(crate) fn report(&self) -> Report {
        verify(self.path(), &[key()], None).unwrap()
    }

    pub(crate) fn verdict(&self) -> Verdict {
        self.report().verdict()
    }

    pub(crate) fn segments(&self) -> Vec<PathBuf> {
        let names = files(self.path()).into_keys();
        names
            .filter(|name| name.ends_with(".jsonl"))
            .map(|name| self.path().join(name))
            .collect()
    }

    pub(crate) fn checkpoints(&self) -> PathBuf {
        self.path().join(format!("{NODE}.checkpoints"))
    }
}

/// The files of a folder by name.
pub(crate) fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

/// The public key of [`SEED`].
pub(crate) fn key() -> VerifierKey {
    KEY.parse().unwrap()
}

/// An event with only the members that the log itself looks at.
pub(crate) fn event(number: u64) -> EventText {
    let name = ["Encrypt", "Decrypt", "GenerateDataKey"][number as usize % 3];
    text(&format!(
        r#"{{"eventName":"{name}","eventID":"00000000-0000-0000-0000-{number:012}","number":{number}}}"#
    ))
}

pub(crate) fn text(json: &str) -> EventText {
    EventText::parse(json.as_bytes().to_vec()).unwrap()
}

pub(crate) fn append(log: &Log, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        assert_eq!(log.append(&event(number)).unwrap().seq(), number);
    }
}

fn fatal(text: &str) -> ! {
    panic!("{text}")
}

pub(crate) const KEY: &str =
    "claviger.example/audit+0d9736db+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
