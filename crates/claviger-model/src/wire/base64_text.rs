//! Blobs on the wire: standard base64 with padding, nothing looser.

use base64_simd::{Out, STANDARD};

use crate::Secret;

/// The bytes that `text` stands for; none for anything malformed.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode_to_vec(text).ok()
}

/// As [`decode`], in memory that is wiped, also when the text turns out to be malformed at its end.
pub(super) fn decode_secret(text: &str) -> Option<Secret> {
    let text = text.as_bytes();
    let len = STANDARD.decoded_length(text).ok()?;
    Secret::try_filled(len, |bytes| {
        STANDARD.decode(text, Out::from_slice(bytes)).map(drop)
    })
    .ok()
}

/// How many characters `len` bytes take.
pub(super) const fn encoded_len(len: usize) -> usize {
    len.div_ceil(3) * 4
}

/// Appends the text of `bytes`. A vector with room for all of it does not grow.
pub(super) fn append(bytes: &[u8], text: &mut Vec<u8>) {
    STANDARD.encode_append(bytes, text);
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use proptest::prelude::*;

    use super::*;

    /// What both ways of decoding agree on.
    fn decode(text: &str) -> Option<Vec<u8>> {
        let bytes = super::decode(text);
        let secret = decode_secret(text).map(|secret| secret.expose().to_vec());
        assert_eq!(bytes, secret, "{text}");
        bytes
    }

    #[test]
    fn only_standard_base64_with_padding() {
        assert_eq!(decode(""), Some(vec![]));
        assert_eq!(decode("YQ=="), Some(b"a".to_vec()));
        assert_eq!(decode("+/+/"), Some(vec![0xfb, 0xff, 0xbf]));
        for wrong in [
            "YQ", "YQ=", "YQ===", "Y", "=", "==", "====", "YR==", "-_-_", "YQ==\n", " YQ==",
            "YQ==YQ==", "Y=Q=",
        ] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn round_trip(bytes: Vec<u8>) {
            let mut text = Vec::with_capacity(encoded_len(bytes.len()));
            let room = text.as_ptr();
            append(&bytes, &mut text);
            prop_assert_eq!(text.len(), encoded_len(bytes.len()));
            prop_assert_eq!(text.as_ptr(), room);
            prop_assert_eq!(decode(std::str::from_utf8(&text).unwrap()), Some(bytes));
        }

        /// The texts are longer than what is decoded at once, and right but for a few characters.
        #[test]
        fn what_is_malformed_is_refused(text in "[A-Za-z0-9+/]{0,90}[A-Za-z0-9+/= _é]{0,6}={0,3}") {
            let strict = base64::engine::general_purpose::STANDARD;
            prop_assert_eq!(decode(&text), strict.decode(&text).ok());
        }
    }
}
