//! What a server wrote about its calls.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Ground;

/// Every event in the segments of the audit log in this folder: `e` of each line.
///
/// # Panics
/// When the folder or a line cannot be read.
#[must_use]
pub fn events(log: &Path) -> Vec<Value> {
    let mut events = Vec::new();
    for entry in fs::read_dir(log).expect("the audit log") {
        let path = entry.expect("an entry").path();
        if path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            let text = fs::read_to_string(path).expect("a segment");
            let line =
                |line| serde_json::from_str::<Value>(line).expect("a line of JSON")["e"].take();
            events.extend(text.lines().map(line));
        }
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
