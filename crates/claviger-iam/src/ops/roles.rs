//! What the operations on roles share.

use std::collections::BTreeMap;

use claviger_core::{cx::Cx, error::Error};
use claviger_model::{
    Timestamp,
    iam::{Role, RoleLastUsed},
    wire::percent_encoded,
};
use claviger_policy::{ParseError, Policy, PolicyKind, PrincipalRef, Refusal, reprint};

use super::{boundaries, documents, tags};
use crate::{
    errors,
    records::{Entity as _, RoleRecord, TrustPolicy},
};

/// Reads a trust policy, and ties its names to those who bear them now: a later namesake is not meant.
pub(super) async fn accept_trust(cx: &Cx<'_>, document: &str) -> Result<TrustPolicy, Error> {
    if documents::size(document) > TRUST_BYTES_MAX {
        return Err(errors::quota("ACLSizePerRole", TRUST_BYTES_MAX));
    }
    let policy = Policy::parse(document, PolicyKind::Trust).map_err(|error| malformed(&error))?;
    let mut bindings = BTreeMap::new();
    for principal in policy.principals() {
        let id = cx.core.principals().resolve(principal).await?;
        let id = id.ok_or_else(|| errors::malformed_policy(nobody(principal)))?;
        if let PrincipalRef::Arn(arn) = principal {
            bindings.insert(arn.clone(), id);
        }
    }
    Ok(TrustPolicy {
        document: document.to_owned(),
        bindings,
    })
}

/// The trust policy as it is shown: whoever was renamed bears the new name, whoever is deleted the unique id.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
pub(super) async fn printed(cx: &Cx<'_>, trust: &TrustPolicy) -> Result<String, Error> {
    let mut names = BTreeMap::new();
    for (arn, id) in &trust.bindings {
        let now = cx.core.principals().arn_of(id).await?;
        let now = now.unwrap_or_else(|| id.clone());
        if now != *arn {
            names.insert(arn.clone(), now);
        }
    }
    if names.is_empty() {
        return Ok(trust.document.clone());
    }
    Ok(reprint(&trust.document, |arn| names.get(arn).cloned()))
}

/// A role as lists tell of it.
pub(super) async fn listed(cx: &Cx<'_>, record: &RoleRecord) -> Result<Role, Error> {
    Ok(Role {
        path: record.path.clone(),
        role_name: record.name.clone(),
        role_id: record.id.clone(),
        arn: record.arn(cx.caller.account),
        create_date: Timestamp::from_epoch_ms(record.created_ms),
        assume_role_policy_document: Some(printed(cx, &record.trust).await?),
        description: record.description.clone(),
        max_session_duration: Some(record.session_seconds_max),
        permissions_boundary: None,
        tags: None,
        role_last_used: None,
        source_role_template: None,
    })
}

/// A role with everything that GetRole tells of it.
// DIFFERS: AWS says when and where a role was last used; here that is not recorded.
pub(super) async fn described(cx: &Cx<'_>, record: &RoleRecord) -> Result<Role, Error> {
    let tags = tags::listed(&record.holdings.tags);
    Ok(Role {
        permissions_boundary: boundaries::described(&record.holdings),
        tags: Some(tags).filter(|tags| !tags.is_empty()),
        role_last_used: Some(RoleLastUsed::default()),
        ..listed(cx, record).await?
    })
}

/// A role as AWS tells of it when it is made: less than GetRole.
// AWS: https://docs.aws.amazon.com/cli/latest/reference/iam/create-role.html#examples
pub(super) async fn created(cx: &Cx<'_>, record: &RoleRecord) -> Result<Role, Error> {
    Ok(Role {
        max_session_duration: None,
        role_last_used: None,
        ..described(cx, record).await?
    })
}

/// What the audit event says of a role that was made or changed.
pub(super) fn note(cx: &mut Cx<'_>, record: &RoleRecord) {
    let arn = record.arn(cx.caller.account);
    let created = Timestamp::from_epoch_ms(record.created_ms).human_of_iam();
    let trust = percent_encoded(&record.trust.document);
    cx.notes.response().put_object("role", |noted| {
        noted
            .put_str("path", &record.path)
            .put_str("roleName", &record.name)
            .put_str("roleId", &record.id)
            .put_str("arn", &arn)
            .put_str("createDate", &created)
            .put_str("assumeRolePolicyDocument", &trust);
    });
}

/// Why a trust policy is refused, in AWS's words where they are known.
fn malformed(error: &ParseError) -> Error {
    let (Refusal::Principal(named) | Refusal::ServicePrincipal(named)) = &error.reason else {
        return documents::malformed(error);
    };
    let kind = error.path.rsplit_once("Principal.");
    let kind = kind.and_then(|(_, rest)| rest.split('[').next());
    errors::malformed_policy(invalid_principal(kind.unwrap_or("AWS"), named))
}

fn nobody(principal: &PrincipalRef) -> String {
    match principal {
        PrincipalRef::AnyOne => invalid_principal("AWS", "*"),
        PrincipalRef::Account(account) => {
            invalid_principal("AWS", &format!("arn:aws:iam::{account}:root"))
        }
        PrincipalRef::Arn(name) | PrincipalRef::UniqueId(name) => invalid_principal("AWS", name),
        PrincipalRef::Service(name) => invalid_principal("SERVICE", name),
        PrincipalRef::Federated(name) => invalid_principal("FEDERATED", name),
        PrincipalRef::CanonicalUser(name) => invalid_principal("CANONICALUSER", name),
    }
}

fn invalid_principal(kind: &str, name: &str) -> String {
    format!("Invalid principal in policy: \"{kind}\":\"{name}\"")
}

// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const TRUST_BYTES_MAX: usize = 2_048;
