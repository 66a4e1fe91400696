//! GenerateDataKey.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{GenerateDataKeyInput, GenerateDataKeyOutput, KeyUsageType};
use claviger_policy::Values;

use super::messages;
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule},
};

pub(super) struct GenerateDataKey;

impl Operation for GenerateDataKey {
    const RULE: Rule = Rule::uses(
        "GenerateDataKey",
        Actions::One("kms:GenerateDataKey"),
        KeyUsageType::EncryptDecrypt,
    );
    type Input = GenerateDataKeyInput;
    type Output = GenerateDataKeyOutput;
    type Subject = OneKey;

    fn subject(input: &GenerateDataKeyInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &GenerateDataKeyInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        messages::put_data_key_size(out, input.number_of_bytes, input.key_spec);
        messages::put_context(out, "encryptionContext", input.encryption_context.as_ref());
    }

    fn condition<'a>(input: &'a GenerateDataKeyInput, key: &str) -> Option<Values<'a>> {
        messages::context_condition(input.encryption_context.as_ref(), None, key)
    }

    fn encryption_context<'a>(
        input: &'a GenerateDataKeyInput,
        _: &str,
    ) -> Option<&'a BTreeMap<String, String>> {
        input.encryption_context.as_ref()
    }

    fn grant_tokens(input: &GenerateDataKeyInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &GenerateDataKeyInput) -> bool {
        input.dry_run == Some(true)
    }

    fn check(input: &GenerateDataKeyInput) -> Result<(), Error> {
        messages::refuse_recipient(input.recipient.as_ref())?;
        messages::data_key_bytes(input.number_of_bytes, input.key_spec).map(drop)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GenerateDataKeyInput,
        on: &Admitted<OneKey>,
    ) -> Result<GenerateDataKeyOutput, Error> {
        let bytes = messages::data_key_bytes(input.number_of_bytes, input.key_spec)?;
        let context = input.encryption_context.as_ref();
        let (plaintext, sealed) = messages::generate(cx, on.key(), context, bytes).await?;
        messages::note_material(cx, "keyMaterialId", Some(&sealed.material.printed));
        Ok(GenerateDataKeyOutput {
            ciphertext_blob: Some(sealed.blob),
            plaintext: Some(plaintext),
            key_id: Some(on.key().arn.clone()),
            key_material_id: Some(sealed.material.printed.clone()),
            ..GenerateDataKeyOutput::default()
        })
    }
}
