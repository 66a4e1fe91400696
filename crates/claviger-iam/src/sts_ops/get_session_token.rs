//! GetSessionToken.
//!
//! AWS: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>

use std::collections::{BTreeMap, BTreeSet};

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, NoKey, Operation},
    rule::{Actions, Rule},
};
use claviger_model::sts::{GetSessionTokenInput, GetSessionTokenOutput};
use claviger_policy::PrincipalKind;

use crate::{
    entities::by_id,
    ids::new_session_key_id,
    records::UserRecord,
    sessions::{Claims, SessionPolicies, mint},
};

pub(super) struct GetSessionToken;

impl Operation for GetSessionToken {
    // AWS: needs no permission, and is the one operation of STS that CloudTrail does not call reading:
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
    const RULE: Rule = Rule {
        read_only: false,
        ..Rule::sts("GetSessionToken", Actions::Open)
    };
    type Input = GetSessionTokenInput;
    type Output = GetSessionTokenOutput;
    type Subject = NoKey;

    fn subject(_: &GetSessionTokenInput) {}

    fn parameters(input: &GetSessionTokenInput, out: &mut Parameters) {
        super::put_terms(
            out,
            input.duration_seconds,
            input.minimum_session_token_size,
        );
        super::put_serial_number(out, input.serial_number.as_deref());
    }

    fn check(input: &GetSessionTokenInput) -> Result<(), Error> {
        if input.serial_number.is_some() || input.token_code.is_some() {
            // DIFFERS: nobody has a second factor here, so whoever shows one is refused.
            return Err(error::access_denied(
                "MultiFactorAuthentication failed with invalid MFA one time pass code.".to_owned(),
            ));
        }
        Ok(())
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GetSessionTokenInput,
        _: &Admitted<NoKey>,
    ) -> Result<GetSessionTokenOutput, Error> {
        let (seconds_max, epoch) = match cx.caller.principal.kind {
            _ if cx.caller.session.is_some() => return Err(not_for_sessions()),
            PrincipalKind::Root => (ROOT_SECONDS_MAX, 0),
            PrincipalKind::User => (USER_SECONDS_MAX, epoch_of_user(cx).await?),
            PrincipalKind::Role
            | PrincipalKind::Session { .. }
            | PrincipalKind::FederatedUser
            | PrincipalKind::WebIdentity { .. } => return Err(not_for_sessions()),
        };
        // AWS: "If the duration is longer than one hour, the session for account owners defaults to one hour."
        let seconds = input
            .duration_seconds
            .unwrap_or(SECONDS_USUAL)
            .min(seconds_max);
        let now = cx.now.epoch_seconds();
        let claims = Claims {
            account: cx.caller.account.to_string(),
            principal: cx.caller.principal.unique_id.clone(),
            epoch,
            access_key_id: new_session_key_id(&*cx.core.rng)?,
            name: None,
            issued_ms: now.saturating_mul(1000),
            expires_ms: now.saturating_add(seconds.into()).saturating_mul(1000),
            policies: SessionPolicies::default(),
            tags: BTreeMap::new(),
            transitive: BTreeSet::new(),
            source_identity: None,
            provider: None,
        };
        let minted = mint(cx, &claims, input.minimum_session_token_size)?;
        let noted = super::note_credentials(cx, &minted.credentials);
        super::note_size(noted, minted.token_bytes, minted.used_percent);
        Ok(GetSessionTokenOutput {
            credentials: Some(minted.credentials),
            session_token_utilization: Some(minted.used_percent),
            session_token_size: Some(minted.token_bytes),
        })
    }
}

async fn epoch_of_user(cx: &Cx<'_>) -> Result<u64, Error> {
    let principal = &cx.caller.principal;
    let user =
        by_id::<UserRecord>(&cx.core.records, principal.account, &principal.unique_id).await?;
    // Deleted since the call was authenticated: as if it had come a moment later.
    Ok(user.ok_or_else(not_for_sessions)?.record.epoch)
}

fn not_for_sessions() -> Error {
    error::access_denied("Cannot call GetSessionToken with session credentials".to_owned())
}

const SECONDS_USUAL: i32 = 12 * 3_600;
const USER_SECONDS_MAX: i32 = 36 * 3_600;
const ROOT_SECONDS_MAX: i32 = 3_600;
