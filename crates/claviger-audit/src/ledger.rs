//! A checkpoint file taken apart: signed notes one after the other, each followed by a blank line.

/// One note and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// The note, final line break included.
    pub(crate) bytes: &'a [u8],
    /// The line that it starts on, counted from 1.
    pub(crate) line: u64,
}

/// The whole notes of a checkpoint file.
pub(crate) struct Entries<'a> {
    rest: &'a [u8],
    line: u64,
}

impl<'a> Entries<'a> {
    /// From the start of a file.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            line: 1,
        }
    }

    /// From the middle of a file: the note that was cut into is skipped.
    pub(crate) fn resume(bytes: &'a [u8]) -> Self {
        let mut entries = Self::new(bytes);
        while let Some((_, rest)) = split_at_blank_line(entries.rest) {
            entries.rest = rest;
            if !rest.starts_with(SIGNATURE) {
                break;
            }
        }
        entries
    }

    /// What follows the last whole note: nothing, or a note that was torn.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The line that the rest starts on.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let (text, after_text) = split_at_blank_line(self.rest)?;
        let (signatures, rest) = split_at_blank_line(after_text)?;
        // The blank line between the two belongs to the note, the one after them does not.
        let length = text
            .len()
            .saturating_add(1)
            .saturating_add(signatures.len());
        let entry = Entry {
            bytes: self.rest.get(..length)?,
            line: self.line,
        };
        let breaks = entry.bytes.iter().filter(|byte| **byte == b'\n').count();
        self.line = self
            .line
            .saturating_add(u64::try_from(breaks).unwrap_or(u64::MAX))
            .saturating_add(1);
        self.rest = rest;
        Some(entry)
    }
}

/// What precedes the first blank line, last line break included, and what follows it.
fn split_at_blank_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.windows(2).position(|pair| pair == b"\n\n")?;
    let (head, rest) = bytes.split_at_checked(at.saturating_add(1))?;
    Some((head, rest.get(1..)?))
}

const SIGNATURE: &[u8] = "— ".as_bytes();

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "a\n1\n\n— a x\n\nb\n2\n\n— b y\n\n";

    #[test]
    fn whole_notes_come_with_their_lines() {
        let mut entries = Entries::new(FILE.as_bytes());
        let found: Vec<Entry<'_>> = entries.by_ref().collect();
        let expected = [
            Entry {
                bytes: "a\n1\n\n— a x\n".as_bytes(),
                line: 1,
            },
            Entry {
                bytes: "b\n2\n\n— b y\n".as_bytes(),
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
            let last = Entries::resume(&FILE.as_bytes()[start..]).last().unwrap();
            assert_eq!(last.bytes, "b\n2\n\n— b y\n".as_bytes(), "from {start}");
        }
    }
}
