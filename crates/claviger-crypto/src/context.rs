//! The canonical form of an encryption context.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html>. The context is authenticated, not
//! encrypted, and its pairs have no order; an empty context equals none. The form is
//! `count || (length || key || length || value)*` with 32-bit big-endian numbers and the pairs sorted by the bytes of
//! their keys: two contexts have the same form only when they are equal.

use std::collections::BTreeMap;

use crate::Error;

/// An encryption context, ready to be written in its canonical form.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pairs: &'a BTreeMap<String, String>,
    len: usize,
}

impl<'a> Context<'a> {
    /// The context without pairs, which is the absent one.
    pub const fn empty() -> Self {
        Self {
            pairs: const { &BTreeMap::new() },
            len: NUMBER_BYTES,
        }
    }

    /// The context of `pairs`.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the form would have 2^32 bytes or more.
    pub fn of(pairs: &'a BTreeMap<String, String>) -> Result<Self, Error> {
        let texts = pairs.iter().flat_map(|(key, value)| [key, value]);
        let len = texts.fold(NUMBER_BYTES, |len, text| {
            len.saturating_add(NUMBER_BYTES).saturating_add(text.len())
        });
        // No number in the form is greater than its length.
        match u32::try_from(len) {
            Ok(_) => Ok(Self { pairs, len }),
            Err(_) => Err(Error::Malformed),
        }
    }

    /// The length of the canonical form in bytes.
    #[allow(clippy::len_without_is_empty, reason = "no form is empty")]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Appends the canonical form.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.reserve(self.len);
        out.extend_from_slice(&number(self.pairs.len()));
        // A map of strings is sorted by their bytes.
        for text in self.pairs.iter().flat_map(|(key, value)| [key, value]) {
            out.extend_from_slice(&number(text.len()));
            out.extend_from_slice(text.as_bytes());
        }
    }
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self::empty()
    }
}

/// Of less than 2^32, as [`Context::of`] has seen to.
fn number(value: usize) -> [u8; NUMBER_BYTES] {
    u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes()
}

const NUMBER_BYTES: usize = 4;

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_form_is_as_documented() {
        let pairs = BTreeMap::from([
            ("b".to_owned(), String::new()),
            ("a".to_owned(), "é".to_owned()),
        ]);
        let form = b"\0\0\0\x02\0\0\0\x01a\0\0\0\x02\xc3\xa9\0\0\0\x01b\0\0\0\0";
        assert_eq!(form_of(&pairs), form);
    }

    #[test]
    fn empty_is_absent() {
        let form = |context: Context<'_>| {
            let mut form = Vec::new();
            context.write(&mut form);
            form
        };
        assert_eq!(form(Context::empty()), [0; 4]);
        assert_eq!(form(Context::default()), [0; 4]);
        assert_eq!(form_of(&BTreeMap::new()), [0; 4]);
    }

    proptest! {
        // Few letters and short texts, so that shifted borders between keys and values are common.
        #[test]
        fn equal_forms_mean_equal_contexts(
            one in btree_map("[ab]{0,3}", "[ab]{0,3}", 0..4),
            other in btree_map("[ab]{0,3}", "[ab]{0,3}", 0..4),
        ) {
            prop_assert_eq!(form_of(&one) == form_of(&other), one == other);
        }

        #[test]
        fn the_form_reads_back(pairs in btree_map(".{0,20}", ".{0,20}", 0..8)) {
            prop_assert_eq!(read(&form_of(&pairs)), pairs);
        }

        #[test]
        fn the_order_of_the_pairs_is_no_part_of_it(pairs in vec(("[a-c]{1,2}", ".{0,4}"), 0..8)) {
            // The first of equal keys wins in both, so that both hold the same pairs.
            let forwards = pairs.iter().rev().cloned().collect::<BTreeMap<_, _>>();
            let mut backwards = BTreeMap::new();
            for (key, value) in pairs {
                backwards.entry(key).or_insert(value);
            }
            prop_assert_eq!(form_of(&forwards), form_of(&backwards));
        }
    }

    fn form_of(pairs: &BTreeMap<String, String>) -> Vec<u8> {
        let context = Context::of(pairs).unwrap();
        let mut form = Vec::new();
        context.write(&mut form);
        assert_eq!(form.len(), context.len());
        form
    }

    /// An inverse exists, hence the form is injective.
    fn read(form: &[u8]) -> BTreeMap<String, String> {
        let mut reader = crate::reader::Reader::new(form);
        let count = reader.u32().unwrap();
        let mut text = || {
            let len = usize::try_from(reader.u32().unwrap()).unwrap();
            String::from_utf8(reader.bytes(len).unwrap().to_vec()).unwrap()
        };
        (0..count).map(|_| (text(), text())).collect()
    }
}
