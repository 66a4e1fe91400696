//! Reads private keys out of PKCS #8 (RFC 5208, and RFC 5958 with its public key), in DER or BER.
//!
//! Nothing of the encoding survives: what is stored is written anew by AWS-LC from the values that are read here, so there
//! is one form of each key in the store however it came in. No byte of a key is copied to where it is not overwritten.

use std::convert::Infallible;

use bcder::decode::{BytesSource, Constructed, Content, DecodeError};
use bcder::{Mode, Oid, Tag};
use bytes::Bytes;
use claviger_model::{KeySpec, Secret};
use zeroize::Zeroizing;

use crate::Error;

/// The values of a private key; none of them is checked against another.
pub(crate) enum PrivateKey {
    Rsa(RsaValues),
    Ec(EcValues),
    Ed25519(SeedValues),
}

/// RFC 8017, appendix A.1.2, without leading zeros.
pub(crate) struct RsaValues {
    pub(crate) n: Secret,
    pub(crate) e: Secret,
    pub(crate) d: Secret,
    pub(crate) p: Secret,
    pub(crate) q: Secret,
    pub(crate) dp: Secret,
    pub(crate) dq: Secret,
    pub(crate) qi: Secret,
}

/// RFC 5915: a scalar, as long as it was written, and the public points that came with it.
pub(crate) struct EcValues {
    pub(crate) curve: KeySpec,
    pub(crate) scalar: Secret,
    pub(crate) points: Vec<Vec<u8>>,
}

/// RFC 8410: a seed, and the public key that came with it.
pub(crate) struct SeedValues {
    pub(crate) seed: Secret,
    pub(crate) public: Option<Vec<u8>>,
}

/// Reads a private key.
///
/// Up to seven zero bytes may follow it: some HSMs pad to whole blocks before they wrap (SoftHSM does), and with RFC 5649
/// the padding is inside. Anything else that follows is refused.
///
/// # Errors
/// [`Error::Malformed`].
pub(crate) fn read(pkcs8: &Secret) -> Result<PrivateKey, Error> {
    // EXPOSE: the copy that the parser takes slices of is overwritten with the last of them.
    let bytes = shared(pkcs8.expose());
    let mut source = BytesSource::new(bytes);
    let info = Mode::Ber
        .decode(&mut source, |outer| {
            outer.take_sequence(PrivateKeyInfo::read)
        })
        .map_err(|_| Error::Malformed)?;
    let rest = source.into_bytes();
    if rest.len() > PADDING_BYTES_MAX || rest.iter().any(|byte| *byte != 0) {
        return Err(Error::Malformed);
    }
    info.private_key()
}

struct PrivateKeyInfo {
    algorithm: Bytes,
    parameters: Parameters,
    /// The content of the OCTET STRING, which is BER itself.
    key: Bytes,
    public: Option<Bytes>,
}

enum Parameters {
    None,
    Null,
    Curve(Bytes),
}

impl PrivateKeyInfo {
    fn read(info: &mut Values<'_, '_>) -> Result<Self, Broken> {
        let version = info.take_u8()?;
        if version > 1 {
            return Err(info.content_err("neither version of PKCS #8"));
        }
        let (algorithm, parameters) = info.take_sequence(|algorithm| {
            Ok((Oid::take_from(algorithm)?.0, Parameters::read(algorithm)?))
        })?;
        let key = octet_string(info)?;
        info.take_opt_constructed_if(Tag::CTX_0, |attributes| attributes.skip_all())?;
        let public = match version {
            0 => None,
            _ => info.take_opt_primitive_if(Tag::CTX_1, |bits| bits.take_all())?,
        };
        Ok(Self {
            algorithm,
            parameters,
            key,
            public,
        })
    }

    fn private_key(self) -> Result<PrivateKey, Error> {
        let public = self.public.as_deref().map(whole_octets).transpose()?;
        match (self.algorithm.as_ref(), self.parameters) {
            (RSA_ENCRYPTION, Parameters::Null | Parameters::None) if public.is_none() => {
                content(self.key, rsa_private_key).map(PrivateKey::Rsa)
            }
            (EC_PUBLIC_KEY, Parameters::Curve(curve)) => {
                let mut key = content(self.key, |outer| ec_private_key(outer, &curve))?;
                key.points.extend(public);
                Ok(PrivateKey::Ec(key))
            }
            (ED25519, Parameters::None) => {
                let seed = content(self.key, octet_string)?;
                Ok(PrivateKey::Ed25519(SeedValues {
                    seed: Secret::copy_of(&seed),
                    public,
                }))
            }
            (_, Parameters::None | Parameters::Null | Parameters::Curve(_)) => {
                Err(Error::Malformed)
            }
        }
    }
}

impl Parameters {
    fn read(algorithm: &mut Values<'_, '_>) -> Result<Self, Broken> {
        if let Some(curve) = Oid::take_opt_from(algorithm)? {
            return Ok(Self::Curve(curve.0));
        }
        let null = algorithm.take_opt_primitive_if(Tag::NULL, |nothing| nothing.to_null())?;
        Ok(null.map_or(Self::None, |()| Self::Null))
    }
}

fn rsa_private_key(outer: &mut Values<'_, '_>) -> Result<RsaValues, Broken> {
    outer.take_sequence(|key| {
        // Version 1 has more than two primes.
        key.skip_u8_if(0)?;
        Ok(RsaValues {
            n: number(key)?,
            e: number(key)?,
            d: number(key)?,
            p: number(key)?,
            q: number(key)?,
            dp: number(key)?,
            dq: number(key)?,
            qi: number(key)?,
        })
    })
}

fn ec_private_key(outer: &mut Values<'_, '_>, curve: &[u8]) -> Result<EcValues, Broken> {
    outer.take_sequence(|key| {
        key.skip_u8_if(1)?;
        let scalar = octet_string(key)?;
        key.take_opt_constructed_if(Tag::CTX_0, |parameters| Oid(curve).skip_if(parameters))?;
        let point = key.take_opt_constructed_if(Tag::CTX_1, |public| {
            public.take_primitive_if(Tag::BIT_STRING, |bits| bits.take_all())
        })?;
        let spec = CURVES.iter().find(|(oid, _)| *oid == curve);
        let (Some((_, spec)), Ok(point)) = (spec, point.as_deref().map(whole_octets).transpose())
        else {
            return Err(key.content_err("another curve, or half an octet"));
        };
        Ok(EcValues {
            curve: *spec,
            scalar: Secret::copy_of(&scalar),
            points: Vec::from_iter(point),
        })
    })
}

/// A positive INTEGER, without leading zeros.
fn number(key: &mut Values<'_, '_>) -> Result<Secret, Broken> {
    key.take_primitive_if(Tag::INTEGER, |integer| {
        let bytes = integer.take_all()?;
        match bytes.iter().position(|byte| *byte != 0) {
            Some(first) if bytes.first().is_some_and(|sign| *sign < 0x80) => {
                Ok(Secret::copy_of(&bytes.slice(first..)))
            }
            Some(_) | None => Err(integer.content_err("not a positive number")),
        }
    })
}

/// An OCTET STRING, in one piece or, in BER, in several.
fn octet_string(outer: &mut Values<'_, '_>) -> Result<Bytes, Broken> {
    outer.take_value_if(Tag::OCTET_STRING, |content| match content {
        Content::Primitive(whole) => whole.take_all(),
        Content::Constructed(pieces) => {
            let mut gathered = Zeroizing::new(Vec::with_capacity(PIECES_BYTES_MAX));
            while let Some(piece) =
                pieces.take_opt_primitive_if(Tag::OCTET_STRING, |piece| piece.take_all())?
            {
                // More would move the vector and leave a copy behind.
                if gathered.len() + piece.len() > PIECES_BYTES_MAX {
                    return Err(pieces.content_err("longer than any key"));
                }
                gathered.extend_from_slice(&piece);
            }
            Ok(Bytes::from_owner(gathered))
        }
    })
}

/// The octets of a BIT STRING's content; points and keys have no half ones.
pub(crate) fn whole_octets(bits: &[u8]) -> Result<Vec<u8>, Error> {
    match bits.split_first() {
        Some((0, octets)) => Ok(octets.to_vec()),
        Some(_) | None => Err(Error::Malformed),
    }
}

/// Reads BER that stands inside an OCTET STRING, to its end.
fn content<T>(
    bytes: Bytes,
    read: impl FnOnce(&mut Values<'_, '_>) -> Result<T, Broken>,
) -> Result<T, Error> {
    let mut source = BytesSource::new(bytes);
    let value = Mode::Ber
        .decode(&mut source, read)
        .map_err(|_| Error::Malformed)?;
    if source.is_empty() {
        Ok(value)
    } else {
        Err(Error::Malformed)
    }
}

fn shared(bytes: &[u8]) -> Bytes {
    Bytes::from_owner(Zeroizing::new(bytes.to_vec()))
}

type Values<'a, 's> = Constructed<'a, &'s mut BytesSource>;

type Broken = DecodeError<Infallible>;

/// The curves that may be named; explicit parameters are refused, as AWS KMS does.
pub(crate) static CURVES: [(&[u8], KeySpec); 4] = [
    (
        &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
        KeySpec::EccNistP256,
    ),
    (&[0x2b, 0x81, 0x04, 0, 34], KeySpec::EccNistP384),
    (&[0x2b, 0x81, 0x04, 0, 35], KeySpec::EccNistP521),
    (&[0x2b, 0x81, 0x04, 0, 10], KeySpec::EccSecgP256k1),
];

/// 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

/// 1.2.840.10045.2.1
pub(crate) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];

/// 1.3.101.112
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// What wrapped material can have at most; an RSA_4096 key has 2,375 bytes.
const PIECES_BYTES_MAX: usize = 6144;

const PADDING_BYTES_MAX: usize = 7;
