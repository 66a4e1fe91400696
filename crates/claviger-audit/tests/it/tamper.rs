//! Nothing that is done to the lines before the last checkpoint stays unseen.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;

use claviger_audit::Ack;
use claviger_audit::verify::{Verdict, verify};

use crate::scene::{NODE, Scene, append, files, key};

/// How many random changes are tried, unless the test command says more.
const ROUNDS: u64 = 10_000;
const ROUNDS_SETTING: &str = "CLAVIGER_TAMPER_EDITS";
const THREADS: u64 = 4;
const SIGNED: usize = 18;
const UNSIGNED: usize = 2;

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the test command's parameter comes by the environment"
)]
fn every_random_change_before_the_last_checkpoint_is_found() {
    let rounds = std::env::var(ROUNDS_SETTING).map_or(ROUNDS, |text| text.parse().unwrap());
    let pristine = Pristine::new();
    thread::scope(|scope| {
        for worker in 0..THREADS {
            let pristine = &pristine;
            scope.spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                for round in (worker..rounds).step_by(THREADS as usize) {
                    let (what, changed) = pristine.change(&mut Random(round));
                    assert_ne!(
                        changed, pristine.files,
                        "round {round}, {what}: changed nothing"
                    );
                    let verdict = judge(folder.path(), &changed);
                    assert!(
                        verdict > Verdict::Unproven,
                        "round {round}, {what}: {verdict:?}"
                    );
                    if what == "truncate" {
                        assert_eq!(verdict, Verdict::Truncated, "round {round}");
                    }
                }
            });
        }
    });
}

#[test]
fn the_unchanged_log_is_proven() {
    let folder = tempfile::tempdir().unwrap();
    let pristine = Pristine::new();
    assert_eq!(judge(folder.path(), &pristine.files), Verdict::Proven);
    assert_eq!(pristine.lines.len(), SIGNED + UNSIGNED);
    assert!(pristine.segments.len() >= 4);
}

type Files = BTreeMap<String, Vec<u8>>;

fn judge(folder: &Path, changed: &Files) -> Verdict {
    for entry in fs::read_dir(folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    for (name, bytes) in changed {
        fs::write(folder.join(name), bytes).unwrap();
    }
    verify(folder, &[key()], None).unwrap().verdict()
}

/// A log of several segments and checkpoints, with a few lines after the last checkpoint.
struct Pristine {
    files: Files,
    /// The segments' names.
    segments: Vec<String>,
    /// Each line with its segment, line break included.
    lines: Vec<(usize, Vec<u8>)>,
    /// Each checkpoint, blank line after it included.
    notes: Vec<String>,
}

impl Pristine {
    fn new() -> Self {
        let scene = Scene::new();
        let (log, _) = scene.try_open(scene.settings(Ack::Write)).unwrap();
        for number in 1..=SIGNED as u64 {
            append(&log, number..=number);
            if number % 3 == 0 {
                log.checkpoint_now();
            }
            if number % 5 == 0 {
                scene.rotate(&log);
            }
        }
        log.checkpoint_now();
        append(&log, SIGNED as u64 + 1..=(SIGNED + UNSIGNED) as u64);
        let files = files(scene.path());
        let segments: Vec<String> = files
            .keys()
            .filter(|name| name.ends_with(".jsonl"))
            .cloned()
            .collect();
        let mut lines = Vec::new();
        for (index, name) in segments.iter().enumerate() {
            lines.extend(
                files[name]
                    .split_inclusive(|byte| *byte == b'\n')
                    .map(|line| (index, line.to_vec())),
            );
        }
        let text = String::from_utf8(files[&checkpoints()].clone()).unwrap();
        let parts: Vec<&str> = text.split_inclusive("\n\n").collect();
        let notes = parts.chunks(2).map(|pair| pair.concat()).collect();
        Self {
            files,
            segments,
            lines,
            notes,
        }
    }

    /// One random change to what the last checkpoint covers, and its name.
    fn change(&self, random: &mut Random) -> (&'static str, Files) {
        match random.below(12) {
            0 | 1 => (
                "edit a byte",
                self.bytes(random, |bytes, at, byte| bytes[at] ^= byte),
            ),
            2 => (
                "insert a byte",
                self.bytes(random, |bytes, at, byte| bytes.insert(at, byte)),
            ),
            3 => (
                "remove a byte",
                self.bytes(random, |bytes, at, _| _ = bytes.remove(at)),
            ),
            4 => (
                "drop a line",
                self.rearranged(|lines| drop(lines.remove(random.below(SIGNED)))),
            ),
            5 => (
                "swap lines",
                self.rearranged(|lines| swap_lines(lines, random)),
            ),
            6 => (
                "repeat a line",
                self.rearranged(|lines| repeat_line(lines, random)),
            ),
            7 => (
                "forge a line",
                self.rearranged(|lines| forge_line(lines, random)),
            ),
            8 => (
                "rewrite from a line on",
                self.rearranged(|lines| rewrite(lines, random)),
            ),
            9 => ("truncate", self.truncated(random)),
            10 => ("change the segments", self.segments_changed(random)),
            _ => ("change the checkpoints", self.checkpoints_changed(random)),
        }
    }

    /// A random byte of what is signed, or of the checkpoints; `change` gets a byte that is never 0.
    fn bytes(&self, random: &mut Random, change: impl FnOnce(&mut Vec<u8>, usize, u8)) -> Files {
        let mut files = self.files.clone();
        let (name, length) = if random.below(3) == 0 {
            (checkpoints(), files[&checkpoints()].len())
        } else {
            let index = random.below(self.segments.len());
            let signed = self.lines[..SIGNED]
                .iter()
                .filter(|(segment, _)| *segment == index);
            (
                self.segments[index].clone(),
                signed.map(|(_, line)| line.len()).sum(),
            )
        };
        let at = random.below(length);
        let byte = 1 + random.below(255) as u8;
        change(files.get_mut(&name).unwrap(), at, byte);
        files
    }

    fn rearranged(&self, change: impl FnOnce(&mut Vec<(usize, Vec<u8>)>)) -> Files {
        let mut lines = self.lines.clone();
        change(&mut lines);
        let mut files = self.files.clone();
        for (index, name) in self.segments.iter().enumerate() {
            let kept = lines.iter().filter(|(segment, _)| *segment == index);
            files.insert(
                name.clone(),
                kept.flat_map(|(_, line)| line.clone()).collect(),
            );
        }
        files
    }

    /// The log ends in the middle of a signed line or right before it.
    fn truncated(&self, random: &mut Random) -> Files {
        let last = random.below(SIGNED);
        let segment = self.lines[last].0;
        let mut files = self.rearranged(|lines| {
            lines.truncate(last + 1);
            let (_, line) = &mut lines[last];
            line.truncate(random.below(line.len()));
        });
        // Beginning of a segment: whether its empty file stays makes no difference.
        let first_gone = segment + 1
            - usize::from(files[&self.segments[segment]].is_empty() && random.below(2) == 0);
        for name in &self.segments[first_gone..] {
            files.remove(name);
        }
        files
    }

    fn segments_changed(&self, random: &mut Random) -> Files {
        let mut files = self.files.clone();
        let one = random.below(self.segments.len());
        let other = (one + 1 + random.below(self.segments.len() - 1)) % self.segments.len();
        let (one, other) = (&self.segments[one], &self.segments[other]);
        let removed = files.remove(one).unwrap();
        match random.below(3) {
            0 => {}
            1 => {
                let swapped = files.insert(other.clone(), removed).unwrap();
                files.insert(one.clone(), swapped);
            }
            _ => {
                files.insert(other.clone(), removed);
            }
        }
        files
    }

    fn checkpoints_changed(&self, random: &mut Random) -> Files {
        let mut notes = self.notes.clone();
        let before_last = random.below(notes.len() - 1);
        match random.below(3) {
            0 => drop(notes.remove(before_last)),
            1 => notes.swap(before_last, before_last + 1),
            _ => notes.insert(random.below(notes.len()), notes[before_last].clone()),
        }
        let mut files = self.files.clone();
        files.insert(checkpoints(), notes.concat().into_bytes());
        files
    }
}

fn checkpoints() -> String {
    format!("{NODE}.checkpoints")
}

fn swap_lines(lines: &mut [(usize, Vec<u8>)], random: &mut Random) {
    let one = random.below(SIGNED);
    let other = (one + 1 + random.below(lines.len() - 1)) % lines.len();
    let text = lines[one].1.clone();
    lines[one].1 = std::mem::replace(&mut lines[other].1, text);
}

fn repeat_line(lines: &mut Vec<(usize, Vec<u8>)>, random: &mut Random) {
    let at = random.below(SIGNED);
    let text = lines[random.below(lines.len())].1.clone();
    lines.insert(at, (lines[at].0, text));
}

/// A line that continues the chain where it stands; those after it do not continue from it.
fn forge_line(lines: &mut Vec<(usize, Vec<u8>)>, random: &mut Random) {
    let at = random.below(SIGNED);
    let line = forged(lines, at);
    lines.insert(at, (lines[at].0, line));
}

/// Another history from a line on, its chain sound to the end.
fn rewrite(lines: &mut [(usize, Vec<u8>)], random: &mut Random) {
    for at in random.below(SIGNED)..lines.len() {
        lines[at].1 = forged(lines, at);
    }
}

fn forged(lines: &[(usize, Vec<u8>)], at: usize) -> Vec<u8> {
    let previous = match at.checked_sub(1) {
        Some(before) => {
            let line = lines[before].1.strip_suffix(b"\n").unwrap();
            hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, line))
        }
        None => "0".repeat(64),
    };
    let seq = at + 1;
    format!("{{\"s\":{seq},\"p\":\"{previous}\",\"e\":{{\"eventName\":\"Forged\"}}}}\n")
        .into_bytes()
}

/// SplitMix64: small, and the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}
