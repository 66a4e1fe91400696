//! Making the session of a role that may be assumed.

use claviger_audit::Parameters;
use claviger_core::{cx::Cx, error::Error};
use claviger_model::{
    AccountId,
    sts::{AssumedRoleUser, Credentials, PolicyDescriptorType},
};

use super::role::RoleToAssume;
use crate::{
    AwsManagedPolicy,
    entities::by_arn,
    errors,
    ids::new_session_key_id,
    ops::check_identity,
    records::ManagedPolicyRecord,
    sessions::{Claims, SessionPolicies, mint, session_arn, session_id},
};

/// What the request says about the session.
pub(super) struct Request<'a> {
    pub(super) name: &'a str,
    pub(super) duration_seconds: Option<i32>,
    pub(super) policy: Option<&'a str>,
    pub(super) policy_arns: &'a [PolicyDescriptorType],
    pub(super) token_bytes_min: Option<i32>,
}

/// What the answers have in common.
pub(super) struct Made {
    pub(super) credentials: Credentials,
    pub(super) user: AssumedRoleUser,
    pub(super) token_bytes: i32,
    pub(super) used_percent: i32,
    /// The same as the percentage above: since there is one limit for all that a token holds, its policies and tags have
    /// none of their own. None when there are none.
    pub(super) packed_percent: Option<i32>,
    pub(super) source_identity: Option<String>,
}

/// Makes the session and notes it in the audit event.
pub(super) async fn make(
    cx: &mut Cx<'_>,
    role: &RoleToAssume,
    request: &Request<'_>,
) -> Result<Made, Error> {
    let RoleToAssume {
        account,
        record,
        carried,
        ..
    } = role;
    let seconds = duration_seconds(cx, role, request.duration_seconds)?;
    let now = cx.now.epoch_seconds();
    let claims = Claims {
        account: account.to_string(),
        principal: record.id.clone(),
        epoch: record.epoch,
        access_key_id: new_session_key_id(&*cx.core.rng)?,
        name: Some(request.name.to_owned()),
        issued_ms: now.saturating_mul(1000),
        expires_ms: now.saturating_add(seconds).saturating_mul(1000),
        policies: session_policies(cx, *account, request).await?,
        tags: carried.tags.clone(),
        transitive: carried.transitive.clone(),
        source_identity: carried.source_identity.clone(),
        provider: cx
            .caller
            .web_identity
            .as_ref()
            .map(|who| who.provider_arn.clone()),
    };
    let minted = mint(cx, &claims, request.token_bytes_min)?;
    // UNKNOWN: whether AWS answers PackedPolicySize where there are neither policies nor tags; it did not before 2026.
    let is_narrowed = !claims.policies.is_empty() || !claims.tags.is_empty();
    let made = Made {
        credentials: minted.credentials,
        user: AssumedRoleUser {
            assumed_role_id: session_id(&record.id, request.name),
            arn: session_arn(*account, &record.name, request.name),
        },
        token_bytes: minted.token_bytes,
        used_percent: minted.used_percent,
        packed_percent: is_narrowed.then_some(minted.used_percent),
        source_identity: claims.source_identity,
    };
    made.note(cx);
    Ok(made)
}

impl Made {
    fn note(&self, cx: &mut Cx<'_>) {
        let noted = super::note_credentials(cx, &self.credentials);
        noted.put_object("assumedRoleUser", |user| {
            user.put_str("assumedRoleId", &self.user.assumed_role_id)
                .put_str("arn", &self.user.arn);
        });
        if let Some(percent) = self.packed_percent {
            noted.put_int("packedPolicySize", i64::from(percent));
        }
        super::note_size(noted, self.token_bytes, self.used_percent);
        if let Some(identity) = &self.source_identity {
            noted.put_str("sourceIdentity", identity);
        }
    }
}

/// The policies of a request in the audit event.
pub(super) fn put_policies(
    out: &mut Parameters,
    policy: Option<&str>,
    arns: Option<&[PolicyDescriptorType]>,
) {
    if let Some(policy) = policy {
        out.put_str("policy", policy);
    }
    if let Some(arns) = arns {
        out.put_objects("policyArns", arns, |member, policy| {
            if let Some(arn) = &policy.arn {
                member.put_str("arn", arn);
            }
        });
    }
}

fn duration_seconds(cx: &Cx<'_>, role: &RoleToAssume, wanted: Option<i32>) -> Result<i64, Error> {
    let wanted = wanted.unwrap_or(SECONDS_USUAL);
    if cx.caller.session.is_some() && wanted > CHAINED_SECONDS_MAX {
        return Err(errors::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if wanted > role.record.session_seconds_max {
        return Err(errors::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(i64::from(wanted))
}

async fn session_policies(
    cx: &Cx<'_>,
    account: AccountId,
    request: &Request<'_>,
) -> Result<SessionPolicies, Error> {
    if request.policy_arns.len() > POLICY_ARNS_MAX {
        return Err(errors::validation(format!(
            "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to {POLICY_ARNS_MAX}"
        )));
    }
    check_policy_length(request)?;
    if let Some(policy) = request.policy {
        check_identity(policy)?;
    }
    let mut managed = Vec::new();
    for PolicyDescriptorType { arn } in request.policy_arns {
        let arn = arn.as_deref().unwrap_or_default();
        if AwsManagedPolicy::of_arn(arn).is_some() {
            managed.push((arn.to_owned(), 0));
            continue;
        }
        let own = by_arn::<ManagedPolicyRecord>(&cx.core.records, account, arn).await?;
        // UNKNOWN: AWS's own text is not recorded.
        let own = own.ok_or_else(|| {
            errors::malformed_policy(format!("Policy {arn} does not exist or is not attachable."))
        })?;
        managed.push((own.record.id, own.version));
    }
    Ok(SessionPolicies {
        inline: request.policy.map(str::to_owned),
        managed,
    })
}

/// The model bounds only what comes with a web identity; the limit is for all that narrows a session, as plain text.
fn check_policy_length(request: &Request<'_>) -> Result<(), Error> {
    let arns = request.policy_arns.iter();
    let arns = arns.filter_map(|policy| policy.arn.as_deref());
    let chars: usize = request
        .policy
        .into_iter()
        .chain(arns)
        .map(|text| text.chars().count())
        .sum();
    if chars > POLICY_CHARS_MAX {
        // UNKNOWN: AWS's own text where it is the policy and the ARNs together that are too long.
        return Err(errors::validation(format!(
            "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to {POLICY_CHARS_MAX}"
        )));
    }
    Ok(())
}

// AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const SECONDS_USUAL: i32 = 3_600;
const CHAINED_SECONDS_MAX: i32 = 3_600;
const POLICY_ARNS_MAX: usize = 10;
const POLICY_CHARS_MAX: usize = 2_048;
