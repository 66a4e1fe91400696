//! The one type for secret bytes, and its twin for secret text.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use zeroize::{Zeroize, Zeroizing};

/// Bytes that must not leak: on the heap, overwritten with zeros on drop, compared in constant time.
///
/// There is no `Debug`, `Display`, `Clone`, `PartialEq` or `Serialize`, so that no derive can print, copy or compare it. Only
/// the encoder of [`wire`](crate::wire) writes it out.
#[derive(Default)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// `len` bytes, filled in place, so that no other copy ever exists.
    pub fn filled(len: usize, fill: impl FnOnce(&mut [u8])) -> Self {
        let mut secret = Self(vec![0; len]);
        fill(&mut secret.0);
        secret
    }

    /// As [`Secret::filled`], for a source that can fail; what was filled by then is overwritten.
    ///
    /// # Errors
    /// What `fill` returns.
    pub fn try_filled<E>(
        len: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut secret = Self(vec![0; len]);
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// Takes the vector over without copying; its spare capacity is overwritten on drop as well.
    pub const fn from_vec(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// A copy of bytes that somebody else overwrites.
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self::from_vec(bytes.to_vec())
    }

    /// The first `len` bytes, without a copy. Those that are cut off are overwritten on drop as well.
    pub fn truncated(mut self, len: usize) -> Self {
        self.0.truncate(len);
        self
    }

    /// The bytes. Each use says why it needs them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes there are; lengths are not secret.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True without bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares in a time that depends on the lengths only.
    pub fn ct_eq(&self, other: &[u8]) -> bool {
        verify_slices_are_equal(&self.0, other).is_ok()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        // As slices: a vector would wipe itself byte by byte.
        self.0.as_mut_slice().zeroize();
        self.0.spare_capacity_mut().zeroize();
    }
}

/// Text that must not leak, such as a key store's password; a [`Secret`] that is UTF-8.
#[derive(Default)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// A copy of text that somebody else overwrites.
    pub fn copy_of(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text. Each use says why it needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in a time that depends on the lengths only.
    pub fn ct_eq(&self, other: &str) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), other.as_bytes()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_place_and_compares() {
        let secret = Secret::filled(4, |bytes| bytes.copy_from_slice(&[1, 2, 3, 4]));
        assert_eq!(secret.expose(), [1, 2, 3, 4]);
        assert_eq!(secret.len(), 4);
        assert!(secret.ct_eq(&[1, 2, 3, 4]));
        assert!(!secret.ct_eq(&[1, 2, 3, 5]));
        assert!(!secret.ct_eq(&[1, 2, 3]));
        assert!(Secret::default().is_empty());
    }

    #[test]
    fn takes_a_vector_over() {
        let bytes = vec![7; 32];
        let address = bytes.as_ptr();
        assert_eq!(Secret::from_vec(bytes).expose().as_ptr(), address);
    }

    #[test]
    fn cuts_without_a_copy() {
        let secret = Secret::copy_of(&[1, 2, 3, 4]);
        let address = secret.expose().as_ptr();
        let cut = secret.truncated(2);
        assert_eq!(
            (cut.expose(), cut.expose().as_ptr()),
            (&[1, 2][..], address)
        );
    }

    #[test]
    fn a_failed_fill_gives_nothing() {
        assert_eq!(Secret::try_filled(1, |_| Err("dry")).err(), Some("dry"));
        assert!(Secret::try_filled(1, |_| Ok::<(), ()>(())).is_ok());
    }

    #[test]
    fn secret_text_compares() {
        assert!(SecretText::copy_of("pass").ct_eq("pass"));
        assert!(!SecretText::copy_of("pass").ct_eq("past"));
        assert_eq!(SecretText::copy_of("pass").expose(), "pass");
    }
}
