//! The XML of answers, as AWS's pages show it, less its white space.

use claviger_model::iam::{
    self, AccessKey, AttachedPermissionsBoundary, CreateAccessKeyOutput, GetAccountSummaryOutput,
    GetRoleOutput, GetUserOutput, GetUserPolicyOutput, ListAccessKeysOutput, ListUsersOutput,
    PermissionsBoundaryAttachmentType, Role, StatusType, SummaryKeyType, Tag, TagUserOutput,
    UpdateRoleOutput, User,
};
use claviger_model::sts::{self, AssumeRoleOutput, AssumedRoleUser, Credentials};
use claviger_model::wire::WireOutput;
use claviger_model::{SecretText, Timestamp};

fn check(output: &impl WireOutput, expected: &str) {
    assert_eq!(String::from_utf8(output.encode()).unwrap(), expected);
}

/// 2026-01-02T03:04:05Z
const MOMENT: Timestamp = Timestamp::from_epoch_seconds(1_767_323_045);

fn bob() -> User {
    User {
        path: "/division_abc/".to_owned(),
        user_name: "Bob".to_owned(),
        user_id: "AIDACKCEVSQ6C2EXAMPLE".to_owned(),
        arn: "arn:aws:iam::111122223333:user/division_abc/Bob".to_owned(),
        create_date: MOMENT,
        ..User::default()
    }
}

/// AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html>
#[test]
fn structures_lists_and_moments() {
    let user = User {
        permissions_boundary: Some(AttachedPermissionsBoundary {
            permissions_boundary_type: Some(
                PermissionsBoundaryAttachmentType::PermissionsBoundaryPolicy,
            ),
            permissions_boundary_arn: Some("arn:aws:iam::111122223333:policy/b".to_owned()),
        }),
        tags: Some(vec![Tag {
            key: "R&D".to_owned(),
            value: "<1>".to_owned(),
        }]),
        ..bob()
    };
    check(
        &GetUserOutput { user },
        "<GetUserResult><User><Path>/division_abc/</Path><UserName>Bob</UserName><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId>\
         <Arn>arn:aws:iam::111122223333:user/division_abc/Bob</Arn><CreateDate>2026-01-02T03:04:05Z</CreateDate>\
         <PermissionsBoundary><PermissionsBoundaryType>PermissionsBoundaryPolicy</PermissionsBoundaryType>\
         <PermissionsBoundaryArn>arn:aws:iam::111122223333:policy/b</PermissionsBoundaryArn></PermissionsBoundary>\
         <Tags><member><Key>R&amp;D</Key><Value>&lt;1&gt;</Value></member></Tags></User></GetUserResult>",
    );
    let list = ListUsersOutput {
        users: vec![bob(), bob()],
        is_truncated: Some(false),
        marker: None,
    };
    let text = String::from_utf8(list.encode()).unwrap();
    assert!(text.starts_with("<ListUsersResult><Users><member><Path>"));
    assert!(text.ends_with("</member></Users><IsTruncated>false</IsTruncated></ListUsersResult>"));
    assert_eq!(text.matches("</member><member>").count(), 1);
}

#[test]
fn lists_without_elements_and_answers_without_members() {
    check(
        &ListAccessKeysOutput {
            access_key_metadata: vec![],
            is_truncated: None,
            marker: None,
        },
        "<ListAccessKeysResult><AccessKeyMetadata></AccessKeyMetadata></ListAccessKeysResult>",
    );
    // Clients miss the result element of an answer that the model has, even without members.
    check(
        &UpdateRoleOutput {},
        "<UpdateRoleResult></UpdateRoleResult>",
    );
    check(&TagUserOutput {}, "");
}

/// AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html>: documents are encoded as RFC 3986 says.
#[test]
fn policy_documents_are_percent_encoded() {
    check(
        &GetUserPolicyOutput {
            user_name: "Bob".to_owned(),
            policy_name: "All".to_owned(),
            policy_document: "{\"Resource\": \"*\"}\n".to_owned(),
        },
        "<GetUserPolicyResult><UserName>Bob</UserName><PolicyName>All</PolicyName>\
         <PolicyDocument>%7B%22Resource%22%3A%20%22%2A%22%7D%0A</PolicyDocument></GetUserPolicyResult>",
    );
    let role = Role {
        path: "/".to_owned(),
        role_name: "r".to_owned(),
        role_id: "AROADBQP57FF2AEXAMPLE".to_owned(),
        arn: "arn:aws:iam::111122223333:role/r".to_owned(),
        create_date: MOMENT,
        assume_role_policy_document: Some("{}".to_owned()),
        max_session_duration: Some(3600),
        ..Role::default()
    };
    check(
        &GetRoleOutput { role },
        "<GetRoleResult><Role><Path>/</Path><RoleName>r</RoleName><RoleId>AROADBQP57FF2AEXAMPLE</RoleId>\
         <Arn>arn:aws:iam::111122223333:role/r</Arn><CreateDate>2026-01-02T03:04:05Z</CreateDate>\
         <AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument><MaxSessionDuration>3600</MaxSessionDuration></Role></GetRoleResult>",
    );
}

/// AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html>
#[test]
fn maps() {
    let summary = [(SummaryKeyType::Users, 27), (SummaryKeyType::Groups, 7)];
    check(
        &GetAccountSummaryOutput {
            summary_map: Some(summary.into()),
        },
        "<GetAccountSummaryResult><SummaryMap><entry><key>Users</key><value>27</value></entry>\
         <entry><key>Groups</key><value>7</value></entry></SummaryMap></GetAccountSummaryResult>",
    );
}

#[test]
fn credentials() {
    check(
        &CreateAccessKeyOutput {
            access_key: AccessKey {
                user_name: "Bob".to_owned(),
                access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
                status: StatusType::Active,
                secret_access_key: SecretText::copy_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLEKEY"),
                create_date: Some(MOMENT),
            },
        },
        "<CreateAccessKeyResult><AccessKey><UserName>Bob</UserName><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId>\
         <Status>Active</Status><SecretAccessKey>wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLEKEY</SecretAccessKey>\
         <CreateDate>2026-01-02T03:04:05Z</CreateDate></AccessKey></CreateAccessKeyResult>",
    );
    check(
        &AssumeRoleOutput {
            credentials: Some(Credentials {
                access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
                secret_access_key: SecretText::copy_of("s"),
                session_token: SecretText::copy_of("t=="),
                expiration: MOMENT,
            }),
            assumed_role_user: Some(AssumedRoleUser {
                assumed_role_id: "AROADBQP57FF2AEXAMPLE:Bob".to_owned(),
                arn: "arn:aws:sts::111122223333:assumed-role/r/Bob".to_owned(),
            }),
            packed_policy_size: Some(6),
            ..AssumeRoleOutput::default()
        },
        "<AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t==</SessionToken><Expiration>2026-01-02T03:04:05Z</Expiration></Credentials>\
         <AssumedRoleUser><AssumedRoleId>AROADBQP57FF2AEXAMPLE:Bob</AssumedRoleId>\
         <Arn>arn:aws:sts::111122223333:assumed-role/r/Bob</Arn></AssumedRoleUser><PackedPolicySize>6</PackedPolicySize></AssumeRoleResult>",
    );
}

#[test]
fn errors_have_the_status_of_the_model() {
    assert_eq!(iam::error_code::NO_SUCH_ENTITY, "NoSuchEntity");
    assert_eq!(iam::error_code::http_status("NoSuchEntity"), Some(404));
    assert_eq!(iam::error_code::http_status("DeleteConflict"), Some(409));
    assert_eq!(iam::error_code::http_status("ServiceFailure"), Some(500));
    assert_eq!(iam::error_code::http_status("AccessDenied"), None);
    assert_eq!(
        sts::error_code::http_status(sts::error_code::IDP_REJECTED_CLAIM),
        Some(403)
    );
    for code in iam::error_code::MODELLED {
        assert!(iam::error_code::http_status(code).is_some(), "{code}");
    }
}
