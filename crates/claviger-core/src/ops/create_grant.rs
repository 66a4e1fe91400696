//! CreateGrant.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html>

use claviger_audit::Parameters;
use claviger_model::{CreateGrantInput, CreateGrantOutput};
use claviger_policy::{Grant, Values};

use super::{granting, grants};
use crate::{
    cx::Cx,
    error::Error,
    grants::seal_token,
    pipeline::{Admitted, OneKey, Operation},
    records::GrantRecord,
    rule::{Actions, Rule, States},
};

pub(super) struct CreateGrant;

impl Operation for CreateGrant {
    const RULE: Rule = Rule {
        cross_account: true,
        states: &States::USE,
        grantable: true,
        ..Rule::kms("CreateGrant", Actions::One("kms:CreateGrant"))
    };
    type Input = CreateGrantInput;
    type Output = CreateGrantOutput;
    type Subject = OneKey;

    fn subject(input: &CreateGrantInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &CreateGrantInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        if let Some(constraints) = &input.constraints {
            granting::put_constraints(out, constraints);
        }
        let operations = input.operations.iter().map(|operation| operation.as_str());
        out.put_strings("operations", operations);
        for (name, value) in [
            ("granteePrincipal", &input.grantee_principal),
            ("granteeServicePrincipal", &input.grantee_service_principal),
            ("retiringPrincipal", &input.retiring_principal),
            (
                "retiringServicePrincipal",
                &input.retiring_service_principal,
            ),
            ("name", &input.name),
        ] {
            super::put_optional(out, name, value.as_deref());
        }
    }

    fn condition<'a>(input: &'a CreateGrantInput, key: &str) -> Option<Values<'a>> {
        granting::condition(input, key)
    }

    /// Who may create grants by a grant alone hands on no more than that.
    fn within(input: &CreateGrantInput, grant: &Grant) -> bool {
        let operations = input.operations.iter().copied().collect();
        grant.may_parent(&operations, &granting::limits(input))
    }

    fn grant_tokens(input: &CreateGrantInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &CreateGrantInput) -> bool {
        input.dry_run == Some(true)
    }

    fn check(input: &CreateGrantInput) -> Result<(), Error> {
        granting::possible(input)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &CreateGrantInput,
        on: &Admitted<OneKey>,
    ) -> Result<CreateGrantOutput, Error> {
        let key = on.key();
        granting::suits(&key, input)?;
        let record = granting::new_record(cx, input).await?;
        let place = granting::place(cx, &key, &record)?;
        if cx.read::<GrantRecord>(&place.id()).await?.is_none() {
            grants::create(cx, &key, &place, &record).await?;
        }
        let grant_id = place.grant.as_str().to_owned();
        cx.note_key(&key).put_str("grantId", &grant_id);
        Ok(CreateGrantOutput {
            grant_token: Some(seal_token(cx.core, &place)?),
            grant_id: Some(grant_id),
        })
    }
}
