//! OpenID Connect providers.

use claviger_iam::OidcProviderRecord;

use crate::{
    client::{code, text, texts},
    roles::trust,
    scene::{ACCOUNT, Scene},
};

#[tokio::test]
async fn a_provider_lives_and_ends() {
    let scene = Scene::new().await;
    let arn = &format!("arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example/realm");
    let url = "https://issuer.example/realm";
    let print = "A".repeat(40);
    let new = [
        ("Url", url),
        ("ClientIDList.member.1", "one"),
        ("ThumbprintList.member.1", &print),
        ("Tags.member.1.Key", "Team"),
        ("Tags.member.1.Value", "blue"),
    ];
    let made = scene.ok("CreateOpenIDConnectProvider", &new).await;
    assert_eq!(text(&made, "OpenIDConnectProviderArn"), *arn);
    let named = [("OpenIDConnectProviderArn", arn.as_str())];
    let found = scene.ok("GetOpenIDConnectProvider", &named).await;
    assert_eq!(text(&found, "Url"), "issuer.example/realm");
    assert_eq!(
        texts(&found, "member")[..2],
        ["one".to_owned(), "a".repeat(40)]
    );
    assert_eq!(text(&found, "Value"), "blue");
    let again = scene.refused("CreateOpenIDConnectProvider", &new).await;
    let exists = format!("EntityAlreadyExists: Provider with url {url} already exists.");
    assert_eq!(again, exists);

    let two = [named[0], ("ClientID", "two")];
    for _ in 0..2 {
        scene.ok("AddClientIDToOpenIDConnectProvider", &two).await;
    }
    assert_eq!(scene.provider(arn).await.client_ids, ["one", "two"]);
    let one = [named[0], ("ClientID", "one")];
    for _ in 0..2 {
        scene
            .ok("RemoveClientIDFromOpenIDConnectProvider", &one)
            .await;
    }
    assert_eq!(scene.provider(arn).await.client_ids, ["two"]);
    let other = "b".repeat(40);
    let prints = [named[0], ("ThumbprintList.member.1", other.as_str())];
    scene
        .ok("UpdateOpenIDConnectProviderThumbprint", &prints)
        .await;
    assert_eq!(scene.provider(arn).await.thumbprints, [other]);
    let tag = [
        named[0],
        ("Tags.member.1.Key", "Cost"),
        ("Tags.member.1.Value", "9"),
    ];
    scene.ok("TagOpenIDConnectProvider", &tag).await;
    let untag = [named[0], ("TagKeys.member.1", "TEAM")];
    scene.ok("UntagOpenIDConnectProvider", &untag).await;
    let tags = scene.ok("ListOpenIDConnectProviderTags", &named).await;
    assert_eq!(texts(&tags, "Key"), ["Cost"]);
    assert_eq!(text(&tags, "IsTruncated"), "false");
    let listed = scene.ok("ListOpenIDConnectProviders", &[]).await;
    assert_eq!(texts(&listed, "Arn"), [arn.as_str()]);

    for _ in 0..2 {
        scene.ok("DeleteOpenIDConnectProvider", &named).await;
    }
    let gone = scene.refused("GetOpenIDConnectProvider", &named).await;
    let text = format!("NoSuchEntity: OpenIDConnect Provider not found for arn {arn}");
    assert_eq!(gone, text);
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_role_may_trust_a_provider_that_is_there() {
    let scene = Scene::new().await;
    let new = [("Url", "https://issuer.example")];
    let made = scene.ok("CreateOpenIDConnectProvider", &new).await;
    let arn = text(&made, "OpenIDConnectProviderArn");
    let trust = trust(&arn)
        .replace("\"AWS\"", "\"Federated\"")
        .replace("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity");
    let role = [
        ("RoleName", "web"),
        ("AssumeRolePolicyDocument", trust.as_str()),
    ];
    scene.ok("CreateRole", &role).await;
}

#[tokio::test]
async fn hostile_providers_are_refused() {
    let scene = Scene::new().await;
    for url in [
        "http://issuer.example",
        "issuer.example",
        "https://",
        "https:///path",
        "https://issuer.example?a=b",
        "https://issuer.example/#a",
        "https://user@issuer.example",
        "https://issuer.example/a b",
        "https://issüer.example",
    ] {
        let refused = scene
            .refused("CreateOpenIDConnectProvider", &[("Url", url)])
            .await;
        assert_eq!(code(&refused), "ValidationError", "{url}");
    }
    let mut prints = vec![("Url", "https://issuer.example".to_owned())];
    let names: Vec<String> = (1..=6)
        .map(|n| format!("ThumbprintList.member.{n}"))
        .collect();
    prints.extend(names.iter().map(|name| (name.as_str(), "a".repeat(40))));
    let prints: Vec<_> = prints
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let refused = scene.refused("CreateOpenIDConnectProvider", &prints).await;
    assert_eq!(code(&refused), "InvalidInput");
    let no_hex = "g".repeat(40);
    let prints = [
        ("Url", "https://issuer.example"),
        ("ThumbprintList.member.1", &no_hex),
    ];
    let refused = scene.refused("CreateOpenIDConnectProvider", &prints).await;
    assert_eq!(code(&refused), "InvalidInput");
    let listed = scene.ok("ListOpenIDConnectProviders", &[]).await;
    assert_eq!(texts(&listed, "Arn"), Vec::<String>::new());
    for arn in [
        "arn:aws:iam::1:oidc-provider/x",
        "arn:aws:iam::111122223333:role/x",
    ] {
        let named = [("OpenIDConnectProviderArn", arn)];
        let refused = scene.refused("GetOpenIDConnectProvider", &named).await;
        assert_eq!(code(&refused), "InvalidInput", "{arn}");
    }
    let other = "arn:aws:iam::444455556666:oidc-provider/issuer.example";
    let named = [("OpenIDConnectProviderArn", other)];
    let refused = scene.refused("GetOpenIDConnectProvider", &named).await;
    assert_eq!(code(&refused), "NoSuchEntity");
}

impl Scene {
    async fn provider(&self, arn: &str) -> OidcProviderRecord {
        let found = OidcProviderRecord::of_arn(&self.core.records, arn).await;
        found.unwrap().unwrap().record
    }
}
