"""Every importable spec by every wrapping that AWS allows for it, wrapped by OpenSSL and by Python's `cryptography`; what the
imported key then does is checked by both, in both directions. And every wrapping that AWS does not allow is refused.

AWS: https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-conceptual.html
"""

import itertools
import os

import owner
from expect import arn, create_key, describe, equal, kms, refused

DIRECT = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]
HYBRID = ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"]
WRAPPING_SPECS = ["RSA_2048", "RSA_3072", "RSA_4096"]
# Spec, its usages, and what may wrap it.
KINDS = [
    ("SYMMETRIC_DEFAULT", ["ENCRYPT_DECRYPT"], DIRECT),
    ("HMAC_224", ["GENERATE_VERIFY_MAC"], DIRECT),
    ("HMAC_256", ["GENERATE_VERIFY_MAC"], DIRECT),
    ("HMAC_384", ["GENERATE_VERIFY_MAC"], DIRECT),
    ("HMAC_512", ["GENERATE_VERIFY_MAC"], DIRECT),
    ("RSA_2048", ["SIGN_VERIFY", "ENCRYPT_DECRYPT"], HYBRID),
    ("RSA_3072", ["ENCRYPT_DECRYPT", "SIGN_VERIFY"], HYBRID),
    ("RSA_4096", ["SIGN_VERIFY", "ENCRYPT_DECRYPT"], HYBRID),
    ("ECC_NIST_P256", ["SIGN_VERIFY", "KEY_AGREEMENT"], DIRECT + HYBRID),
    ("ECC_NIST_P384", ["KEY_AGREEMENT", "SIGN_VERIFY"], DIRECT + HYBRID),
    ("ECC_NIST_P521", ["SIGN_VERIFY", "KEY_AGREEMENT"], DIRECT + HYBRID),
    ("ECC_SECG_P256K1", ["SIGN_VERIFY"], DIRECT + HYBRID),
    ("ECC_NIST_EDWARDS25519", ["SIGN_VERIFY"], DIRECT + HYBRID),
]
MESSAGE = b"to whom it may concern"


def matrix():
    for spec, usages, algorithms in KINDS:
        usage = itertools.cycle(usages)
        for algorithm, wrapping_spec in itertools.product(DIRECT + HYBRID, WRAPPING_SPECS):
            key_id = create_key(KeySpec=spec, KeyUsage=next(usage), Origin="EXTERNAL")["KeyId"]
            if algorithm in algorithms and fits(spec, algorithm, wrapping_spec):
                imported(key_id, algorithm, wrapping_spec)
            else:
                text = (
                    f"Wrapping algorithm {algorithm} and wrapping key spec {wrapping_spec} "
                    f"cannot be used to import a {spec} key."
                )
                refused("ValidationException", text, parameters, **wrapping(key_id, algorithm, wrapping_spec))


def fits(spec, algorithm, wrapping_spec):
    """A private key of P-521 is longer than what OAEP can put into 2,048 bits."""
    return not (spec == "ECC_NIST_P521" and algorithm in DIRECT and wrapping_spec == "RSA_2048")


def wrapping(key_id, algorithm, spec):
    return {"KeyId": key_id, "WrappingAlgorithm": algorithm, "WrappingKeySpec": spec}


def parameters(**members):
    return kms.get_parameters_for_import(**members)


def imported(key_id, algorithm, wrapping_spec):
    """One key, imported twice: the second tool wraps the same material for the same parameters."""
    described = describe(key_id)
    key, material = made(described["KeySpec"])
    given = parameters(**wrapping(key_id, algorithm, wrapping_spec))
    for tool in owner.TOOLS:
        answer = kms.import_key_material(
            KeyId=key_id,
            ImportToken=given["ImportToken"],
            EncryptedKeyMaterial=tool.wrap(given["PublicKey"], material, algorithm),
            ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
        )
        equal(answer["KeyId"], arn(key_id))
        equal("KeyMaterialId" in answer, described["KeySpec"] == "SYMMETRIC_DEFAULT")
        equal(describe(key_id)["KeyState"], "Enabled")
    for tool in owner.TOOLS:
        WORKS[described["KeyUsage"]](tool, described, key, material)


def made(spec):
    """A key, and the bytes that are imported."""
    if spec == "SYMMETRIC_DEFAULT":
        return None, os.urandom(32)
    if spec.startswith("HMAC_"):
        return None, os.urandom(int(spec[5:]) // 8)
    key = owner.new_private_key(spec)
    return key, owner.pkcs8(key)


def encrypts(tool, described, key, _material):
    key_id = described["KeyId"]
    for algorithm in described["EncryptionAlgorithms"]:
        how = {"KeyId": key_id, "EncryptionAlgorithm": algorithm}
        ciphertext = kms.encrypt(**how, Plaintext=MESSAGE)["CiphertextBlob"]
        if key is None:
            equal(kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"], MESSAGE)
        else:
            equal(kms.get_public_key(KeyId=key_id)["PublicKey"], owner.spki(key))
            equal(tool.decrypt(key, algorithm, ciphertext), MESSAGE, algorithm)
            ciphertext = tool.encrypt(key, algorithm, MESSAGE)
            equal(kms.decrypt(**how, CiphertextBlob=ciphertext)["Plaintext"], MESSAGE, algorithm)


def signs(tool, described, key, _material):
    key_id = described["KeyId"]
    equal(kms.get_public_key(KeyId=key_id)["PublicKey"], owner.spki(key))
    for algorithm in described["SigningAlgorithms"]:
        # Neither tool has Ed25519ph; the vectors of the cryptography crate cover it.
        if algorithm == "ED25519_PH_SHA_512":
            continue
        how = {"KeyId": key_id, "SigningAlgorithm": algorithm, "Message": MESSAGE}
        signature = kms.sign(**how)["Signature"]
        assert tool.verify(key, algorithm, MESSAGE, signature), algorithm
        assert not tool.verify(key, algorithm, MESSAGE + b"!", signature), algorithm
        equal(kms.verify(**how, Signature=tool.sign(key, algorithm, MESSAGE))["SignatureValid"], True, algorithm)
        other = tool.sign(key, algorithm, MESSAGE + b"!")
        refused("KMSInvalidSignatureException", None, kms.verify, **how, Signature=other)


def agrees(tool, described, key, _material):
    key_id = described["KeyId"]
    equal(kms.get_public_key(KeyId=key_id)["PublicKey"], owner.spki(key))
    peer = owner.new_private_key(described["KeySpec"])
    answer = kms.derive_shared_secret(KeyId=key_id, KeyAgreementAlgorithm="ECDH", PublicKey=owner.spki(peer))
    equal(answer["SharedSecret"], tool.agree(peer, key))
    equal(answer["SharedSecret"], tool.agree(key, peer))
    equal(answer["KeyOrigin"], "EXTERNAL")


def authenticates(tool, described, _key, material):
    [algorithm] = described["MacAlgorithms"]
    how = {"KeyId": described["KeyId"], "MacAlgorithm": algorithm, "Message": MESSAGE}
    code = tool.mac(material, algorithm, MESSAGE)
    equal(kms.generate_mac(**how)["Mac"], code)
    equal(kms.verify_mac(**how, Mac=code)["MacValid"], True)
    refused("KMSInvalidMacException", None, kms.verify_mac, **how, Mac=tool.mac(material, algorithm, b"another"))


WORKS = {
    "ENCRYPT_DECRYPT": encrypts,
    "SIGN_VERIFY": signs,
    "KEY_AGREEMENT": agrees,
    "GENERATE_VERIFY_MAC": authenticates,
}

matrix()
