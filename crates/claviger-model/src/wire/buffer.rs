//! The bytes of an answer as it grows.

use zeroize::Zeroize;

/// A growing buffer that leaves no plaintext behind.
pub(super) struct Buffer(Vec<u8>);

impl Buffer {
    /// An empty one, with room for the answers of most operations.
    pub(super) fn new() -> Self {
        Self(Vec::with_capacity(CAPACITY))
    }

    /// How many bytes were written.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Appends bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len()).extend_from_slice(bytes);
    }

    /// The vector, for who appends at most `more` bytes in place.
    #[inline]
    pub(super) fn reserve(&mut self, more: usize) -> &mut Vec<u8> {
        if self.0.capacity() - self.0.len() < more {
            self.grow(more);
        }
        &mut self.0
    }

    /// Moves to a larger vector, without leaving the old one's bytes to the allocator. What follows a long member has room there too.
    #[cold]
    fn grow(&mut self, more: usize) {
        let needed = self.0.len() + more + CAPACITY;
        let mut grown = Vec::with_capacity(needed.max(self.0.capacity() * 2));
        grown.extend_from_slice(&self.0);
        self.0.as_mut_slice().zeroize();
        self.0 = grown;
    }

    /// What was written.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Enough for the answers of the cryptographic operations on small data.
const CAPACITY: usize = 1024;
