//! The default policy.

use claviger_policy::default_key_policy;

use crate::scene::own;

#[test]
fn the_default_policy_reads_as_aws_prints_it() {
    let expected = r#"{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::111122223333:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"#;
    assert_eq!(default_key_policy(own()), expected);
}
