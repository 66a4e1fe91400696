//! The form of one line and the chain that lines make.

use std::fmt;

use aws_lc_rs::digest;

/// SHA-256 of a whole line without its line break; 32 zeros stand before the first line.
pub(crate) type Head = [u8; 32];

/// What stands before the first line.
pub(crate) const GENESIS: Head = [0; 32];

/// The hash that the next line carries.
pub(crate) fn head_of(line: &[u8]) -> Head {
    sha256(line)
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut output = [0; 32];
    output.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    output
}

/// Appends a line, line break included.
pub(crate) fn write_into(out: &mut Vec<u8>, seq: u64, previous: &Head, event: &[u8]) {
    let mut hex_previous = [0; 64];
    // Both are fixed: 32 bytes are 64 digits, and writing to memory cannot fail.
    let _infallible = hex::encode_to_slice(previous, &mut hex_previous);
    out.extend_from_slice(BEFORE_SEQ);
    let _infallible = serde_json::to_writer(&mut *out, &seq);
    out.extend_from_slice(BEFORE_HASH);
    out.extend_from_slice(&hex_previous);
    out.extend_from_slice(BEFORE_EVENT);
    out.extend_from_slice(event);
    out.extend_from_slice(b"}\n");
}

/// A line taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) seq: u64,
    pub(crate) previous: Head,
    pub(crate) event: &'a [u8],
}

/// Reads a line without its line break. There is one way to write a line, so any other is refused.
pub(crate) fn parse(line: &[u8]) -> Result<Frame<'_>, Broken> {
    if is_too_long(line) {
        return Err(Broken::TooLong);
    }
    parts(line).ok_or(Broken::NotALine)
}

fn parts(line: &[u8]) -> Option<Frame<'_>> {
    let rest = line.strip_prefix(BEFORE_SEQ)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = rest.split_at_checked(digits)?;
    let (hex_previous, rest) = rest.strip_prefix(BEFORE_HASH)?.split_at_checked(64)?;
    let event = rest.strip_prefix(BEFORE_EVENT)?.strip_suffix(b"}")?;
    if number.first() == Some(&b'0')
        || hex_previous.iter().any(u8::is_ascii_uppercase)
        || !is_event(event)
    {
        return None;
    }
    let mut previous = GENESIS;
    hex::decode_to_slice(hex_previous, &mut previous).ok()?;
    let seq = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some(Frame {
        seq,
        previous,
        event,
    })
}

/// Whether a line is one that nobody wrote.
pub(crate) fn is_too_long(line: &[u8]) -> bool {
    u64::try_from(line.len()).is_ok_and(|length| length > LINE_BYTES_MAX)
}

/// Whether the bytes can stand as the event of a line.
pub(crate) fn is_event(event: &[u8]) -> bool {
    // Without a branch, so that the compiler looks at many bytes at once.
    let breaks = event
        .iter()
        .fold(false, |breaks, byte| breaks | (*byte == b'\n'));
    event.starts_with(b"{") && event.ends_with(b"}") && !breaks
}

/// How far a reader has followed the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    /// The number of lines so far, which is also the number of the last one.
    pub(crate) size: u64,
    /// The hash of the last one.
    pub(crate) head: Head,
}

impl Chain {
    /// Before the first line.
    pub(crate) const START: Self = Self {
        size: 0,
        head: GENESIS,
    };

    /// Follows one line, given without its line break.
    pub(crate) fn follow<'a>(&mut self, line: &'a [u8]) -> Result<Frame<'a>, Broken> {
        let frame = parse(line)?;
        let expected = self.size.saturating_add(1);
        if frame.seq != expected {
            return Err(Broken::Gap {
                expected,
                found: frame.seq,
            });
        }
        if frame.previous != self.head {
            return Err(Broken::Hash);
        }
        *self = Self {
            size: frame.seq,
            head: head_of(line),
        };
        Ok(frame)
    }
}

/// Why a line does not continue the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    TooLong,
    NotALine,
    Gap { expected: u64, found: u64 },
    Hash,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "longer than {LINE_BYTES_MAX} bytes, which no line is"),
            Self::NotALine => f.write_str("not a line of the log's form"),
            Self::Gap { expected, found } => {
                write!(f, "line {found} stands where line {expected} belongs")
            }
            Self::Hash => f.write_str("does not carry the hash of the line before it"),
        }
    }
}

/// A reader takes no more of one line into its memory. What a line tells comes from a request of 256 KiB at most, which is
/// 1.5 MiB with every byte escaped.
pub(crate) const LINE_BYTES_MAX: u64 = 16 << 20;

const BEFORE_SEQ: &[u8] = b"{\"s\":";
const BEFORE_HASH: &[u8] = b",\"p\":\"";
const BEFORE_EVENT: &[u8] = b"\",\"e\":";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_line_is_read_back() {
        let mut line = Vec::new();
        write_into(&mut line, 7, &[0xab; 32], b"{\"a\":1}");
        assert_eq!(
            line,
            format!(
                "{{\"s\":7,\"p\":\"{}\",\"e\":{{\"a\":1}}}}\n",
                "ab".repeat(32)
            )
            .as_bytes()
        );
        let frame = parse(line.strip_suffix(b"\n").unwrap()).unwrap();
        assert_eq!(
            frame,
            Frame {
                seq: 7,
                previous: [0xab; 32],
                event: b"{\"a\":1}"
            }
        );
    }

    #[test]
    fn there_is_one_way_to_write_a_line() {
        let hash = "ab".repeat(32);
        for other in [
            format!("{{\"s\":07,\"p\":\"{hash}\",\"e\":{{}}}}"),
            format!("{{\"s\":,\"p\":\"{hash}\",\"e\":{{}}}}"),
            format!("{{\"s\":99999999999999999999,\"p\":\"{hash}\",\"e\":{{}}}}"),
            format!("{{\"s\": 7,\"p\":\"{hash}\",\"e\":{{}}}}"),
            format!("{{\"s\":7,\"p\":\"{}\",\"e\":{{}}}}", "AB".repeat(32)),
            format!("{{\"s\":7,\"p\":\"{}\",\"e\":{{}}}}", "ab".repeat(31)),
            format!("{{\"s\":7,\"p\":\"{hash}\",\"e\":[]}}"),
            format!("{{\"s\":7,\"p\":\"{hash}\",\"e\":{{}}"),
            format!("{{\"s\":7,\"p\":\"{hash}\",\"e\":{{}}}} "),
            String::new(),
        ] {
            assert_eq!(parse(other.as_bytes()), Err(Broken::NotALine), "{other}");
        }
    }

    #[test]
    fn the_chain_refuses_gaps_and_wrong_hashes() {
        let mut chain = Chain::START;
        let mut first = Vec::new();
        write_into(&mut first, 1, &GENESIS, b"{}");
        first.pop();
        assert!(chain.follow(&first).is_ok());
        assert_eq!(
            chain.follow(&first),
            Err(Broken::Gap {
                expected: 2,
                found: 1
            })
        );
        let mut forged = Vec::new();
        write_into(&mut forged, 2, &[1; 32], b"{}");
        forged.pop();
        assert_eq!(chain.follow(&forged), Err(Broken::Hash));
        assert_eq!(chain.size, 1);
    }
}
