//! Bytes that only a holder of a key could have made, and bytes that shall become one. Whoever guesses opens nothing.

use std::{collections::BTreeMap, sync::OnceLock};

use claviger_crypto::{
    blob::{self, Blob},
    context::Context,
    engine::Backing,
    import::{WrappingAlgorithm, WrappingKey, WrappingSpec, material_from, token},
};
use claviger_model::{KeySpec, Secret};

/// A ciphertext blob: parsed, and opened under a key that did not make it.
pub(crate) fn ciphertext_blob(input: &[u8]) {
    let Ok(blob) = Blob::parse(input) else { return };
    assert!(blob::open(backing(), &blob, &Context::empty()).is_err());
}

/// An encryption context: pairs as JSON. Its canonical form tells every two contexts apart.
pub(crate) fn encryption_context(input: &[u8]) {
    let Ok(pairs) = serde_json::from_slice::<BTreeMap<String, String>>(input) else {
        return;
    };
    let whole = canonical(&pairs);
    let mut other = pairs.clone();
    if let Some((name, value)) = other.pop_first() {
        assert_ne!(canonical(&other), whole);
        other.insert(format!("{name}{value}"), String::new());
        assert!(other == pairs || canonical(&other) != whole);
    }
}

fn canonical(pairs: &BTreeMap<String, String>) -> Vec<u8> {
    let mut form = Vec::new();
    Context::of(pairs).expect("a context").write(&mut form);
    form
}

/// An import token under a day's key that did not seal it.
pub(crate) fn import_token(input: &[u8]) {
    let _ = token::day_of(input);
    let day_key = Secret::copy_of(&[7; 32]);
    assert!(token::open(&day_key, input).is_err());
}

/// Wrapped material: nobody knows the wrapping key's public half, so hardly anything opens, and nothing panics.
pub(crate) fn wrapped_material(input: &[u8]) {
    static KEY: OnceLock<WrappingKey> = OnceLock::new();
    let key = KEY.get_or_init(|| WrappingKey::generate(WrappingSpec::Rsa2048).expect("a key"));
    for algorithm in WrappingAlgorithm::ALL {
        let _ = key.unwrap(algorithm, input);
    }
}

/// The first byte chooses a key spec, the others are its material as an owner might bring it, or somebody's public key. What is
/// taken for material opens.
pub(crate) fn private_key(input: &[u8]) {
    let Some((chosen, bytes)) = input.split_first() else {
        return;
    };
    let spec = SPECS.get(usize::from(*chosen) % SPECS.len());
    let spec = *spec.expect("a spec");
    let brought = Secret::copy_of(bytes);
    let _ = Backing::open(spec, &brought);
    if let Ok(material) = material_from(spec, &brought) {
        assert!(Backing::open(spec, &material).is_ok());
    }
    let _ = agreeing().agree(bytes);
}

fn backing() -> &'static Backing {
    static BACKING: OnceLock<Backing> = OnceLock::new();
    BACKING.get_or_init(|| {
        Backing::open(KeySpec::SymmetricDefault, &Secret::copy_of(&[1; 32])).expect("a key")
    })
}

fn agreeing() -> &'static Backing {
    static BACKING: OnceLock<Backing> = OnceLock::new();
    BACKING.get_or_init(|| {
        let material =
            Backing::generate_material(KeySpec::EccNistP256, &claviger_crypto::SystemRng);
        Backing::open(KeySpec::EccNistP256, &material.expect("material")).expect("a key")
    })
}

const SPECS: [KeySpec; 10] = [
    KeySpec::SymmetricDefault,
    KeySpec::Hmac224,
    KeySpec::Hmac512,
    KeySpec::Rsa2048,
    KeySpec::EccNistP256,
    KeySpec::EccNistP384,
    KeySpec::EccNistP521,
    KeySpec::EccSecgP256k1,
    KeySpec::EccNistEdwards25519,
    KeySpec::MlDsa44,
];
