//! The policies of a user or role, as IAM hands them out.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{AttachedPermissionsBoundary, AttachedPolicy, Tag};
use percent_encoding::percent_decode_str;

use super::server::refused;

/// A user or role.
pub(crate) struct Entity {
    pub(crate) arn: String,
    pub(crate) unique_id: String,
    kind: EntityKind,
    name: String,
    boundary_arn: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EntityKind {
    User,
    Role,
}

impl Entity {
    /// The user of this name, with its tags.
    ///
    /// # Errors
    /// A text for the user.
    pub(crate) async fn user(iam: &Client, name: String) -> Result<(Self, Vec<Tag>), String> {
        let answer = iam.get_user().user_name(&name).send().await;
        let answer = answer.map_err(|error| refused("GetUser", &error))?;
        let user = answer.user.ok_or("GetUser told nothing")?;
        let entity = Self {
            arn: user.arn,
            unique_id: user.user_id,
            kind: EntityKind::User,
            name,
            boundary_arn: user.permissions_boundary.and_then(arn_of),
        };
        Ok((entity, user.tags.unwrap_or_default()))
    }

    /// The role of this name, with its tags.
    ///
    /// # Errors
    /// A text for the user.
    pub(crate) async fn role(iam: &Client, name: String) -> Result<(Self, Vec<Tag>), String> {
        let answer = iam.get_role().role_name(&name).send().await;
        let answer = answer.map_err(|error| refused("GetRole", &error))?;
        let role = answer.role.ok_or("GetRole told nothing")?;
        let entity = Self {
            arn: role.arn,
            unique_id: role.role_id,
            kind: EntityKind::Role,
            name,
            boundary_arn: role.permissions_boundary.and_then(arn_of),
        };
        Ok((entity, role.tags.unwrap_or_default()))
    }

    /// The name of the boundary's policy; empty without one.
    pub(crate) fn boundary_name(&self) -> &str {
        let arn = self.boundary_arn.as_deref().unwrap_or_default();
        arn.rsplit('/').next().unwrap_or_default()
    }

    /// The managed policies, the boundary included.
    async fn managed(&self, iam: &Client) -> Option<Vec<AttachedPolicy>> {
        let name = self.name.as_str();
        let mut attached = match self.kind {
            EntityKind::User => {
                let own = iam
                    .list_attached_user_policies()
                    .user_name(name)
                    .into_paginator();
                own.items()
                    .send()
                    .collect::<Result<Vec<_>, _>>()
                    .await
                    .ok()?
            }
            EntityKind::Role => {
                let own = iam
                    .list_attached_role_policies()
                    .role_name(name)
                    .into_paginator();
                own.items()
                    .send()
                    .collect::<Result<Vec<_>, _>>()
                    .await
                    .ok()?
            }
        };
        for group in self.groups(iam).await {
            let of_group = iam
                .list_attached_group_policies()
                .group_name(group)
                .into_paginator();
            let of_group = of_group.items().send().collect::<Result<Vec<_>, _>>().await;
            attached.extend(of_group.ok()?);
        }
        let boundary = self.boundary_arn.as_ref().map(|arn| {
            let boundary = AttachedPolicy::builder().policy_arn(arn);
            boundary.policy_name(self.boundary_name()).build()
        });
        attached.extend(boundary);
        Some(attached)
    }

    async fn groups(&self, iam: &Client) -> Vec<String> {
        if self.kind != EntityKind::User {
            return Vec::new();
        }
        let groups = iam
            .list_groups_for_user()
            .user_name(&self.name)
            .into_paginator();
        let groups = groups.items().send().collect::<Result<Vec<_>, _>>().await;
        let groups = groups.unwrap_or_default().into_iter();
        groups.map(|group| group.group_name).collect()
    }
}

/// The document of the policy that a simulation names by this id: `user_NAME_POLICY`, `role_NAME_POLICY` or
/// `group_NAME_POLICY` for those that stand inside of their holder, else the name of a managed policy. None when whoever asks
/// may not read it: the explanation then does without its text.
pub(crate) async fn document_of(iam: &Client, entity: &Entity, id: &str) -> Option<String> {
    let encoded = match inline(iam, entity, id).await {
        Some(document) => document,
        None => managed(iam, entity, id).await?,
    };
    let decoded = percent_decode_str(&encoded).decode_utf8();
    decoded.ok().map(std::borrow::Cow::into_owned)
}

async fn inline(iam: &Client, entity: &Entity, id: &str) -> Option<String> {
    let name = entity.name.as_str();
    let own = |word: &str| id.strip_prefix(&format!("{word}_{name}_"));
    match (entity.kind, own("user"), own("role")) {
        (EntityKind::User, Some(policy), _) => {
            let asked = iam.get_user_policy().user_name(name).policy_name(policy);
            return Some(asked.send().await.ok()?.policy_document);
        }
        (EntityKind::Role, _, Some(policy)) => {
            let asked = iam.get_role_policy().role_name(name).policy_name(policy);
            return Some(asked.send().await.ok()?.policy_document);
        }
        (EntityKind::User | EntityKind::Role, ..) => {}
    }
    for group in entity.groups(iam).await {
        if let Some(policy) = id.strip_prefix(&format!("group_{group}_")) {
            let asked = iam.get_group_policy().group_name(group).policy_name(policy);
            return Some(asked.send().await.ok()?.policy_document);
        }
    }
    None
}

async fn managed(iam: &Client, entity: &Entity, id: &str) -> Option<String> {
    let attached = entity.managed(iam).await?;
    let policy = attached
        .iter()
        .find(|policy| policy.policy_name() == Some(id))?;
    let arn = policy.policy_arn()?;
    let current = iam.get_policy().policy_arn(arn).send().await.ok()?;
    let version = current.policy()?.default_version_id()?;
    let version = iam.get_policy_version().policy_arn(arn).version_id(version);
    version.send().await.ok()?.policy_version?.document
}

fn arn_of(boundary: AttachedPermissionsBoundary) -> Option<String> {
    boundary.permissions_boundary_arn
}
