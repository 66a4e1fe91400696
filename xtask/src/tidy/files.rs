//! Rules about single files: their length, marks of unfinished work, paths of somebody's machine.

use super::File;

/// Hand-written Rust files fit a reader's memory.
pub(super) fn length(tree: &[File]) -> Vec<String> {
    let hand_written = tree
        .iter()
        .filter(|file| file.has_extension("rs") && !file.is_generated());
    hand_written
        .filter_map(|file| length_finding(&file.path, file.text.lines().count()))
        .collect()
}

/// What was put off belongs in the tracker, not in the code.
pub(super) fn unfinished(tree: &[File]) -> Vec<String> {
    lines_with(
        tree,
        &UNFINISHED,
        "is a mark of unfinished work",
        is_whole_word,
    )
}

/// A path that exists on one machine only.
pub(super) fn machine_paths(tree: &[File]) -> Vec<String> {
    lines_with(
        tree,
        &MACHINE_PATHS,
        "is a path of one machine",
        |_, _, _| true,
    )
}

fn length_finding(path: &str, lines: usize) -> Option<String> {
    let exception = LONG_FILES.iter().find(|(long, ..)| *long == path);
    match exception {
        Some((_, allowed, _)) if lines < *allowed => Some(format!(
            "{path}: {lines} lines; lower its exception from {allowed}, or drop it at {FILE_LINES_MAX}"
        )),
        Some((_, allowed, _)) if lines == *allowed => None,
        _ if lines > FILE_LINES_MAX => Some(format!(
            "{path}: {lines} lines, at most {FILE_LINES_MAX}: split it"
        )),
        _ => None,
    }
}

type Applies = fn(line: &str, start: usize, mark: &str) -> bool;

fn lines_with(tree: &[File], marks: &[&str], what: &str, applies: Applies) -> Vec<String> {
    let mut findings = Vec::new();
    for file in tree
        .iter()
        .filter(|file| !FOREIGN.iter().any(|folder| file.path.starts_with(folder)))
    {
        for (number, line) in file.text.lines().enumerate() {
            for mark in marks.iter().filter(|mark| {
                line.match_indices(**mark)
                    .any(|(start, _)| applies(line, start, mark))
            }) {
                findings.push(format!("{}:{}: {mark} {what}", file.path, number + 1));
            }
        }
    }
    findings
}

fn is_whole_word(line: &str, start: usize, mark: &str) -> bool {
    let before = line.get(..start).and_then(|text| text.chars().next_back());
    let after = line
        .get(start + mark.len()..)
        .and_then(|text| text.chars().next());
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    !is_word(before) && !is_word(after)
}

const FILE_LINES_MAX: usize = 500;

/// Files that may be longer, with their length and the reason. The list may only shrink.
const LONG_FILES: [(&str, usize, &str); 0] = [];

// Each is written in two parts, so that this file does not find itself.
const UNFINISHED: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
    concat!("#[ign", "ore"),
];

const MACHINE_PATHS: [&str; 5] = [
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/t", "mp/"),
];

/// Text that others wrote: licences, recorded vectors, the API's facts, lists of versions.
const FOREIGN: [&str; 4] = ["LICENSE", "testdata/", "model/", "Cargo.lock"];

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn long_files_are_found_unless_generated() {
        let long = "x\n".repeat(FILE_LINES_MAX + 1);
        assert_eq!(length(&[file("a.rs", &long)]).len(), 1);
        assert!(length(&[file("a.rs", &"x\n".repeat(FILE_LINES_MAX))]).is_empty());
        assert!(
            length(&[
                file("generated/a.rs", &long),
                file("b.rs", &format!("// @generated\n{long}")),
                file("c.md", &long)
            ])
            .is_empty()
        );
    }

    #[test]
    fn unfinished_work_is_found_as_a_whole_word() {
        let mark = UNFINISHED[0];
        assert_eq!(
            unfinished(&[file("a.rs", &format!("fine\n// {mark}: later"))]),
            [format!("a.rs:2: {mark} is a mark of unfinished work")]
        );
        assert!(unfinished(&[file("a.rs", &format!("MAS{mark}NTE"))]).is_empty());
        assert!(unfinished(&[file("testdata/a", mark)]).is_empty());
    }

    #[test]
    fn machine_paths_are_found() {
        assert_eq!(
            machine_paths(&[file("a.md", &format!("see {}me/x", MACHINE_PATHS[0]))]).len(),
            1
        );
    }
}
