//! UpdateAlias.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html>

use claviger_audit::Parameters;
use claviger_model::{UpdateAliasInput, UpdateAliasOutput};

use super::aliases;
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, AliasAndKeys, Operation, WantedAlias},
    records::AliasRecord,
    rule::{Actions, Rule, States},
};

pub(super) struct UpdateAlias;

impl Operation for UpdateAlias {
    const RULE: Rule = Rule {
        states: &States::NOT_PENDING_DELETION,
        ..Rule::kms("UpdateAlias", Actions::One("kms:UpdateAlias"))
    };
    type Input = UpdateAliasInput;
    type Output = UpdateAliasOutput;
    type Subject = AliasAndKeys;

    fn subject(input: &UpdateAliasInput) -> WantedAlias<'_> {
        WantedAlias {
            name: &input.alias_name,
            target: Some(&input.target_key_id),
            exists: true,
        }
    }

    fn parameters(input: &UpdateAliasInput, out: &mut Parameters) {
        out.put_str("aliasName", &input.alias_name)
            .put_str("targetKeyId", &input.target_key_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &UpdateAliasInput,
        on: &Admitted<AliasAndKeys>,
    ) -> Result<UpdateAliasOutput, Error> {
        let Some(target) = &on.new else {
            return Err(error::missing("targetKeyId"));
        };
        let Some(stored) = &on.record else {
            return Err(error::alias_not_found(on.arn()));
        };
        cx.note_key(target);
        let old = on.old.as_ref().filter(|old| old.place != target.place);
        if let Some(old) = old {
            aliases::same_type(on.arn(), &old.record, &target.record)?;
            aliases::detach(cx, old, on)?;
        }
        if on.old.is_none() || old.is_some() {
            aliases::attach(cx, target, on)?;
        }
        let record = AliasRecord {
            target: target.place.key,
            target_multi_region: target.record.multi_region,
            updated_ms: cx.now.epoch_ms(),
            ..stored.record.clone()
        };
        let id = on.place.id(&cx.core.records);
        cx.staged.replace(
            id,
            Some(&on.place.account),
            (stored.version, stored.revision),
            &record,
        )?;
        aliases::publish(cx, &on.place, Some(&record));
        Ok(UpdateAliasOutput)
    }
}
