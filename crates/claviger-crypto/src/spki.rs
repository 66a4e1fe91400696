//! Reads public points out of SubjectPublicKeyInfo (RFC 5280, section 4.1; RFC 5480), in DER.

use std::convert::Infallible;

use bcder::decode::{Constructed, DecodeError, SliceSource};
use bcder::{Mode, Oid, Tag};
use claviger_model::KeySpec;

use crate::Error;
use crate::pkcs8::{CURVES, EC_PUBLIC_KEY, whole_octets};

/// The point of an elliptic curve key, in the form in which it was written, and the curve that is named for it.
///
/// # Errors
/// [`Error::Malformed`] for anything else: another kind of key, explicit curve parameters, another encoding than DER, bytes
/// that follow.
pub(crate) fn point(der: &[u8]) -> Result<(KeySpec, Vec<u8>), Error> {
    let mut source = SliceSource::new(der);
    let (curve, bits) = Mode::Der
        .decode(&mut source, |outer| outer.take_sequence(read))
        .map_err(|_| Error::Malformed)?;
    if !source.is_empty() {
        return Err(Error::Malformed);
    }
    let (_, spec) = CURVES
        .iter()
        .find(|(oid, _)| *oid == curve.0.as_ref())
        .ok_or(Error::Malformed)?;
    Ok((*spec, whole_octets(&bits)?))
}

fn read<'s>(
    info: &mut Constructed<'_, &mut SliceSource<'s>>,
) -> Result<(Oid, bytes::Bytes), DecodeError<Infallible>> {
    let curve = info.take_sequence(|algorithm| {
        Oid(EC_PUBLIC_KEY).skip_if(algorithm)?;
        Oid::take_from(algorithm)
    })?;
    let bits = info.take_primitive_if(Tag::BIT_STRING, |bits| bits.take_all())?;
    Ok((curve, bits))
}
