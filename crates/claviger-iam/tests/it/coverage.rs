//! Every operation of IAM and STS leaves exactly one event, also where nothing of its form is there.

use claviger_core::{call::Answer, error::Error, pipeline::Route, rule::Service};
use claviger_iam::{Credential, iam_route, sts_route};
use claviger_model::{iam, sts};
use serde_json::Value;

use crate::{client::deny, scene::Scene};

#[tokio::test]
async fn every_operation_leaves_one_event() {
    let scene = Scene::new().await;
    let root = scene.root().await;
    let powerless = scene.key_of_denied().await;
    let of_iam = iam::Operation::ALL.map(|operation| iam_route(operation.name()).unwrap());
    let of_sts = sts::Operation::ALL.map(|operation| sts_route(operation.name()).unwrap());
    for route in of_iam.into_iter().chain(of_sts) {
        for who in [&powerless, &root] {
            for form in ["", "%", "Tags.member.1.Key=a"] {
                scene.leaves_one_event(route, who, form).await;
            }
        }
    }
    assert_eq!(scene.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_action_that_a_service_does_not_know_is_an_event_of_that_service() {
    let scene = Scene::new().await;
    let root = scene.root().await;
    for (service, source) in [
        (Service::Iam, "iam.amazonaws.com"),
        (Service::Sts, "sts.amazonaws.com"),
    ] {
        let before = scene.events().len();
        let call = scene.call_of(&root, "Action=Nope");
        let refusal = Error::new("InvalidAction", "Could not find operation Nope");
        let answer = scene.core.refuse(service, call, refusal).await;
        assert_eq!(answer.unwrap_err().code(), "InvalidAction");
        let events = scene.events();
        assert_eq!(events.len(), before + 1);
        assert_eq!(events[before]["eventSource"], source);
        assert_eq!(events[before]["errorCode"], "InvalidAction");
    }
}

impl Scene {
    async fn key_of_denied(&self) -> std::sync::Arc<Credential> {
        self.user("nobody").await;
        self.put_policy("nobody", "denied", &deny("*".into())).await;
        let id = self.key_of("nobody").await;
        self.credential(&id).await.unwrap()
    }

    async fn leaves_one_event(&self, route: Route, who: &Credential, form: &str) {
        let before = self.events().len();
        let answer: Answer = self.call(route, who, form).await;
        let name = route.rule.name;
        let events = self.events();
        let shown = format!("{name} {form:?}: {answer:?}");
        assert_eq!(events.len(), before + 1, "{shown}");
        let event = &events[before];
        assert_eq!(event["eventName"], name, "{shown}");
        let source = format!("{}.amazonaws.com", route.rule.service.name());
        assert_eq!(event["eventSource"], source.as_str(), "{shown}");
        assert_eq!(event["eventType"], "AwsApiCall", "{shown}");
        let is_refused = event.get("errorCode").is_some_and(Value::is_string);
        assert_eq!(is_refused, answer.is_err(), "{shown}");
    }
}
