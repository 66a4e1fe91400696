//! Key policies: what is checked before one is attached to a key, and how it is printed.

use std::collections::BTreeMap;

use claviger_model::AccountId;
use claviger_policy::{
    NoConditionValues, Policy, PolicyKind, PrincipalRef, Request, Resource, Value, Values,
    allows_put_key_policy, reprint,
};

use crate::{
    cx::Cx,
    error::{self, Error},
    principals::printed,
    records::KeyRecord,
};

/// `kms:BypassPolicyLockoutSafetyCheck` of a request: policies ask with Null whether it was left out.
// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-bypass-policy-lockout-safety-check
pub(super) fn bypass_condition(sent: Option<bool>) -> Option<Values<'static>> {
    sent.map(|bypass| Values::One(Value::Bool(bypass)))
}

/// A policy that may be attached to a key.
pub(super) struct KeyPolicy {
    /// The document as it was given.
    pub(super) text: String,
    /// The unique ids of the users, roles and sessions that it names.
    pub(super) principals: BTreeMap<String, String>,
}

impl KeyPolicy {
    /// The policy of a key that is created without one.
    pub(super) fn default_of(account: AccountId) -> Self {
        Self {
            text: claviger_policy::default_key_policy(account),
            principals: BTreeMap::new(),
        }
    }

    /// Checks a document before it becomes the policy of the caller's key `arn`.
    pub(super) async fn accept(
        cx: &Cx<'_>,
        arn: &str,
        text: &str,
        bypass_lockout_check: bool,
    ) -> Result<Self, Error> {
        let policy = parse(text)?;
        let principals = resolve(cx, &policy).await?;
        let policy = policy.bind(&principals).map_err(error::internal)?;
        if !bypass_lockout_check && locks_out(cx, arn, &policy) {
            return Err(error::policy_locks_out());
        }
        Ok(Self {
            text: text.to_owned(),
            principals,
        })
    }
}

/// The policy of a key as GetKeyPolicy gives it: whoever was deleted since is shown by the unique id.
pub(super) async fn print(cx: &Cx<'_>, key: &KeyRecord) -> Result<String, Error> {
    let mut renamed = BTreeMap::new();
    for (arn, id) in &key.principals {
        let now = printed(&**cx.core.principals(), id).await?;
        if now != *arn {
            renamed.insert(arn.as_str(), now);
        }
    }
    if renamed.is_empty() {
        return Ok(key.policy.clone());
    }
    Ok(reprint(&key.policy, |arn| renamed.get(arn).cloned()))
}

fn parse(text: &str) -> Result<Policy, Error> {
    if text.len() > POLICY_BYTES_MAX {
        return Err(error::limit_exceeded(format!(
            "Key policy exceeds the limit of {POLICY_BYTES_MAX} bytes"
        )));
    }
    let allowed = |c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}');
    if !text.chars().all(allowed) {
        return Err(error::malformed_policy(
            "The policy contains characters that are not allowed.",
        ));
    }
    Policy::parse(text, PolicyKind::Key)
        .map_err(|error| error::malformed_policy(error.public_text()))
}

/// Everybody whom a policy names must exist.
async fn resolve(cx: &Cx<'_>, policy: &Policy) -> Result<BTreeMap<String, String>, Error> {
    let mut ids = BTreeMap::new();
    for principal in policy.principals() {
        let id = cx.core.principals().resolve(principal).await?;
        let id = id.ok_or_else(error::policy_of_nobody)?;
        if let PrincipalRef::Arn(arn) = principal {
            ids.insert(arn.clone(), id);
        }
    }
    Ok(ids)
}

fn locks_out(cx: &Cx<'_>, arn: &str, policy: &Policy) -> bool {
    let request = Request {
        principal: &cx.caller.principal,
        action: "kms:PutKeyPolicy",
        resource: Resource::Key {
            arn,
            account: cx.caller.account,
        },
        // UNKNOWN: how AWS treats conditions in this check. Here a permission that hangs on one does not count.
        conditions: &NoConditionValues,
        encryption_context: None,
    };
    !allows_put_key_policy(policy, &request)
}

/// The name of the only policy that a key has here: no key is shared by RAM.
pub(super) const DEFAULT_POLICY: &str = "default";

// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
const POLICY_BYTES_MAX: usize = 32 * 1024;
