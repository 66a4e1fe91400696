//! GetParametersForImport.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetParametersForImport.html>

use std::{sync::Arc, time::Duration};

use claviger_audit::Parameters;
use claviger_crypto::import::{
    WrappingKey, WrappingSpec,
    token::{self, Token},
};
use claviger_model::{
    GetParametersForImportInput, GetParametersForImportOutput, OriginType, Secret,
};
use claviger_policy::Values;

use super::import;
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    records::Fault,
    rule::{Actions, Rule, States},
};

pub(super) struct GetParametersForImport;

impl Operation for GetParametersForImport {
    const RULE: Rule = Rule {
        states: &States::NOT_PENDING_DELETION,
        origin: Some(OriginType::External),
        // CloudTrail calls it read-only; the first call of a day stores that day's key all the same.
        read_only: true,
        ..Rule::kms(
            "GetParametersForImport",
            Actions::One("kms:GetParametersForImport"),
        )
    };
    type Input = GetParametersForImportInput;
    type Output = GetParametersForImportOutput;
    type Subject = OneKey;

    fn subject(input: &GetParametersForImportInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &GetParametersForImportInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id)
            .put_str("wrappingAlgorithm", input.wrapping_algorithm.as_str())
            .put_str("wrappingKeySpec", input.wrapping_key_spec.as_str());
    }

    fn condition<'a>(input: &'a GetParametersForImportInput, key: &str) -> Option<Values<'a>> {
        match key {
            "kms:wrappingalgorithm" => Some(Values::text(input.wrapping_algorithm.as_str())),
            "kms:wrappingkeyspec" => Some(Values::text(input.wrapping_key_spec.as_str())),
            _ => None,
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GetParametersForImportInput,
        on: &Admitted<OneKey>,
    ) -> Result<GetParametersForImportOutput, Error> {
        let key = on.key();
        let (algorithm, spec) = import::wrapping(
            input.wrapping_algorithm,
            input.wrapping_key_spec,
            key.record.spec,
        )?;
        let wrapping_key = take(cx, spec).await?;
        let not_after = cx.now.saturating_add_days(VALID_DAYS);
        let (day, day_key) = import::today(cx).await?;
        let token = Token {
            day,
            wrapping_key: wrapping_key.to_pkcs8().map_err(|_| Fault::Engine)?,
            spec,
            algorithm,
            key_uuid: *key.place.key.as_bytes(),
            account: key.account.as_u64(),
            region: key.place.region.to_string(),
            epoch: key.record.import_epoch,
            not_after,
        };
        let sealed = token::seal(&day_key, &token, &*cx.core.rng).map_err(|_| Fault::Engine)?;
        let public_key = wrapping_key.public_spki_der().map_err(|_| Fault::Engine)?;
        Ok(GetParametersForImportOutput {
            key_id: Some(key.arn.clone()),
            import_token: Some(sealed),
            public_key: Some(Secret::from_vec(public_key)),
            parameters_valid_to: Some(not_after),
        })
    }
}

/// A key pair that nobody had before. Making one takes long, so it is waited for off the request threads.
async fn take(cx: &Cx<'_>, spec: WrappingSpec) -> Result<WrappingKey, Error> {
    let pool = Arc::clone(&cx.core.pool);
    let taken = tokio::task::spawn_blocking(move || pool.take(spec, WAIT_MAX))
        .await
        .map_err(error::internal)?;
    taken.map_err(|_| error::throttled())
}

// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-get-public-key-and-token.html
const VALID_DAYS: i64 = 1;
/// A busy machine takes some seconds for a pair of RSA 4096; clients wait for a minute as a rule.
const WAIT_MAX: Duration = Duration::from_secs(30);
