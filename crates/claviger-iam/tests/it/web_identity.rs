//! Tokens of OpenID Connect providers: which are believed, and every way in which they are not.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use aws_lc_rs::{
    hmac::{self, HMAC_SHA256},
    signature::KeyPair,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use claviger_iam::web_identity::{KeySets, Provider, Refusal, WebIdentity, claimed_issuer, verify};
use claviger_model::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::idp::{ARN, Idp, NOW, URL, claims, material, rs256, sign, signed, unsigned};

#[tokio::test]
async fn a_token_of_the_provider_is_believed() {
    let idp = Idp::new();
    let keys = idp.key_sets();
    for (kid, alg) in [
        ("rsa", "RS256"),
        ("rsa", "RS384"),
        ("rsa", "RS512"),
        ("p256", "ES256"),
        ("p384", "ES384"),
    ] {
        let token = sign(alg, Some(kid), &claims());
        assert_eq!(claimed_issuer(&token).unwrap(), URL);
        let identity = check(&token, &keys).await.unwrap();
        assert_eq!(
            identity,
            WebIdentity {
                provider_arn: ARN.to_owned(),
                issuer: URL.to_owned(),
                subject: "repo:acme/app".to_owned(),
                audience: "sts.amazonaws.com".to_owned(),
                methods: Vec::new(),
                tags: BTreeMap::new(),
                transitive_tags: BTreeSet::new(),
                source_identity: None,
            },
            "{alg}"
        );
    }
    assert_eq!(idp.asked(), 1, "the keys are kept");
}

#[tokio::test]
async fn tags_and_source_identity_come_along() {
    let mut claims = claims();
    claims["amr"] = json!(["mfa", "pwd"]);
    claims["https://aws.amazon.com/tags"] = json!({
        "principal_tags": {"team": ["payments"], "stage": "prod"}, "transitive_tag_keys": ["team"]
    });
    claims["https://aws.amazon.com/source_identity"] = json!("alice");
    let identity = check(&rs256(&claims), &Idp::new().key_sets())
        .await
        .unwrap();
    assert_eq!(identity.methods, ["mfa", "pwd"]);
    let tags = [("stage", "prod"), ("team", "payments")];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(identity.tags, BTreeMap::from(tags));
    assert_eq!(
        identity.transitive_tags,
        BTreeSet::from(["team".to_owned()])
    );
    assert_eq!(identity.source_identity.as_deref(), Some("alice"));
}

/// What AssumeRole refuses of a request, no provider gives along either.
#[tokio::test]
async fn tags_and_source_identities_that_no_session_carries_are_refused() {
    let keys = Idp::new().key_sets();
    let many: BTreeMap<_, _> = (0..51).map(|n| (format!("key-{n}"), "v")).collect();
    for tags in [
        json!({"aws:team": "x"}),
        json!({"AWS:team": "x"}),
        json!({"team": "a", "TEAM": "b"}),
        json!({"équipe": "a", "ÉQUIPE": "b"}),
        json!(many),
        json!({"": "x"}),
        json!({"k".repeat(129): "x"}),
        json!({"team": "v".repeat(257)}),
        json!({"te<am": "x"}),
        json!({"team": "a\nb"}),
        json!({"team": ["a", "b"]}),
    ] {
        let mut claims = claims();
        claims["https://aws.amazon.com/tags"] = json!({ "principal_tags": tags });
        let refused = check(&rs256(&claims), &keys).await.unwrap_err();
        let error = refused.error().to_string();
        assert_eq!(error, "ValidationError: Unable to validate tags", "{tags}");
    }
    for source in [
        "",
        "a",
        &"a".repeat(65),
        "aws:alice",
        "alice smith",
        "älice",
    ] {
        let mut claims = claims();
        claims["https://aws.amazon.com/source_identity"] = json!(source);
        let refused = check(&rs256(&claims), &keys).await;
        assert_eq!(refused, Err(Refusal::SourceIdentity), "{source}");
    }
    let mut fits = claims();
    let (key, value) = ("k".repeat(128), "v".repeat(256));
    fits["https://aws.amazon.com/tags"] = json!({"principal_tags": {key: value, "empty": ""}});
    fits["https://aws.amazon.com/source_identity"] = json!("a".repeat(64));
    assert!(check(&rs256(&fits), &keys).await.is_ok());
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let keys = Idp::new().key_sets();
    let good = rs256(&claims());
    let (front, _) = good.rsplit_once('.').unwrap();
    for text in [
        "",
        "a.b.c",
        "....",
        front,
        &format!("{good}.x"),
        &good.replace('.', " "),
    ] {
        assert_eq!(check(text, &keys).await, Err(Refusal::NoToken), "{text:?}");
    }
    for text in ["", "a.b.c", "{}"] {
        assert_eq!(claimed_issuer(text), Err(Refusal::NoToken));
    }
    let http = sign("RS256", Some("rsa"), &json!({"iss": "http://idp.example"}));
    assert_eq!(claimed_issuer(&http), Err(Refusal::NoToken));
}

/// RFC 8725, 3.1: `none` is no algorithm, and a public key is no shared secret.
#[tokio::test]
async fn the_token_does_not_choose_how_it_is_verified() {
    let keys = Idp::new().key_sets();
    for spelling in ["none", "None", "NONE", ""] {
        let token = format!(
            "{}.",
            unsigned(
                &json!({"alg": spelling, "kid": "rsa"}),
                &claims().to_string()
            )
        );
        assert!(check(&token, &keys).await.is_err(), "{spelling}");
    }
    let modulus = material().rsa_jwk()["n"].as_str().unwrap().to_owned();
    let public_der = material().rsa.public_key().as_ref().to_vec();
    for secret in [modulus.into_bytes(), public_der] {
        let message = unsigned(
            &json!({"alg": "HS256", "kid": "rsa"}),
            &claims().to_string(),
        );
        let tag = hmac::sign(&hmac::Key::new(HMAC_SHA256, &secret), message.as_bytes());
        let token = format!("{message}.{}", BASE64URL.encode(tag));
        assert_eq!(check(&token, &keys).await, Err(Refusal::Signature));
    }
    // A key that the token brings along is nobody's.
    let own = json!({"alg": "RS256", "kid": "x", "jwk": material().rsa_jwk(), "jku": "https://evil.example"});
    let token = signed(&own, &claims().to_string());
    assert_eq!(check(&token, &keys).await, Err(Refusal::NoKey));
    let critical = json!({"alg": "RS256", "kid": "rsa", "crit": ["b64"], "b64": false});
    assert_eq!(
        check(&signed(&critical, &claims().to_string()), &keys).await,
        Err(Refusal::Signature)
    );
}

#[tokio::test]
async fn a_key_is_for_its_own_algorithm() {
    let idp = Idp::new();
    let keys = idp.key_sets();
    for (kid, alg) in [
        ("p256", "RS256"),
        ("rsa", "ES256"),
        ("p384", "ES256"),
        ("only-rs256", "RS512"),
        ("for-encryption", "RS256"),
        ("secret", "RS256"),
        ("rsa", "PS256"),
    ] {
        let token = sign(alg, Some(kid), &claims());
        assert!(check(&token, &keys).await.is_err(), "{kid} {alg}");
    }
    assert!(
        check(&sign("RS256", Some("only-rs256"), &claims()), &keys)
            .await
            .is_ok()
    );
    for kid in [None, Some(""), Some("RSA"), Some("rsa ")] {
        let token = sign("RS256", kid, &claims());
        assert_eq!(check(&token, &keys).await, Err(Refusal::NoKey), "{kid:?}");
    }
}

/// Which of two keys of one id was meant is not ours to guess.
#[tokio::test]
async fn two_keys_of_one_id_are_none() {
    let idp = Idp::new();
    let (mut first, mut second) = (material().rsa_jwk(), material().rsa_jwk());
    first["kid"] = json!("twice");
    second["kid"] = json!("twice");
    // A key for encryption beside it does no harm.
    let mut other = material().rsa_jwk();
    other["use"] = json!("enc");
    idp.publish(&[first, second, material().rsa_jwk(), other]);
    let keys = idp.key_sets();
    assert_eq!(
        check(&sign("RS256", Some("twice"), &claims()), &keys).await,
        Err(Refusal::NoKey)
    );
    assert!(check(&rs256(&claims()), &keys).await.is_ok());
}

#[tokio::test]
async fn every_changed_letter_is_refused() {
    let keys = Idp::new().key_sets();
    let good = sign("ES256", Some("p256"), &claims());
    assert!(check(&good, &keys).await.is_ok());
    let last = good.len() - 1;
    for at in 0..good.len() {
        let mut changed = good.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let refused = check(&changed, &keys).await.is_err();
        // The last letter of base64 has two bits that mean nothing.
        assert!(refused || at == last, "letter {at}");
    }
}

#[tokio::test]
async fn claims_must_be_there_and_fit() {
    let keys = Idp::new().key_sets();
    for (name, value, expected) in [
        ("iss", json!("https://other.example"), Refusal::Issuer),
        ("iss", json!(format!("https://{URL}/")), Refusal::Issuer),
        ("iss", json!(URL), Refusal::Issuer),
        ("iss", Value::Null, Refusal::Claim("iss")),
        ("aud", json!("somebody.else"), Refusal::Audience),
        ("aud", json!([]), Refusal::Audience),
        ("aud", json!(["a", "b"]), Refusal::Audience),
        ("aud", Value::Null, Refusal::Claim("aud")),
        ("azp", json!("somebody.else"), Refusal::Audience),
        ("sub", Value::Null, Refusal::Claim("sub")),
        ("sub", json!(""), Refusal::Claim("sub")),
        ("sub", json!("x".repeat(256)), Refusal::Claim("sub")),
        ("exp", Value::Null, Refusal::Claim("exp")),
        ("nbf", json!(NOW + 61), Refusal::NotYet),
        ("iat", json!(NOW + 61), Refusal::NotYet),
        // RFC 7519, 2: a date may have fractions, which do not count.
        ("nbf", json!(61.5 + NOW as f64), Refusal::NotYet),
        // RFC 8725: what has another type is not as good as absent.
        ("nbf", json!((NOW - 5).to_string()), Refusal::Claim("nbf")),
        ("iat", json!([NOW]), Refusal::Claim("iat")),
        ("exp", json!((NOW + 300).to_string()), Refusal::Claim("exp")),
        ("exp", json!(-1), Refusal::Claim("exp")),
        ("exp", json!(1e300), Refusal::Claim("exp")),
        ("sub", json!(7), Refusal::Claim("sub")),
        ("amr", json!("mfa"), Refusal::Claim("amr")),
        ("azp", json!(["second.client"]), Refusal::Claim("azp")),
        (
            "aud",
            json!({"0": "sts.amazonaws.com"}),
            Refusal::Claim("aud"),
        ),
        ("https://aws.amazon.com/tags", json!("team"), Refusal::Tags),
        (
            "https://aws.amazon.com/source_identity",
            json!(7),
            Refusal::SourceIdentity,
        ),
    ] {
        let mut claims = claims();
        claims[name] = value.clone();
        let refused = check(&rs256(&claims), &keys).await;
        assert_eq!(refused, Err(expected), "{name} {value}");
    }
    for (name, value) in [
        ("nbf", json!(NOW + 60)),
        ("iat", json!(NOW + 60)),
        ("exp", json!(NOW - 59)),
        ("exp", json!(0.5 + (NOW + 300) as f64)),
        ("exp", json!(0.25 + (NOW - 59) as f64)),
        ("nbf", json!(60.5 + NOW as f64)),
        ("iat", json!(0.5 + (NOW - 5) as f64)),
        ("aud", json!(["a", "sts.amazonaws.com"])),
        ("azp", json!("second.client")),
        ("sub", json!("x".repeat(255))),
    ] {
        let mut claims = claims();
        claims[name] = value.clone();
        assert!(
            check(&rs256(&claims), &keys).await.is_ok(),
            "{name} {value}"
        );
    }
}

#[tokio::test]
async fn an_old_token_is_over() {
    let mut claims = claims();
    claims["exp"] = json!(NOW - 60);
    let refused = check(&rs256(&claims), &Idp::new().key_sets())
        .await
        .unwrap_err();
    let error = refused.error();
    assert_eq!(error.code(), "ExpiredTokenException");
    assert_eq!(
        error.message().unwrap(),
        format!(
            "Token expired: current date/time {NOW} must be before the expiration date/time {}",
            NOW - 60
        )
    );
}

#[tokio::test]
async fn a_claim_that_occurs_twice_makes_no_token() {
    let issuer = format!(r#""iss":"https://{URL}""#);
    let twice = format!(
        r#"{{{issuer},{issuer},"sub":"x","aud":"sts.amazonaws.com","exp":{}}}"#,
        NOW + 300
    );
    let token = signed(&json!({"alg": "RS256", "kid": "rsa"}), &twice);
    let refused = check(&token, &Idp::new().key_sets()).await;
    assert_eq!(refused, Err(Refusal::NoToken));
    assert_eq!(claimed_issuer(&token), Err(Refusal::NoToken));
}

/// A withdrawn key, a new key, and how often a stranger can make us ask.
#[tokio::test]
async fn keys_are_asked_for_again_but_not_at_once() {
    let idp = Idp::new();
    let keys = idp.key_sets();
    let token = rs256(&claims());
    let at = |seconds: i64| Timestamp::from_epoch_ms((NOW + seconds) * 1000);
    let long = |seconds: i64| {
        let mut claims = claims();
        claims["exp"] = json!(NOW + seconds);
        rs256(&claims)
    };
    assert!(check_at(&token, &keys, at(0)).await.is_ok());
    let unknown = sign("RS256", Some("next"), &claims());
    for second in 1..60 {
        assert_eq!(
            check_at(&unknown, &keys, at(second)).await,
            Err(Refusal::NoKey)
        );
    }
    assert_eq!(idp.asked(), 1);
    let mut next = material().rsa_jwk();
    next["kid"] = json!("next");
    idp.publish(&[next]);
    assert!(check_at(&unknown, &keys, at(60)).await.is_ok());
    assert_eq!(idp.asked(), 2);
    // The old key went with that.
    assert_eq!(
        check_at(&long(9000), &keys, at(61)).await,
        Err(Refusal::NoKey)
    );
    idp.publish(&[material().rsa_jwk()]);
    let kept = sign(
        "RS256",
        Some("next"),
        &json!({"iss": format!("https://{URL}"),
        "sub": "x", "aud": "sts.amazonaws.com", "exp": NOW + 9000}),
    );
    assert!(check_at(&kept, &keys, at(60 + 3599)).await.is_ok());
    assert_eq!(
        check_at(&kept, &keys, at(60 + 3600)).await,
        Err(Refusal::NoKey)
    );
    assert_eq!(idp.asked(), 3);
}

#[tokio::test]
async fn a_provider_that_fails_is_left_alone_for_a_while() {
    let idp = Idp::new();
    let keys = idp.key_sets();
    let at = |seconds: i64| Timestamp::from_epoch_ms((NOW + seconds) * 1000);
    let token = rs256(&claims());
    for bad in [
        None,
        Some("no JSON"),
        Some("{}"),
        Some(r#"{"keys":{}}"#),
        Some("[]"),
    ] {
        idp.answer(bad.map(str::to_owned));
        let asked = idp.asked();
        let fresh = idp.key_sets();
        for second in 0..10 {
            let refused = check_at(&token, &fresh, at(second)).await.unwrap_err();
            assert_eq!(refused.error().code(), "IDPCommunicationError", "{bad:?}");
        }
        assert_eq!(idp.asked(), asked + 1);
        assert!(check_at(&token, &fresh, at(10)).await.is_err());
        assert_eq!(idp.asked(), asked + 2);
    }
    // What was fetched before stays good, also when a token with an unknown key makes us ask in vain.
    idp.publish(&[material().rsa_jwk()]);
    assert!(check_at(&token, &keys, at(0)).await.is_ok());
    idp.answer(None);
    let unknown = sign("RS256", Some("next"), &claims());
    assert_eq!(
        check_at(&unknown, &keys, at(60)).await,
        Err(Refusal::Unreachable)
    );
    assert!(check_at(&token, &keys, at(61)).await.is_ok());
}

#[tokio::test]
async fn a_set_of_too_many_keys_is_none() {
    let idp = Idp::new();
    let many: Vec<Value> = (0..201).map(|_| material().rsa_jwk()).collect();
    idp.publish(&many);
    assert_eq!(
        check(&rs256(&claims()), &idp.key_sets()).await,
        Err(Refusal::Unreachable)
    );
    idp.publish(
        &[
            &vec![json!({"kty": "EC", "crv": "secp256k1", "kid": "odd"}); 199][..],
            &[material().rsa_jwk()],
        ]
        .concat(),
    );
    assert!(check(&rs256(&claims()), &idp.key_sets()).await.is_ok());
}

/// A provider that hangs holds up nobody whose keys are known, and is asked once for all who wait.
#[tokio::test]
async fn a_slow_provider_holds_up_only_those_who_need_it() {
    let idp = Idp::new();
    let keys = idp.key_sets();
    let token = rs256(&claims());
    assert!(check(&token, &keys).await.is_ok());
    let gate = Arc::new(Barrier::new(2));
    *idp.0.gate.lock().unwrap() = Some(Arc::clone(&gate));
    let later = Timestamp::from_epoch_ms((NOW + 60) * 1000);
    let unknown = sign("RS256", Some("next"), &claims());
    let waiting = futures_of(&unknown, &keys, later);
    let others = async {
        gate.wait().await;
        assert!(check_at(&token, &keys, later).await.is_ok());
        gate.wait().await;
    };
    let (refused, ()) = tokio::join!(waiting, others);
    assert_eq!(
        refused,
        [
            Err(Refusal::NoKey),
            Err(Refusal::NoKey),
            Err(Refusal::NoKey)
        ]
    );
    assert_eq!(idp.asked(), 2);
}

async fn futures_of(
    token: &str,
    keys: &KeySets,
    now: Timestamp,
) -> [Result<WebIdentity, Refusal>; 3] {
    tokio::join!(
        check_at(token, keys, now),
        check_at(token, keys, now),
        check_at(token, keys, now)
    )
    .into()
}

async fn check(token: &str, keys: &KeySets) -> Result<WebIdentity, Refusal> {
    check_at(token, keys, Timestamp::from_epoch_ms(NOW * 1000)).await
}

async fn check_at(token: &str, keys: &KeySets, now: Timestamp) -> Result<WebIdentity, Refusal> {
    let client_ids = ["sts.amazonaws.com".to_owned(), "second.client".to_owned()];
    let provider = Provider {
        arn: ARN,
        url: URL,
        client_ids: &client_ids,
    };
    verify(token, &provider, keys, now).await
}
