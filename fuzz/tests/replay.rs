//! The corpus, replayed without a fuzzer: seeds of every target, and every input that once found something.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may fail loudly")]

use std::{fs, path::Path};

use claviger_fuzz::TARGETS;

#[test]
fn every_input_of_the_corpus_ends_well() {
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(name);
        let mut files: Vec<_> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        assert!(files.len() >= 3, "{name} has too few seeds");
        for file in files {
            println!("{}", file.display());
            let input = fs::read(&file).unwrap();
            target(&input);
            // Every beginning of it, and one that has a bit changed somewhere.
            for end in 0..input.len().min(CUTS_MAX) {
                target(&input[..end]);
            }
            for place in 0..input.len().min(CUTS_MAX) {
                let mut changed = input.clone();
                changed[place] ^= 1 << (place % 8);
                target(&changed);
            }
        }
    }
}

#[test]
fn every_target_has_its_program() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("libfuzzer/fuzz_targets");
    let mut found: Vec<_> = fs::read_dir(programs)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    found.sort();
    assert_eq!(found, TARGETS.map(|(name, _)| name));
}

const CUTS_MAX: usize = 64;
