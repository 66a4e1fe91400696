//! Texts with a grammar of their own: policies, ARNs, names.

use claviger_model::{AccountId, AliasName, KeyArn, KeyId, KeyIdentifier, MaterialId, Region};
use claviger_policy::{Policy, PolicyKind};

/// A document of each kind. What is refused says so in public words.
pub(crate) fn policy_document(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    for kind in [PolicyKind::Key, PolicyKind::Identity, PolicyKind::Trust] {
        if let Err(refusal) = Policy::parse(text, kind) {
            assert!(!refusal.public_text().is_empty());
        }
    }
}

/// Whatever names a key, an alias, an account, a Region or a material. What parses is printed as it was.
pub(crate) fn identifiers(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let _ = KeyIdentifier::parse(text);
    let _ = AliasName::parse(text);
    if let Ok(arn) = KeyArn::parse(text) {
        assert_eq!(arn.to_string(), text);
    }
    if let Ok(id) = KeyId::parse(text) {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(account) = AccountId::parse(text) {
        assert_eq!(account.to_string(), text);
    }
    if let Ok(id) = MaterialId::parse(text) {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(region) = Region::parse(text) {
        assert_eq!(region.as_str(), text);
    }
}
