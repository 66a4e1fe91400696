//! GenerateDataKeyPair.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{GenerateDataKeyPairInput, GenerateDataKeyPairOutput, KeyUsageType};
use claviger_policy::Values;

use super::{messages, pairs};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule},
};

pub(super) struct GenerateDataKeyPair;

impl Operation for GenerateDataKeyPair {
    const RULE: Rule = Rule::uses(
        "GenerateDataKeyPair",
        Actions::One("kms:GenerateDataKeyPair"),
        KeyUsageType::EncryptDecrypt,
    );
    type Input = GenerateDataKeyPairInput;
    type Output = GenerateDataKeyPairOutput;
    type Subject = OneKey;

    fn subject(input: &GenerateDataKeyPairInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &GenerateDataKeyPairInput, out: &mut Parameters) {
        let context = input.encryption_context.as_ref();
        pairs::put_parameters(out, &input.key_id, input.key_pair_spec, context);
    }

    fn condition<'a>(input: &'a GenerateDataKeyPairInput, key: &str) -> Option<Values<'a>> {
        pairs::condition(input.key_pair_spec, input.encryption_context.as_ref(), key)
    }

    fn encryption_context<'a>(
        input: &'a GenerateDataKeyPairInput,
        _: &str,
    ) -> Option<&'a BTreeMap<String, String>> {
        input.encryption_context.as_ref()
    }

    fn grant_tokens(input: &GenerateDataKeyPairInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &GenerateDataKeyPairInput) -> bool {
        input.dry_run == Some(true)
    }

    fn check(input: &GenerateDataKeyPairInput) -> Result<(), Error> {
        messages::refuse_recipient(input.recipient.as_ref())?;
        pairs::served(input.key_pair_spec)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GenerateDataKeyPairInput,
        on: &Admitted<OneKey>,
    ) -> Result<GenerateDataKeyPairOutput, Error> {
        let (key, spec) = (on.key(), input.key_pair_spec);
        let pair = pairs::generate(cx, key, spec, input.encryption_context.as_ref()).await?;
        let material = &pair.sealed.material.printed;
        messages::note_material(cx, "keyMaterialId", Some(material));
        Ok(GenerateDataKeyPairOutput {
            private_key_plaintext: Some(pair.private_key),
            public_key: Some(pair.public_key),
            key_id: Some(key.arn.clone()),
            key_pair_spec: Some(spec),
            key_material_id: Some(material.clone()),
            private_key_ciphertext_blob: Some(pair.sealed.blob),
            ..GenerateDataKeyPairOutput::default()
        })
    }
}
