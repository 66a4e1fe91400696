//! The canonical form of an encryption context.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html>. The context is authenticated, not
//! encrypted, and its pairs have no order; an empty context equals none. The form is
//! `count || (length || key || length || value)*` with 32-bit big-endian numbers and the pairs sorted by the bytes of
//! their keys: two contexts have the same form only when they are equal.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::Error;

/// An encryption context in its canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context(Cow<'static, [u8]>);

impl Context {
    /// The context without pairs, which is the absent one. Allocates nothing.
    pub const fn empty() -> Self {
        Self(Cow::Borrowed(&[0; 4]))
    }

    /// The canonical form of `pairs`.
    ///
    /// # Errors
    /// [`Error::Malformed`] when a key, a value or the number of pairs reaches 2^32.
    pub fn of(pairs: &BTreeMap<String, String>) -> Result<Self, Error> {
        if pairs.is_empty() {
            return Ok(Self::empty());
        }
        let size = pairs
            .iter()
            .map(|(key, value)| key.len() + value.len() + 8)
            .sum::<usize>();
        let mut form = Vec::with_capacity(size + 4);
        form.extend_from_slice(&number(pairs.len())?);
        // A map of strings is sorted by their bytes.
        for text in pairs.iter().flat_map(|(key, value)| [key, value]) {
            form.extend_from_slice(&number(text.len())?);
            form.extend_from_slice(text.as_bytes());
        }
        Ok(Self(Cow::Owned(form)))
    }

    /// The canonical bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::empty()
    }
}

fn number(value: usize) -> Result<[u8; 4], Error> {
    u32::try_from(value)
        .map(u32::to_be_bytes)
        .map_err(|_| Error::Malformed)
}

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
        assert_eq!(Context::of(&pairs).unwrap().as_bytes(), form);
    }

    #[test]
    fn empty_is_absent() {
        assert_eq!(Context::of(&BTreeMap::new()).unwrap(), Context::empty());
        assert_eq!(Context::default(), Context::empty());
    }

    proptest! {
        // Few letters and short texts, so that shifted borders between keys and values are common.
        #[test]
        fn equal_forms_mean_equal_contexts(
            one in btree_map("[ab]{0,3}", "[ab]{0,3}", 0..4),
            other in btree_map("[ab]{0,3}", "[ab]{0,3}", 0..4),
        ) {
            let same = Context::of(&one).unwrap() == Context::of(&other).unwrap();
            prop_assert_eq!(same, one == other);
        }

        #[test]
        fn the_form_reads_back(pairs in btree_map(".{0,20}", ".{0,20}", 0..8)) {
            prop_assert_eq!(read(Context::of(&pairs).unwrap().as_bytes()), pairs);
        }

        #[test]
        fn the_order_of_the_pairs_is_no_part_of_it(pairs in vec(("[a-c]{1,2}", ".{0,4}"), 0..8)) {
            // The first of equal keys wins in both, so that both hold the same pairs.
            let forwards = pairs.iter().rev().cloned().collect::<BTreeMap<_, _>>();
            let mut backwards = BTreeMap::new();
            for (key, value) in pairs {
                backwards.entry(key).or_insert(value);
            }
            prop_assert_eq!(Context::of(&forwards).unwrap(), Context::of(&backwards).unwrap());
        }
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
