//! What a signature is verified with.

use std::sync::Arc;

use claviger_core::call::Caller;
use claviger_model::{AccountId, Secret};
use claviger_policy::{Policy, Principal, PrincipalKind};

/// An access key with the principal that it speaks for.
pub struct Credential {
    /// The secret access key.
    pub secret: Secret,
    /// The principal.
    pub caller: Arc<Caller>,
    /// Changes whenever the secret of this access key id does.
    pub version: u64,
}

impl Credential {
    /// The access key of an account root; `verified` is false where signatures can't be.
    pub(crate) fn of_root(
        account: AccountId,
        access_key_id: &str,
        secret: Secret,
        version: u64,
        root_policy: &Arc<Policy>,
        verified: bool,
    ) -> Self {
        let caller = Caller {
            account,
            principal: Principal {
                account,
                arn: format!("arn:aws:iam::{account}:root"),
                unique_id: account.to_string(),
                kind: PrincipalKind::Root,
            },
            access_key_id: access_key_id.to_owned(),
            identity_policies: vec![Arc::clone(root_policy)],
            boundary: None,
            session: None,
            tags: std::collections::BTreeMap::new(),
            verified,
        };
        Self {
            secret,
            caller: Arc::new(caller),
            version,
        }
    }
}
