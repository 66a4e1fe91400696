//! From a request to a simulation.

use std::{cell::OnceCell, collections::BTreeMap, sync::Arc};

use claviger_core::{cx::Cx, error::Error};
use claviger_model::{
    AccountId,
    iam::{ContextEntry, PolicySourceType},
};
use claviger_policy::{Policy, PolicyKind, Principal, PrincipalKind, PrincipalRef};

use super::{Context, Simulation, Source, is_role};
use crate::errors;

/// What both operations of the simulator take.
pub(crate) struct Scenario<'a> {
    /// `PolicyInputList`.
    pub(crate) policies: &'a [String],
    /// `PermissionsBoundaryPolicyInputList`.
    pub(crate) boundaries: Option<&'a [String]>,
    /// `ResourceArns`.
    pub(crate) resources: Option<&'a [String]>,
    /// `ResourcePolicy`.
    pub(crate) resource_policy: Option<&'a str>,
    /// `ResourceOwner`.
    pub(crate) resource_owner: Option<&'a str>,
    /// `CallerArn`.
    pub(crate) caller_arn: Option<&'a str>,
    /// `ContextEntries`.
    pub(crate) context: Option<&'a [ContextEntry]>,
}

/// Whose policies take part beside those of the request.
pub(crate) struct Cast {
    /// Who calls, unless the request names another.
    pub(crate) principal: Principal,
    /// The tags of the principal.
    pub(crate) tags: BTreeMap<String, String>,
    /// The policies that speak for it.
    pub(crate) identity: Vec<Source>,
    /// Its permissions boundary, unless the request gives another.
    pub(crate) boundary: Option<Source>,
}

impl Scenario<'_> {
    /// The simulation that the request describes.
    ///
    /// # Errors
    /// A policy is none, or an ARN or a value of the request is.
    pub(crate) async fn stage(&self, cx: &Cx<'_>, cast: Cast) -> Result<Simulation, Error> {
        let mut identity = cast.identity;
        for (document, number) in self.policies.iter().zip(1_u64..) {
            let id = format!("PolicyInputList.{number}");
            identity.push(given(id, PolicySourceType::None, document)?);
        }
        let boundary = match self.boundaries {
            None | Some([]) => cast.boundary,
            Some([document]) => {
                let id = "PermissionsBoundaryPolicyInputList.1".to_owned();
                Some(given(id, PolicySourceType::None, document)?)
            }
            Some(_) => {
                return Err(errors::invalid_input(
                    "Only one permissions boundary can be given.",
                ));
            }
        };
        let (principal, tags) = match self.caller_arn {
            Some(arn) => (named(cx, arn).await?, BTreeMap::new()),
            None => (cast.principal, cast.tags),
        };
        let resource = match self.resource_policy {
            Some(document) => Some(self.of_resource(cx, document, &principal).await?),
            None => None,
        };
        let mut context = Context::read(self.context.unwrap_or_default())?;
        context.tag_principal(&tags);
        Ok(Simulation {
            owner: owner(self.resource_owner, &principal)?,
            principal,
            identity,
            boundary,
            resource,
            context,
            spellings: OnceCell::new(),
        })
    }

    /// The resource policy. Its names mean whoever bears them now, as if it were being stored.
    async fn of_resource(
        &self,
        cx: &Cx<'_>,
        document: &str,
        caller: &Principal,
    ) -> Result<Source, Error> {
        let of_role = self
            .resources
            .is_some_and(|arns| arns.iter().any(|arn| is_role(arn)));
        let kind = if of_role {
            PolicyKind::Trust
        } else {
            PolicyKind::Key
        };
        let policy = Policy::parse(document, kind)
            .map_err(|error| errors::invalid_input(error.public_text()))?;
        let mut ids = BTreeMap::new();
        for principal in policy.principals() {
            if let PrincipalRef::Arn(arn) = principal {
                let id = match cx.core.principals().resolve(principal).await? {
                    Some(id) => id,
                    None if *arn == caller.arn => caller.unique_id.clone(),
                    // Nobody's id: whoever does not exist does not call.
                    None => arn.clone(),
                };
                ids.insert(arn.clone(), id);
            }
        }
        let policy = policy
            .bind(&ids)
            .map_err(|unbound| errors::invalid_input(unbound.to_string()))?;
        Ok(Source {
            id: "ResourcePolicy".to_owned(),
            kind: PolicySourceType::Resource,
            document: document.to_owned(),
            policy: Arc::new(policy),
        })
    }
}

fn given(id: String, kind: PolicySourceType, document: &str) -> Result<Source, Error> {
    // UNKNOWN: AWS's own text is not recorded.
    let policy = Policy::parse(document, PolicyKind::Identity)
        .map_err(|error| errors::invalid_input(format!("{id}: {}", error.public_text())))?;
    Ok(Source {
        id,
        kind,
        document: document.to_owned(),
        policy: Arc::new(policy),
    })
}

/// The principal of `CallerArn`; it need not exist.
// DIFFERS: AWS takes users alone; here roles and their sessions can be imagined as callers too.
async fn named(cx: &Cx<'_>, arn: &str) -> Result<Principal, Error> {
    let invalid = || errors::invalid_input(format!("Invalid CallerArn: {arn}"));
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, account) = (parts.next(), parts.nth(1));
    let account = account.and_then(|text| AccountId::parse(text).ok());
    let (account, resource) = account.zip(parts.next()).ok_or_else(invalid)?;
    let ids = cx.core.principals();
    let as_named = PrincipalRef::Arn(arn.to_owned());
    let unique_id = ids
        .resolve(&as_named)
        .await?
        .unwrap_or_else(|| arn.to_owned());
    let kind = match (service, resource.split_once('/')) {
        (Some("iam"), None) if resource == "root" => PrincipalKind::Root,
        (Some("iam"), Some(("user", _))) => PrincipalKind::User,
        (Some("iam"), Some(("role", _))) => PrincipalKind::Role,
        (Some("sts"), Some(("federated-user", _))) => PrincipalKind::FederatedUser,
        (Some("sts"), Some(("assumed-role", _))) => {
            let (role_id, _) = unique_id.split_once(':').ok_or_else(invalid)?;
            let role_arn = ids.arn_of(role_id).await?.ok_or_else(invalid)?;
            PrincipalKind::Session {
                role_arn,
                role_id: role_id.to_owned(),
            }
        }
        _ => return Err(invalid()),
    };
    let is_root = kind == PrincipalKind::Root;
    Ok(Principal {
        account,
        arn: arn.to_owned(),
        unique_id: if is_root {
            account.to_string()
        } else {
            unique_id
        },
        kind,
    })
}

/// Whose the resources are that do not say it themselves.
fn owner(given: Option<&str>, principal: &Principal) -> Result<AccountId, Error> {
    let Some(given) = given else {
        return Ok(principal.account);
    };
    let account = given.strip_prefix("arn:aws:iam::").unwrap_or(given);
    let account = account.strip_suffix(":root").unwrap_or(account);
    AccountId::parse(account)
        .map_err(|_| errors::invalid_input(format!("Invalid ResourceOwner: {given}")))
}
