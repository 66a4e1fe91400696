//! The default policy and the lockout safety check.

use claviger_policy::{Policy, PolicyKind, allows_put_key_policy, default_key_policy};

use crate::scene::{Ask, alice, allow, own, policy, root, user};

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

#[test]
fn the_lockout_check_asks_for_a_way_back() {
    let check = |ask: Ask<'_>, key_policy: &str, expected: bool| {
        let compiled = Policy::parse(key_policy, PolicyKind::Key).unwrap();
        assert_eq!(
            allows_put_key_policy(&compiled, &ask.request()),
            expected,
            "{}: {key_policy}",
            ask.principal.arn
        );
    };
    let create = |principal| Ask::of(principal, "kms:CreateKey");
    let named = "arn:aws:iam::111122223333:user/Alice";
    check(
        create(root("111122223333")),
        &default_key_policy(own()),
        true,
    );
    check(create(alice()), &default_key_policy(own()), true);
    check(
        create(alice()),
        &policy(&[&allow(named, "kms:PutKeyPolicy")]),
        true,
    );
    check(create(alice()), &policy(&[&allow(named, "kms:Put*")]), true);
    check(
        create(alice()),
        &policy(&[&allow(named, "kms:Encrypt")]),
        false,
    );
    check(
        create(root("111122223333")),
        &policy(&[&allow(named, "kms:*")]),
        false,
    );
    check(
        create(user("111122223333", "Bob")),
        &policy(&[&allow(named, "kms:*")]),
        false,
    );
    let deny = r#"{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"kms:PutKeyPolicy","Resource":"*"}"#;
    check(
        create(alice()),
        &policy(&[&allow("111122223333", "kms:*"), deny]),
        false,
    );
    let no_resource = r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*"}"#;
    check(create(alice()), &policy(&[no_resource]), false);
}
