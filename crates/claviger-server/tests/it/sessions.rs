//! Temporary credentials and unsigned web identities, as they come over the wire.

use claviger_server::{listen::Settings, sigv4::Reason};

use crate::{
    client::{Answer, SIGNER, ask, request},
    server::{ACCESS_KEY_ID, DATE, SESSION_KEY_ID, Server},
    signer::Signer,
};

#[test]
fn a_session_is_its_key_its_token_and_its_signature() {
    let server = Server::start(Settings::default());
    assert_eq!(identity(&server, SESSION_KEY_ID, &["token"]).status, 200);
    for (access_key_id, tokens) in [
        (SESSION_KEY_ID, &[][..]),
        (SESSION_KEY_ID, &["other"]),
        (SESSION_KEY_ID, &[""]),
        (SESSION_KEY_ID, &["\u{e9}"]),
        (ACCESS_KEY_ID, &["token"]),
        (ACCESS_KEY_ID, &[""]),
        ("ASIDSTRANGER", &["token"]),
    ] {
        let refused = identity(&server, access_key_id, tokens);
        assert_eq!(refused.status, 403, "{access_key_id} {tokens:?}");
        assert!(
            refused.body.contains("<Code>InvalidClientTokenId</Code>"),
            "{refused:?}"
        );
    }
    let doubled = identity(&server, SESSION_KEY_ID, &["token", "token"]);
    assert!(doubled.body.contains("<Code>SignatureDoesNotMatch</Code>"));
}

#[test]
fn an_old_session_is_told_so() {
    let server = Server::start(Settings::default());
    let refused = identity(&server, SESSION_KEY_ID, &["old"]);
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains(
        "<Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message>"
    ));
    let signer = Signer {
        access_key_id: SESSION_KEY_ID,
        ..SIGNER
    };
    let refused = ask(server.address, &kms(&signer, "old"));
    assert_eq!(refused.status, 400);
    assert!(
        refused.body.contains("ExpiredTokenException"),
        "{refused:?}"
    );
}

/// The signature must cover the token: else a stranger could exchange it.
#[test]
fn an_unsigned_token_is_refused() {
    let server = Server::start(Settings::default());
    let signer = Signer {
        access_key_id: SESSION_KEY_ID,
        service: "sts",
        ..SIGNER
    };
    let body = form("GetCallerIdentity");
    let signed = [HOST, CONTENT_TYPE, ("x-amz-date", DATE)];
    let authorization = signer.authorization(&signed, body.as_bytes());
    let length = body.len().to_string();
    let unsigned = [
        ("authorization", authorization.as_str()),
        ("content-length", &length),
        ("x-amz-security-token", "token"),
    ];
    let headers = [&signed[..], &unsigned].concat();
    let refused = ask(server.address, &request(&headers, ": ", body.as_bytes()));
    assert!(
        refused.body.contains("must be a &apos;SignedHeader&apos;"),
        "{refused:?}"
    );
}

#[test]
fn one_action_comes_without_a_signature() {
    let settings = Settings::default();
    let refusals = std::sync::Arc::clone(&settings.refusals);
    let server = Server::start(settings);
    let web_identity = form("AssumeRoleWithWebIdentity");
    let answer = unsigned(&server, &format!("{web_identity}&WebIdentityToken=good"));
    assert_eq!(answer.status, 200, "{answer:?}");

    let refused = unsigned(&server, &format!("{web_identity}&WebIdentityToken=bad"));
    assert_eq!(refused.status, 400);
    assert!(
        refused.body.contains(
            "<Code>InvalidIdentityToken</Code><Message>Incorrect token audience</Message>"
        )
    );
    let counted = |reason| refusals.counts().find(|(of, _)| *of == reason).unwrap().1;
    assert_eq!(counted(Reason::WebIdentity), 1);

    for other in [
        form("GetCallerIdentity"),
        form("AssumeRole"),
        web_identity.replace("2011-06-15", "2010-05-08"),
        format!("{web_identity}&Action=AssumeRoleWithWebIdentity"),
        web_identity.replace("With", "with"),
    ] {
        let refused = unsigned(&server, &other);
        assert!(
            refused
                .body
                .contains("<Code>MissingAuthenticationToken</Code>"),
            "{other}: {refused:?}"
        );
    }
    // Whoever signs must sign right.
    let body = form("AssumeRoleWithWebIdentity") + "&WebIdentityToken=good";
    let wrong = Signer {
        secret: "wrong",
        service: "sts",
        ..SIGNER
    };
    let refused = signed(&server, &wrong, &[], &body);
    assert!(refused.body.contains("<Code>SignatureDoesNotMatch</Code>"));
}

fn identity(server: &Server, access_key_id: &str, tokens: &[&str]) -> Answer {
    let signer = Signer {
        access_key_id,
        service: "sts",
        ..SIGNER
    };
    signed(server, &signer, tokens, &form("GetCallerIdentity"))
}

fn signed(server: &Server, signer: &Signer<'_>, tokens: &[&str], body: &str) -> Answer {
    let mut headers = vec![HOST, CONTENT_TYPE, ("x-amz-date", DATE)];
    headers.extend(tokens.iter().map(|token| ("x-amz-security-token", *token)));
    let authorization = signer.authorization(&headers, body.as_bytes());
    let length = body.len().to_string();
    headers.extend([
        ("authorization", authorization.as_str()),
        ("content-length", &length),
    ]);
    ask(server.address, &request(&headers, ": ", body.as_bytes()))
}

fn unsigned(server: &Server, body: &str) -> Answer {
    let length = body.len().to_string();
    let headers = [HOST, CONTENT_TYPE, ("content-length", &length)];
    ask(server.address, &request(&headers, ": ", body.as_bytes()))
}

fn kms(signer: &Signer<'_>, token: &str) -> Vec<u8> {
    let mut headers = vec![
        HOST,
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-date", DATE),
        ("x-amz-security-token", token),
        ("x-amz-target", "TrentService.Echo"),
    ];
    let authorization = signer.authorization(&headers, b"{}");
    headers.extend([
        ("authorization", authorization.as_str()),
        ("content-length", "2"),
    ]);
    request(&headers, ": ", b"{}")
}

fn form(action: &str) -> String {
    format!("Action={action}&Version=2011-06-15")
}

const HOST: (&str, &str) = ("host", "127.0.0.1:9911");
const CONTENT_TYPE: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
