//! GenerateDataKeyWithoutPlaintext.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{
    GenerateDataKeyWithoutPlaintextInput, GenerateDataKeyWithoutPlaintextOutput, KeyUsageType,
};
use claviger_policy::Values;

use super::messages;
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule},
};

pub(super) struct GenerateDataKeyWithoutPlaintext;

impl Operation for GenerateDataKeyWithoutPlaintext {
    const RULE: Rule = Rule::uses(
        "GenerateDataKeyWithoutPlaintext",
        Actions::One("kms:GenerateDataKeyWithoutPlaintext"),
        KeyUsageType::EncryptDecrypt,
    );
    type Input = GenerateDataKeyWithoutPlaintextInput;
    type Output = GenerateDataKeyWithoutPlaintextOutput;
    type Subject = OneKey;

    fn subject(input: &GenerateDataKeyWithoutPlaintextInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &GenerateDataKeyWithoutPlaintextInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        messages::put_data_key_size(out, input.number_of_bytes, input.key_spec);
        messages::put_context(out, "encryptionContext", input.encryption_context.as_ref());
    }

    fn condition<'a>(
        input: &'a GenerateDataKeyWithoutPlaintextInput,
        key: &str,
    ) -> Option<Values<'a>> {
        messages::context_condition(input.encryption_context.as_ref(), None, key)
    }

    fn encryption_context<'a>(
        input: &'a GenerateDataKeyWithoutPlaintextInput,
        _: &str,
    ) -> Option<&'a BTreeMap<String, String>> {
        input.encryption_context.as_ref()
    }

    fn grant_tokens(input: &GenerateDataKeyWithoutPlaintextInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &GenerateDataKeyWithoutPlaintextInput) -> bool {
        input.dry_run == Some(true)
    }

    fn check(input: &GenerateDataKeyWithoutPlaintextInput) -> Result<(), Error> {
        messages::data_key_bytes(input.number_of_bytes, input.key_spec).map(drop)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GenerateDataKeyWithoutPlaintextInput,
        on: &Admitted<OneKey>,
    ) -> Result<GenerateDataKeyWithoutPlaintextOutput, Error> {
        let bytes = messages::data_key_bytes(input.number_of_bytes, input.key_spec)?;
        let context = input.encryption_context.as_ref();
        let (_, sealed) = messages::generate(cx, on.key(), context, bytes).await?;
        messages::note_material(cx, "keyMaterialId", Some(&sealed.material.printed));
        Ok(GenerateDataKeyWithoutPlaintextOutput {
            ciphertext_blob: Some(sealed.blob),
            key_id: Some(on.key().arn.clone()),
            key_material_id: Some(sealed.material.printed.clone()),
        })
    }
}
