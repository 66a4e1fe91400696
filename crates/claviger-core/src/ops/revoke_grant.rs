//! RevokeGrant.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html>

use claviger_audit::Parameters;
use claviger_model::{RevokeGrantInput, RevokeGrantOutput};
use claviger_policy::Values;

use super::grants;
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    records::{GrantId, GrantPlace, GrantRecord},
    rule::{Actions, Rule},
};

pub(super) struct RevokeGrant;

impl Operation for RevokeGrant {
    const RULE: Rule = Rule {
        cross_account: true,
        ..Rule::kms("RevokeGrant", Actions::One("kms:RevokeGrant"))
    };
    type Input = RevokeGrantInput;
    type Output = RevokeGrantOutput;
    type Subject = OneKey;

    fn subject(input: &RevokeGrantInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &RevokeGrantInput, out: &mut Parameters) {
        grants::put_ids(out, &input.key_id, &input.grant_id);
    }

    fn condition<'a>(_: &'a RevokeGrantInput, key: &str) -> Option<Values<'a>> {
        grants::condition(key)
    }

    fn dry_run(input: &RevokeGrantInput) -> bool {
        input.dry_run == Some(true)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &RevokeGrantInput,
        on: &Admitted<OneKey>,
    ) -> Result<RevokeGrantOutput, Error> {
        let (key, id) = (on.key(), &input.grant_id);
        let place = GrantPlace {
            key: key.place.clone(),
            grant: GrantId::parse(id).ok_or_else(|| error::invalid_grant_id(id))?,
        };
        let stored = cx.read::<GrantRecord>(&place.id()).await?;
        let stored = stored.ok_or_else(|| error::grant_not_found(id))?;
        grants::end(cx, &key, &place, &stored).await?;
        cx.note_key(&key);
        Ok(RevokeGrantOutput)
    }
}
