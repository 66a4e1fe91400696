//! Ids of key material.

use std::fmt;
use std::str::FromStr;

/// The id of one material of a key: 32 bytes, printed as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MaterialId([u8; 32]);

impl MaterialId {
    /// The id with these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads exactly 64 lower-case hex digits.
    ///
    /// # Errors
    /// [`InvalidMaterialId`] for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidMaterialId> {
        let (digits, rest) = text.as_bytes().as_chunks::<2>();
        let mut bytes = [0; 32];
        if digits.len() != bytes.len() || !rest.is_empty() {
            return Err(InvalidMaterialId);
        }
        for (byte, &[high, low]) in bytes.iter_mut().zip(digits) {
            *byte = nibble(high)? << 4 | nibble(low)?;
        }
        Ok(Self(bytes))
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first half, by which a ciphertext names its material.
    pub fn prefix(&self) -> [u8; 16] {
        std::array::from_fn(|at| self.0.get(at).copied().unwrap_or_default())
    }
}

impl fmt::Display for MaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Printed twice in every cryptographic call: one write of 64 digits instead of 32 formatted numbers.
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
        }
        f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

impl fmt::Debug for MaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaterialId({self})")
    }
}

impl FromStr for MaterialId {
    type Err = InvalidMaterialId;

    fn from_str(text: &str) -> Result<Self, InvalidMaterialId> {
        Self::parse(text)
    }
}

/// A text that is not 64 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidMaterialId;

impl fmt::Display for InvalidMaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key material id has 64 lower-case hex digits")
    }
}

impl std::error::Error for InvalidMaterialId {}

/// The lower-case hex digit of a number below 16.
const fn digit(value: u8) -> u8 {
    if value < 10 {
        b'0' + value
    } else {
        b'a' + value - 10
    }
}

const fn nibble(digit: u8) -> Result<u8, InvalidMaterialId> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(InvalidMaterialId),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_forms_are_refused() {
        let right = "0123456789abcdef".repeat(4);
        assert!(MaterialId::parse(&right).is_ok());
        for wrong in [
            String::new(),
            right.to_uppercase(),
            format!("{right}0"),
            format!("{right}00"),
            right.replace('0', "g"),
        ] {
            assert_eq!(MaterialId::parse(&wrong), Err(InvalidMaterialId), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_parses(bytes: [u8; 32]) {
            let id = MaterialId::new(bytes);
            prop_assert_eq!(MaterialId::parse(&id.to_string()), Ok(id));
        }
    }
}
