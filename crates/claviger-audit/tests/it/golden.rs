//! The log of format v1, as it was written at its release: it opens, continues and verifies forever.

use std::fs;
use std::path::{Path, PathBuf};

use claviger_audit::Log;
use claviger_audit::verify::{Verdict, verify};

use crate::scene::{Scene, append, event, files};

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/audit/v1")
}

fn key() -> String {
    fs::read_to_string(golden().join("key.txt"))
        .unwrap()
        .trim()
        .to_owned()
}

/// Writes the golden log anew.
fn write() -> Scene {
    let scene = Scene::new();
    let (log, _) = scene.open();
    append(&log, 1..=3);
    log.checkpoint_now();
    append(&log, 4..=4);
    scene.rotate(&log);
    append(&log, 5..=6);
    log.succeed(&[8; 32]).unwrap();
    append(&log, 7..=7);
    drop(log);
    scene
}

#[test]
fn format_v1_verifies() {
    let report = verify(&golden(), &[key().parse().unwrap()], None).unwrap();
    assert_eq!(report.verdict(), Verdict::Proven, "{report:?}");
    let node = &report.nodes[0];
    assert_eq!((node.lines, node.unsigned_lines), (7, 0));
}

#[test]
fn format_v1_is_continued() {
    let scene = Scene::new();
    for (name, bytes) in files(&golden()) {
        fs::write(scene.path().join(name), bytes).unwrap();
    }
    let (log, recovery) =
        Log::open(scene.settings(claviger_audit::Ack::Write), &[8; 32], || 0).unwrap();
    assert_eq!(recovery.lines, 7);
    log.append(&event(8)).unwrap();
    drop(log);
    let report = verify(scene.path(), &[key().parse().unwrap()], None).unwrap();
    assert_eq!(
        (report.verdict(), report.nodes[0].lines),
        (Verdict::Proven, 8)
    );
}

#[test]
fn the_same_events_are_still_written_as_v1() {
    let expected: Vec<_> = files(&golden())
        .into_iter()
        .filter(|(name, _)| name.starts_with("n1"))
        .collect();
    let written: Vec<_> = files(write().path()).into_iter().collect();
    assert_eq!(written.len(), 3);
    assert_eq!(written, expected);
}
