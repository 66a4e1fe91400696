//! DeleteAlias.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html>

use claviger_audit::Parameters;
use claviger_model::{DeleteAliasInput, DeleteAliasOutput};

use super::aliases;
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, AliasAndKeys, Operation, WantedAlias},
    records::AliasRecord,
    rule::{Actions, Identifiers, Rule},
};

pub(super) struct DeleteAlias;

impl Operation for DeleteAlias {
    const RULE: Rule = Rule {
        identifiers: Identifiers::None,
        ..Rule::kms("DeleteAlias", Actions::One("kms:DeleteAlias"))
    };
    type Input = DeleteAliasInput;
    type Output = DeleteAliasOutput;
    type Subject = AliasAndKeys;

    fn subject(input: &DeleteAliasInput) -> WantedAlias<'_> {
        WantedAlias {
            name: &input.alias_name,
            target: None,
            exists: true,
        }
    }

    fn parameters(input: &DeleteAliasInput, out: &mut Parameters) {
        out.put_str("aliasName", &input.alias_name);
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DeleteAliasInput,
        on: &Admitted<AliasAndKeys>,
    ) -> Result<DeleteAliasOutput, Error> {
        let Some(stored) = &on.record else {
            return Err(error::alias_not_found(on.arn()));
        };
        let id = on.place.id(&cx.core.records);
        cx.staged
            .remove::<AliasRecord>(id, Some(&on.place.account), Some(stored.revision));
        if let Some(key) = &on.old {
            aliases::detach(cx, key, on)?;
            cx.note_key(key);
        }
        aliases::publish(cx, &on.place, None);
        Ok(DeleteAliasOutput)
    }
}
