//! How many of what an account may have.

use crate::scene::Scene;

#[tokio::test]
async fn an_account_has_three_hundred_groups_at_most() {
    let scene = Scene::new().await;
    for number in 0..300 {
        let name = format!("g{number}");
        scene.ok("CreateGroup", &[("GroupName", &name)]).await;
    }
    let refused = scene.refused("CreateGroup", &[("GroupName", "more")]).await;
    let expected = "LimitExceeded: Cannot exceed quota for GroupsPerAccount: 300";
    assert_eq!(refused, expected);
    scene.ok("DeleteGroup", &[("GroupName", "g7")]).await;
    scene.ok("CreateGroup", &[("GroupName", "more")]).await;
}

#[tokio::test]
async fn an_account_has_a_hundred_providers_at_most() {
    let scene = Scene::new().await;
    for number in 0..100 {
        let url = format!("https://i{number}.example");
        scene
            .ok("CreateOpenIDConnectProvider", &[("Url", &url)])
            .await;
    }
    let more = [("Url", "https://more.example")];
    let refused = scene.refused("CreateOpenIDConnectProvider", &more).await;
    let expected = "LimitExceeded: Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100";
    assert_eq!(refused, expected);
    let summary = scene.ok("GetAccountSummary", &[]).await;
    assert!(summary.contains("<key>Providers</key><value>100</value>"));
}
