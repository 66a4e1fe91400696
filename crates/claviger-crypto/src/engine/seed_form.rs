//! PKCS #8 around the seed of an ML-DSA or ML-KEM key: the `seed` choice of RFC 9881, section 6, and RFC 9935, section 6.

use claviger_model::Secret;

use crate::Error;

/// The DER that stands before the seed; everything in it but the algorithm is fixed.
pub(super) type Header = [u8; HEADER_BYTES];

/// The header for the algorithm of the last two arcs `arcs` below 2.16.840.1.101.3.4, and a seed of `seed_bytes`.
pub(super) const fn header(arcs: [u8; 2], seed_bytes: u8) -> Header {
    let [family, parameters] = arcs;
    [
        0x30,
        seed_bytes + 20, // PrivateKeyInfo
        0x02,
        0x01,
        0x00, // version 0
        0x30,
        0x0b,
        0x06,
        0x09,
        0x60,
        0x86,
        0x48,
        0x01,
        0x65,
        0x03,
        0x04,
        family,
        parameters,
        0x04,
        seed_bytes + 2, // privateKey
        0x80,
        seed_bytes, // [0] IMPLICIT OCTET STRING
    ]
}

/// The PKCS #8 of a seed.
pub(super) fn wrap(header: &Header, seed: &Secret) -> Secret {
    // EXPOSE: concatenated in one allocation, so that no copy stays.
    Secret::from_vec([header.as_slice(), seed.expose()].concat())
}

/// The seed in a PKCS #8 that [`wrap`] wrote.
///
/// # Errors
/// [`Error::Malformed`] for anything else.
pub(super) fn unwrap<'a, const N: usize>(
    header: &Header,
    pkcs8: &'a Secret,
) -> Result<&'a [u8; N], Error> {
    // EXPOSE: the seed is expanded by the caller.
    let (front, seed) = pkcs8
        .expose()
        .split_at_checked(HEADER_BYTES)
        .ok_or(Error::Malformed)?;
    if front != header {
        return Err(Error::Malformed);
    }
    seed.try_into().map_err(|_| Error::Malformed)
}

const HEADER_BYTES: usize = 22;
