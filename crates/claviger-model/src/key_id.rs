//! Key ids.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;
use uuid::fmt::{Hyphenated, Simple};

/// A key's id: a UUID, printed `1234abcd-12ab-34cd-56ef-1234567890ab`, or `mrk-1234abcd12ab34cd56ef1234567890ab` for a
/// multi-Region key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId {
    uuid: Uuid,
    multi_region: bool,
}

impl KeyId {
    /// The id of a key.
    pub const fn new(uuid: Uuid, multi_region: bool) -> Self {
        Self { uuid, multi_region }
    }

    /// Reads one of the two forms: lower-case, hyphens exactly where AWS puts them.
    ///
    /// # Errors
    /// [`InvalidKeyId`] for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidKeyId> {
        let (digits, len, multi_region) = match text.strip_prefix(MULTI_REGION_PREFIX) {
            Some(digits) => (digits, Simple::LENGTH, true),
            None => (text, Hyphenated::LENGTH, false),
        };
        // The uuid crate reads more forms than AWS has, but only one of each length, and upper case.
        let any_upper = |any, digit: u8| any | digit.is_ascii_uppercase();
        if digits.len() != len || digits.bytes().fold(false, any_upper) {
            return Err(InvalidKeyId);
        }
        let uuid = Uuid::try_parse(digits).map_err(|_| InvalidKeyId)?;
        Ok(Self { uuid, multi_region })
    }

    /// The UUID, without the form that it is printed in.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }

    /// True for a multi-Region key.
    pub const fn is_multi_region(self) -> bool {
        self.multi_region
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.multi_region {
            write!(f, "{MULTI_REGION_PREFIX}{}", self.uuid.simple())
        } else {
            write!(f, "{}", self.uuid.hyphenated())
        }
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, InvalidKeyId> {
        Self::parse(text)
    }
}

/// A text that is not a key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidKeyId;

impl fmt::Display for InvalidKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key id is a lower-case UUID, or mrk- and 32 lower-case hex digits")
    }
}

impl std::error::Error for InvalidKeyId {}

const MULTI_REGION_PREFIX: &str = "mrk-";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_forms() {
        let single = "1234abcd-12ab-34cd-56ef-1234567890ab";
        let multi = "mrk-1234abcd12ab34cd56ef1234567890ab";
        assert_eq!(KeyId::parse(single).unwrap().to_string(), single);
        assert_eq!(KeyId::parse(multi).unwrap().to_string(), multi);
        assert_eq!(
            KeyId::parse(single).unwrap().uuid(),
            KeyId::parse(multi).unwrap().uuid()
        );
        assert!(KeyId::parse(multi).unwrap().is_multi_region());
    }

    #[test]
    fn other_forms_are_refused() {
        for wrong in [
            "",
            "mrk-",
            "mrk-fake",
            "1234abcd12ab34cd56ef1234567890ab",
            "1234ABCD-12ab-34cd-56ef-1234567890ab",
            "{1234abcd-12ab-34cd-56ef-1234567890ab}",
            "urn:uuid:1234abcd-12ab-34cd-56ef-1234567890ab",
            "mrk-1234abcd-12ab-34cd-56ef-1234567890ab",
            "mrk-1234ABCD12ab34cd56ef1234567890ab",
            "mrk-mrk-1234abcd12ab34cd56ef1234567890ab",
            " 1234abcd-12ab-34cd-56ef-1234567890ab",
        ] {
            assert_eq!(KeyId::parse(wrong), Err(InvalidKeyId), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_parses(number: u128, multi_region: bool) {
            let id = KeyId::new(Uuid::from_u128(number), multi_region);
            prop_assert_eq!(KeyId::parse(&id.to_string()), Ok(id));
        }

        #[test]
        fn what_parses_is_printed_the_same(text in "(mrk-)?[0-9a-fA-F-]{30,38}") {
            if let Ok(id) = KeyId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
