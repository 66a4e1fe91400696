//! ReEncrypt.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{KeyUsageType, ReEncryptInput, ReEncryptOutput};
use claviger_policy::Values;

use super::{encryption::Terms, messages};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, BlobKey, Operation, TwoKeys},
    rule::{Actions, Rule},
};

pub(super) struct ReEncrypt;

impl Operation for ReEncrypt {
    const RULE: Rule = Rule::uses(
        "ReEncrypt",
        Actions::FromTo(FROM, "kms:ReEncryptTo"),
        KeyUsageType::EncryptDecrypt,
    );
    type Input = ReEncryptInput;
    type Output = ReEncryptOutput;
    type Subject = TwoKeys;

    fn subject(input: &ReEncryptInput) -> (BlobKey<'_>, &str) {
        let source = BlobKey {
            // Other ciphertexts do not say whose they are.
            blob: considered(input).filter(|_| terms(input).0.symmetric()),
            key_id: input.source_key_id.as_deref(),
            member: "sourceKeyId",
        };
        (source, &input.destination_key_id)
    }

    fn parameters(input: &ReEncryptInput, out: &mut Parameters) {
        messages::put_algorithm(
            out,
            "sourceEncryptionAlgorithm",
            input.source_encryption_algorithm,
        );
        messages::put_context(
            out,
            "sourceEncryptionContext",
            input.source_encryption_context.as_ref(),
        );
        super::put_optional(out, "sourceKeyId", input.source_key_id.as_deref());
        out.put_str("destinationKeyId", &input.destination_key_id);
        messages::put_algorithm(
            out,
            "destinationEncryptionAlgorithm",
            input.destination_encryption_algorithm,
        );
        messages::put_context(
            out,
            "destinationEncryptionContext",
            input.destination_encryption_context.as_ref(),
        );
    }

    fn condition_for<'a>(input: &'a ReEncryptInput, action: &str, key: &str) -> Option<Values<'a>> {
        let algorithm = if action == FROM {
            input.source_encryption_algorithm
        } else {
            input.destination_encryption_algorithm
        };
        messages::context_condition(Self::encryption_context(input, action), algorithm, key)
    }

    fn encryption_context<'a>(
        input: &'a ReEncryptInput,
        action: &str,
    ) -> Option<&'a BTreeMap<String, String>> {
        if action == FROM {
            input.source_encryption_context.as_ref()
        } else {
            input.destination_encryption_context.as_ref()
        }
    }

    fn grant_tokens(input: &ReEncryptInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    fn dry_run(input: &ReEncryptInput) -> bool {
        input.dry_run == Some(true)
    }

    fn check(input: &ReEncryptInput) -> Result<(), Error> {
        messages::ciphertext_given(
            input.ciphertext_blob.as_deref(),
            input.dry_run,
            input.dry_run_modifiers.as_deref(),
        )
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ReEncryptInput,
        on: &Admitted<TwoKeys>,
    ) -> Result<ReEncryptOutput, Error> {
        let (source, destination) = (on.source(), on.destination());
        let (from, to) = terms(input);
        from.fit(&source)?;
        to.fit(&destination)?;
        let Some(ciphertext) = considered(input) else {
            return Ok(ReEncryptOutput::default());
        };
        let opened = from.decrypt(cx, source, ciphertext).await?;
        let sealed = to.encrypt(cx, destination, &opened.plaintext).await?;
        let (source_material, material) = (opened.material, sealed.material);
        messages::note_material(cx, "sourceKeyMaterialId", source_material);
        messages::note_material(cx, "destinationKeyMaterialId", material);
        Ok(ReEncryptOutput {
            ciphertext_blob: Some(sealed.ciphertext),
            source_key_id: Some(source.arn.clone()),
            key_id: Some(destination.arn.clone()),
            source_encryption_algorithm: Some(from.algorithm),
            destination_encryption_algorithm: Some(to.algorithm),
            source_key_material_id: source_material.map(str::to_owned),
            destination_key_material_id: material.map(str::to_owned),
        })
    }
}

/// Of the source, and of the destination.
fn terms(input: &ReEncryptInput) -> (Terms<'_>, Terms<'_>) {
    let from = Terms::of(
        input.source_encryption_algorithm,
        input.source_encryption_context.as_ref(),
    );
    let to = Terms::of(
        input.destination_encryption_algorithm,
        input.destination_encryption_context.as_ref(),
    );
    (from, to)
}

fn considered(input: &ReEncryptInput) -> Option<&[u8]> {
    let modifiers = input.dry_run_modifiers.as_deref();
    messages::considered(input.ciphertext_blob.as_deref(), input.dry_run, modifiers)
}

const FROM: &str = "kms:ReEncryptFrom";
