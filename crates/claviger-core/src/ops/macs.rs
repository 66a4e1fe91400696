//! What GenerateMac and VerifyMac share.

use claviger_audit::Parameters;
use claviger_model::{MacAlgorithmSpec, Secret};
use claviger_policy::Values;

use super::algorithms;
use crate::{cx::Cx, error::Error, pipeline::AdmittedKey, records::Fault};

/// The authentication code of a message: HMAC (RFC 2104), not truncated.
pub(super) async fn compute(
    cx: &Cx<'_>,
    key: AdmittedKey<'_>,
    algorithm: MacAlgorithmSpec,
    message: &Secret,
) -> Result<Vec<u8>, Error> {
    algorithms::fits(&key, algorithm, |facts| facts.mac)?;
    let material = key.current_material(cx).await?;
    // EXPOSE: the engine computes over it.
    let mac = material.backing.mac(algorithm, message.expose());
    Ok(mac.map_err(|_| Fault::Engine)?)
}

/// The members that both leave in the audit event.
pub(super) fn put_parameters(out: &mut Parameters, key_id: &str, algorithm: MacAlgorithmSpec) {
    out.put_str("keyId", key_id)
        .put_str("macAlgorithm", algorithm.as_str());
}

/// The condition key that both set.
pub(super) fn condition<'a>(algorithm: MacAlgorithmSpec, key: &str) -> Option<Values<'a>> {
    (key == "kms:macalgorithm").then(|| Values::text(algorithm.as_str()))
}
