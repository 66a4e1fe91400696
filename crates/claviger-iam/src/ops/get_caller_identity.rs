//! GetCallerIdentity.
//!
//! AWS: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    rule::{Actions, Identifiers, Rule, Service},
};
use claviger_model::wire::{DecodeError, WireInput, WireOutput};

pub(super) struct GetCallerIdentity;

/// No members: whatever else a form holds is ignored.
pub(super) struct Input;

/// The inside of the answer's `GetCallerIdentityResult`.
pub(super) struct Output {
    arn: String,
    user_id: String,
    account: String,
}

impl WireInput for Input {
    fn decode(_: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl WireOutput for Output {
    fn encode(&self) -> Vec<u8> {
        // None of the three can hold a character that XML would need escaped.
        let Self {
            arn,
            user_id,
            account,
        } = self;
        format!("<Arn>{arn}</Arn><UserId>{user_id}</UserId><Account>{account}</Account>")
            .into_bytes()
    }
}

impl Operation for GetCallerIdentity {
    // AWS: needs no permission, and no policy can forbid it.
    const RULE: Rule = Rule {
        service: Service::Sts,
        identifiers: Identifiers::None,
        read_only: true,
        changes: false,
        ..Rule::kms("GetCallerIdentity", Actions::Open)
    };
    type Input = Input;
    type Output = Output;
    type Subject = NoKey;

    fn subject(_: &Input) {}

    fn parameters(_: &Input, _: &mut Parameters) {}

    async fn run(cx: &mut Cx<'_>, _: &Input, _: &Admitted<NoKey>) -> Result<Output, Error> {
        let principal = &cx.caller.principal;
        Ok(Output {
            arn: principal.arn.clone(),
            user_id: principal.unique_id.clone(),
            account: cx.caller.account.to_string(),
        })
    }
}
