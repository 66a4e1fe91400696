//! Blobs on the wire: standard base64 with padding, nothing looser.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The exact number of bytes that well-formed `text` holds.
pub(super) fn decoded_len(text: &str) -> usize {
    let padding = text
        .bytes()
        .rev()
        .take_while(|&byte| byte == b'=')
        .take(2)
        .count();
    (text.len() / 4 * 3).saturating_sub(padding)
}

/// Decodes into `bytes`, which must be as long as [`decoded_len`] says; false for anything malformed.
pub(super) fn decode_into(text: &str, bytes: &mut [u8]) -> bool {
    STANDARD
        .decode_slice(text, bytes)
        .is_ok_and(|written| written == bytes.len())
}

/// How many characters `len` bytes take.
pub(super) const fn encoded_len(len: usize) -> usize {
    len.div_ceil(3) * 4
}

/// Encodes into `text`, which must be as long as [`encoded_len`] says.
pub(super) fn encode_into(bytes: &[u8], text: &mut [u8]) {
    let written = STANDARD.encode_slice(bytes, text);
    debug_assert_eq!(written, Ok(encoded_len(bytes.len())));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(text: &str) -> Option<Vec<u8>> {
        let mut bytes = vec![0; decoded_len(text)];
        decode_into(text, &mut bytes).then_some(bytes)
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
            let mut text = vec![0; encoded_len(bytes.len())];
            encode_into(&bytes, &mut text);
            prop_assert_eq!(decode(std::str::from_utf8(&text).unwrap()), Some(bytes));
        }

        #[test]
        fn any_text_decodes_or_is_refused(text in "[A-Za-z0-9+/=]{0,12}") {
            decode(&text);
        }
    }
}
