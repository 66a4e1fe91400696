//! Between the names that policies use and the ids that they are kept by.

use claviger_core::records::{Fault, Records};
use claviger_model::AccountId;
use claviger_policy::PrincipalRef;

use crate::{
    entities::{by_arn, by_id, by_name},
    iam::Iam,
    oidc_providers::OidcProviderRecord,
    records::{Entity, EntityKind, PrincipalRecord, RoleRecord, UserRecord},
};

/// The unique id of whom `principal` names now.
pub(crate) async fn resolve(iam: &Iam, principal: &PrincipalRef) -> Result<Option<String>, Fault> {
    match principal {
        PrincipalRef::AnyOne => Ok(Some("*".to_owned())),
        PrincipalRef::Account(account) => {
            let exists = iam.account_exists(*account).await?;
            Ok(exists.then(|| account.to_string()))
        }
        PrincipalRef::Arn(arn) => id_of_arn(iam, arn).await,
        PrincipalRef::UniqueId(id) => {
            let lives = arn_of(iam, id).await?.is_some();
            Ok(lives.then(|| id.clone()))
        }
        // A service can be named as in AWS; none ever calls here.
        PrincipalRef::Service(name) => Ok(Some(name.clone())),
        // DIFFERS: the providers that AWS knows by name can be trusted, but nobody signs in by them.
        PrincipalRef::Federated(name) if BUILT_IN_PROVIDERS.contains(&name.as_str()) => {
            Ok(Some(name.clone()))
        }
        PrincipalRef::Federated(arn) => {
            let provider = OidcProviderRecord::of_arn(&iam.records, arn).await?;
            Ok(provider.map(|_| arn.clone()))
        }
        PrincipalRef::CanonicalUser(_) => Ok(None),
    }
}

/// The ARN of whom a unique id belongs to; none once the principal is deleted.
pub(crate) async fn arn_of(iam: &Iam, unique_id: &str) -> Result<Option<String>, Fault> {
    if let Ok(account) = AccountId::parse(unique_id) {
        let exists = iam.account_exists(account).await?;
        return Ok(exists.then(|| format!("arn:aws:iam::{account}:root")));
    }
    let records = &iam.records;
    let Some((id, session)) = unique_id.split_once(':') else {
        return arn_of_entity(records, unique_id).await;
    };
    if let Ok(account) = AccountId::parse(id) {
        let exists = iam.account_exists(account).await?;
        return Ok(exists.then(|| format!("arn:aws:sts::{account}:federated-user/{session}")));
    }
    let role = match account_of(records, id).await? {
        Some((account, EntityKind::Role)) => by_id::<RoleRecord>(records, account, id)
            .await?
            .map(|role| (account, role.record.name)),
        Some(_) | None => None,
    };
    Ok(role.map(|(account, name)| format!("arn:aws:sts::{account}:assumed-role/{name}/{session}")))
}

/// The account and kind of a user or role that is not deleted.
///
/// # Errors
/// The store fails, or what it holds does not open.
pub(crate) async fn account_of(
    records: &Records,
    unique_id: &str,
) -> Result<Option<(AccountId, EntityKind)>, Fault> {
    let Some(stored) = records.read::<PrincipalRecord>(unique_id).await? else {
        return Ok(None);
    };
    let account =
        AccountId::parse(&stored.record.account).map_err(|_| Fault::Format("principal"))?;
    Ok(Some((account, stored.record.kind)))
}

async fn arn_of_entity(records: &Records, unique_id: &str) -> Result<Option<String>, Fault> {
    let Some((account, kind)) = account_of(records, unique_id).await? else {
        return Ok(None);
    };
    Ok(match kind {
        EntityKind::User => by_id::<UserRecord>(records, account, unique_id)
            .await?
            .map(|user| user.record.arn(account)),
        EntityKind::Role => by_id::<RoleRecord>(records, account, unique_id)
            .await?
            .map(|role| role.record.arn(account)),
        // Neither calls.
        EntityKind::Group | EntityKind::Policy => None,
    })
}

async fn id_of_arn(iam: &Iam, arn: &str) -> Result<Option<String>, Fault> {
    let Some((service, account, resource)) = parts(arn) else {
        return Ok(None);
    };
    let records = &iam.records;
    let Some((kind, name)) = resource.split_once('/') else {
        return Ok(None);
    };
    match (service, kind) {
        ("iam", "user") => Ok(by_arn::<UserRecord>(records, account, arn)
            .await?
            .map(|user| user.record.id)),
        ("iam", "role") => Ok(by_arn::<RoleRecord>(records, account, arn)
            .await?
            .map(|role| role.record.id)),
        ("sts", "assumed-role") => {
            let Some((role, session)) = name.split_once('/') else {
                return Ok(None);
            };
            let found = by_name::<RoleRecord>(records, account, role).await?;
            // A session's ARN carries the role's name without its path, and exactly as it is spelled.
            let found = found.filter(|stored| stored.record.name == role);
            Ok(found.map(|stored| format!("{}:{session}", stored.record.id)))
        }
        ("sts", "federated-user") => {
            let exists = iam.account_exists(account).await?;
            Ok(exists.then(|| format!("{account}:{name}")))
        }
        _ => Ok(None),
    }
}

/// The service, the account and the resource of a principal's ARN. The deployment is its own partition `aws`.
pub(crate) fn parts(arn: &str) -> Option<(&str, AccountId, &str)> {
    let (service, rest) = arn.strip_prefix("arn:aws:")?.split_once("::")?;
    let (account, resource) = rest.split_once(':')?;
    Some((service, AccountId::parse(account).ok()?, resource))
}

/// The identity providers that AWS knows without an entity in the account.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
const BUILT_IN_PROVIDERS: [&str; 4] = [
    "accounts.google.com",
    "cognito-identity.amazonaws.com",
    "graph.facebook.com",
    "www.amazon.com",
];
