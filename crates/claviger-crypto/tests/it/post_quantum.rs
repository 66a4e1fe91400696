//! ML-DSA and ML-KEM: AWS-LC and the pure Rust crates as each other's other side.

use claviger_crypto::engine::{Backing, Message};
use claviger_crypto::{Error, SystemRng, pair};
use claviger_model::{DataKeyPairSpec, KeySpec, Secret, SigningAlgorithmSpec};
use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams, VerifyingKey};

const SHAKE: SigningAlgorithmSpec = SigningAlgorithmSpec::MlDsaShake256;

#[test]
fn raw_and_external_mu_are_the_same_signature_scheme() {
    same_scheme::<MlDsa44>(KeySpec::MlDsa44, 1312, 2420);
    same_scheme::<MlDsa65>(KeySpec::MlDsa65, 1952, 3309);
    same_scheme::<MlDsa87>(KeySpec::MlDsa87, 2592, 4627);
}

fn same_scheme<P: MlDsaParams>(spec: KeySpec, public_bytes: usize, signature_bytes: usize) {
    let material = Backing::generate_material(spec, &SystemRng).unwrap();
    assert_eq!(material.len(), 54);
    let key = Backing::open(spec, &material).unwrap();
    let public = key.public_key_der().unwrap();
    let raw = public.len() - public_bytes;
    let verifier = VerifyingKey::<P>::decode(&public[raw..].try_into().unwrap());
    let mu = verifier
        .compute_mu(
            |hash| {
                ml_dsa::signature::digest::Update::update(hash, b"message");
                Ok(())
            },
            b"",
        )
        .unwrap();
    for (signed, verified) in [
        (Message::Raw(b"message"), Message::ExternalMu(&mu)),
        (Message::ExternalMu(&mu), Message::Raw(b"message")),
    ] {
        let signature = key.sign(SHAKE, signed).unwrap();
        assert_eq!(signature.len(), signature_bytes);
        assert!(key.verify(SHAKE, signed, &signature).unwrap());
        assert!(key.verify(SHAKE, verified, &signature).unwrap());
        assert_ne!(key.sign(SHAKE, signed).unwrap(), signature, "hedged");
        for spoiled in crate::spoiled(&signature).step_by(997) {
            assert!(!key.verify(SHAKE, signed, &spoiled).unwrap());
            assert!(!key.verify(SHAKE, verified, &spoiled).unwrap());
        }
        assert!(
            !key.verify(SHAKE, Message::Raw(b"another"), &signature)
                .unwrap()
        );
        assert!(
            !key.verify(SHAKE, Message::ExternalMu(&[0; 64]), &signature)
                .unwrap()
        );
    }
    for wrong in [
        Message::Digest(&[0; 64]),
        Message::ExternalMu(&[0; 63]),
        Message::ExternalMu(&[0; 65]),
    ] {
        assert_eq!(key.sign(SHAKE, wrong), Err(Error::Malformed));
    }
}

#[test]
fn ml_kem_agrees_with_another_implementation() {
    agrees::<ml_kem::MlKem512>(KeySpec::MlKem512, DataKeyPairSpec::MlKem512, 800, 768);
    agrees::<ml_kem::MlKem768>(KeySpec::MlKem768, DataKeyPairSpec::MlKem768, 1184, 1088);
    agrees::<ml_kem::MlKem1024>(KeySpec::MlKem1024, DataKeyPairSpec::MlKem1024, 1568, 1568);
}

fn agrees<K: ml_kem::Kem>(
    spec: KeySpec,
    pair_spec: DataKeyPairSpec,
    public_bytes: usize,
    ciphertext_bytes: usize,
) where
    K::DecapsulationKey: From<ml_kem::Seed> + ml_kem::Decapsulate,
{
    use ml_kem::Decapsulate as _;

    let (private, public) = pair::generate(pair_spec, &SystemRng).unwrap();
    assert_eq!(private.len(), 86);
    let key = Backing::open(spec, &private).unwrap();
    assert_eq!(key.public_key_der(), Some(public.as_slice()));
    assert_eq!(public.len(), public_bytes + 22);
    let seed: [u8; 64] = *private.expose().last_chunk().unwrap();
    let other = K::DecapsulationKey::from(seed.into());

    let (ciphertext, shared) = key.encapsulate().unwrap();
    assert_eq!((ciphertext.len(), shared.len()), (ciphertext_bytes, 32));
    let theirs = other.decapsulate_slice(&ciphertext).unwrap();
    assert!(shared.ct_eq(&theirs));
    assert!(key.decapsulate(&ciphertext).unwrap().ct_eq(shared.expose()));
    // Implicit rejection: another secret, always the same, and the other implementation's too.
    for spoiled in crate::spoiled(&ciphertext).step_by(331) {
        if spoiled.len() == ciphertext_bytes {
            let rejected = key.decapsulate(&spoiled).unwrap();
            assert!(!rejected.ct_eq(shared.expose()));
            assert!(rejected.ct_eq(&other.decapsulate_slice(&spoiled).unwrap()));
        } else {
            assert!(matches!(key.decapsulate(&spoiled), Err(Error::Rejected)));
        }
    }
    assert!(matches!(
        key.sign(SHAKE, Message::Raw(b"message")),
        Err(Error::Malformed)
    ));
    assert_eq!(
        Backing::open(spec, &Secret::default()).err(),
        Some(Error::Malformed)
    );
}
