//! What is special about the policies of keys.

use claviger_model::AccountId;

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
