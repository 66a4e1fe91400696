//! Sealing and opening messages under symmetric keys: what Encrypt, Decrypt, ReEncrypt and the data key calls share.

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_crypto::blob::{self, Address, Blob, ENTROPY_BYTES};
use claviger_crypto::context::Context;
use claviger_model::{DataKeySpec, DryRunModifierType, EncryptionAlgorithmSpec, Secret};
use claviger_policy::Values;

use super::algorithms;
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Material,
    pipeline::{AdmittedKey, OpenMaterial},
    records::Fault,
};

/// The encryption context of a request.
pub(super) type Pairs = BTreeMap<String, String>;

/// A ciphertext, and the material that made it.
pub(super) struct Sealed<'a> {
    pub(super) blob: Vec<u8>,
    pub(super) material: &'a Material,
}

/// An opened ciphertext, and the material that made it.
pub(super) struct Opened<'a> {
    pub(super) plaintext: Secret,
    pub(super) material: &'a Material,
}

/// Encrypts a message under the key's current material.
pub(super) async fn seal<'a>(
    cx: &Cx<'_>,
    key: AdmittedKey<'a>,
    context: Option<&Pairs>,
    plaintext: &[u8],
) -> Result<Sealed<'a>, Error> {
    let material = sealing_material(cx, key).await?;
    let mut entropy = [0; ENTROPY_BYTES];
    cx.core.rng.fill(&mut entropy).map_err(|_| Fault::Engine)?;
    seal_under(&material, key, context, plaintext, &entropy)
}

/// Makes a data key of `bytes` and encrypts it: one draw of randomness for all of it.
pub(super) async fn generate<'a>(
    cx: &Cx<'_>,
    key: AdmittedKey<'a>,
    context: Option<&Pairs>,
    bytes: usize,
) -> Result<(Secret, Sealed<'a>), Error> {
    if !key.record.is_symmetric() {
        return Err(error::data_key_of_asymmetric_key());
    }
    let material = sealing_material(cx, key).await?;
    let drawn = Secret::try_filled(ENTROPY_BYTES.saturating_add(bytes), |out| {
        cx.core.rng.fill(out)
    });
    let drawn = drawn.map_err(|_| Fault::Engine)?;
    // EXPOSE: the data key is encrypted right here.
    let (plaintext, entropy) = drawn.expose().split_last_chunk().ok_or(Fault::Engine)?;
    let sealed = seal_under(&material, key, context, plaintext, entropy)?;
    Ok((drawn.truncated(bytes), sealed))
}

/// Decrypts `ciphertext` under the material that it names.
pub(super) async fn open<'a>(
    cx: &Cx<'_>,
    key: AdmittedKey<'a>,
    context: Option<&Pairs>,
    ciphertext: &[u8],
) -> Result<Opened<'a>, Error> {
    let blob = Blob::parse(ciphertext).map_err(|_| error::invalid_ciphertext())?;
    let material = key
        .decrypting_material(cx, &blob.address().material)
        .await?;
    let context = canonical(context)?;
    let plaintext =
        blob::open(material.backing, &blob, &context).map_err(|_| error::invalid_ciphertext())?;
    Ok(Opened {
        plaintext,
        material: material.material,
    })
}

/// Only symmetric keys make blobs.
pub(super) async fn sealing_material<'a>(
    cx: &Cx<'_>,
    key: AdmittedKey<'a>,
) -> Result<OpenMaterial<'a>, Error> {
    let algorithm = EncryptionAlgorithmSpec::SymmetricDefault;
    algorithms::fits(&key, algorithm, |facts| facts.encryption)?;
    key.current_material(cx).await
}

fn seal_under<'a>(
    open: &OpenMaterial<'a>,
    key: AdmittedKey<'_>,
    context: Option<&Pairs>,
    plaintext: &[u8],
    entropy: &[u8; ENTROPY_BYTES],
) -> Result<Sealed<'a>, Error> {
    let at = Address {
        key: *key.place.key.as_bytes(),
        material: open.material.id.prefix(),
    };
    let blob = blob::seal(open.backing, &at, &canonical(context)?, plaintext, entropy);
    Ok(Sealed {
        blob: blob.map_err(|_| Fault::Engine)?,
        material: open.material,
    })
}

/// Refuses an encryption context that cannot be bound to a message.
pub(super) fn acceptable(context: Option<&Pairs>) -> Result<(), Error> {
    canonical(context).map(drop)
}

fn canonical(context: Option<&Pairs>) -> Result<Context<'_>, Error> {
    let pairs = context.unwrap_or(const { &Pairs::new() });
    // AWS: an XKS proxy must take 8,192 bytes of additional data, the only bound that AWS documents.
    Context::of(pairs)
        .ok()
        .filter(|context| context.len() <= CONTEXT_BYTES_MAX)
        .ok_or_else(|| error::validation("The encryption context is too large."))
}

/// The number of bytes that a data key request asks for: exactly one of its two members says so.
pub(super) fn data_key_bytes(
    number_of_bytes: Option<i32>,
    key_spec: Option<DataKeySpec>,
) -> Result<usize, Error> {
    match (number_of_bytes, key_spec) {
        (Some(bytes), None) => usize::try_from(bytes).map_err(|_| error::internal(Fault::Engine)),
        (None, Some(DataKeySpec::Aes256)) => Ok(32),
        (None, Some(DataKeySpec::Aes128)) => Ok(16),
        (None, None) | (Some(_), Some(_)) => Err(error::validation(
            "Please specify either number of bytes or key spec.",
        )),
    }
}

/// Nitro attestation: there is no Nitro root here that could vouch for the document.
pub(super) fn refuse_recipient<T>(recipient: Option<&T>) -> Result<(), Error> {
    match recipient {
        // UNKNOWN: AWS's text for a document that it can't verify.
        Some(_) => Err(error::validation(
            "The attestation document of the Recipient could not be verified.",
        )),
        None => Ok(()),
    }
}

/// The condition keys that an encryption context sets.
pub(super) fn context_condition<'a>(
    context: Option<&'a Pairs>,
    algorithm: Option<EncryptionAlgorithmSpec>,
    key: &str,
) -> Option<Values<'a>> {
    match key {
        "kms:encryptionalgorithm" => Some(Values::text(
            algorithm
                .unwrap_or(EncryptionAlgorithmSpec::SymmetricDefault)
                .as_str(),
        )),
        "kms:encryptioncontextkeys" => Some(Values::texts(context?.keys().map(String::as_str))),
        _ => {
            let name = key.strip_prefix("kms:encryptioncontext:")?;
            Values::of_pairs(context?, name)
        }
    }
}

/// The ciphertext of a request, unless a dry run asks to ignore it.
pub(super) fn considered<'a>(
    ciphertext: Option<&'a [u8]>,
    dry_run: Option<bool>,
    modifiers: Option<&[DryRunModifierType]>,
) -> Option<&'a [u8]> {
    ciphertext.filter(|_| !is_ignored(dry_run, modifiers))
}

fn is_ignored(dry_run: Option<bool>, modifiers: Option<&[DryRunModifierType]>) -> bool {
    let asks = |modifiers: &[DryRunModifierType]| {
        modifiers.contains(&DryRunModifierType::IgnoreCiphertext)
    };
    dry_run == Some(true) && modifiers.is_some_and(asks)
}

/// A ciphertext may be left out only by a dry run that says so.
pub(super) fn ciphertext_given(
    ciphertext: Option<&[u8]>,
    dry_run: Option<bool>,
    modifiers: Option<&[DryRunModifierType]>,
) -> Result<(), Error> {
    if ciphertext.is_some() || is_ignored(dry_run, modifiers) {
        Ok(())
    } else {
        Err(error::missing("ciphertextBlob"))
    }
}

/// The algorithm in the audit event; AWS writes the default too.
pub(super) fn put_algorithm(
    out: &mut Parameters,
    name: &'static str,
    algorithm: Option<EncryptionAlgorithmSpec>,
) {
    out.put_str(
        name,
        algorithm
            .unwrap_or(EncryptionAlgorithmSpec::SymmetricDefault)
            .as_str(),
    );
}

/// The size of a data key in the audit event.
pub(super) fn put_data_key_size(
    out: &mut Parameters,
    bytes: Option<i32>,
    spec: Option<DataKeySpec>,
) {
    if let Some(bytes) = bytes {
        out.put_int("numberOfBytes", i64::from(bytes));
    }
    super::put_optional(out, "keySpec", spec.map(|spec| spec.as_str()));
}

/// The encryption context in the audit event: in clear, as AWS logs it.
pub(super) fn put_context(out: &mut Parameters, name: &'static str, context: Option<&Pairs>) {
    if let Some(context) = context.filter(|context| !context.is_empty()) {
        out.put_map(name, context);
    }
}

/// The material in the audit event; that of an asymmetric key has no public id.
pub(super) fn note_material(cx: &mut Cx<'_>, name: &'static str, printed: Option<&str>) {
    if let Some(id) = printed {
        cx.notes.additional().put_str(name, id);
    }
}

const CONTEXT_BYTES_MAX: usize = 8_192;
