//! What a server wrote about its calls.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Ground;

/// Every event in the segments of the audit log in this folder, oldest first: `e` of each line.
///
/// # Panics
/// When the folder or a line cannot be read.
#[must_use]
pub fn events(log: &Path) -> Vec<Value> {
    let entries = fs::read_dir(log).expect("the audit log");
    let mut segments: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|own| own == "jsonl"))
        .collect();
    // By their names, in which the number of the first line is padded.
    segments.sort();
    let mut events = Vec::new();
    for segment in segments {
        let text = fs::read_to_string(segment).expect("a segment");
        let event = |line| serde_json::from_str::<Value>(line).expect("a line of JSON")["e"].take();
        events.extend(text.lines().map(event));
    }
    events
}

/// Every line of the log of requests that failed authentication.
///
/// # Panics
/// When it is not there or a line is no JSON.
#[must_use]
pub fn security_log(ground: &Ground) -> Vec<Value> {
    let text = fs::read_to_string(ground.data().join("security.log")).expect("a security log");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn segments_are_read_in_the_order_of_their_lines() {
        let ground = Ground::new();
        let numbers: Vec<u32> = (1..=50).collect();
        for number in numbers.iter().rev() {
            let name = format!("node-{number:020}.jsonl");
            let _ = ground.file(&name, json!({ "e": number }).to_string().as_bytes());
        }
        let _ = ground.file("node.checkpoints", b"not a line");
        assert_eq!(events(&ground.path("")), numbers);
    }
}
