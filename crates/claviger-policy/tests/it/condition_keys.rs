//! Every condition key of KMS, with the type of its values, in the kinds of policy that may name it.

use claviger_policy::Effect::{Allow, ImplicitDeny};
use claviger_policy::{Policy, PolicyKind, Value, Values};

use crate::scene::{Ask, Conditions, alice, policy};

/// Name, operator, a value that matches and one that does not.
const KEYS: &[(&str, &str, &str, &str)] = &[
    (
        "kms:BypassPolicyLockoutSafetyCheck",
        "Bool",
        "true",
        "false",
    ),
    (
        "kms:CustomerMasterKeySpec",
        "StringEquals",
        "RSA_2048",
        "RSA_4096",
    ),
    (
        "kms:CustomerMasterKeyUsage",
        "StringEquals",
        "SIGN_VERIFY",
        "ENCRYPT_DECRYPT",
    ),
    (
        "kms:DataKeyPairSpec",
        "StringEquals",
        "RSA_2048",
        "RSA_4096",
    ),
    (
        "kms:EncryptionAlgorithm",
        "StringEquals",
        "SYMMETRIC_DEFAULT",
        "SM2PKE",
    ),
    ("kms:EncryptionContext:AppName", "StringEquals", "a", "A"),
    (
        "kms:ExpirationModel",
        "StringEquals",
        "KEY_MATERIAL_EXPIRES",
        "KEY_MATERIAL_DOES_NOT_EXPIRE",
    ),
    (
        "kms:GrantConstraintSourceArn",
        "ArnLike",
        "arn:aws:s3:::a",
        "arn:aws:s3:::b",
    ),
    (
        "kms:GrantConstraintType",
        "StringEquals",
        "EncryptionContextEquals",
        "EncryptionContextSubset",
    ),
    (
        "kms:GranteePrincipal",
        "ArnEquals",
        "arn:aws:iam::111122223333:user/A",
        "arn:aws:iam::111122223333:user/B",
    ),
    (
        "kms:GranteeServicePrincipal",
        "StringEquals",
        "a.amazonaws.com",
        "b.amazonaws.com",
    ),
    ("kms:GrantIsForAWSResource", "Bool", "true", "false"),
    ("kms:KeyAgreementAlgorithm", "StringEquals", "ECDH", "DH"),
    ("kms:KeyOrigin", "StringEquals", "EXTERNAL", "AWS_KMS"),
    ("kms:KeySpec", "StringLike", "RSA_2048", "ECC_NIST_P256"),
    (
        "kms:KeyUsage",
        "StringEquals",
        "SIGN_VERIFY",
        "ENCRYPT_DECRYPT",
    ),
    (
        "kms:MacAlgorithm",
        "StringEquals",
        "HMAC_SHA_256",
        "HMAC_SHA_512",
    ),
    ("kms:MessageType", "StringEquals", "RAW", "DIGEST"),
    ("kms:MultiRegion", "Bool", "false", "true"),
    (
        "kms:MultiRegionKeyType",
        "StringEquals",
        "PRIMARY",
        "REPLICA",
    ),
    ("kms:PolicyName", "StringEquals", "default", "AWS_RAM"),
    (
        "kms:PrimaryRegion",
        "StringEquals",
        "eu-west-1",
        "us-east-1",
    ),
    (
        "kms:RecipientAttestation:ImageSha384",
        "StringEqualsIgnoreCase",
        "ab",
        "cd",
    ),
    ("kms:RecipientAttestation:PCR0", "StringEquals", "ab", "cd"),
    (
        "kms:RecipientAttestation:NitroTPMPCR4",
        "StringEquals",
        "ab",
        "cd",
    ),
    ("kms:ReEncryptOnSameKey", "Bool", "true", "false"),
    (
        "kms:ReplicaRegion",
        "StringEquals",
        "eu-west-1",
        "us-east-1",
    ),
    ("kms:RequestAlias", "StringLike", "alias/a", "alias/b"),
    (
        "kms:RetiringPrincipal",
        "ArnEquals",
        "arn:aws:iam::111122223333:user/A",
        "arn:aws:iam::111122223333:user/B",
    ),
    (
        "kms:RetiringServicePrincipal",
        "StringEquals",
        "a.amazonaws.com",
        "b.amazonaws.com",
    ),
    (
        "kms:RotationPeriodInDays",
        "NumericLessThanEquals",
        "365",
        "366",
    ),
    (
        "kms:ScheduleKeyDeletionPendingWindowInDays",
        "NumericEquals",
        "30",
        "7",
    ),
    (
        "kms:SigningAlgorithm",
        "StringEquals",
        "ECDSA_SHA_256",
        "ECDSA_SHA_512",
    ),
    (
        "kms:TrailingDaysWithoutKeyUsage",
        "NumericEquals",
        "90",
        "89",
    ),
    (
        "kms:ValidTo",
        "DateEquals",
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:00:01Z",
    ),
    (
        "kms:ViaService",
        "StringEquals",
        "s3.us-east-1.amazonaws.com",
        "ec2.us-east-1.amazonaws.com",
    ),
    (
        "kms:WrappingAlgorithm",
        "StringEquals",
        "RSAES_OAEP_SHA_256",
        "RSAES_OAEP_SHA_1",
    ),
    (
        "kms:WrappingKeySpec",
        "StringEquals",
        "RSA_4096",
        "RSA_2048",
    ),
    ("aws:RequestTag/Team", "StringEquals", "red", "blue"),
];

const MULTI_VALUED: [&str; 3] = [
    "kms:EncryptionContextKeys",
    "kms:GrantOperations",
    "aws:TagKeys",
];

#[test]
fn single_valued_keys_in_key_policies() {
    for (key, operator, value, other) in KEYS {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{{"{operator}":{{"{key}":"{value}"}}}}}}"#
        );
        let ask =
            |actual| Ask::of(alice(), "kms:Any").given(Conditions::default().text(key, actual));
        ask(value).check(&policy(&[&statement]), &[], Allow);
        ask(other).check(&policy(&[&statement]), &[], ImplicitDeny);
        Ask::of(alice(), "kms:Any").check(&policy(&[&statement]), &[], ImplicitDeny);
    }
}

#[test]
fn multi_valued_keys_in_key_policies() {
    for key in MULTI_VALUED {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{{"ForAllValues:StringEquals":{{"{key}":["a","b"]}},"ForAnyValue:StringLike":{{"{key}":"a*"}}}}}}"#
        );
        let ask = |actual: &[&'static str]| {
            let values = Values::texts(actual.iter().copied());
            Ask::of(alice(), "kms:Any").given(Conditions::default().with(key, values))
        };
        ask(&["a"]).check(&policy(&[&statement]), &[], Allow);
        ask(&["b", "a"]).check(&policy(&[&statement]), &[], Allow);
        ask(&["b"]).check(&policy(&[&statement]), &[], ImplicitDeny);
        ask(&["a", "c"]).check(&policy(&[&statement]), &[], ImplicitDeny);
        ask(&[]).check(&policy(&[&statement]), &[], ImplicitDeny);
    }
}

#[test]
fn keys_of_iam_sts_and_of_the_session_in_identity_and_trust_policies() {
    for key in [
        "iam:PassedToService",
        "iam:PermissionsBoundary",
        "iam:PolicyARN",
        "iam:ResourceTag/a",
        "iam:AWSServiceName",
        "sts:ExternalId",
        "sts:RoleSessionName",
        "sts:SourceIdentity",
        "sts:TransitiveTagKeys",
        "sts:DurationSeconds",
        "aws:PrincipalTag/a",
        "aws:ResourceTag/a",
        "aws:FederatedProvider",
        "aws:SourceIdentity",
        "aws:TokenIssueTime",
        "aws:MultiFactorAuthPresent",
        "saml:aud",
        "accounts.google.com:sub",
        "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLE:aud",
    ] {
        let condition = format!(r#""Condition":{{"Null":{{"{key}":"false"}}}}"#);
        let document = |members: &str| {
            format!(r#"{{"Statement":{{"Effect":"Allow",{members},{condition}}}}}"#)
        };
        let identity = document(r#""Action":"*","Resource":"*""#);
        Policy::parse(&identity, PolicyKind::Identity).unwrap();
        let trust = document(r#""Principal":"*","Action":"sts:AssumeRole""#);
        Policy::parse(&trust, PolicyKind::Trust).unwrap();
    }
}

/// AWS counts them among its global keys, though they begin with the name of a service.
#[test]
fn where_the_session_of_a_role_came_from_in_key_policies() {
    for key in [
        "codebuild:BuildArn",
        "codebuild:ProjectArn",
        "ec2:RoleDelivery",
        "ec2:SourceInstanceArn",
        "glue:CredentialIssuingService",
        "glue:RoleAssumedBy",
        "identitystore:UserId",
        "lambda:SourceFunctionArn",
        "ssm:SourceInstanceArn",
    ] {
        let with = |condition: &str| {
            policy(&[&format!(
                r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{{{condition}}}}}"#
            )])
        };
        let likened = with(&format!(r#""StringLike":{{"{key}":"*"}}"#));
        Ask::of(alice(), "kms:Any").check(&likened, &[], ImplicitDeny);
        let absent = with(&format!(r#""Null":{{"{key}":"true"}}"#));
        Ask::of(alice(), "kms:Any").check(&absent, &[], Allow);
    }
}

/// AWS documents a key policy that binds the encryption context to who signed in by Cognito.
#[test]
fn what_identity_providers_say_in_key_policies() {
    for key in [
        "cognito-identity.amazonaws.com:sub",
        "accounts.google.com:aud",
        "graph.facebook.com:id",
        "www.amazon.com:user_id",
        "SAML:sub",
    ] {
        let with = |condition: &str| {
            policy(&[&format!(
                r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{{{condition}}}}}"#
            )])
        };
        let given = || Conditions::default().text("kms:EncryptionContext:sub", "someone");
        let ask = || Ask::of(alice(), "kms:Any").given(given());
        let bound = with(&format!(
            r#""StringEquals":{{"kms:EncryptionContext:sub":"${{{key}}}"}}"#
        ));
        ask().check(&bound, &[], ImplicitDeny);
        let likened = with(&format!(r#""StringLike":{{"{key}":"*"}}"#));
        ask().check(&likened, &[], ImplicitDeny);
        let absent = with(&format!(r#""Null":{{"{key}":"true"}}"#));
        ask().check(&absent, &[], Allow);
    }
    let other = policy(&[
        r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"Null":{"idp.example:sub":"true"}}}"#,
    ]);
    assert!(Policy::parse(&other, PolicyKind::Key).is_err());
}

#[test]
fn a_key_with_a_time_takes_a_time() {
    let statement = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"aws:TokenIssueTime":"2026-01-31T12:00:00Z"}}}"#;
    let issued = |seconds| {
        let time = claviger_model::Timestamp::from_epoch_seconds(seconds);
        let given = Conditions::default().value("aws:TokenIssueTime", Value::Time(time));
        Ask::of(alice(), "kms:Any").given(given)
    };
    issued(1_769_860_801).check(&policy(&[statement]), &[], Allow);
    issued(1_769_860_800).check(&policy(&[statement]), &[], ImplicitDeny);
}
