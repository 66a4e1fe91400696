//! STS calls as a client makes them, and the sessions that it gets.

use std::sync::Arc;

use claviger_core::ops;
use claviger_iam::{Credential, Presented, sts_route};
use claviger_model::{Operation, Timestamp};
use serde_json::{Value, json};

use crate::{
    client::{Xml, text},
    scene::Scene,
};

/// Temporary credentials as a client holds them.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: String,
    /// The whole answer.
    pub(crate) answer: String,
}

impl Session {
    pub(crate) fn of(answer: String) -> Self {
        Self {
            id: text(&answer, "AccessKeyId"),
            secret: text(&answer, "SecretAccessKey"),
            token: text(&answer, "SessionToken"),
            answer,
        }
    }
}

impl Scene {
    /// One STS call by whoever has this credential.
    pub(crate) async fn sts_as(
        &self,
        who: &Credential,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Xml {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        let answer = self.call(sts_route(action).unwrap(), who, &form).await?;
        Ok(String::from_utf8(answer).unwrap())
    }

    /// A role that these may assume; gives its ARN.
    pub(crate) async fn role_for(&self, name: &str, principal: Value) -> String {
        let actions = json!(["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]);
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": actions});
        self.role_trusting(name, statement).await
    }

    /// A role with this trust statement; gives its ARN.
    pub(crate) async fn role_trusting(&self, name: &str, statement: Value) -> String {
        let trust = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
        let new = [("RoleName", name), ("AssumeRolePolicyDocument", &trust)];
        text(&self.ok("CreateRole", &new).await, "Arn")
    }

    pub(crate) async fn put_role_policy(&self, role: &str, document: &str) {
        let parameters = [
            ("RoleName", role),
            ("PolicyName", "own"),
            ("PolicyDocument", document),
        ];
        self.ok("PutRolePolicy", &parameters).await;
    }

    /// A session of a role, with these further parameters.
    pub(crate) async fn assume(
        &self,
        who: &Credential,
        role_arn: &str,
        further: &[(&str, &str)],
    ) -> Result<Session, String> {
        let own = [("RoleArn", role_arn), ("RoleSessionName", "build")];
        let answer = self
            .sts_as(who, "AssumeRole", &[&own, further].concat())
            .await;
        answer.map(Session::of).map_err(|error| error.to_string())
    }

    /// What the service makes of a session, now.
    pub(crate) async fn present(&self, session: &Session) -> Option<Arc<Credential>> {
        let now = self.core.clock.now();
        match self
            .present_at(&session.id, Some(&session.token), now)
            .await
        {
            Presented::Known(credential) => Some(credential),
            Presented::Expired | Presented::Unknown => None,
        }
    }

    /// As the listener asks: memory first.
    pub(crate) async fn present_at(
        &self,
        id: &str,
        token: Option<&str>,
        now: Timestamp,
    ) -> Presented {
        match self.iam.cached_presented(id, token, now) {
            Some(presented) => presented,
            None => self.iam.presented(id, token, now).await.unwrap(),
        }
    }

    /// Whether a session may list the keys: a call that identity policies alone decide.
    pub(crate) async fn session_may_list(&self, session: &Session) -> Result<(), String> {
        let who = self.present(session).await.ok_or("no session")?;
        let answer = self.call(ops::route(Operation::ListKeys), &who, "{}").await;
        answer.map(drop).map_err(|error| error.to_string())
    }
}
