//! IAM calls as a client makes them: forms in, XML out.

use std::sync::Arc;

use claviger_core::{error::Error, ops};
use claviger_iam::{Credential, iam_route};
use claviger_model::Operation;
use serde_json::{Value, json};

use crate::scene::{KEY_ID, Scene};

/// The XML inside of the answer's root, or the refusal.
pub(crate) type Xml = Result<String, Error>;

impl Scene {
    pub(crate) async fn root(&self) -> Arc<Credential> {
        self.credential(KEY_ID).await.unwrap()
    }

    /// One IAM call by whoever has this credential.
    pub(crate) async fn iam_as(
        &self,
        who: &Credential,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Xml {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        let answer = self.call(iam_route(action).unwrap(), who, &form).await?;
        Ok(String::from_utf8(answer).unwrap())
    }

    /// One IAM call by the root.
    pub(crate) async fn iam(&self, action: &str, parameters: &[(&str, &str)]) -> Xml {
        self.iam_as(&*self.root().await, action, parameters).await
    }

    /// One IAM call by the root that must succeed.
    pub(crate) async fn ok(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        self.iam(action, parameters)
            .await
            .unwrap_or_else(|error| panic!("{action} {parameters:?}: {error}"))
    }

    /// One IAM call by the root that must be refused: code and text.
    pub(crate) async fn refused(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        match self.iam(action, parameters).await {
            Ok(answer) => panic!("{action} {parameters:?}: {answer}"),
            Err(error) => error.to_string(),
        }
    }

    /// A new user; gives its unique id.
    pub(crate) async fn user(&self, name: &str) -> String {
        text(
            &self.ok("CreateUser", &[("UserName", name)]).await,
            "UserId",
        )
    }

    /// A new access key of a user; gives its id.
    pub(crate) async fn key_of(&self, user: &str) -> String {
        let made = self.ok("CreateAccessKey", &[("UserName", user)]).await;
        text(&made, "AccessKeyId")
    }

    /// A new user who may do what `actions` say, on everything; gives its access key id.
    pub(crate) async fn user_with(&self, name: &str, actions: Value) -> String {
        self.user(name).await;
        self.put_policy(name, "allowed", &allow(actions)).await;
        self.key_of(name).await
    }

    pub(crate) async fn put_policy(&self, user: &str, name: &str, document: &str) {
        let parameters = [
            ("UserName", user),
            ("PolicyName", name),
            ("PolicyDocument", document),
        ];
        self.ok("PutUserPolicy", &parameters).await;
    }

    /// A managed policy of [`ACCOUNT`]; gives its ARN.
    pub(crate) async fn managed_policy(&self, name: &str, document: &str) -> String {
        let new = [("PolicyName", name), ("PolicyDocument", document)];
        text(&self.ok("CreatePolicy", &new).await, "Arn")
    }

    /// Whether whoever has this credential may list the keys: a call that identity policies alone decide.
    pub(crate) async fn may_list_keys(&self, access_key_id: &str) -> Result<(), String> {
        let Ok(found) = self.iam.credential(access_key_id).await else {
            return Err("not composed".to_owned());
        };
        let Some(who) = found else {
            return Err("no such key".to_owned());
        };
        let answer = self.call(ops::route(Operation::ListKeys), &who, "{}").await;
        answer.map(drop).map_err(|error| error.to_string())
    }
}

/// The text of the first element of this name.
pub(crate) fn text(xml: &str, element: &str) -> String {
    texts(xml, element).into_iter().next().unwrap()
}

/// The texts of all elements of this name.
pub(crate) fn texts(xml: &str, element: &str) -> Vec<String> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    xml.split(&open)
        .skip(1)
        .map(|rest| rest.split_once(&close).unwrap().0.to_owned())
        .collect()
}

/// The policy document inside of an element, which is percent-encoded.
pub(crate) fn document(xml: &str, element: &str) -> String {
    let encoded = text(xml, element);
    let mut decoded = form_urlencoded::parse(encoded.as_bytes());
    decoded.next().unwrap().0.into_owned()
}

/// The code of a refusal.
pub(crate) fn code(refusal: &str) -> &str {
    refusal.split(':').next().unwrap()
}

/// A policy that allows these actions on everything.
pub(crate) fn allow(actions: Value) -> String {
    policy("Allow", actions)
}

/// A policy that denies these actions on everything.
pub(crate) fn deny(actions: Value) -> String {
    policy("Deny", actions)
}

fn policy(effect: &str, actions: Value) -> String {
    let statement = json!({"Effect": effect, "Action": actions, "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": statement}).to_string()
}
