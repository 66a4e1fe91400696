//! Each template of the contract, byte by byte.

use super::*;
use crate::identity::{Principal, SessionContext, SessionIssuer};

fn import<'a>(request: &'a Parameters, response: &'a Parameters) -> Event<'a> {
    Event {
        user_identity: UserIdentity::IamUser(principal("arn:aws:iam::111122223333:user/U"), "U"),
        event_time: "2026-01-02T03:04:05Z",
        event_source: "kms.amazonaws.com",
        event_name: "ImportKeyMaterial",
        aws_region: "us-west-2",
        source_ip_address: "192.0.2.1",
        user_agent: "aws-cli/1.44",
        error_code: None,
        error_message: None,
        request_parameters: Some(request),
        response_elements: Some(response),
        additional_event_data: None,
        request_id: Some(Uuid::from_u128(1)),
        event_id: Uuid::from_u128(2),
        read_only: false,
        resources: Some(vec![Resource {
            account_id: "111122223333",
            kind: "AWS::KMS::Key",
            arn: "arn:k",
        }]),
        event_type: EventType::ApiCall,
        management_event: Some(true),
        recipient_account_id: "111122223333",
        service_event_details: None,
        tls_details: Some(TlsDetails {
            tls_version: Some("TLSv1.3"),
            cipher_suite: Some("TLS_AES_256_GCM_SHA384"),
            client_provided_host_header: Some("kms.us-west-2.amazonaws.com"),
            key_exchange: Some("X25519MLKEM768"),
        }),
        changes: &[],
    }
}

fn principal(arn: &str) -> Principal<'_> {
    Principal {
        principal_id: "AIDA",
        arn,
        account_id: "111122223333",
        access_key_id: "AKIA",
        session: None,
    }
}

fn text(event: &Event<'_>) -> String {
    String::from_utf8(event.to_json()).unwrap()
}

#[test]
fn a_call_has_the_members_of_the_template_in_its_order() {
    let mut request = Parameters::new();
    request
        .put_str("keyId", "k")
        .put_str("expirationModel", "KEY_MATERIAL_EXPIRES");
    let mut response = Parameters::new();
    response
        .put_str("keyId", "arn:k")
        .put_str("keyMaterialId", "ab");
    assert_eq!(
        text(&import(&request, &response)),
        concat!(
            r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA","arn":"arn:aws:iam::111122223333:user/U","#,
            r#""accountId":"111122223333","accessKeyId":"AKIA","userName":"U"},"eventTime":"2026-01-02T03:04:05Z","#,
            r#""eventSource":"kms.amazonaws.com","eventName":"ImportKeyMaterial","awsRegion":"us-west-2","sourceIPAddress":"192.0.2.1","#,
            r#""userAgent":"aws-cli/1.44","requestParameters":{"keyId":"k","expirationModel":"KEY_MATERIAL_EXPIRES"},"#,
            r#""responseElements":{"keyId":"arn:k","keyMaterialId":"ab"},"requestID":"00000000-0000-0000-0000-000000000001","#,
            r#""eventID":"00000000-0000-0000-0000-000000000002","readOnly":false,"#,
            r#""resources":[{"accountId":"111122223333","type":"AWS::KMS::Key","ARN":"arn:k"}],"eventType":"AwsApiCall","#,
            r#""managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","#,
            r#""tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_256_GCM_SHA384","#,
            r#""clientProvidedHostHeader":"kms.us-west-2.amazonaws.com","keyExchange":"X25519MLKEM768"}}"#
        )
    );
}

#[test]
fn a_background_event_has_no_request_id_and_no_caller() {
    let mut details = Parameters::new();
    details.put_str("keyId", "k").put_str("keyMaterialId", "ab");
    let nothing = Parameters::new();
    let event = Event {
        user_identity: UserIdentity::Service {
            account_id: "111122223333",
        },
        event_name: "DeleteExpiredKeyMaterial",
        source_ip_address: "AWS Internal",
        user_agent: "AWS Internal",
        request_parameters: None,
        response_elements: None,
        request_id: None,
        event_type: EventType::ServiceEvent,
        management_event: None,
        service_event_details: Some(&details),
        tls_details: None,
        ..import(&nothing, &nothing)
    };
    assert_eq!(
        text(&event),
        concat!(
            r#"{"eventVersion":"1.11","userIdentity":{"accountId":"111122223333","invokedBy":"AWS Internal"},"#,
            r#""eventTime":"2026-01-02T03:04:05Z","eventSource":"kms.amazonaws.com","eventName":"DeleteExpiredKeyMaterial","#,
            r#""awsRegion":"us-west-2","sourceIPAddress":"AWS Internal","userAgent":"AWS Internal","requestParameters":null,"#,
            r#""responseElements":null,"eventID":"00000000-0000-0000-0000-000000000002","readOnly":false,"#,
            r#""resources":[{"accountId":"111122223333","type":"AWS::KMS::Key","ARN":"arn:k"}],"eventType":"AwsServiceEvent","#,
            r#""recipientAccountId":"111122223333","serviceEventDetails":{"keyId":"k","keyMaterialId":"ab"},"eventCategory":"Management"}"#
        )
    );
}

#[test]
fn a_refusal_names_its_error_and_a_missing_list_differs_from_an_empty_one() {
    let nothing = Parameters::new();
    let refused = Event {
        error_code: Some("IncorrectKeyException"),
        error_message: Some(
            "The key ID in the request does not identify a CMK that can perform this operation.",
        ),
        response_elements: None,
        resources: None,
        ..import(&nothing, &nothing)
    };
    let refused_text = text(&refused);
    assert!(refused_text.contains(
        r#""userAgent":"aws-cli/1.44","errorCode":"IncorrectKeyException","errorMessage":"The key ID"#
    ));
    assert!(refused_text.contains(r#""requestParameters":{},"responseElements":null,"requestID""#));
    assert!(!refused_text.contains("resources"));
    let random = Event {
        resources: Some(vec![]),
        ..refused
    };
    assert!(text(&random).contains(r#""readOnly":false,"resources":[],"eventType""#));
}

#[test]
fn changed_records_are_marked_with_version_and_digest() {
    let nothing = Parameters::new();
    let event = Event {
        changes: &[
            RecordChange {
                table: "key",
                id: &[0xab, 0x01],
                version: u64::MAX,
                sha256: Some([7; 32]),
            },
            RecordChange {
                table: "alias",
                id: &[2],
                version: 4,
                sha256: None,
            },
        ],
        ..import(&nothing, &nothing)
    };
    let expected = format!(
        r#","claviger":{{"records":[{{"table":"key","id":"ab01","version":18446744073709551615,"sha256":"{}"}},{{"table":"alias","id":"02","version":4,"sha256":null}}]}}}}"#,
        "07".repeat(32)
    );
    assert!(text(&event).ends_with(&expected), "{}", text(&event));
}

fn in_session<'a>(arn: &'a str, session: SessionContext<'a>) -> Principal<'a> {
    Principal {
        session: Some(session),
        ..principal(arn)
    }
}

fn identity(user_identity: UserIdentity<'_>) -> String {
    let nothing = Parameters::new();
    text(&Event {
        user_identity,
        ..import(&nothing, &nothing)
    })
}

const SESSION: SessionContext<'_> = SessionContext {
    issuer: Some(SessionIssuer {
        kind: "Role",
        principal_id: "AROA",
        arn: "arn:aws:iam::111122223333:role/R",
        account_id: "111122223333",
        user_name: "R",
    }),
    federated_provider: None,
    creation_date: "2026-01-02T03:00:00Z",
    mfa_authenticated: false,
    source_identity: None,
};

#[test]
fn a_session_names_its_role() {
    let arn = "arn:aws:sts::111122223333:assumed-role/R/s";
    let role = UserIdentity::AssumedRole(in_session(arn, SESSION));
    assert!(identity(role).contains(concat!(
        r#""accessKeyId":"AKIA","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA","#,
        r#""arn":"arn:aws:iam::111122223333:role/R","accountId":"111122223333","userName":"R"},"#,
        r#""attributes":{"creationDate":"2026-01-02T03:00:00Z","mfaAuthenticated":"false"}}}"#
    )));
}

#[test]
fn a_session_names_what_vouched_for_it() {
    let session = SessionContext {
        issuer: None,
        federated_provider: Some("arn:aws:iam::111122223333:oidc-provider/id.example"),
        mfa_authenticated: true,
        source_identity: Some("alice"),
        ..SESSION
    };
    let user = UserIdentity::IamUser(in_session("arn:aws:iam::111122223333:user/U", session), "U");
    assert!(identity(user).contains(concat!(
        r#""userName":"U","sessionContext":{"webIdFederationData":{"federatedProvider":"#,
        r#""arn:aws:iam::111122223333:oidc-provider/id.example"},"attributes":{"#,
        r#""creationDate":"2026-01-02T03:00:00Z","mfaAuthenticated":"true"},"sourceIdentity":"alice"}}"#
    )));
}

#[test]
fn whoever_is_known_to_a_provider_alone_has_no_account() {
    let stranger = UserIdentity::WebIdentityUser {
        principal_id: "id.example:app:alice",
        user_name: "alice",
        identity_provider: "arn:aws:iam::111122223333:oidc-provider/id.example",
    };
    assert!(identity(stranger).contains(concat!(
        r#""userIdentity":{"type":"WebIdentityUser","principalId":"id.example:app:alice","#,
        r#""userName":"alice","identityProvider":"arn:aws:iam::111122223333:oidc-provider/id.example"},"#
    )));
}
