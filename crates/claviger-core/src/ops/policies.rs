//! Key policies: what is checked before one is attached to a key, and how it is printed.

use std::collections::BTreeMap;

use claviger_model::PutKeyPolicyInput;
use claviger_policy::{Policy, PolicyKind, PrincipalRef, Value, Values, reprint};

use super::put_key_policy::PutKeyPolicy;
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    pipeline::will_permit,
    principals::printed,
    records::{KeyPlace, KeyRecord, Stored},
};

/// `kms:BypassPolicyLockoutSafetyCheck` of a request: policies ask with Null whether it was left out.
// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-bypass-policy-lockout-safety-check
pub(super) fn bypass_condition(sent: Option<bool>) -> Option<Values<'static>> {
    sent.map(|bypass| Values::One(Value::Bool(bypass)))
}

/// A policy for a key of the caller's.
pub(super) struct KeyPolicy {
    /// The document as it was given.
    text: String,
    /// The unique ids of the users, roles and sessions that it names.
    principals: BTreeMap<String, String>,
    /// Whether the caller may be left without a way to change it.
    may_lock_out: bool,
}

impl KeyPolicy {
    /// The policy of a new key: the one that was asked for, or else that of a key that is created without one.
    pub(super) async fn of_new_key(
        cx: &Cx<'_>,
        text: Option<&str>,
        bypass_lockout_check: bool,
    ) -> Result<Self, Error> {
        match text {
            Some(text) => Self::accept(cx, text, bypass_lockout_check).await,
            None => Ok(Self {
                text: claviger_policy::default_key_policy(cx.caller.account),
                principals: BTreeMap::new(),
                // Nobody chose it. Who creates a key needs no right to change its policy.
                may_lock_out: true,
            }),
        }
    }

    /// Checks a document by itself.
    pub(super) async fn accept(
        cx: &Cx<'_>,
        text: &str,
        bypass_lockout_check: bool,
    ) -> Result<Self, Error> {
        let policy = parse(text)?;
        Ok(Self {
            text: text.to_owned(),
            principals: resolve(cx, &policy).await?,
            may_lock_out: bypass_lockout_check,
        })
    }

    /// The record with this policy in the place of the one that it has.
    pub(super) fn attach(
        self,
        cx: &Cx<'_>,
        place: &KeyPlace,
        record: KeyRecord,
    ) -> Result<KeyRecord, Error> {
        let record = KeyRecord {
            policy: self.text,
            principals: self.principals,
            ..record
        };
        if !self.may_lock_out && locks_out(cx, place, &record)? {
            return Err(error::policy_locks_out());
        }
        Ok(record)
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

/// The lockout safety check: whether the caller, as it calls now, could not put another policy on the key of this record.
// AWS: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
// UNKNOWN: which values the condition keys of the later call have in this check. Here those of this call and of the key as it
// will be, with the policy name `default`, and no word of bypassing the check.
fn locks_out(cx: &Cx<'_>, place: &KeyPlace, record: &KeyRecord) -> Result<bool, Error> {
    let key = Key::compile(
        place.clone(),
        Stored {
            record: record.clone(),
            version: 0,
            revision: 0,
            account: cx.caller.account.as_u64(),
        },
    )?;
    let again = PutKeyPolicyInput {
        key_id: key.arn.clone(),
        policy_name: None,
        policy: record.policy.clone(),
        bypass_policy_lockout_safety_check: None,
    };
    Ok(!will_permit::<PutKeyPolicy>(cx, &again, key))
}

/// The name of the only policy that a key has here: no key is shared by RAM.
pub(super) const DEFAULT_POLICY: &str = "default";

// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
const POLICY_BYTES_MAX: usize = 32 * 1024;
