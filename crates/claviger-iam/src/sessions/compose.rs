//! From what a token says to who calls: always by the records as they stand, never by the token alone.

use std::{collections::BTreeMap, sync::Arc};

use claviger_core::{
    call::{Caller, Issuer, SessionFacts},
    records::{Fault, Records},
};
use claviger_model::{AccountId, Timestamp};
use claviger_policy::{Policy, PolicyKind, Principal, PrincipalKind, are_alike};

use super::claims::{Claims, SessionPolicies};
use crate::{
    aws_managed::AwsManagedPolicy,
    compose::{compose_role, compose_root, compose_user},
    entities::{as_listed, by_id},
    records::{Entity as _, ManagedPolicyRecord, RoleRecord, UserRecord},
};

/// The caller of a session. None when its role, its user or one of its session policies is gone, or when its sessions
/// were revoked.
///
/// # Errors
/// The store fails, or something that the principal lists is missing or older than listed.
pub(super) async fn compose(records: &Records, claims: &Claims) -> Result<Option<Caller>, Fault> {
    let Ok(account) = AccountId::parse(&claims.account) else {
        return Ok(None);
    };
    let Some(policies) = session_policies(records, account, &claims.policies).await? else {
        return Ok(None);
    };
    let composed = match claims.principal.get(..4) {
        Some("AROA") => of_role(records, account, claims).await?,
        Some("AIDA") => of_user(records, account, claims).await?,
        _ if claims.principal == claims.account => Some((compose_root(account)?, None)),
        _ => None,
    };
    Ok(composed.map(|(caller, issuer)| Caller {
        access_key_id: claims.access_key_id.clone(),
        session: Some(SessionFacts {
            // A user's own session may do what AWS leaves it, no IAM and little of STS; a role's is as narrow as was asked for.
            policies: issuer
                .as_ref()
                .map_or_else(own_session_policy, |_| policies),
            issued: Timestamp::from_epoch_ms(claims.issued_ms),
            expires: Timestamp::from_epoch_ms(claims.expires_ms),
            issuer,
            mfa_authenticated: false,
            source_identity: claims.source_identity.clone(),
            federated_provider: claims.provider.clone(),
            transitive_tags: claims.transitive.clone(),
        }),
        tags: tagged(caller.tags, &claims.tags),
        ..caller
    }))
}

type Composed = Option<(Caller, Option<Issuer>)>;

async fn of_role(
    records: &Records,
    account: AccountId,
    claims: &Claims,
) -> Result<Composed, Fault> {
    let (Some(role), Some(name)) = (
        by_id::<RoleRecord>(records, account, &claims.principal).await?,
        &claims.name,
    ) else {
        return Ok(None);
    };
    let role = role.record;
    if role.epoch != claims.epoch {
        return Ok(None);
    }
    let caller = compose_role(records, account, &role).await?;
    let issuer = Issuer {
        arn: role.arn(account),
        unique_id: role.id.clone(),
        name: role.name.clone(),
    };
    let principal = Principal {
        account,
        arn: session_arn(account, &role.name, name),
        unique_id: session_id(&role.id, name),
        kind: PrincipalKind::Session {
            role_arn: issuer.arn.clone(),
            role_id: role.id,
        },
    };
    let caller = Caller {
        principal,
        ..caller
    };
    Ok(Some((caller, Some(issuer))))
}

async fn of_user(
    records: &Records,
    account: AccountId,
    claims: &Claims,
) -> Result<Composed, Fault> {
    let user = by_id::<UserRecord>(records, account, &claims.principal).await?;
    match user.map(|stored| stored.record) {
        Some(user) if user.epoch == claims.epoch => {
            let caller = compose_user(records, account, &user).await?;
            Ok(Some((caller, None)))
        }
        Some(_) | None => Ok(None),
    }
}

/// The ARN of a role's session; the path of the role is no part of it.
pub(crate) fn session_arn(account: AccountId, role_name: &str, session_name: &str) -> String {
    format!("arn:aws:sts::{account}:assumed-role/{role_name}/{session_name}")
}

/// The unique id of a role's session.
pub(crate) fn session_id(role_id: &str, session_name: &str) -> String {
    format!("{role_id}:{session_name}")
}

/// None at the outside when one of the policies is gone, none inside when there are none.
async fn session_policies(
    records: &Records,
    account: AccountId,
    listed: &SessionPolicies,
) -> Result<Option<Option<Vec<Arc<Policy>>>>, Fault> {
    if listed.is_empty() {
        return Ok(Some(None));
    }
    let mut policies = Vec::new();
    if let Some(text) = &listed.inline {
        policies.push(compiled(text)?);
    }
    for (id, version) in &listed.managed {
        if let Some(own) = AwsManagedPolicy::of_arn(id) {
            policies.push(own.policy()?);
            continue;
        }
        // Nobody is told when a policy that a session uses is deleted; the session ends with it.
        let Some(stored) = by_id::<ManagedPolicyRecord>(records, account, id).await? else {
            return Ok(None);
        };
        let stored = as_listed(Some(stored), account, id, *version)?;
        let text = stored.record.default_document();
        policies.push(compiled(text.ok_or(Fault::Format("managed-policy"))?)?);
    }
    Ok(Some(Some(policies)))
}

// DIFFERS: AWS says that the token is invalid when such a session calls IAM; here it is denied like any other call.
fn own_session_policy() -> Option<Vec<Arc<Policy>>> {
    // A text that does not parse would leave a session that nothing allows.
    Some(compiled(NOT_IAM).into_iter().collect())
}

fn compiled(text: &str) -> Result<Arc<Policy>, Fault> {
    Policy::parse(text, PolicyKind::Identity)
        .map(Arc::new)
        .map_err(|_| Fault::Format("policy document"))
}

/// Session tags take the place of the role's own; keys differ by more than their case.
fn tagged(
    mut own: BTreeMap<String, String>,
    session: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    own.retain(|key, _| !session.keys().any(|other| are_alike(other, key)));
    own.extend(session.clone());
    own
}

// AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
const NOT_IAM: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","sts:GetAccessKeyInfo"],"Resource":"*"}]}"#;
