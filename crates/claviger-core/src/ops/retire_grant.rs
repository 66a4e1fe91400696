//! RetireGrant.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html>

use claviger_audit::Parameters;
use claviger_model::{RetireGrantInput, RetireGrantOutput};

use super::grants;
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, ByGrant, Operation, WantedGrant},
    rule::{Actions, Rule},
};

pub(super) struct RetireGrant;

impl Operation for RetireGrant {
    const RULE: Rule = Rule {
        cross_account: true,
        ..Rule::kms("RetireGrant", Actions::One("kms:RetireGrant"))
    };
    type Input = RetireGrantInput;
    type Output = RetireGrantOutput;
    type Subject = ByGrant;

    fn subject(input: &RetireGrantInput) -> WantedGrant<'_> {
        match &input.grant_token {
            Some(token) => WantedGrant::Token(token),
            None => WantedGrant::Id(
                input.key_id.as_deref().unwrap_or_default(),
                input.grant_id.as_deref().unwrap_or_default(),
            ),
        }
    }

    fn parameters(input: &RetireGrantInput, out: &mut Parameters) {
        if let (Some(key), Some(grant)) = (&input.key_id, &input.grant_id) {
            grants::put_ids(out, key, grant);
        }
    }

    fn dry_run(input: &RetireGrantInput) -> bool {
        input.dry_run == Some(true)
    }

    fn check(input: &RetireGrantInput) -> Result<(), Error> {
        match (&input.grant_token, &input.key_id, &input.grant_id) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => Ok(()),
            // UNKNOWN: AWS's own text is not recorded.
            _ => Err(error::validation(
                "Specify either a GrantToken, or both a KeyId and a GrantId.",
            )),
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &RetireGrantInput,
        on: &Admitted<ByGrant>,
    ) -> Result<RetireGrantOutput, Error> {
        let ByGrant {
            key, place, record, ..
        } = on.subject();
        let id = place.grant.as_str();
        let stored = record.as_ref().ok_or_else(|| error::grant_not_found(id))?;
        grants::end(cx, key, place, stored).await?;
        cx.notes.additional().put_str("grantId", id);
        cx.note_key(key);
        Ok(RetireGrantOutput)
    }
}
