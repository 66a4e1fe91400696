//! Signed notes and verifier keys.
//!
//! C2SP: <https://c2sp.org/signed-note>. A note is text, a blank line, and signature lines `— <name> <base64>`; the signature is
//! Ed25519 over the text, preceded by four bytes that tell keys of one name apart.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;
use crate::frame::sha256;

/// The public half of a checkpoint key, written `<name>+<8 hex digits>+<base64>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public: [u8; 32],
}

impl VerifierKey {
    /// The key that verifies the log `origin` whose checkpoint key comes of `seed`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unusable origin or seed.
    pub fn of_seed(origin: &str, seed: &[u8]) -> Result<Self, Error> {
        Ok(Signer::new(origin, seed)?.key().clone())
    }

    /// The name that signs, which is the origin of its log.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn hash(&self) -> [u8; 4] {
        let mut input = self.name.as_bytes().to_vec();
        input.push(b'\n');
        input.push(ALGORITHM_ED25519);
        input.extend_from_slice(&self.public);
        let [a, b, c, d, ..] = sha256(&input);
        [a, b, c, d]
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ALGORITHM_ED25519];
        key.extend_from_slice(&self.public);
        write!(
            f,
            "{}+{}+{}",
            self.name,
            hex::encode(self.hash()),
            STANDARD.encode(key)
        )
    }
}

impl FromStr for VerifierKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = || Error::Invalid(format!("not a verifier key: {text:?}"));
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(invalid());
        };
        let key = STANDARD.decode(key).map_err(|_| invalid())?;
        let Some((&ALGORITHM_ED25519, public)) = key.split_first() else {
            return Err(invalid());
        };
        let public = public.try_into().map_err(|_| invalid())?;
        let parsed = Self {
            name: checked_name(name)?,
            public,
        };
        if hash != hex::encode(parsed.hash()) {
            return Err(invalid());
        }
        Ok(parsed)
    }
}

/// The private half of a checkpoint key.
pub(crate) struct Signer {
    pair: Ed25519KeyPair,
    key: VerifierKey,
}

impl Signer {
    pub(crate) fn new(name: &str, seed: &[u8]) -> Result<Self, Error> {
        let unusable = || Error::Invalid("a checkpoint key is made from a seed of 32 bytes".into());
        let seed: &[u8; 32] = seed.try_into().map_err(|_| unusable())?;
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| unusable())?;
        let public = pair
            .public_key()
            .as_ref()
            .try_into()
            .map_err(|_| unusable())?;
        Ok(Self {
            pair,
            key: VerifierKey {
                name: checked_name(name)?,
                public,
            },
        })
    }

    pub(crate) fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The whole note over `text`, which must end in a line break.
    pub(crate) fn sign(&self, text: &str) -> String {
        let mut signature = self.key.hash().to_vec();
        signature.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        format!(
            "{text}\n— {} {}\n",
            self.key.name,
            STANDARD.encode(signature)
        )
    }
}

/// A note taken apart, its signatures not yet checked.
#[derive(Debug)]
pub(crate) struct Note<'a> {
    /// The signed text, final line break included.
    pub(crate) text: &'a str,
    signatures: Vec<Signature<'a>>,
}

#[derive(Debug)]
struct Signature<'a> {
    name: &'a str,
    hash: [u8; 4],
    bytes: Vec<u8>,
}

impl<'a> Note<'a> {
    pub(crate) fn parse(note: &'a str) -> Option<Self> {
        let break_at = note.rfind("\n\n")?.checked_add(1)?;
        let (text, rest) = note.split_at_checked(break_at)?;
        let lines = rest.strip_prefix('\n')?.strip_suffix('\n')?;
        let signatures: Option<Vec<_>> = lines.split('\n').map(Signature::parse).collect();
        Some(Self {
            text,
            signatures: signatures?,
        })
    }

    pub(crate) fn is_signed_by(&self, key: &VerifierKey) -> bool {
        let public = UnparsedPublicKey::new(&ED25519, key.public);
        self.signatures
            .iter()
            .filter(|signature| signature.name == key.name && signature.hash == key.hash())
            .any(|signature| {
                public
                    .verify(self.text.as_bytes(), &signature.bytes)
                    .is_ok()
            })
    }

    /// Whether every signature claims this name.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.signatures
            .iter()
            .all(|signature| signature.name == name)
    }

    /// How many signature lines there are, of whomever.
    pub(crate) fn signature_count(&self) -> usize {
        self.signatures.len()
    }
}

impl<'a> Signature<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        let decoded = STANDARD.decode(encoded).ok()?;
        let (hash, bytes) = decoded.split_first_chunk::<4>()?;
        Some(Self {
            name,
            hash: *hash,
            bytes: bytes.to_vec(),
        })
    }
}

fn checked_name(name: &str) -> Result<String, Error> {
    let usable = !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '+');
    if usable {
        Ok(name.to_owned())
    } else {
        Err(Error::Invalid(format!(
            "{name:?} cannot name a checkpoint key: 1 to {NAME_BYTES_MAX} bytes without spaces and plus signs"
        )))
    }
}

const ALGORITHM_ED25519: u8 = 1;
const NAME_BYTES_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_key_of_the_standard_is_read_and_written() {
        // https://pkg.go.dev/golang.org/x/mod/sumdb/note, which defined the form: the key and the signature of its example.
        let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let key: VerifierKey = text.parse().unwrap();
        assert_eq!(key.to_string(), text);
        let note = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n\
            \n\
            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert!(Note::parse(note).unwrap().is_signed_by(&key));
        assert!(
            !Note::parse(&note.replace("problem is", "problem was"))
                .unwrap()
                .is_signed_by(&key)
        );
    }

    #[test]
    fn a_key_with_any_other_text_is_refused() {
        let text = Signer::new("log", &[1; 32]).unwrap().key().to_string();
        assert!(text.parse::<VerifierKey>().is_ok());
        for bad in [
            text.replacen("log", "gol", 1),
            text.replacen("+", "-", 1),
            format!("{text}A"),
            format!(" {text}"),
            String::new(),
        ] {
            assert!(bad.parse::<VerifierKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_the_signer_verifies() {
        let signer = Signer::new("log", &[1; 32]).unwrap();
        let note = signer.sign("log\n0\n");
        let parsed = Note::parse(&note).unwrap();
        assert_eq!(parsed.text, "log\n0\n");
        assert!(parsed.is_signed_by(signer.key()));
        assert!(!parsed.is_signed_by(Signer::new("log", &[2; 32]).unwrap().key()));
        assert!(!parsed.is_signed_by(Signer::new("other", &[1; 32]).unwrap().key()));
    }

    #[test]
    fn seeds_and_names_are_checked() {
        assert!(Signer::new("log", &[1; 31]).is_err());
        assert!(Signer::new("lo g", &[1; 32]).is_err());
        assert!(Signer::new("lo+g", &[1; 32]).is_err());
        assert!(Signer::new("", &[1; 32]).is_err());
    }
}
