use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claviger_audit::verify::{Verdict, verify};
use claviger_audit::{Ack, Error, Log, VerifierKey};

use crate::scene::{KEY, SEED, Scene, append, event, key, text};

#[test]
fn openssl_verifies_a_checkpoint() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    assert_eq!(log.verifier_key(), KEY);
    append(&log, 1..=4);
    drop(log);
    let file = fs::read_to_string(scene.checkpoints()).unwrap();
    let note = file.trim_end().rsplit("\n\n").next().unwrap();
    let text = &file[..file.rfind("\n\n— ").unwrap() + 1];
    let text = text.rsplit("\n\n").next().unwrap();
    let signature = STANDARD.decode(note.rsplit(' ').next().unwrap()).unwrap();
    let public = STANDARD.decode(KEY.rsplit('+').next().unwrap()).unwrap();
    assert_eq!(
        signature[..4],
        hex::decode(KEY.split('+').nth(1).unwrap()).unwrap()
    );

    let work = tempfile::tempdir().unwrap();
    // RFC 8410: SubjectPublicKeyInfo of an Ed25519 key is this prefix and the 32 bytes.
    let mut der = hex::decode("302a300506032b6570032100").unwrap();
    der.extend_from_slice(&public[1..]);
    fs::write(work.path().join("key"), der).unwrap();
    fs::write(work.path().join("text"), text).unwrap();
    fs::write(work.path().join("signature"), &signature[4..]).unwrap();
    assert!(openssl_verifies(work.path()), "{text}");
    fs::write(work.path().join("text"), text.replacen("\n4\n", "\n5\n", 1)).unwrap();
    assert!(!openssl_verifies(work.path()));
}

fn openssl_verifies(dir: &Path) -> bool {
    let arguments =
        "pkeyutl -verify -rawin -pubin -keyform DER -inkey key -in text -sigfile signature";
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(dir)
        .output()
        .unwrap();
    output.status.success()
}

#[test]
fn checkpoints_follow_the_traffic_by_themselves() {
    let scene = Scene::new();
    let mut settings = scene.settings(Ack::Write);
    settings.checkpoint_ms_max = 20;
    let (log, _) = scene.try_open(settings).unwrap();
    for number in 1..=3 {
        append(&log, number..=number);
        wait_until(|| scene.report().nodes[0].unsigned_lines == 0);
    }
    let checkpoints = scene.report().nodes[0].checkpoints;
    assert!(
        (4..=7).contains(&checkpoints),
        "one at the start and one for each line: {checkpoints}"
    );
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(
        scene.report().nodes[0].checkpoints,
        checkpoints,
        "no traffic, no checkpoints"
    );
}

fn wait_until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn lines_after_the_last_checkpoint_are_counted_as_unsigned() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    append(&log, 1..=5);
    log.checkpoint_now();
    append(&log, 6..=8);
    let report = scene.report();
    assert_eq!(report.verdict(), Verdict::Proven);
    let node = &report.nodes[0];
    assert_eq!((node.lines, node.unsigned_lines), (8, 3));
    assert_eq!(node.last_checkpoint.as_ref().unwrap().size, 5);
}

#[test]
fn without_the_key_the_origin_is_unproven() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    append(&log, 1..=2);
    drop(log);
    assert_eq!(
        verify(scene.path(), &[], None).unwrap().verdict(),
        Verdict::Unproven
    );
    let stranger: VerifierKey = stranger().parse().unwrap();
    assert_eq!(
        verify(scene.path(), &[stranger], None).unwrap().verdict(),
        Verdict::Altered
    );
}

#[test]
fn lines_whose_checkpoints_are_gone_are_neither_whole_nor_followed_by_more() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    append(&log, 1..=2);
    drop(log);
    let whole = fs::read(scene.checkpoints()).unwrap();
    for left in [&[][..], &whole[..20]] {
        fs::write(scene.checkpoints(), left).unwrap();
        assert_eq!(scene.verdict(), Verdict::Altered);
        let without_keys = verify(scene.path(), &[], None).unwrap();
        assert_eq!(without_keys.verdict(), Verdict::Altered);
        refused(&scene);
    }
    fs::remove_file(scene.checkpoints()).unwrap();
    assert_eq!(scene.verdict(), Verdict::Altered);
    refused(&scene);
    fs::write(scene.checkpoints(), whole).unwrap();
    assert_eq!(scene.verdict(), Verdict::Proven);
}

fn refused(scene: &Scene) {
    let opened = Log::open(scene.settings(Ack::Write), &SEED, || 0);
    let error = opened.err().expect("a refusal").to_string();
    assert!(
        error.contains("n1.checkpoints: holds no checkpoint"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_removed_or_replaced_under_the_log_is_lost() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    append(&log, 1..=2);
    scene.rotate(&log);
    append(&log, 3..=3);
    assert_eq!(log.lost(), None);
    let segments = scene.segments();
    for path in [segments.last().unwrap(), &scene.checkpoints()] {
        let aside = path.with_extension("aside");
        fs::rename(path, &aside).unwrap();
        assert_eq!(log.lost().as_ref(), Some(path));
        fs::copy(&aside, path).unwrap();
        assert_eq!(log.lost().as_ref(), Some(path));
        fs::rename(&aside, path).unwrap();
        assert_eq!(log.lost(), None);
    }
    // What is no longer written to may go into an archive.
    fs::remove_file(&segments[0]).unwrap();
    assert_eq!(log.lost(), None);
}

/// A key of the same name.
fn stranger() -> String {
    let scene = Scene::new();
    Log::open(scene.settings(Ack::Write), &[9; 32], || 0)
        .unwrap()
        .0
        .verifier_key()
}

#[test]
fn a_successor_signs_on_and_the_first_key_still_proves_the_log() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    append(&log, 1..=2);
    let successor = log.succeed(&[8; 32]).unwrap();
    assert_eq!(log.verifier_key(), successor.to_string());
    append(&log, 3..=4);
    drop(log);
    assert_eq!(scene.verdict(), Verdict::Proven);

    let reopened = scene.try_open(scene.settings(Ack::Write));
    assert!(
        matches!(reopened, Err(Error::Refused { .. })),
        "the old key has handed over"
    );
    let (log, _) = Log::open(scene.settings(Ack::Write), &[8; 32], || 0).unwrap();
    append(&log, 5..=5);
    drop(log);
    let report = scene.report();
    assert_eq!(
        (report.verdict(), report.nodes[0].lines),
        (Verdict::Proven, 5)
    );
}

#[test]
fn a_log_opens_with_the_successor_right_after_its_announcement() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    append(&log, 1..=1);
    log.succeed(&[8; 32]).unwrap();
    drop(log);
    Log::open(scene.settings(Ack::Write), &[8; 32], || 0)
        .unwrap()
        .0
        .append(&event(2))
        .unwrap();
    assert_eq!(scene.verdict(), Verdict::Proven);
}

#[test]
fn a_key_that_was_not_announced_opens_nothing() {
    let scene = Scene::new();
    drop(scene.open());
    let opened = Log::open(scene.settings(Ack::Write), &[8; 32], || 0);
    assert!(matches!(opened, Err(Error::Refused { .. })));
}

#[test]
fn a_checkpoint_kept_elsewhere_finds_a_tail_that_was_taken_away() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    append(&log, 1..=3);
    log.checkpoint_now();
    let (early_log, early_checkpoints) = (
        fs::read(&scene.segments()[0]).unwrap(),
        fs::read(scene.checkpoints()).unwrap(),
    );
    append(&log, 4..=6);
    drop(log);
    let all = fs::read_to_string(scene.checkpoints()).unwrap();
    let kept = &all[early_checkpoints.len()..];
    let since = |text: &str| {
        verify(scene.path(), &[key()], Some(text))
            .unwrap()
            .verdict()
    };
    assert_eq!(since(kept), Verdict::Proven);
    assert_eq!(
        since(
            std::str::from_utf8(&early_checkpoints)
                .unwrap()
                .split_inclusive("\n\n")
                .skip(2)
                .collect::<String>()
                .as_str()
        ),
        Verdict::Proven
    );

    fs::write(&scene.segments()[0], early_log).unwrap();
    fs::write(scene.checkpoints(), early_checkpoints).unwrap();
    assert_eq!(
        scene.verdict(),
        Verdict::Proven,
        "nothing in the folder tells"
    );
    assert_eq!(since(kept), Verdict::Truncated);
}

#[test]
fn a_checkpoint_of_another_history_is_not_in_the_log() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    append(&log, 1..=3);
    drop(log);
    let other = Scene::new();
    let (log, _) = other.open();
    log.append(&text("{\"eventName\":\"Other\"}")).unwrap();
    drop(log);
    let all = fs::read_to_string(other.checkpoints()).unwrap();
    let kept = all.split_inclusive("\n\n").skip(2).collect::<String>();
    assert_eq!(
        verify(scene.path(), &[key()], Some(&kept))
            .unwrap()
            .verdict(),
        Verdict::Altered
    );
    assert_eq!(SEED.len(), 32);
}
