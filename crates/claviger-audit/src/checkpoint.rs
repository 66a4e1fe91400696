//! The text of a checkpoint.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::frame::{Chain, GENESIS, Head};
use crate::note::VerifierKey;

/// What one checkpoint says: the first `size` lines of `node` end in `head`.
///
/// C2SP: <https://c2sp.org/tlog-checkpoint>, with the chain's head in the place of the tree's root, and lines of our own after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, which is also the name of the key.
    pub origin: String,
    /// The number of lines covered.
    pub size: u64,
    /// SHA-256 of the last line covered; zeros for none.
    pub head: [u8; 32],
    /// The node whose lines they are.
    pub node: String,
    /// When it was signed, in milliseconds since 1970 by the node's clock.
    pub time_ms: i64,
    /// Where the last covered line ends.
    pub position: Position,
    /// SHA-256 of the checkpoint before it, as signed; zeros for none. So no checkpoint can be taken out of the middle.
    pub previous: [u8; 32],
    /// The key that signs every later checkpoint, when this is the last one of its own key.
    pub successor: Option<VerifierKey>,
}

/// A place between two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The segment, by the number of its first line.
    pub segment: u64,
    /// The offset in it, in bytes.
    pub bytes: u64,
}

/// What a checkpoint demands of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) size: u64,
    head: Head,
    position: Position,
}

impl Mark {
    /// Whether the chain, which has this mark's size, is the one that was signed. Between two segments there are two names for
    /// one place: the end of the former and the start of the latter.
    pub(crate) fn fits(&self, chain: &Chain, end: Position) -> bool {
        let start = Position {
            segment: chain.size.saturating_add(1),
            bytes: 0,
        };
        self.head == chain.head && (self.position == end || self.position == start)
    }
}

impl Checkpoint {
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            size: self.size,
            head: self.head,
            position: self.position,
        }
    }

    pub(crate) fn to_text(&self) -> String {
        let mut text = format!(
            "{}\n{}\n{}\nnode {}\ntime {}\nsegment {} {}\nprevious {}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.head),
            self.node,
            self.time_ms,
            self.position.segment,
            self.position.bytes,
            hex::encode(self.previous),
        );
        if let Some(key) = &self.successor {
            // Writing to memory cannot fail.
            let _infallible = writeln!(text, "successor {key}");
        }
        text
    }

    /// Reads a checkpoint's text. Lines after the known ones are left for later versions.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next()?.to_owned();
        let size = lines.next()?.parse().ok()?;
        let head = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        let node = lines.next()?.strip_prefix("node ")?.to_owned();
        let time_ms = lines.next()?.strip_prefix("time ")?.parse().ok()?;
        let (segment, bytes) = lines.next()?.strip_prefix("segment ")?.split_once(' ')?;
        let position = Position {
            segment: segment.parse().ok()?,
            bytes: bytes.parse().ok()?,
        };
        let previous = parse_hash(lines.next()?.strip_prefix("previous ")?)?;
        let successor = match lines.find_map(|line| line.strip_prefix("successor ")) {
            Some(key) => Some(key.parse().ok()?),
            None => None,
        };
        Some(Self {
            origin,
            size,
            head,
            node,
            time_ms,
            position,
            previous,
            successor,
        })
    }
}

fn parse_hash(digits: &str) -> Option<Head> {
    let mut hash = GENESIS;
    hex::decode_to_slice(digits, &mut hash).ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::Signer;

    fn checkpoint(successor: Option<VerifierKey>) -> Checkpoint {
        Checkpoint {
            origin: "claviger.example/audit".into(),
            size: 12,
            head: [7; 32],
            node: "n1".into(),
            time_ms: 1_767_323_045_000,
            position: Position {
                segment: 9,
                bytes: 1234,
            },
            previous: [8; 32],
            successor,
        }
    }

    #[test]
    fn the_text_has_one_line_for_each_fact() {
        let text = checkpoint(None).to_text();
        assert_eq!(
            text,
            format!(
                "claviger.example/audit\n12\n{}\nnode n1\ntime 1767323045000\nsegment 9 1234\nprevious {}\n",
                "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
                "08".repeat(32)
            )
        );
        assert_eq!(Checkpoint::parse(&text), Some(checkpoint(None)));
        assert_eq!(
            Checkpoint::parse(&format!("{text}later fact\n")),
            Some(checkpoint(None))
        );
    }

    #[test]
    fn a_successor_survives_the_text() {
        let key = Signer::new("claviger.example/audit", &[3; 32])
            .unwrap()
            .key()
            .clone();
        let announcing = checkpoint(Some(key));
        assert_eq!(Checkpoint::parse(&announcing.to_text()), Some(announcing));
    }

    #[test]
    fn a_text_that_lacks_a_line_is_refused() {
        let text = checkpoint(None).to_text();
        let lines: Vec<&str> = text.lines().collect();
        for dropped in 0..lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(dropped);
            assert_eq!(
                Checkpoint::parse(&(fewer.join("\n") + "\n")),
                None,
                "without line {dropped}"
            );
        }
    }
}
