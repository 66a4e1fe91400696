//! What a decision costs: the key policy that the AWS console writes and two identity policies, at most 3 µs.
#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a benchmark may fail loudly"
)]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;

use claviger_model::{AccountId, GrantOperation};
use claviger_policy::{
    ConditionValues, Effect, Grant, GrantConstraints, NoConditionValues, Policies, Policy,
    PolicyKind, Principal, PrincipalKind, PrincipalRef, Request, Resource, Values, decide,
};
use criterion::{Criterion, criterion_group, criterion_main};

struct Context;

impl ConditionValues for Context {
    fn value(&self, key: &str) -> Option<Values<'_>> {
        match key {
            "kms:encryptioncontext:appname" => Some(Values::text("ExampleApp")),
            "aws:securetransport" => Some(Values::text("true")),
            _ => None,
        }
    }
}

fn decisions(criterion: &mut Criterion) {
    let key_policy = Policy::parse(CONSOLE_POLICY, PolicyKind::Key).expect("a valid key policy");
    let identity = [ADMIN_POLICY, USE_POLICY].map(|text| {
        Arc::new(Policy::parse(text, PolicyKind::Identity).expect("a valid identity policy"))
    });
    let account = AccountId::parse("111122223333").expect("a valid account");
    let bob = Principal {
        account,
        arn: "arn:aws:iam::111122223333:user/Bob".to_owned(),
        unique_id: "AIDACKCEVSQ6C2EXAMPLE".to_owned(),
        kind: PrincipalKind::User,
    };
    let key = Resource::Key {
        arn: "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        account,
    };
    for (name, action) in [
        ("delegated", "kms:ReplicateKey"),
        ("named", "kms:GenerateDataKey"),
        ("denied", "kms:Sign"),
    ] {
        let request = Request {
            principal: &bob,
            action,
            resource: key,
            conditions: &Context,
            encryption_context: None,
        };
        let policies = Policies {
            resource: Some(&key_policy),
            identity: &identity,
            ..Policies::default()
        };
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| decide(black_box(&request), black_box(&policies)));
        });
    }
    granted(criterion, &bob, key, &key_policy, &identity);
    criterion.bench_function("parse", |bencher| {
        bencher.iter(|| Policy::parse(black_box(CONSOLE_POLICY), PolicyKind::Key));
    });
}

/// A call that policies do not allow and a grant does: the caller's own grants are all that the engine is given, however
/// many the key has, and the last of them permits.
fn granted(
    criterion: &mut Criterion,
    caller: &Principal,
    key: Resource<'_>,
    key_policy: &Policy,
    identity: &[Arc<Policy>],
) {
    let grant = |number, operation| {
        Arc::new(Grant {
            id: format!("{number:064}"),
            grantee: PrincipalRef::UniqueId(caller.unique_id.clone()),
            operations: BTreeSet::from([GrantOperation::DescribeKey, operation]),
            constraints: GrantConstraints::default(),
        })
    };
    for count in [1, 10] {
        let mut grants: Vec<_> = (1..count)
            .map(|number| grant(number, GrantOperation::Encrypt))
            .collect();
        grants.push(grant(0, GrantOperation::Decrypt));
        let request = Request {
            principal: caller,
            action: "kms:Decrypt",
            resource: key,
            conditions: &NoConditionValues,
            encryption_context: None,
        };
        let policies = Policies {
            resource: Some(key_policy),
            identity,
            grants: &grants,
            ..Policies::default()
        };
        assert_eq!(decide(&request, &policies).effect, Effect::Allow);
        criterion.bench_function(&format!("granted by one of {count}"), |bencher| {
            bencher.iter(|| decide(black_box(&request), black_box(&policies)));
        });
    }
}

const CONSOLE_POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Id": "key-consolepolicy-3",
  "Statement": [
    {"Sid": "Enable IAM User Permissions", "Effect": "Allow",
     "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"},
    {"Sid": "Allow access for Key Administrators", "Effect": "Allow",
     "Principal": {"AWS": "arn:aws:iam::111122223333:role/Admin"},
     "Action": ["kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*",
                "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource",
                "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"],
     "Resource": "*"},
    {"Sid": "Allow use of the key", "Effect": "Allow",
     "Principal": {"AWS": ["arn:aws:iam::111122223333:user/Alice", "arn:aws:iam::111122223333:user/Bob"]},
     "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
     "Resource": "*", "Condition": {"StringEquals": {"kms:EncryptionContext:AppName": "ExampleApp"}}},
    {"Sid": "Allow attachment of persistent resources", "Effect": "Allow",
     "Principal": {"AWS": "arn:aws:iam::111122223333:user/Bob"},
     "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
     "Resource": "*", "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}
  ]
}"#;

const ADMIN_POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Deny", "Action": ["kms:Sign", "kms:Verify"], "Resource": "arn:aws:kms:*:111122223333:key/*"}]
}"#;

const USE_POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": ["s3:*", "dynamodb:*"], "Resource": "*"},
    {"Effect": "Allow", "Action": "kms:*", "Resource": "arn:aws:kms:*:111122223333:key/*",
     "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
  ]
}"#;

criterion_group!(benches, decisions);
criterion_main!(benches);
