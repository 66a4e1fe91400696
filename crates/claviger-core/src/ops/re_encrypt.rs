//! ReEncrypt.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{EncryptionAlgorithmSpec, ReEncryptInput, ReEncryptOutput};
use claviger_policy::Values;

use super::messages;
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, BlobKey, Operation, TwoKeys},
    rule::{Actions, Rule},
};

pub(super) struct ReEncrypt;

impl Operation for ReEncrypt {
    const RULE: Rule = Rule::symmetric("ReEncrypt", Actions::FromTo(FROM, "kms:ReEncryptTo"));
    type Input = ReEncryptInput;
    type Output = ReEncryptOutput;
    type Subject = TwoKeys;

    fn subject(input: &ReEncryptInput) -> (BlobKey<'_>, &str) {
        let source = BlobKey {
            blob: considered(input),
            key_id: input.source_key_id.as_deref(),
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
        messages::algorithm_fits(&source, input.source_encryption_algorithm)?;
        messages::algorithm_fits(&destination, input.destination_encryption_algorithm)?;
        let Some(ciphertext) = considered(input) else {
            return Ok(ReEncryptOutput::default());
        };
        let opened = messages::open(
            cx,
            source,
            input.source_encryption_context.as_ref(),
            ciphertext,
        )
        .await?;
        let context = input.destination_encryption_context.as_ref();
        let sealed = messages::seal(cx, destination, context, opened.plaintext.expose()).await?;
        messages::note_material(cx, "sourceKeyMaterialId", &opened.material);
        messages::note_material(cx, "destinationKeyMaterialId", &sealed.material);
        Ok(ReEncryptOutput {
            ciphertext_blob: Some(sealed.blob),
            source_key_id: Some(source.arn.clone()),
            key_id: Some(destination.arn.clone()),
            source_encryption_algorithm: Some(EncryptionAlgorithmSpec::SymmetricDefault),
            destination_encryption_algorithm: Some(EncryptionAlgorithmSpec::SymmetricDefault),
            source_key_material_id: Some(opened.material.to_string()),
            destination_key_material_id: Some(sealed.material.to_string()),
        })
    }
}

fn considered(input: &ReEncryptInput) -> Option<&[u8]> {
    let modifiers = input.dry_run_modifiers.as_deref();
    messages::considered(input.ciphertext_blob.as_deref(), input.dry_run, modifiers)
}

const FROM: &str = "kms:ReEncryptFrom";
