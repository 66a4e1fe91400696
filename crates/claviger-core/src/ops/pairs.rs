//! Data key pairs: what GenerateDataKeyPair and its sibling without plaintext share.

use std::sync::Arc;

use claviger_audit::Parameters;
use claviger_crypto::pair;
use claviger_model::{DataKeyPairSpec, Secret};
use claviger_policy::Values;

use super::messages::{self, Pairs, Sealed};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::AdmittedKey,
    records::Fault,
};

/// A fresh key pair that nobody keeps.
pub(super) struct DataKeyPair<'a> {
    /// PKCS #8 in DER.
    pub(super) private_key: Secret,
    /// SubjectPublicKeyInfo in DER.
    pub(super) public_key: Vec<u8>,
    /// The private key, encrypted.
    pub(super) sealed: Sealed<'a>,
}

/// Makes a pair and encrypts its private key.
pub(super) async fn generate<'a>(
    cx: &Cx<'_>,
    key: AdmittedKey<'a>,
    spec: DataKeyPairSpec,
    context: Option<&Pairs>,
) -> Result<DataKeyPair<'a>, Error> {
    // What would be refused afterwards is refused before a pair is made for nothing.
    messages::sealing_material(cx, key).await?;
    messages::acceptable(context)?;
    cx.end_dry_run()?;
    let rng = Arc::clone(&cx.core.rng);
    let key_spec = pair::key_spec(spec).ok_or(Fault::Engine)?;
    let make = move || pair::generate(spec, &*rng);
    let made = cx.core.heavy.make(key_spec, make).await?;
    let (private_key, public_key) = made.map_err(|_| Fault::Engine)?;
    // EXPOSE: it is encrypted right here.
    let sealed = messages::seal(cx, key, context, private_key.expose()).await?;
    Ok(DataKeyPair {
        private_key,
        public_key,
        sealed,
    })
}

/// Whether this service makes such pairs.
pub(super) fn served(spec: DataKeyPairSpec) -> Result<(), Error> {
    if spec == DataKeyPairSpec::Sm2 {
        Err(error::only_in_china("KeyPairSpec", spec))
    } else {
        Ok(())
    }
}

/// The members that both operations leave in the audit event.
pub(super) fn put_parameters(
    out: &mut Parameters,
    key_id: &str,
    spec: DataKeyPairSpec,
    context: Option<&Pairs>,
) {
    out.put_str("keyId", key_id)
        .put_str("keyPairSpec", spec.as_str());
    messages::put_context(out, "encryptionContext", context);
}

/// The condition keys that both operations set.
pub(super) fn condition<'a>(
    spec: DataKeyPairSpec,
    context: Option<&'a Pairs>,
    key: &str,
) -> Option<Values<'a>> {
    if key == "kms:datakeypairspec" {
        return Some(Values::text(spec.as_str()));
    }
    messages::context_condition(context, None, key)
}
