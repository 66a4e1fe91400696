//! GenerateDataKeyPairWithoutPlaintext.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPairWithoutPlaintext.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{
    GenerateDataKeyPairWithoutPlaintextInput, GenerateDataKeyPairWithoutPlaintextOutput,
    KeyUsageType,
};
use claviger_policy::Values;

use super::{messages, pairs};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule},
};

pub(super) struct GenerateDataKeyPairWithoutPlaintext;

impl Operation for GenerateDataKeyPairWithoutPlaintext {
    const RULE: Rule = Rule::uses(
        "GenerateDataKeyPairWithoutPlaintext",
        Actions::One("kms:GenerateDataKeyPairWithoutPlaintext"),
        KeyUsageType::EncryptDecrypt,
    );
    type Input = GenerateDataKeyPairWithoutPlaintextInput;
    type Output = GenerateDataKeyPairWithoutPlaintextOutput;
    type Subject = OneKey;

    fn subject(input: &GenerateDataKeyPairWithoutPlaintextInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &GenerateDataKeyPairWithoutPlaintextInput, out: &mut Parameters) {
        let context = input.encryption_context.as_ref();
        pairs::put_parameters(out, &input.key_id, input.key_pair_spec, context);
    }

    fn condition<'a>(
        input: &'a GenerateDataKeyPairWithoutPlaintextInput,
        key: &str,
    ) -> Option<Values<'a>> {
        pairs::condition(input.key_pair_spec, input.encryption_context.as_ref(), key)
    }

    fn encryption_context<'a>(
        input: &'a GenerateDataKeyPairWithoutPlaintextInput,
        _: &str,
    ) -> Option<&'a BTreeMap<String, String>> {
        input.encryption_context.as_ref()
    }

    fn grant_tokens(input: &GenerateDataKeyPairWithoutPlaintextInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &GenerateDataKeyPairWithoutPlaintextInput) -> bool {
        input.dry_run == Some(true)
    }

    fn check(input: &GenerateDataKeyPairWithoutPlaintextInput) -> Result<(), Error> {
        pairs::served(input.key_pair_spec)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &GenerateDataKeyPairWithoutPlaintextInput,
        on: &Admitted<OneKey>,
    ) -> Result<GenerateDataKeyPairWithoutPlaintextOutput, Error> {
        let (key, spec) = (on.key(), input.key_pair_spec);
        let pair = pairs::generate(cx, key, spec, input.encryption_context.as_ref()).await?;
        let material = &pair.sealed.material.printed;
        messages::note_material(cx, "keyMaterialId", Some(material));
        Ok(GenerateDataKeyPairWithoutPlaintextOutput {
            public_key: Some(pair.public_key),
            key_id: Some(key.arn.clone()),
            key_pair_spec: Some(spec),
            key_material_id: Some(material.clone()),
            private_key_ciphertext_blob: Some(pair.sealed.blob),
        })
    }
}
