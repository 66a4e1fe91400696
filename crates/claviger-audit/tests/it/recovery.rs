use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use claviger_audit::verify::{Verdict, lines, verify};
use claviger_audit::{Ack, Error};

use crate::scene::{NODE, Scene, append, event, files, key};

/// The files of a log with `signed` lines under its last checkpoint and `unsigned` after it, as a kill leaves them.
fn killed(signed: u64, unsigned: u64) -> Scene {
    let scene = Scene::new();
    let (log, _) = scene.open();
    append(&log, 1..=signed / 2);
    scene.rotate(&log);
    append(&log, signed / 2 + 1..=signed);
    log.checkpoint_now();
    append(&log, signed + 1..=signed + unsigned);
    let left = files(scene.path());
    drop(log);
    let dead = Scene::new();
    put(dead.path(), &left);
    dead
}

fn put(dir: &Path, files: &std::collections::BTreeMap<String, Vec<u8>>) {
    for (name, bytes) in files {
        fs::write(dir.join(name), bytes).unwrap();
    }
}

#[test]
fn a_last_line_torn_at_any_byte_is_cut() {
    let left = files(killed(4, 2).path());
    let (name, whole) = left
        .iter()
        .rfind(|(name, _)| name.ends_with(".jsonl"))
        .unwrap();
    let last_line = whole[..whole.len() - 1]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .unwrap()
        + 1;
    for end in last_line..whole.len() {
        let scene = Scene::new();
        put(scene.path(), &left);
        fs::write(scene.path().join(name), &whole[..end]).unwrap();
        let before = verify(scene.path(), &[key()], None).unwrap().verdict();
        assert_eq!(
            before,
            if end == last_line {
                Verdict::Proven
            } else {
                Verdict::Torn
            }
        );
        let (log, recovery) = scene.open();
        assert_eq!(
            (recovery.cut_bytes, recovery.lines),
            ((end - last_line) as u64, 5),
            "cut at {end}"
        );
        append(&log, 6..=6);
        drop(log);
        assert_eq!(scene.verdict(), Verdict::Proven, "cut at {end}");
    }
}

#[test]
fn a_hole_of_zeros_after_a_power_loss_is_cut() {
    let scene = killed(4, 2);
    let last = scene.segments().pop().unwrap();
    let whole = fs::read(&last).unwrap();
    OpenOptions::new()
        .append(true)
        .open(&last)
        .unwrap()
        .write_all(b"{\"s\":7,\0\0\0\0\n\0\0")
        .unwrap();
    assert_eq!(scene.verdict(), Verdict::Torn);
    let (log, recovery) = scene.open();
    assert_eq!((recovery.cut_bytes, recovery.lines), (14, 6));
    drop(log);
    assert_eq!(fs::read(&last).unwrap(), whole);
}

#[test]
fn a_torn_checkpoint_is_cut() {
    let left = files(killed(4, 0).path());
    let name = format!("{NODE}.checkpoints");
    let whole = &left[&name];
    let text = String::from_utf8(whole.clone()).unwrap();
    let last = text.rfind("\n\nclaviger").unwrap() + 2;
    for end in last + 1..whole.len() {
        let scene = Scene::new();
        put(scene.path(), &left);
        fs::write(scene.path().join(&name), &whole[..end]).unwrap();
        assert_eq!(scene.verdict(), Verdict::Torn);
        drop(scene.open());
        assert_eq!(scene.verdict(), Verdict::Proven, "cut at {end}");
    }
}

#[test]
fn recovery_knows_the_events_of_the_last_two_segments() {
    let scene = Scene::new();
    let (log, recovery) = scene.open();
    assert_eq!((recovery.lines, recovery.last_checkpoint), (0, None));
    append(&log, 1..=2);
    scene.rotate(&log);
    append(&log, 3..=4);
    scene.rotate(&log);
    append(&log, 5..=6);
    drop(log);
    let (_, recovery) = scene.open();
    assert_eq!((recovery.lines, recovery.cut_bytes), (6, 0));
    assert_eq!(recovery.last_checkpoint.unwrap().size, 6);
    let mut ids: Vec<String> = recovery
        .tail_event_ids
        .iter()
        .map(ToString::to_string)
        .collect();
    ids.sort();
    let expected: Vec<String> = (3..=6)
        .map(|n| format!("00000000-0000-0000-0000-{n:012}"))
        .collect();
    assert_eq!(ids, expected);
}

#[test]
fn a_log_that_lost_signed_lines_is_not_continued() {
    for cut in [1, 3] {
        let scene = killed(4, 0);
        let last = scene.segments().pop().unwrap();
        let text = fs::read_to_string(&last).unwrap();
        fs::write(&last, &text[..text.len() - cut * 10]).unwrap();
        let refused = scene.try_open(scene.settings(Ack::Write)).err().unwrap();
        assert!(
            refused
                .to_string()
                .contains("covers 4 lines but the log ends after"),
            "{refused}"
        );
    }
    let scene = killed(4, 0);
    for segment in scene.segments() {
        fs::remove_file(segment).unwrap();
    }
    assert!(matches!(
        scene.try_open(scene.settings(Ack::Write)),
        Err(Error::Refused { .. })
    ));
}

#[test]
fn a_tail_that_does_not_chain_is_not_continued() {
    let scene = killed(4, 3);
    let last = scene.segments().pop().unwrap();
    let text = fs::read_to_string(&last).unwrap();
    fs::write(&last, text.replacen("\"number\":6", "\"number\":9", 1)).unwrap();
    let refused = scene.try_open(scene.settings(Ack::Write)).err().unwrap();
    assert!(
        matches!(refused, Error::Refused { line: 5, .. }),
        "{refused}"
    );
    assert_eq!(
        fs::read_to_string(&last).unwrap().len(),
        text.len(),
        "nothing was touched"
    );
}

#[test]
fn a_signed_line_that_changed_is_not_continued() {
    let scene = killed(4, 0);
    let last = scene.segments().pop().unwrap();
    let text = fs::read_to_string(&last).unwrap();
    fs::write(&last, text.replacen("\"number\":4", "\"number\":9", 1)).unwrap();
    let refused = scene.try_open(scene.settings(Ack::Write)).err().unwrap();
    assert!(
        refused.to_string().contains("last checkpoint covers"),
        "{refused}"
    );
}

#[test]
fn reopening_goes_on_where_the_log_ended() {
    let scene = Scene::new();
    for number in 1..=5 {
        let (log, recovery) = scene.open();
        assert_eq!(recovery.lines, number - 1);
        log.append(&event(number)).unwrap();
        if number % 2 == 0 {
            scene.rotate(&log);
        }
    }
    let report = scene.report();
    assert_eq!(
        (report.verdict(), report.nodes[0].lines),
        (Verdict::Proven, 5)
    );
}

#[test]
fn what_no_reader_could_hold_is_neither_read_nor_continued() {
    let grow = |path: &Path, start: &[u8], bytes: u64| {
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(start).unwrap();
        io::copy(&mut io::repeat(b'a').take(bytes), &mut file).unwrap();
        file.write_all(b"\n").unwrap();
    };
    let scene = killed(4, 2);
    grow(&scene.checkpoints(), b"", 1 << 17);
    let report = scene.report();
    assert_eq!(report.verdict(), Verdict::Altered);
    let finding = &report.nodes[0].findings[0];
    assert_eq!(finding.reason, "longer than any checkpoint");

    let scene = killed(4, 2);
    let last = scene.segments().pop().unwrap();
    grow(&last, br#"{"s":7,"#, LINE_BYTES_MAX);
    let told = "longer than 16777216 bytes, which no line is";
    let report = scene.report();
    assert_eq!(report.verdict(), Verdict::Altered);
    assert_eq!(report.nodes[0].findings[0].reason, told);
    let refused = scene.try_open(scene.settings(Ack::Write)).err().unwrap();
    assert!(refused.to_string().ends_with(told), "{refused}");
    let read: Vec<_> = lines(scene.path()).unwrap().take(7).collect();
    assert!(read[5].is_ok());
    let refused = read[6].as_ref().err().unwrap();
    assert!(refused.to_string().ends_with(told), "{refused}");
}

const LINE_BYTES_MAX: u64 = 16 << 20;
