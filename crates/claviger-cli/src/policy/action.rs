//! The actions that policies can allow or deny on keys.

use claviger_model::{GrantOperation, Operation};

/// An action of KMS, `kms:Decrypt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Action(String);

impl Action {
    /// Reads an action in any case, as policies do.
    ///
    /// # Errors
    /// A text for the user, when KMS has no such action or policies do not decide it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let Some(name) = text.get(PREFIX.len()..).filter(|_| {
            text.get(..PREFIX.len())
                .is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX))
        }) else {
            return Err("an action of KMS begins with kms:".to_owned());
        };
        let known = names().find(|known| known.eq_ignore_ascii_case(name));
        match known {
            Some("ReEncrypt") => {
                Err("ReEncrypt asks for two actions: kms:ReEncryptFrom and kms:ReEncryptTo".into())
            }
            Some("RetireGrant") => {
                Err("not policies but the grant itself says who may retire it".into())
            }
            Some(name) => Ok(Self(format!("{PREFIX}{name}"))),
            None => Err("KMS has no such action".into()),
        }
    }

    /// The action with its prefix, in AWS's spelling.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is done to no key, so that only the caller's own policies are asked.
    pub(crate) fn is_keyless(&self) -> bool {
        KEYLESS.contains(&self.name())
    }

    /// Whether a grant can permit it.
    pub(crate) fn is_grantable(&self) -> bool {
        GrantOperation::ALL
            .iter()
            .any(|operation| operation.as_str() == self.name())
    }

    /// Whether it can be done to a key of another account.
    // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
    pub(crate) fn crosses_accounts(&self) -> bool {
        self.is_grantable() || CROSS_ACCOUNT_WITHOUT_GRANT.contains(&self.name())
    }

    fn name(&self) -> &str {
        self.0.strip_prefix(PREFIX).unwrap_or_default()
    }
}

/// Every operation, and the two sides of ReEncrypt, which grants list.
fn names() -> impl Iterator<Item = &'static str> {
    let operations = Operation::ALL.iter().map(|operation| operation.name());
    operations.chain(GrantOperation::ALL.iter().map(|one| one.as_str()))
}

const PREFIX: &str = "kms:";
const CROSS_ACCOUNT_WITHOUT_GRANT: [&str; 3] =
    ["GetKeyRotationStatus", "ListGrants", "RevokeGrant"];
const KEYLESS: [&str; 11] = [
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "CreateKey",
    "DeleteCustomKeyStore",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "GenerateRandom",
    "ListAliases",
    "ListKeys",
    "ListRetirableGrants",
    "UpdateCustomKeyStore",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_read_in_any_case() {
        assert_eq!(
            Action::parse("KMS:decrypt").unwrap().as_str(),
            "kms:Decrypt"
        );
        assert_eq!(
            Action::parse("kms:reencryptto").unwrap().as_str(),
            "kms:ReEncryptTo"
        );
        for other in [
            "",
            "kms",
            "kms:",
            "kms:*",
            "kms:Decript",
            "s3:GetObject",
            "kms\u{e4}:x",
        ] {
            assert!(Action::parse(other).is_err(), "{other}");
        }
        for undecided in ["kms:ReEncrypt", "kms:RetireGrant"] {
            assert!(Action::parse(undecided).is_err(), "{undecided}");
        }
    }

    /// The tables above against the rules that the service enforces.
    #[test]
    fn the_tables_agree_with_the_service() {
        let page = include_str!("../../../../docs/operations.md");
        let mut rows = 0;
        for line in page.lines().filter(|line| line.contains(" | `kms:")) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, _, action, keys, crosses, ..] = cells[..] else {
                panic!("{line}");
            };
            let Ok(action) = Action::parse(action.trim_matches('`')) else {
                continue;
            };
            rows += 1;
            // The operations on aliases ask about both, and ListAliases takes a key to sift by.
            if !action.as_str().contains("Alias") {
                assert_eq!(action.is_keyless(), keys == "–", "{line}");
            }
            assert_eq!(action.crosses_accounts(), crosses == "yes", "{line}");
        }
        assert!(rows > 45, "{rows} rows were read");
    }
}
