//! CreateAlias.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html>

use claviger_audit::Parameters;
use claviger_model::{CreateAliasInput, CreateAliasOutput};

use super::aliases;
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, AliasAndKeys, Operation, WantedAlias},
    records::AliasRecord,
    rule::{Actions, Rule, States},
};

pub(super) struct CreateAlias;

impl Operation for CreateAlias {
    const RULE: Rule = Rule {
        states: &States::NOT_PENDING_DELETION,
        ..Rule::kms("CreateAlias", Actions::One("kms:CreateAlias"))
    };
    type Input = CreateAliasInput;
    type Output = CreateAliasOutput;
    type Subject = AliasAndKeys;

    fn subject(input: &CreateAliasInput) -> WantedAlias<'_> {
        WantedAlias {
            name: &input.alias_name,
            target: Some(&input.target_key_id),
            exists: false,
        }
    }

    fn parameters(input: &CreateAliasInput, out: &mut Parameters) {
        out.put_str("aliasName", &input.alias_name)
            .put_str("targetKeyId", &input.target_key_id);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &CreateAliasInput,
        on: &Admitted<AliasAndKeys>,
    ) -> Result<CreateAliasOutput, Error> {
        if on.record.is_some() {
            return Err(error::alias_exists(on.arn()));
        }
        let Some(target) = &on.new else {
            return Err(error::missing("targetKeyId"));
        };
        let record = AliasRecord {
            name: on.place.name.as_str().to_owned(),
            target: target.place.key,
            target_multi_region: target.record.multi_region,
            created_ms: cx.now.epoch_ms(),
            updated_ms: cx.now.epoch_ms(),
        };
        let id = on.place.id(&cx.core.records);
        cx.staged.create(id, Some(&on.place.account), &record)?;
        aliases::attach(cx, target, on)?;
        aliases::publish(cx, &on.place, Some(&record));
        cx.note_key(target);
        Ok(CreateAliasOutput)
    }
}
