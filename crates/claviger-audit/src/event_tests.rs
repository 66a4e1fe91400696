//! Each template of the contract, byte by byte.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::identity::{Principal, SessionContext, SessionIssuer, UserIdentity};

static USER: LazyLock<IdentityText> = LazyLock::new(|| {
    UserIdentity::IamUser(principal("arn:aws:iam::111122223333:user/U"), "U").to_text()
});

fn import<'a>(request: &'a Parameters, response: &'a Parameters) -> Event<'a> {
    Event {
        user_identity: &USER,
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
    String::from_utf8(event.to_text().as_bytes().to_vec()).unwrap()
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
        user_identity: &UserIdentity::Service {
            account_id: "111122223333",
        }
        .to_text(),
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

#[test]
fn texts_are_cut_where_a_letter_ends() {
    let nothing = Parameters::new();
    let whole = "é".repeat(512);
    let odd = format!("a{}", "é".repeat(511));
    for kept in [whole, odd] {
        for sent in [&kept, &format!("{kept}é")] {
            let event = Event {
                user_agent: sent,
                error_message: Some(sent),
                ..import(&nothing, &nothing)
            };
            let cut =
                format!(r#""userAgent":"{kept}","errorMessage":"{kept}","requestParameters""#);
            assert!(text(&event).contains(&cut), "{}", text(&event));
        }
    }
}

#[test]
fn of_parameters_that_are_too_large_only_the_size_is_told() {
    let nothing = Parameters::new();
    let parameters = |size: usize| {
        let mut parameters = Parameters::new();
        parameters.put_str("a", &"x".repeat(size - r#"{"a":""}"#.len()));
        parameters
    };
    let largest = parameters(102_400);
    let event = text(&import(&largest, &nothing));
    let kept = String::from_utf8(largest.into_json()).unwrap();
    assert!(event.contains(&format!(r#""requestParameters":{kept},"#)));
    let event = text(&import(&parameters(102_401), &nothing));
    let told = r#","requestParameters":{"reason":"requestParameters too large","omitted":"true","originalSize":"102401"},"responseElements":{},"#;
    assert!(event.contains(told), "{event}");
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
        user_identity: &user_identity.to_text(),
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
        r#""arn:aws:iam::111122223333:oidc-provider/id.example","attributes":{}},"attributes":{"#,
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

/// Texts that are hard to tell from JSON's own signs.
fn hostile() -> impl Strategy<Value = String> {
    "(\"|\\\\|\n|\r|\u{0}|\u{1f}|\u{7f}|\u{2028}|\\{|\\}|,|:|é|[a-z ]{0,20}){0,6}"
}

proptest! {
    #[test]
    fn whatever_was_sent_is_read_back_and_makes_no_second_line(sent in vec(hostile(), 12)) {
        let part = |number: usize| sent[number].as_str();
        let mut request = Parameters::new();
        request.put_map("encryptionContext", [(part(0), part(1))]).put_strings("list", [part(2)]);
        let session = SessionContext { source_identity: Some(part(3)), ..SESSION };
        let caller = Principal { principal_id: part(4), access_key_id: part(5), ..in_session(part(6), session) };
        let event = Event {
            user_identity: &UserIdentity::IamUser(caller, part(7)).to_text(),
            source_ip_address: part(8),
            user_agent: part(9),
            error_message: Some(part(10)),
            tls_details: Some(TlsDetails { client_provided_host_header: Some(part(11)), ..TlsDetails::default() }),
            resources: Some(vec![Resource { account_id: part(0), kind: part(1), arn: part(2) }]),
            ..import(&request, &request)
        };
        let text = event.to_text();
        prop_assert!(EventText::parse(text.as_bytes().to_vec()).is_ok());
        let read: serde_json::Value = serde_json::from_slice(text.as_bytes()).unwrap();
        let member = |pointer: &str| read.pointer(pointer).and_then(serde_json::Value::as_str);
        prop_assert_eq!(&read["requestParameters"]["encryptionContext"], &serde_json::json!({ part(0): part(1) }));
        prop_assert_eq!(&read["responseElements"], &read["requestParameters"]);
        for (pointer, number) in [
            ("/requestParameters/list/0", 2),
            ("/userIdentity/sessionContext/sourceIdentity", 3),
            ("/userIdentity/principalId", 4),
            ("/userIdentity/accessKeyId", 5),
            ("/userIdentity/arn", 6),
            ("/userIdentity/userName", 7),
            ("/sourceIPAddress", 8),
            ("/userAgent", 9),
            ("/errorMessage", 10),
            ("/tlsDetails/clientProvidedHostHeader", 11),
            ("/resources/0/accountId", 0),
            ("/resources/0/type", 1),
            ("/resources/0/ARN", 2),
        ] {
            prop_assert_eq!(member(pointer), Some(part(number)), "{}", pointer);
        }
        prop_assert_eq!(read.as_object().map(serde_json::Map::len), Some(20));
    }
}
