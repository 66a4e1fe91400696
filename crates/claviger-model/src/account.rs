//! AWS account ids.

use std::fmt;
use std::str::FromStr;

/// An account: 12 decimal digits, such as `111122223333`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

impl AccountId {
    /// Reads exactly 12 digits.
    ///
    /// # Errors
    /// [`InvalidAccountId`] for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidAccountId> {
        if text.len() != DIGITS {
            return Err(InvalidAccountId);
        }
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
        let number = text
            .bytes()
            .try_fold(0, |number, byte| Some(number * 10 + digit(byte)?));
        number.map(Self).ok_or(InvalidAccountId)
    }

    /// The id as a number, for a fixed-size stored form.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The account with this number.
    ///
    /// # Errors
    /// [`InvalidAccountId`] beyond 12 digits.
    pub const fn from_u64(number: u64) -> Result<Self, InvalidAccountId> {
        if number <= LARGEST {
            Ok(Self(number))
        } else {
            Err(InvalidAccountId)
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Printed several times in every call: one write of twelve digits instead of a padded number.
        let mut digits = [b'0'; DIGITS];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

impl FromStr for AccountId {
    type Err = InvalidAccountId;

    fn from_str(text: &str) -> Result<Self, InvalidAccountId> {
        Self::parse(text)
    }
}

/// A text that is not 12 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidAccountId;

impl fmt::Display for InvalidAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an account id has 12 digits")
    }
}

impl std::error::Error for InvalidAccountId {}

const DIGITS: usize = 12;

const LARGEST: u64 = 999_999_999_999;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits() {
        let account = AccountId::parse("000000000042").unwrap();
        assert_eq!(account.as_u64(), 42);
        assert_eq!(account.to_string(), "000000000042");
        assert_eq!(AccountId::from_u64(42), Ok(account));
        for wrong in [
            "",
            "42",
            "0000000000042",
            "00000000004x",
            "+00000000042",
            "٠٠٠٠٠٠",
        ] {
            assert_eq!(AccountId::parse(wrong), Err(InvalidAccountId), "{wrong}");
        }
        assert_eq!(AccountId::from_u64(LARGEST + 1), Err(InvalidAccountId));
    }
}
