"""The owner's side of an import: random bytes, and the wrap that AWS documents."""

import os

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from expect import kms

HASHES = {"RSAES_OAEP_SHA_1": hashes.SHA1, "RSAES_OAEP_SHA_256": hashes.SHA256}


def new():
    return os.urandom(32)


def parameters(key_id, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048", where=kms):
    return where.get_parameters_for_import(KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=spec)


def wrap(public_key, material, algorithm="RSAES_OAEP_SHA_256"):
    chosen = HASHES[algorithm]
    oaep = padding.OAEP(mgf=padding.MGF1(chosen()), algorithm=chosen(), label=None)
    return serialization.load_der_public_key(public_key).encrypt(material, oaep)


def import_into(key_id, material, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048", where=kms, **members):
    """Fetches fresh parameters, wraps and imports; without an expiration model the material does not expire."""
    members.setdefault("ExpirationModel", "KEY_MATERIAL_DOES_NOT_EXPIRE")
    given = parameters(key_id, algorithm, spec, where)
    return where.import_key_material(
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrap(given["PublicKey"], material, algorithm),
        **members,
    )
