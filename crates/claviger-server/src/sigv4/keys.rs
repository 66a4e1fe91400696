//! Signing keys: derived from a secret for one day, Region and service, and kept for as long as they are in use.

use std::sync::{Mutex, PoisonError};

use aws_lc_rs::hmac::{self, HMAC_SHA256};

use super::parse::{Claim, TERMINATOR};

/// The last few signing keys of one connection.
///
/// A connection belongs to one client, which signs with one or two keys; so this small list hits as often as a large
/// shared table would, and no two cores wait for each other. It holds keys of verified requests only.
#[derive(Default)]
pub struct SigningKeys(Mutex<Vec<Entry>>);

struct Entry {
    /// Access key id and scope, as sent.
    credential: Box<str>,
    /// The version of the credential that the key was derived from.
    version: u64,
    key: hmac::Key,
}

impl SigningKeys {
    /// Signs with a kept key.
    pub(super) fn sign(&self, claim: &Claim<'_>, version: u64, text: &[u8]) -> Option<hmac::Tag> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.iter().find(|entry| entry.is(claim, version))?;
        Some(hmac::sign(&entry.key, text))
    }

    /// Keeps the key of a request that proved to be authentic; the oldest makes room.
    pub(super) fn keep(&self, claim: &Claim<'_>, version: u64, key: hmac::Key) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|entry| *entry.credential != *claim.credential);
        if entries.len() >= KEYS_MAX {
            entries.remove(0);
        }
        entries.push(Entry {
            credential: claim.credential.into(),
            version,
            key,
        });
    }
}

impl Entry {
    fn is(&self, claim: &Claim<'_>, version: u64) -> bool {
        self.version == version && *self.credential == *claim.credential
    }
}

/// The key for one day, Region and service.
pub(super) fn derive(secret: &[u8], date: &str, region: &str, service: &str) -> hmac::Key {
    let prefixed = zeroize::Zeroizing::new([b"AWS4", secret].concat());
    let mut key = hmac::Key::new(HMAC_SHA256, &prefixed);
    for part in [date, region, service, TERMINATOR] {
        let tag = hmac::sign(&key, part.as_bytes());
        key = hmac::Key::new(HMAC_SHA256, tag.as_ref());
    }
    key
}

const KEYS_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    /// AWS's published derivation: its last tag is the key, seen here through what it signs.
    #[test]
    fn the_documented_key_is_derived() {
        let documented =
            hex::decode("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
                .unwrap();
        let secret = b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let derived = derive(secret, "20150830", "us-east-1", "iam");
        let expected = hmac::Key::new(HMAC_SHA256, &documented);
        assert_eq!(
            hmac::sign(&derived, b"x").as_ref(),
            hmac::sign(&expected, b"x").as_ref()
        );
    }
}
