//! The texts that name a key: ids, alias names and ARNs.

use std::fmt;
use std::str::FromStr;

use crate::{AccountId, KeyId, Region, patterns};

/// A key's ARN, `arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyArn {
    /// The key's Region.
    pub region: Region,
    /// The account that owns the key.
    pub account: AccountId,
    /// The key's id.
    pub id: KeyId,
}

/// An alias's name with its prefix, such as `alias/payroll`: `alias/` and at least one more character, 256 at most, of
/// letters, digits and `:/_-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AliasName(String);

/// An alias's ARN, `arn:aws:kms:us-east-1:111122223333:alias/payroll`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AliasArn {
    /// The alias's Region.
    pub region: Region,
    /// The account that owns the alias.
    pub account: AccountId,
    /// The alias's name.
    pub name: AliasName,
}

/// What a `KeyId` member of a request can hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyIdentifier {
    /// A key id, in the caller's account and Region.
    Id(KeyId),
    /// A key's ARN.
    Arn(KeyArn),
    /// An alias, in the caller's account and Region.
    Alias(AliasName),
    /// An alias's ARN.
    AliasArn(AliasArn),
}

/// A text that cannot name any key. `Display` is AWS's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentifierError {
    /// Neither a key id nor an alias name; `NotFoundException`. Holds the malformed id, taken out of its ARN if it had one.
    MalformedId(String),
    /// Begins as an ARN but is none of a key or an alias in the `aws` partition; `InvalidArnException`, or
    /// `NotFoundException` of an operation whose model does not list that.
    MalformedArn(String),
}

impl KeyIdentifier {
    /// Reads any of the four forms.
    ///
    /// # Errors
    /// [`IdentifierError`] says which error AWS answers.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let malformed_id = |id: &str| IdentifierError::MalformedId(id.to_owned());
        if let Ok(id) = KeyId::parse(text) {
            return Ok(Self::Id(id));
        }
        if text.starts_with(ALIAS_PREFIX) {
            return AliasName::parse(text)
                .map(Self::Alias)
                .ok_or_else(|| malformed_id(text));
        }
        if !text.starts_with(ARN_PREFIX) {
            return Err(malformed_id(text));
        }
        let malformed_arn = || IdentifierError::MalformedArn(text.to_owned());
        let (region, account, resource) = split_kms_arn(text).ok_or_else(malformed_arn)?;
        if let Some(id) = resource.strip_prefix(KEY_PREFIX) {
            let id = KeyId::parse(id).map_err(|_| malformed_id(id))?;
            return Ok(Self::Arn(KeyArn {
                region,
                account,
                id,
            }));
        }
        let name = AliasName::parse(resource).ok_or_else(malformed_arn)?;
        Ok(Self::AliasArn(AliasArn {
            region,
            account,
            name,
        }))
    }
}

impl KeyArn {
    /// Reads a key's ARN; nothing else.
    ///
    /// # Errors
    /// [`IdentifierError`] as from [`KeyIdentifier::parse`], or `MalformedArn` for another form.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        match KeyIdentifier::parse(text)? {
            KeyIdentifier::Arn(arn) => Ok(arn),
            KeyIdentifier::Id(_) | KeyIdentifier::Alias(_) | KeyIdentifier::AliasArn(_) => {
                Err(IdentifierError::MalformedArn(text.to_owned()))
            }
        }
    }
}

impl AliasArn {
    /// Reads an alias's ARN; nothing else.
    ///
    /// # Errors
    /// [`IdentifierError`] as from [`KeyIdentifier::parse`], or `MalformedArn` for another form.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        match KeyIdentifier::parse(text)? {
            KeyIdentifier::AliasArn(arn) => Ok(arn),
            KeyIdentifier::Id(_) | KeyIdentifier::Alias(_) | KeyIdentifier::Arn(_) => {
                Err(IdentifierError::MalformedArn(text.to_owned()))
            }
        }
    }
}

impl AliasName {
    /// Reads a name with its prefix; `None` for what cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = text.len() <= ALIAS_LEN_MAX
            && text
                .strip_prefix(ALIAS_PREFIX)
                .is_some_and(patterns::alias_name);
        is_name.then(|| Self(text.to_owned()))
    }

    /// The name with its prefix.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The Region, account and resource of an ARN of KMS in the `aws` partition.
fn split_kms_arn(text: &str) -> Option<(Region, AccountId, &str)> {
    let mut parts = text.strip_prefix("arn:aws:kms:")?.splitn(3, ':');
    let region = Region::parse(parts.next()?).ok()?;
    let account = AccountId::parse(parts.next()?).ok()?;
    Some((region, account, parts.next()?))
}

impl fmt::Display for KeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "arn:aws:kms:{}:{}:{KEY_PREFIX}{}",
            self.region, self.account, self.id
        )
    }
}

impl fmt::Display for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AliasName({self})")
    }
}

impl fmt::Display for AliasArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "arn:aws:kms:{}:{}:{}",
            self.region, self.account, self.name
        )
    }
}

impl fmt::Display for KeyIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Arn(arn) => arn.fmt(f),
            Self::Alias(name) => name.fmt(f),
            Self::AliasArn(arn) => arn.fmt(f),
        }
    }
}

impl FromStr for KeyArn {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        Self::parse(text)
    }
}

impl FromStr for KeyIdentifier {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        Self::parse(text)
    }
}

impl fmt::Display for IdentifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedId(id) => write!(f, "Invalid keyId '{id}'"),
            Self::MalformedArn(arn) => write!(f, "Invalid arn {arn}"),
        }
    }
}

impl std::error::Error for IdentifierError {}

const ARN_PREFIX: &str = "arn:";

const KEY_PREFIX: &str = "key/";

const ALIAS_PREFIX: &str = "alias/";

/// The model's limit for `AliasName`.
const ALIAS_LEN_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn four_forms() {
        let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
        let arn = format!("arn:aws:kms:us-east-1:111122223333:key/{id}");
        assert!(matches!(KeyIdentifier::parse(id), Ok(KeyIdentifier::Id(_))));
        assert!(matches!(
            KeyIdentifier::parse(&arn),
            Ok(KeyIdentifier::Arn(_))
        ));
        assert!(matches!(
            KeyIdentifier::parse("alias/a"),
            Ok(KeyIdentifier::Alias(_))
        ));
        let alias_arn = "arn:aws:kms:us-east-1:111122223333:alias/a:b/c";
        assert!(matches!(
            KeyIdentifier::parse(alias_arn),
            Ok(KeyIdentifier::AliasArn(_))
        ));
        for text in [id, &arn, "alias/a", alias_arn] {
            assert_eq!(KeyIdentifier::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(KeyArn::parse(&arn).unwrap().to_string(), arn);
        assert!(KeyArn::parse(id).is_err());
        assert!(AliasArn::parse(alias_arn).is_ok());
        assert!(AliasArn::parse(&arn).is_err());
    }

    #[test]
    fn malformed_ids() {
        for (text, id) in [
            ("fake", "fake"),
            ("", ""),
            ("alias/", "alias/"),
            ("alias/a b", "alias/a b"),
            ("mrk-fake", "mrk-fake"),
            ("arn:aws:kms:us-east-1:111122223333:key/fake", "fake"),
        ] {
            let error = KeyIdentifier::parse(text).unwrap_err();
            assert_eq!(error, IdentifierError::MalformedId(id.to_owned()));
            assert_eq!(error.to_string(), format!("Invalid keyId '{id}'"));
        }
    }

    #[test]
    fn malformed_arns() {
        for text in [
            "arn:",
            "arn:aws:kms:us-east-1:111122223333",
            "arn:aws:kms:us-east-1:111122223333:",
            "arn:aws:kms:us-east-1:1111:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws:kms::111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws:s3:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws:kms:us-east-1:111122223333:alias/",
            "arn:aws:kms:us-east-1:111122223333:grant/1",
        ] {
            assert_eq!(
                KeyIdentifier::parse(text),
                Err(IdentifierError::MalformedArn(text.to_owned()))
            );
        }
    }

    #[test]
    fn alias_names() {
        assert!(AliasName::parse("alias/aws/s3").is_some());
        assert!(AliasName::parse(&format!("alias/{}", "a".repeat(250))).is_some());
        assert!(AliasName::parse(&format!("alias/{}", "a".repeat(251))).is_none());
        assert!(AliasName::parse("payroll").is_none());
    }

    proptest! {
        #[test]
        fn arns_round_trip(number: u128, multi_region: bool, account in 0_u64..1_000_000_000_000) {
            let account = AccountId::from_u64(account).unwrap();
            let region = Region::parse("eu-central-1").unwrap();
            let arn = KeyArn { region, account, id: KeyId::new(Uuid::from_u128(number), multi_region) };
            prop_assert_eq!(KeyArn::parse(&arn.to_string()), Ok(arn));
        }

        #[test]
        fn any_text_parses_or_is_refused(text in "(arn:aws:kms:us-east-1:)?(111122223333:)?(key/|alias/)?\\PC{0,40}") {
            if let Ok(identifier) = KeyIdentifier::parse(&text) {
                prop_assert_eq!(identifier.to_string(), text);
            }
        }
    }
}
