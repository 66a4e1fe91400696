//! Encrypt.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{EncryptInput, EncryptOutput, KeyUsageType};
use claviger_policy::Values;

use super::{encryption::Terms, messages};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule},
};

pub(super) struct Encrypt;

impl Operation for Encrypt {
    const RULE: Rule = Rule::uses(
        "Encrypt",
        Actions::One("kms:Encrypt"),
        KeyUsageType::EncryptDecrypt,
    );
    type Input = EncryptInput;
    type Output = EncryptOutput;
    type Subject = OneKey;

    fn subject(input: &EncryptInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &EncryptInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        messages::put_context(out, "encryptionContext", input.encryption_context.as_ref());
        messages::put_algorithm(out, "encryptionAlgorithm", input.encryption_algorithm);
    }

    fn condition<'a>(input: &'a EncryptInput, key: &str) -> Option<Values<'a>> {
        messages::context_condition(
            input.encryption_context.as_ref(),
            input.encryption_algorithm,
            key,
        )
    }

    fn encryption_context<'a>(
        input: &'a EncryptInput,
        _: &str,
    ) -> Option<&'a BTreeMap<String, String>> {
        input.encryption_context.as_ref()
    }

    fn grant_tokens(input: &EncryptInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &EncryptInput) -> bool {
        input.dry_run == Some(true)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &EncryptInput,
        on: &Admitted<OneKey>,
    ) -> Result<EncryptOutput, Error> {
        let key = on.key();
        let terms = Terms::of(
            input.encryption_algorithm,
            input.encryption_context.as_ref(),
        );
        terms.fit(&key)?;
        let encrypted = terms.encrypt(cx, key, &input.plaintext).await?;
        messages::note_material(cx, "keyMaterialId", encrypted.material);
        Ok(EncryptOutput {
            ciphertext_blob: Some(encrypted.ciphertext),
            key_id: Some(key.arn.clone()),
            encryption_algorithm: Some(terms.algorithm),
        })
    }
}
