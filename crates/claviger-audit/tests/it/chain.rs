use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread;

use claviger_audit::event::EventText;
use claviger_audit::verify::{Verdict, lines};
use claviger_audit::{Ack, Error};

use crate::scene::{HOUR_MS, Scene, append, event};

#[test]
fn each_line_carries_the_hash_of_the_line_before_across_segments() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    append(&log, 1..=3);
    scene.rotate(&log);
    append(&log, 4..=5);
    drop(log);

    let names: Vec<String> = scene
        .segments()
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "n1-00000000000000000001.jsonl",
            "n1-00000000000000000004.jsonl"
        ]
    );
    let text: String = scene
        .segments()
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let mut previous = "0".repeat(64);
    for (line, number) in text.lines().zip(1..) {
        let event = String::from_utf8(event(number).as_bytes().to_vec()).unwrap();
        assert_eq!(
            line,
            format!("{{\"s\":{number},\"p\":\"{previous}\",\"e\":{event}}}")
        );
        previous = sha256sum(line);
    }
    assert_eq!(text.lines().count(), 5);
    assert!(text.ends_with("}\n"));
}

#[test]
fn the_files_are_the_owners_alone() {
    let scene = Scene::new();
    let mut settings = scene.settings(Ack::Write);
    settings.dir = scene.path().join("deeper").join("audit");
    let dir = settings.dir.clone();
    let (log, _) = scene.try_open(settings).unwrap();
    append(&log, 1..=1);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for entry in fs::read_dir(&dir).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn a_segment_ends_by_size() {
    let scene = Scene::new();
    let mut settings = scene.settings(Ack::Write);
    settings.segment_bytes_max = 1000;
    let (log, _) = scene.try_open(settings).unwrap();
    for round in 0..10 {
        append(&log, round * 10 + 1..=round * 10 + 10);
        log.checkpoint_now();
    }
    drop(log);
    assert!(scene.segments().len() >= 10, "{:?}", scene.segments());
    assert_eq!(scene.verdict(), Verdict::Proven);
    assert_eq!(
        lines(scene.path())
            .unwrap()
            .map(|line| line.unwrap().seq)
            .collect::<Vec<_>>(),
        (1..=100).collect::<Vec<_>>()
    );
}

#[test]
fn a_segment_ends_by_age_but_never_empty() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    scene.rotate(&log);
    append(&log, 1..=1);
    log.checkpoint_now();
    scene.advance(HOUR_MS - 2);
    log.checkpoint_now();
    assert_eq!(scene.segments().len(), 1);
    scene.advance(2);
    append(&log, 2..=2);
    log.checkpoint_now();
    assert_eq!(scene.segments().len(), 2);
}

#[test]
fn concurrent_appends_make_one_chain() {
    let scene = Scene::new();
    let mut settings = scene.settings(Ack::Write);
    settings.segment_bytes_max = 20_000;
    settings.checkpoint_ms_max = 1;
    let (log, _) = scene.try_open(settings).unwrap();
    thread::scope(|scope| {
        for task in 0..8 {
            let log = log.clone();
            scope.spawn(move || {
                for number in 0..250 {
                    log.append(&event(task * 1000 + number)).unwrap();
                }
            });
        }
    });
    drop(log);
    let report = scene.report();
    assert_eq!(report.verdict(), Verdict::Proven, "{report:?}");
    assert_eq!(
        (report.nodes[0].lines, report.nodes[0].unsigned_lines),
        (2000, 0)
    );
    assert_eq!(report.nodes[0].events.values().sum::<u64>(), 2000);
    assert!(scene.segments().len() > 1);
}

#[test]
fn what_is_not_one_object_on_one_line_is_refused() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    for bad in ["", "[]", "{\n}", "{}\n", " {}", "\"{}\""] {
        assert!(
            matches!(EventText::parse(bad.into()), Err(Error::Malformed)),
            "{bad:?}"
        );
    }
    append(&log, 1..=1);
    log.shutdown();
    assert!(matches!(log.append(&event(2)), Err(Error::Closed)));
    drop(log);
    assert_eq!(scene.report().nodes[0].lines, 1);
}

#[test]
fn a_log_has_one_writer() {
    let scene = Scene::new();
    let (log, _) = scene.open();
    assert!(matches!(
        scene.try_open(scene.settings(Ack::Write)),
        Err(Error::Locked(_))
    ));
    drop(log);
    assert!(scene.try_open(scene.settings(Ack::Write)).is_ok());
}

/// The digest by a program that shares no code with the log.
fn sha256sum(line: &str) -> String {
    let mut child = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(line.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}
