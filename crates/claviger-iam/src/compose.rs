//! From records to a caller: who it is and which policies speak for it.
//!
//! Whatever a record lists must be there: a policy, boundary or group that is missing or older than listed makes the
//! whole composition fail, since a caller without it could do more than it may.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use claviger_core::{
    call::Caller,
    pipeline::Audited,
    records::{Fault, Records},
};
use claviger_model::AccountId;
use claviger_policy::{Policy, PolicyKind, Principal, PrincipalKind};

use crate::{
    aws_managed::AwsManagedPolicy,
    entities::{as_listed, by_id},
    records::{
        EntityKind, GroupRecord, Holder, Holdings, ListedPolicy, ManagedPolicyRecord, RoleRecord,
        UserRecord,
    },
};

/// The root of an account.
///
/// # Errors
/// The root's policy, which is part of this crate, does not parse.
pub(crate) fn compose_root(account: AccountId) -> Result<Caller, Fault> {
    let principal = Principal {
        account,
        arn: format!("arn:aws:iam::{account}:root"),
        unique_id: account.to_string(),
        kind: PrincipalKind::Root,
    };
    Ok(caller(principal, vec![root_policy()?]))
}

/// A user.
///
/// # Errors
/// The store fails, or something that the principal lists is missing or older than listed.
pub(crate) async fn compose_user(
    records: &Records,
    account: AccountId,
    user: &UserRecord,
) -> Result<Caller, Fault> {
    let carried = carried_by_user(records, account, user).await?;
    compose_holder(records, account, user, PrincipalKind::User, carried).await
}

/// A role.
///
/// # Errors
/// The store fails, or something that the principal lists is missing or older than listed.
pub(crate) async fn compose_role(
    records: &Records,
    account: AccountId,
    role: &RoleRecord,
) -> Result<Caller, Fault> {
    let carried = carried_by(records, account, role).await?;
    compose_holder(records, account, role, PrincipalKind::Role, carried).await
}

/// A policy that speaks for a principal, and where it comes from.
pub(crate) struct Carried {
    /// Who has it: the principal itself, or a group of it.
    pub holder: EntityKind,
    /// The holder's name.
    pub holder_name: String,
    /// The policy's name.
    pub name: String,
    /// The ARN of a managed policy; none for an inline one.
    pub arn: Option<String>,
    /// The text.
    pub document: String,
    /// The same, compiled.
    pub policy: Arc<Policy>,
}

/// Every policy that speaks for a user, its groups' included.
///
/// # Errors
/// The store fails, or something that the principal lists is missing or older than listed.
pub(crate) async fn carried_by_user(
    records: &Records,
    account: AccountId,
    user: &UserRecord,
) -> Result<Vec<Carried>, Fault> {
    let mut carried = carried_by(records, account, user).await?;
    for (id, version) in &user.groups {
        let group = by_id::<GroupRecord>(records, account, id).await?;
        let group = as_listed(group, account, id, *version)?;
        carried.extend(carried_by(records, account, &group.record).await?);
    }
    Ok(carried)
}

/// Every policy that an entity itself carries.
///
/// # Errors
/// The store fails, or something that the principal lists is missing or older than listed.
pub(crate) async fn carried_by<H: Holder>(
    records: &Records,
    account: AccountId,
    holder: &H,
) -> Result<Vec<Carried>, Fault> {
    let Holdings {
        inline, attached, ..
    } = holder.holdings();
    let mut carried = Vec::new();
    let mut carry = |name: &str, arn: Option<&str>, (document, policy): (String, Arc<Policy>)| {
        carried.push(Carried {
            holder: H::KIND,
            holder_name: holder.name().to_owned(),
            name: name.to_owned(),
            arn: arn.map(str::to_owned),
            document,
            policy,
        });
    };
    for (name, document) in inline {
        carry(name, None, (document.clone(), compiled(document)?));
    }
    for (arn, listed) in attached {
        let name = arn.rsplit_once('/').map_or("", |(_, name)| name);
        carry(
            name,
            Some(arn),
            managed(records, account, arn, listed).await?,
        );
    }
    Ok(carried)
}

/// The text and the compiled form of the policy that is the boundary of a user or role.
///
/// # Errors
/// The store fails, or something that the principal lists is missing or older than listed.
pub(crate) async fn boundary_of<H: Holder>(
    records: &Records,
    account: AccountId,
    holder: &H,
) -> Result<Option<(String, Arc<Policy>)>, Fault> {
    match &holder.holdings().boundary {
        Some((arn, listed)) => managed(records, account, arn, listed).await.map(Some),
        None => Ok(None),
    }
}

async fn compose_holder<H: Holder>(
    records: &Records,
    account: AccountId,
    holder: &H,
    kind: PrincipalKind,
    carried: Vec<Carried>,
) -> Result<Caller, Fault> {
    let principal = Principal {
        account,
        arn: holder.arn(account),
        unique_id: holder.unique_id().to_owned(),
        kind,
    };
    let policies = carried.into_iter().map(|carried| carried.policy);
    let boundary = boundary_of(records, account, holder).await?;
    Ok(Caller {
        boundary: boundary.map(|(_, policy)| policy),
        tags: holder.holdings().tags.clone(),
        ..caller(principal, policies.collect())
    })
}

fn caller(principal: Principal, identity_policies: Vec<Arc<Policy>>) -> Caller {
    Caller {
        account: principal.account,
        principal,
        access_key_id: String::new(),
        identity_policies,
        boundary: None,
        session: None,
        tags: BTreeMap::new(),
        web_identity: None,
        audited: Audited::default(),
        verified: true,
    }
}

async fn managed(
    records: &Records,
    account: AccountId,
    arn: &str,
    listed: &ListedPolicy,
) -> Result<(String, Arc<Policy>), Fault> {
    if let Some(own) = AwsManagedPolicy::of_arn(arn) {
        return Ok((own.document.to_owned(), own.policy()?));
    }
    let stored = by_id::<ManagedPolicyRecord>(records, account, &listed.id).await?;
    let stored = as_listed(stored, account, &listed.id, listed.version)?;
    let document = stored
        .record
        .default_document()
        .ok_or(Fault::Format("managed-policy"))?;
    Ok((document.to_owned(), compiled(document)?))
}

/// A stored document was a policy when it was written; one that is none today lets nobody in.
fn compiled(document: &str) -> Result<Arc<Policy>, Fault> {
    Policy::parse(document, PolicyKind::Identity)
        .map(Arc::new)
        .map_err(|_| Fault::Format("policy document"))
}

pub(crate) fn root_policy() -> Result<Arc<Policy>, Fault> {
    static COMPILED: OnceLock<Arc<Policy>> = OnceLock::new();
    if let Some(policy) = COMPILED.get() {
        return Ok(Arc::clone(policy));
    }
    let policy = compiled(ROOT_POLICY)?;
    Ok(Arc::clone(COMPILED.get_or_init(|| policy)))
}

/// The account root's identity policy. Key policies must still delegate to the account.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html>
const ROOT_POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
