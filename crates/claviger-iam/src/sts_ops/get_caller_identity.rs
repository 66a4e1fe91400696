//! GetCallerIdentity.
//!
//! AWS: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    rule::{Actions, Rule},
};
use claviger_model::sts::{GetCallerIdentityInput, GetCallerIdentityOutput};

pub(super) struct GetCallerIdentity;

impl Operation for GetCallerIdentity {
    // AWS: needs no permission, and no policy can forbid it.
    const RULE: Rule = Rule::sts("GetCallerIdentity", Actions::Open);
    type Input = GetCallerIdentityInput;
    type Output = GetCallerIdentityOutput;
    type Subject = NoKey;

    fn subject(_: &GetCallerIdentityInput) {}

    fn parameters(_: &GetCallerIdentityInput, _: &mut Parameters) {}

    async fn run(
        cx: &mut Cx<'_>,
        _: &GetCallerIdentityInput,
        _: &Admitted<NoKey>,
    ) -> Result<GetCallerIdentityOutput, Error> {
        let principal = &cx.caller.principal;
        Ok(GetCallerIdentityOutput {
            arn: Some(principal.arn.clone()),
            user_id: Some(principal.unique_id.clone()),
            account: Some(cx.caller.account.to_string()),
        })
    }
}
