//! Decrypt.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{DecryptInput, DecryptOutput, KeyUsageType};
use claviger_policy::Values;

use super::{encryption::Terms, messages};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, BlobKey, KeyInBlob, Operation},
    rule::{Actions, Rule},
};

pub(super) struct Decrypt;

impl Operation for Decrypt {
    const RULE: Rule = Rule::uses(
        "Decrypt",
        Actions::One("kms:Decrypt"),
        KeyUsageType::EncryptDecrypt,
    );
    type Input = DecryptInput;
    type Output = DecryptOutput;
    type Subject = KeyInBlob;

    fn subject(input: &DecryptInput) -> BlobKey<'_> {
        BlobKey {
            // Other ciphertexts do not say whose they are.
            blob: considered(input).filter(|_| terms(input).symmetric()),
            key_id: input.key_id.as_deref(),
            member: "keyId",
        }
    }

    fn parameters(input: &DecryptInput, out: &mut Parameters) {
        messages::put_algorithm(out, "encryptionAlgorithm", input.encryption_algorithm);
        super::put_optional(out, "keyId", input.key_id.as_deref());
        messages::put_context(out, "encryptionContext", input.encryption_context.as_ref());
    }

    fn condition<'a>(input: &'a DecryptInput, key: &str) -> Option<Values<'a>> {
        messages::context_condition(
            input.encryption_context.as_ref(),
            input.encryption_algorithm,
            key,
        )
    }

    fn encryption_context<'a>(
        input: &'a DecryptInput,
        _: &str,
    ) -> Option<&'a BTreeMap<String, String>> {
        input.encryption_context.as_ref()
    }

    fn grant_tokens(input: &DecryptInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &DecryptInput) -> bool {
        input.dry_run == Some(true)
    }

    fn check(input: &DecryptInput) -> Result<(), Error> {
        messages::refuse_recipient(input.recipient.as_ref())?;
        messages::ciphertext_given(
            input.ciphertext_blob.as_deref(),
            input.dry_run,
            input.dry_run_modifiers.as_deref(),
        )
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &DecryptInput,
        on: &Admitted<KeyInBlob>,
    ) -> Result<DecryptOutput, Error> {
        let (key, terms) = (on.key(), terms(input));
        terms.fit(&key)?;
        let Some(ciphertext) = considered(input) else {
            return Ok(DecryptOutput::default());
        };
        let decrypted = terms.decrypt(cx, key, ciphertext).await?;
        messages::note_material(cx, "keyMaterialId", decrypted.material);
        Ok(DecryptOutput {
            key_id: Some(key.arn.clone()),
            plaintext: Some(decrypted.plaintext),
            encryption_algorithm: Some(terms.algorithm),
            key_material_id: decrypted.material.map(str::to_owned),
            ..DecryptOutput::default()
        })
    }
}

fn terms(input: &DecryptInput) -> Terms<'_> {
    Terms::of(
        input.encryption_algorithm,
        input.encryption_context.as_ref(),
    )
}

fn considered(input: &DecryptInput) -> Option<&[u8]> {
    let modifiers = input.dry_run_modifiers.as_deref();
    messages::considered(input.ciphertext_blob.as_deref(), input.dry_run, modifiers)
}
