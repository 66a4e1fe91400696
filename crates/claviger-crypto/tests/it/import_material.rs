//! What may be imported, and in which encodings: OpenSSL's keys, rewritten in every way that DER and BER allow.

use claviger_crypto::engine::{Backing, material_id};
use claviger_crypto::import::material_from;
use claviger_crypto::spec::{self, Family};
use claviger_crypto::{Error, SystemRng};
use claviger_model::{KeySpec, Secret};

use crate::openssl;

#[test]
fn every_encoding_of_a_key_is_stored_as_one() {
    for (facts, pkcs8) in openssl::pairs() {
        let stored = material_from(facts.spec, &Secret::copy_of(pkcs8)).unwrap();
        let key = Backing::open(facts.spec, &stored).unwrap();
        let original = Backing::open(facts.spec, &Secret::copy_of(pkcs8)).unwrap();
        assert_eq!(key.public_key_der(), original.public_key_der());
        let id = |material: &Secret| material_id(&[1; 16], facts.spec, material).unwrap();
        for rewrite in [long_lengths, indefinite, in_pieces] {
            let ber = rewrite(pkcs8);
            assert_ne!(ber, *pkcs8);
            let again = material_from(facts.spec, &Secret::copy_of(&ber)).unwrap();
            assert!(again.ct_eq(stored.expose()), "{}", facts.spec);
        }
        let again = material_from(facts.spec, &stored).unwrap();
        assert!(again.ct_eq(stored.expose()));
        assert_eq!(id(&again), id(&stored));
        assert_eq!(id(&stored), id(&Secret::copy_of(pkcs8)));
        let another = Backing::generate_material(facts.spec, &SystemRng).unwrap();
        assert_ne!(id(&stored), id(&another));
    }
}

#[test]
fn padding_to_a_block_may_follow_and_nothing_else() {
    for (facts, pkcs8) in openssl::pairs() {
        let import = |tail: &[u8]| {
            let bytes = Secret::from_vec([pkcs8, tail].concat());
            material_from(facts.spec, &bytes).map(|_| ())
        };
        for zeros in 0..8 {
            assert_eq!(import(&vec![0; zeros]), Ok(()));
        }
        for tail in [&[1][..], &[0, 0, 1], &[0; 8], &[0; 100], b"\n"] {
            assert_eq!(import(tail), Err(Error::Malformed));
        }
    }
}

#[test]
fn a_key_of_another_spec_is_refused() {
    for (_, pkcs8) in openssl::pairs() {
        let material = Secret::copy_of(pkcs8);
        let fitting: Vec<_> = KeySpec::ALL
            .into_iter()
            .filter(|spec| material_from(*spec, &material).is_ok())
            .collect();
        // An Ed25519 key is 48 bytes, which an HMAC key may have, too; an elliptic curve key is longer than any.
        let raw = |spec: &KeySpec| spec::facts(*spec).unwrap().family == Family::Mac;
        let pairs = fitting.iter().filter(|spec| !raw(spec)).count();
        assert_eq!(pairs, 1, "{fitting:?}");
    }
}

#[test]
fn raw_material_has_its_lengths() {
    for (spec, lengths) in [
        (KeySpec::SymmetricDefault, 32..=32),
        (KeySpec::Hmac224, 28..=128),
        (KeySpec::Hmac256, 32..=128),
        (KeySpec::Hmac384, 48..=128),
        (KeySpec::Hmac512, 64..=128),
    ] {
        for length in 0..200 {
            let material = Secret::copy_of(&vec![7; length]);
            let stored = material_from(spec, &material);
            assert_eq!(stored.is_ok(), lengths.contains(&length), "{spec} {length}");
        }
    }
    for spec in [KeySpec::Sm2, KeySpec::MlDsa65, KeySpec::MlKem768] {
        let own = Backing::generate_material(spec, &SystemRng).unwrap_or_default();
        assert!(matches!(material_from(spec, &own), Err(Error::Malformed)));
    }
}

#[test]
fn spoiled_keys_are_refused_and_never_panic() {
    for (facts, pkcs8) in openssl::pairs() {
        let original = material_from(facts.spec, &Secret::copy_of(pkcs8)).unwrap();
        // Deep checks of an RSA key are slow; a prime step meets every field.
        let step = if facts.family == Family::Rsa { 61 } else { 1 };
        for spoiled in crate::spoiled(pkcs8).step_by(step) {
            let Ok(stored) = material_from(facts.spec, &Secret::from_vec(spoiled)) else {
                continue;
            };
            // What is still a key is a whole one: the bit flipped stood in an Ed25519 seed or said nothing.
            let key = Backing::open(facts.spec, &stored).unwrap();
            let same = stored.ct_eq(original.expose());
            assert!(same || facts.family == Family::Edwards, "{}", facts.spec);
            assert!(key.public_key_der().is_some());
        }
    }
}

#[test]
fn elliptic_curve_keys_come_in_every_form_of_point_and_scalar() {
    for (spec, curve) in CURVES {
        let parameters = ["-algorithm", "EC", "-pkeyopt", curve];
        let plain = openssl::generate(&parameters);
        let stored = material_from(spec, &Secret::copy_of(&plain)).unwrap();
        for form in ["compressed", "hybrid", "uncompressed"] {
            let converted = openssl::convert_ec(&plain, &["-conv_form", form]);
            let again = material_from(spec, &Secret::copy_of(&converted)).unwrap();
            assert!(again.ct_eq(stored.expose()), "{spec} {form}");
        }
        let without = openssl::convert_ec(&plain, &["-no_public"]);
        let again = material_from(spec, &Secret::copy_of(&without)).unwrap();
        assert!(again.ct_eq(stored.expose()), "{spec}");
        let explicit = openssl::convert_ec(&plain, &["-param_enc", "explicit"]);
        assert!(matches!(
            material_from(spec, &Secret::copy_of(&explicit)),
            Err(Error::Malformed)
        ));
        // Another pair's point.
        let other = openssl::generate(&parameters);
        let point = plain.len() / 2 + 20;
        let mixed = [&plain[..point], &other[point..]].concat();
        assert!(matches!(
            material_from(spec, &Secret::from_vec(mixed)),
            Err(Error::Malformed)
        ));
    }
}

#[test]
fn a_scalar_is_in_range() {
    // The order of P-256, one less, and zero.
    let order = hex::decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let order = order.unwrap();
    let one_less = [&order[..31], &[0x50]].concat();
    for (scalar, fits) in [
        (order.clone(), false),
        (vec![0xff; 32], false),
        (vec![0; 32], false),
        (vec![], false),
        (one_less, true),
        (vec![1], true),
        ([&[0; 40][..], &[1]].concat(), true),
        ([&[1][..], &[0; 32]].concat(), false),
    ] {
        let key = sequence(&[&[2, 1, 1], &value(4, &scalar)]);
        let pkcs8 = sequence(&[&[2, 1, 0], &P256, &value(4, &key)]);
        let imported = material_from(KeySpec::EccNistP256, &Secret::from_vec(pkcs8));
        assert_eq!(imported.is_ok(), fits, "{scalar:?}");
    }
}

#[test]
fn an_rsa_key_has_two_primes_that_belong_together() {
    let (facts, pkcs8) = openssl::pairs().next().unwrap();
    let fields = rsa_fields(pkcs8);
    let build = |fields: &[Vec<u8>]| {
        let numbers: Vec<_> = fields.iter().map(|number| value(2, number)).collect();
        let key = sequence(&numbers.iter().map(Vec::as_slice).collect::<Vec<_>>());
        Secret::from_vec(sequence(&[&[2, 1, 0], &RSA, &value(4, &key)]))
    };
    assert!(material_from(facts.spec, &build(&fields)).is_ok());
    for field in 1..fields.len() {
        let mut spoiled = fields.clone();
        *spoiled[field].last_mut().unwrap() ^= 2;
        assert!(
            material_from(facts.spec, &build(&spoiled)).is_err(),
            "{field}"
        );
        spoiled[field] = vec![0];
        assert!(
            material_from(facts.spec, &build(&spoiled)).is_err(),
            "{field}"
        );
        spoiled[field] = vec![1];
        assert!(
            material_from(facts.spec, &build(&spoiled)).is_err(),
            "{field}"
        );
    }
    let mut three_primes = fields.clone();
    three_primes[0] = vec![1];
    assert!(material_from(facts.spec, &build(&three_primes)).is_err());
    three_primes[0] = vec![0];
    three_primes.push(vec![3]);
    assert!(material_from(facts.spec, &build(&three_primes)).is_err());
    // n = n * 1
    let mut one_factor = fields.clone();
    one_factor[4] = fields[1].clone();
    one_factor[5] = vec![1];
    assert!(material_from(facts.spec, &build(&one_factor)).is_err());
}

#[test]
fn one_rsa_key_has_one_id_and_one_with_a_composite_factor_none() {
    let import = |name: &str| {
        let line = include_str!("../../../../testdata/material/rsa-2048.txt")
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))
            .unwrap();
        let material = Secret::from_vec(hex::decode(line).unwrap());
        material_from(KeySpec::Rsa2048, &material)
    };
    let id = |name: &str| {
        material_id(&[1; 16], KeySpec::Rsa2048, &import(name).unwrap())
            .unwrap()
            .to_string()
    };
    assert_eq!(id("carmichael exponent"), id("euler exponent"));
    assert_eq!(id("carmichael exponent"), id("primes swapped"));
    assert!(matches!(import("composite factor"), Err(Error::Malformed)));
}

#[test]
fn nested_values_do_not_exhaust_the_stack() {
    for tag in [0x30, 0x24, 0xa0] {
        let mut deep = Vec::new();
        for _ in 0..3000 {
            deep.extend([tag, 0x80]);
        }
        assert!(material_from(KeySpec::Rsa2048, &Secret::copy_of(&deep)).is_err());
        let inside = [&[0x30, 0x80, 2, 1, 0][..], &RSA, &[4, 1, 0], &deep].concat();
        assert!(material_from(KeySpec::Rsa2048, &Secret::from_vec(inside)).is_err());
    }
}

/// Every length in four bytes more than it needs.
fn long_lengths(der: &[u8]) -> Vec<u8> {
    rewrite(der, &|tag, content| {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x84][..], &length, content].concat()
    })
}

/// Constructed values with an end instead of a length.
fn indefinite(der: &[u8]) -> Vec<u8> {
    rewrite(der, &|tag, content| match tag & 0x20 {
        0 => value(tag, content),
        _ => [&[tag, 0x80][..], content, &[0, 0]].concat(),
    })
}

/// Every OCTET STRING in pieces.
fn in_pieces(der: &[u8]) -> Vec<u8> {
    rewrite(der, &|tag, content| match tag {
        4 => {
            let (front, back) = content.split_at(content.len() / 3);
            [
                &[0x24, 0x80][..],
                &value(4, front),
                &value(4, back),
                &value(4, b""),
                &[0, 0],
            ]
            .concat()
        }
        _ => value(tag, content),
    })
}

/// Rewrites every value of a PKCS #8 key, the innermost first, those of the algorithm's own form of key too.
fn rewrite(pkcs8: &[u8], write: &dyn Fn(u8, &[u8]) -> Vec<u8>) -> Vec<u8> {
    rewrite_at(0, pkcs8, write)
}

fn rewrite_at(depth: u32, der: &[u8], write: &dyn Fn(u8, &[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = der;
    while !rest.is_empty() {
        let (tag, content, after) = split(rest);
        // Further in, OCTET STRINGs are random bytes, and what begins like a SEQUENCE is none.
        let key = depth == 1 && tag == 4 && content.first() == Some(&0x30);
        let content = if key || tag & 0x20 != 0 {
            rewrite_at(depth + 1, content, write)
        } else {
            content.to_vec()
        };
        out.extend(write(tag, &content));
        rest = after;
    }
    out
}

fn split(der: &[u8]) -> (u8, &[u8], &[u8]) {
    let (header, length) = match der[1] {
        short @ 0..0x80 => (2, usize::from(short)),
        long => {
            let bytes = usize::from(long & 0x7f);
            let number = der[2..2 + bytes].iter();
            (
                2 + bytes,
                number.fold(0, |sum, byte| sum * 256 + usize::from(*byte)),
            )
        }
    };
    (
        der[0],
        &der[header..header + length],
        &der[header + length..],
    )
}

fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let header = match content.len() {
        0..0x80 => vec![tag, length[1]],
        0x80..0x100 => vec![tag, 0x81, length[1]],
        _ => vec![tag, 0x82, length[0], length[1]],
    };
    [&header, content].concat()
}

fn sequence(values: &[&[u8]]) -> Vec<u8> {
    value(0x30, &values.concat())
}

/// The nine numbers of an RSAPrivateKey, as they are written.
fn rsa_fields(pkcs8: &[u8]) -> Vec<Vec<u8>> {
    let (_, info, _) = split(pkcs8);
    let (_, _, after_version) = split(info);
    let (_, _, after_algorithm) = split(after_version);
    let (_, key, _) = split(after_algorithm);
    let (_, mut rest, _) = split(key);
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let (_, number, after) = split(rest);
        fields.push(number.to_vec());
        rest = after;
    }
    fields
}

const CURVES: [(KeySpec, &str); 4] = [
    (KeySpec::EccNistP256, "ec_paramgen_curve:P-256"),
    (KeySpec::EccNistP384, "ec_paramgen_curve:P-384"),
    (KeySpec::EccNistP521, "ec_paramgen_curve:P-521"),
    (KeySpec::EccSecgP256k1, "ec_paramgen_curve:secp256k1"),
];

/// AlgorithmIdentifier of RSA.
const RSA: [u8; 15] = [
    0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0,
];

/// AlgorithmIdentifier of P-256.
const P256: [u8; 21] = [
    0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7,
];
