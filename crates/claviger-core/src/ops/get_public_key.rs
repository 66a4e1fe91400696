//! GetPublicKey. The public key is kept beside the list of materials, so it is there when the private one is not.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html>

use claviger_audit::Parameters;
use claviger_model::{GetPublicKeyInput, GetPublicKeyOutput, KeyUsageType};

use super::algorithms;
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    pipeline::{Admitted, OneKey, Operation},
    records::KeyRecord,
    rule::{Identifiers, Rule, States},
};

pub(super) struct GetPublicKey;

impl Operation for GetPublicKey {
    const RULE: Rule = Rule {
        identifiers: Identifiers::KeyOrAlias,
        cross_account: true,
        states: &States::NOT_PENDING_DELETION,
        grantable: true,
        ..Rule::reads("GetPublicKey", "kms:GetPublicKey")
    };
    type Input = GetPublicKeyInput;
    type Output = GetPublicKeyOutput;
    type Subject = OneKey;

    fn subject(input: &GetPublicKeyInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &GetPublicKeyInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
    }

    fn grant_tokens(input: &GetPublicKeyInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    async fn run(
        _: &mut Cx<'_>,
        _: &GetPublicKeyInput,
        on: &Admitted<OneKey>,
    ) -> Result<GetPublicKeyOutput, Error> {
        let key = on.key();
        let public_key = public_key(&key)?;
        let record = &key.record;
        let algorithms = algorithms::of(record);
        Ok(GetPublicKeyOutput {
            key_id: Some(key.arn.clone()),
            public_key: Some(public_key),
            customer_master_key_spec: Some(record.spec),
            key_spec: Some(record.spec),
            key_usage: Some(record.usage),
            encryption_algorithms: algorithms.encryption,
            signing_algorithms: algorithms.signing,
            key_agreement_algorithms: algorithms.agreement,
            encapsulation_algorithms: algorithms.encapsulation,
        })
    }
}

fn public_key(key: &Key) -> Result<Vec<u8>, Error> {
    if !has_one(&key.record) {
        return Err(error::unsupported());
    }
    let current = key.record.current();
    current
        .and_then(|material| material.public_key.clone())
        // UNKNOWN: what AWS answers for a key into which nothing was ever imported; its table of key states has
        // PendingImport allowed, which suits keys whose material is gone. Here such a key still waits for its first.
        .ok_or_else(|| error::invalid_state(&key.arn, "pending import"))
}

fn has_one(record: &KeyRecord) -> bool {
    let symmetric = record.spec == claviger_model::KeySpec::SymmetricDefault;
    !symmetric && record.usage != KeyUsageType::GenerateVerifyMac
}
