//! What is special about the policies of keys.

use claviger_model::AccountId;

use crate::policy::Policy;
use crate::request::{Context, Request};

/// The lockout safety check: whether the principal could change the key policy again once `policy` is in force,
/// because a statement allows `kms:PutKeyPolicy` to it or to its account.
///
/// The action of the request is not looked at. As in AWS, delegation to the account is enough; whether an identity
/// policy then allows the principal is the account's own affair and can be changed there.
#[must_use]
pub fn allows_put_key_policy(policy: &Policy, request: &Request<'_>) -> bool {
    let verdict = policy.verdict(&Context::new(request, "kms:putkeypolicy", false));
    verdict.denied.is_none() && (verdict.allowed.is_some() || verdict.delegated.is_some())
}

/// The policy of a key that was created without one, as AWS prints it.
// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
#[must_use]
pub fn default_key_policy(account: AccountId) -> String {
    format!(
        r#"{{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {{
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:aws:iam::{account}:root"
    }},
    "Action" : "kms:*",
    "Resource" : "*"
  }} ]
}}"#
    )
}
