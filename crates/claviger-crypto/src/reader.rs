//! Reads big-endian fields off the front of untrusted bytes.

use crate::Error;

/// What is left to read. Every method fails with [`Error::Malformed`] when the bytes run out.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], Error> {
        let (field, rest) = self.0.split_first_chunk().ok_or(Error::Malformed)?;
        self.0 = rest;
        Ok(field)
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let (field, rest) = self.0.split_at_checked(len).ok_or(Error::Malformed)?;
        self.0 = rest;
        Ok(field)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        self.array().map(|&[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.array().copied().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.array().copied().map(u64::from_be_bytes)
    }

    /// Fails unless the next bytes are `expected`: how a format and its suite are recognized.
    pub(crate) fn expect<const N: usize>(&mut self, expected: [u8; N]) -> Result<(), Error> {
        if *self.array()? == expected {
            Ok(())
        } else {
            Err(Error::Malformed)
        }
    }

    /// All the rest.
    pub(crate) const fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Fails when something is left.
    pub(crate) const fn end(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Malformed)
        }
    }
}
