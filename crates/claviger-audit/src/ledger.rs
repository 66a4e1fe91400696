//! A checkpoint file taken apart: signed notes one after the other, each followed by a blank line.

use std::io::{self, BufRead, Read};

/// One note and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The note, final line break included; of one that is too long, [`ENTRY_BYTES_MAX`] and one more.
    pub(crate) bytes: Vec<u8>,
    /// The line that it starts on, counted from 1.
    pub(crate) line: u64,
}

impl Entry {
    /// Whether it is one that nobody signed.
    pub(crate) fn is_too_long(&self) -> bool {
        length(&self.bytes) > ENTRY_BYTES_MAX
    }
}

/// The whole notes of a checkpoint file, one at a time: a busy log has tens of thousands a day.
pub(crate) struct Entries<R> {
    reader: R,
    rest: Vec<u8>,
    line: u64,
}

impl<R: BufRead> Entries<R> {
    /// From the start of a file.
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            rest: Vec::new(),
            line: 1,
        }
    }

    /// What follows the last whole note, when that was taken: nothing, or a note that was torn.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.rest
    }

    /// The line that the rest starts on.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut note = Vec::new();
        for _part in ["text", "signatures"] {
            let start = note.len();
            while !ends_in_blank_line(&note, start) {
                let room = ENTRY_BYTES_MAX
                    .saturating_add(1)
                    .saturating_sub(length(&note));
                if room == 0 {
                    return Ok(Some(note));
                }
                let mut bounded = (&mut self.reader).take(room);
                if bounded.read_until(b'\n', &mut note)? == 0 {
                    self.rest = note;
                    return Ok(None);
                }
            }
        }
        // The blank line between the two belongs to the note, the one after them does not.
        note.pop();
        Ok(Some(note))
    }
}

impl<'a> Entries<&'a [u8]> {
    /// From the middle of a file: the note that was cut into is skipped.
    pub(crate) fn resume(mut bytes: &'a [u8]) -> Self {
        while let Some(rest) = behind_blank_line(bytes) {
            bytes = rest;
            if !rest.starts_with(SIGNATURE) {
                break;
            }
        }
        Self::new(bytes)
    }
}

impl<R: BufRead> Iterator for Entries<R> {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = match self.read().transpose()? {
            Ok(bytes) => bytes,
            Err(error) => return Some(Err(error)),
        };
        let line = self.line;
        let breaks = bytes.iter().filter(|byte| **byte == b'\n').count();
        self.line = line
            .saturating_add(u64::try_from(breaks).unwrap_or(u64::MAX))
            .saturating_add(1);
        Some(Ok(Entry { bytes, line }))
    }
}

fn ends_in_blank_line(bytes: &[u8], start: usize) -> bool {
    let part = bytes.get(start..);
    part.is_some_and(|part| part.ends_with(BLANK_LINE))
}

fn behind_blank_line(bytes: &[u8]) -> Option<&[u8]> {
    let at = bytes.windows(2).position(|pair| pair == BLANK_LINE)?;
    bytes.get(at.saturating_add(2)..)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Many times the longest checkpoint; a reader takes no more of one into its memory.
pub(crate) const ENTRY_BYTES_MAX: u64 = 1 << 16;

const BLANK_LINE: &[u8] = b"\n\n";
const SIGNATURE: &[u8] = "— ".as_bytes();

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "a\n1\n\n— a x\n\nb\n2\n\n— b y\n\n";

    #[test]
    fn whole_notes_come_with_their_lines() {
        let mut entries = Entries::new(FILE.as_bytes());
        let found: Vec<Entry> = entries.by_ref().map(Result::unwrap).collect();
        let expected = [
            Entry {
                bytes: "a\n1\n\n— a x\n".into(),
                line: 1,
            },
            Entry {
                bytes: "b\n2\n\n— b y\n".into(),
                line: 6,
            },
        ];
        assert_eq!(found, expected);
        assert_eq!((entries.rest(), entries.line()), (&b""[..], 11));
    }

    #[test]
    fn a_note_torn_anywhere_is_left_over() {
        let second = FILE.find('b').unwrap();
        for end in second + 1..FILE.len() {
            let bytes = FILE.as_bytes().get(..end).unwrap();
            let mut entries = Entries::new(bytes);
            assert_eq!(entries.by_ref().count(), 1, "cut at {end}");
            assert_eq!(entries.rest(), &bytes[second..]);
        }
    }

    #[test]
    fn reading_from_anywhere_finds_the_next_note() {
        let second = FILE.find('b').unwrap();
        // From one byte later on, what precedes the second note is no whole blank line, and the note after it is the next.
        for start in 1..second - 1 {
            let last = Entries::resume(&FILE.as_bytes()[start..])
                .last()
                .unwrap()
                .unwrap();
            assert_eq!(last.bytes, "b\n2\n\n— b y\n".as_bytes(), "from {start}");
        }
    }

    #[test]
    fn of_a_note_that_does_not_end_no_more_is_read_than_says_so() {
        let longest = |more: usize| {
            let signed = "\n\n— a x\n";
            let text = usize::try_from(ENTRY_BYTES_MAX).unwrap() - signed.len() + more;
            format!("{}{signed}\n", "a".repeat(text))
        };
        let read = |file: &str| Entries::new(file.as_bytes()).next().unwrap().unwrap();
        assert!(!read(&longest(0)).is_too_long());
        assert!(read(&longest(1)).is_too_long());
        let endless = Entries::new(io::BufReader::new(io::repeat(b'a'))).next();
        let read = length(&endless.unwrap().unwrap().bytes);
        assert_eq!(read, ENTRY_BYTES_MAX + 1);
    }
}
