//! The one key derivation: NIST SP 800-108r1 in counter mode with HMAC-SHA-256 and a 32-bit counter before the fixed info.

use aws_lc_rs::kdf::{KbkdfCtrHmacAlgorithmId, get_kbkdf_ctr_hmac_algorithm, kbkdf_ctr_hmac};
use claviger_model::Secret;

use crate::Error;

/// Fills `out` from `key`. `fixed_info` is `label || 0x00 || context || [L]_2`, as section 4.1 of the standard builds it.
///
/// # Errors
/// [`Error::Malformed`] for an empty key, [`Error::Engine`] for what should not happen.
pub(crate) fn derive(key: &Secret, fixed_info: &[u8], out: &mut [u8]) -> Result<(), Error> {
    if key.is_empty() {
        return Err(Error::Malformed);
    }
    let hmac_sha256 =
        get_kbkdf_ctr_hmac_algorithm(KbkdfCtrHmacAlgorithmId::Sha256).ok_or(Error::Engine)?;
    // EXPOSE: the key that the standard derives from.
    kbkdf_ctr_hmac(hmac_sha256, key.expose(), fixed_info, out).map_err(|_| Error::Engine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_as_nist_recorded() {
        let vectors: Vec<Vec<Vec<u8>>> =
            include_str!("../../../testdata/kbkdf/nist-cavs-14.4-hmac-sha256-before-32.txt")
                .split("\n\n")
                .map(|vector| {
                    let value = |line: &str| {
                        line.split_once(" = ")
                            .map(|(_, digits)| hex::decode(digits.trim()).unwrap())
                    };
                    vector
                        .lines()
                        .filter(|line| !line.starts_with('#'))
                        .filter_map(value)
                        .collect::<Vec<_>>()
                })
                .filter(|vector| !vector.is_empty())
                .collect();
        assert_eq!(vectors.len(), 4);
        for vector in vectors {
            let [key, fixed_info, expected] = vector.as_slice() else {
                panic!("three values a vector")
            };
            let mut out = vec![0; expected.len()];
            derive(&Secret::copy_of(key), fixed_info, &mut out).unwrap();
            assert_eq!(&out, expected);
        }
    }

    #[test]
    fn an_empty_key_derives_nothing() {
        assert_eq!(
            derive(&Secret::default(), b"info", &mut [0; 32]),
            Err(Error::Malformed)
        );
    }
}
