"""What may be inside a wrap: the encodings of a private key, the lengths of an HMAC key, and what is checked before it is taken.

AWS: https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-conceptual.html#importing-keys-material-requirements
"""

import os

import owner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa, x25519
from expect import DAY, advance, arn, client, create_key, describe, equal, kms, refused, state

WRAPS = "RSA_AES_KEY_WRAP_SHA_256"
OAEP = "RSAES_OAEP_SHA_256"


def external(spec, usage="SIGN_VERIFY"):
    return create_key(KeySpec=spec, KeyUsage=usage, Origin="EXTERNAL")["KeyId"]


def parameters(key_id, algorithm=WRAPS):
    return kms.get_parameters_for_import(KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec="RSA_2048")


def send(key_id, material, algorithm=WRAPS, given=None, **members):
    given = given or parameters(key_id, algorithm)
    wrapped = owner.Cryptography().wrap(given["PublicKey"], material, algorithm)
    members = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE", **members}
    token = given["ImportToken"]
    return kms.import_key_material(KeyId=key_id, ImportToken=token, EncryptedKeyMaterial=wrapped, **members)


def no_key(key_id, material, algorithm=WRAPS, given=None, what=""):
    """These bytes are refused, and nothing is kept."""
    members = {"key_id": key_id, "material": material, "algorithm": algorithm, "given": given}
    refused("IncorrectKeyMaterialException", ..., send, **members)
    equal(state(key_id), "PendingImport", what)


def lengths_of_hmac_keys():
    for spec, shortest in [("HMAC_224", 28), ("HMAC_256", 32), ("HMAC_384", 48), ("HMAC_512", 64)]:
        refusing = external(spec, "GENERATE_VERIFY_MAC")
        given = parameters(refusing, OAEP)
        for length in (1, shortest - 1, 129):
            no_key(refusing, os.urandom(length), OAEP, given)
        for length in (shortest, shortest + 1, 128):
            key_id, secret = external(spec, "GENERATE_VERIFY_MAC"), os.urandom(length)
            send(key_id, secret, OAEP)
            algorithm = spec.replace("HMAC_", "HMAC_SHA_")
            mac = kms.generate_mac(KeyId=key_id, MacAlgorithm=algorithm, Message=b"m")["Mac"]
            equal(mac, owner.Cryptography().mac(secret, algorithm, b"m"), f"{spec} {length}")


def der(tag, *content):
    content = b"".join(content)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def ber(content):
    """The outer SEQUENCE with an indefinite length."""
    header = 2 if content[1] < 0x80 else 2 + (content[1] & 0x7F)
    return b"\x30\x80" + content[header:] + b"\0\0"


VERSION = der(2, b"\0")
EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")
CURVE_IDS = {"ECC_NIST_P256": "06082a8648ce3d030107", "ECC_NIST_P384": "06052b81040022"}


def ec_pkcs8(key, spec, point):
    """PKCS #8 around an ECPrivateKey that carries this encoding of the public point; none leaves it out."""
    size = (key.key_size + 7) // 8
    scalar = key.private_numbers().private_value.to_bytes(size, "big")
    carried = [] if point is None else [der(0xA1, der(3, b"\0", point))]
    private = der(0x30, der(2, b"\1"), der(4, scalar), *carried)
    return der(0x30, VERSION, der(0x30, EC_PUBLIC_KEY, bytes.fromhex(CURVE_IDS[spec])), der(4, private))


def point(key, form):
    public = key.public_key()
    x962 = serialization.Encoding.X962
    uncompressed = public.public_bytes(x962, serialization.PublicFormat.UncompressedPoint)
    compressed = public.public_bytes(x962, serialization.PublicFormat.CompressedPoint)
    hybrid = bytes([compressed[0] + 4]) + uncompressed[1:]
    return {"uncompressed": uncompressed, "compressed": compressed, "hybrid": hybrid, "none": None}[form]


def encodings_of_curve_keys():
    for spec in CURVE_IDS:
        for form in ("uncompressed", "compressed", "hybrid", "none"):
            key, key_id = owner.new_private_key(spec), external(spec)
            material = ec_pkcs8(key, spec, point(key, form))
            send(key_id, material)
            equal(kms.get_public_key(KeyId=key_id)["PublicKey"], owner.spki(key), f"{spec} {form}")
            # The same key in another encoding is the same material.
            send(key_id, ber(owner.pkcs8(key)))
            send(key_id, owner.pkcs8(key))


def ber_of_every_family():
    for spec in ("RSA_2048", "ECC_NIST_P521", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"):
        key, key_id = owner.new_private_key(spec), external(spec)
        send(key_id, ber(owner.pkcs8(key)))
        equal(kms.get_public_key(KeyId=key_id)["PublicKey"], owner.spki(key), spec)


def what_is_no_key_of_the_spec():
    p256, other = owner.new_private_key("ECC_NIST_P256"), owner.new_private_key("ECC_NIST_P256")
    sec1 = p256.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    locked = serialization.BestAvailableEncryption(b"secret")
    encrypted = p256.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, locked)
    pem = p256.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    good = owner.pkcs8(p256)
    off_curve = bytearray(point(p256, "uncompressed"))
    off_curve[-1] ^= 1
    wrong_for_p256 = {
        "another curve": owner.pkcs8(owner.new_private_key("ECC_NIST_P384")),
        "a curve of the same size": owner.pkcs8(owner.new_private_key("ECC_SECG_P256K1")),
        "RSA": owner.pkcs8(owner.new_private_key("RSA_2048")),
        "Ed25519": owner.pkcs8(ed25519.Ed25519PrivateKey.generate()),
        "SEC 1": sec1,
        "encrypted": encrypted,
        "PEM": pem,
        "the public key": owner.spki(p256),
        "another's public key": ec_pkcs8(p256, "ECC_NIST_P256", point(other, "uncompressed")),
        "a point off the curve": ec_pkcs8(p256, "ECC_NIST_P256", bytes(off_curve)),
        "zero": good.replace(p256.private_numbers().private_value.to_bytes(32, "big"), bytes(32)),
        "too large": good.replace(p256.private_numbers().private_value.to_bytes(32, "big"), b"\xff" * 32),
        "cut": good[:-1],
        "longer": good + b"\1",
        "32 bytes": os.urandom(32),
    }
    key_id = external("ECC_NIST_P256")
    given = parameters(key_id)
    for what, material in wrong_for_p256.items():
        no_key(key_id, material, given=given, what=what)
    send(key_id, good, given=given)

    key_id = external("ECC_NIST_EDWARDS25519")
    given = parameters(key_id)
    for material in (owner.pkcs8(x25519.X25519PrivateKey.generate()), os.urandom(32), good):
        no_key(key_id, material, given=given)


def what_is_no_rsa_key_of_the_spec():
    key = owner.new_private_key("RSA_2048")
    key_id = external("RSA_2048")
    given = parameters(key_id)
    numbers = key.private_numbers()
    for size in (1024, 2040, 2056, 3072):
        no_key(key_id, owner.pkcs8(rsa.generate_private_key(65537, size)), given=given)
    no_key(key_id, rsa_pkcs8(numbers, d=numbers.d + 2), given=given)
    no_key(key_id, rsa_pkcs8(numbers, p=numbers.p + 2), given=given)
    no_key(key_id, rsa_pkcs8(numbers, iqmp=numbers.iqmp ^ 1), given=given)
    no_key(key_id, rsa_pkcs8(numbers, version=1), given=given)
    send(key_id, rsa_pkcs8(numbers), given=given)
    equal(kms.get_public_key(KeyId=key_id)["PublicKey"], owner.spki(key))


def rsa_pkcs8(numbers, version=0, **changed):
    public = numbers.public_numbers
    members = {
        "n": public.n,
        "e": public.e,
        **{name: getattr(numbers, name) for name in ("d", "p", "q", "dmp1", "dmq1", "iqmp")},
        **changed,
    }
    inner = der(0x30, integer(version), *(integer(value) for value in members.values()))
    algorithm = der(0x30, bytes.fromhex("06092a864886f70d010101"), der(5))
    return der(0x30, VERSION, algorithm, der(4, inner))


def integer(value):
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def explicit_curve_parameters():
    """Only named curves: the same curve, spelled out, is refused."""
    made = ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-param_enc", "explicit", "-outform", "DER"]
    sec1 = owner.openssl(*made)
    material = owner.openssl("pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-outform", "DER", given=sec1)
    no_key(external("ECC_NIST_P256"), material)


def one_material_for_life():
    """Other bytes are refused, before and after the deletion; what tells materials apart is for symmetric keys."""
    cases = [
        ("ECC_NIST_P256", "SIGN_VERIFY", WRAPS),
        ("RSA_2048", "ENCRYPT_DECRYPT", WRAPS),
        ("HMAC_256", "GENERATE_VERIFY_MAC", OAEP),
    ]
    for spec, usage, algorithm in cases:
        key_id = external(spec, usage)
        if spec == "HMAC_256":
            material, other = os.urandom(32), os.urandom(32)
        else:
            material, other = (owner.pkcs8(owner.new_private_key(spec)) for _ in range(2))
        given = parameters(key_id, algorithm)
        for member, value in [
            ("ImportType", "NEW_KEY_MATERIAL"),
            ("ImportType", "EXISTING_KEY_MATERIAL"),
            ("KeyMaterialDescription", "mine"),
            ("KeyMaterialId", "0" * 64),
        ]:
            sent = {"key_id": key_id, "material": material, "algorithm": algorithm, "given": given, member: value}
            text = f"{member} is only supported for symmetric encryption keys."
            refused("UnsupportedOperationException", text, send, **sent)
        send(key_id, material, algorithm, given)
        described = describe(key_id)
        equal("CurrentKeyMaterialId" in described, False)
        equal(described["ExpirationModel"], "KEY_MATERIAL_DOES_NOT_EXPIRE")
        again = {"key_id": key_id, "material": other, "algorithm": algorithm, "given": given}
        refused("IncorrectKeyMaterialException", ..., send, **again)
        equal(kms.delete_imported_key_material(KeyId=key_id)["KeyId"], arn(key_id))
        equal(state(key_id), "PendingImport")
        if usage != "GENERATE_VERIFY_MAC":
            assert kms.get_public_key(KeyId=key_id)["PublicKey"], "the public key stays"
        refused("IncorrectKeyMaterialException", ..., send, **again)
        send(key_id, material, algorithm, given)
        equal(state(key_id), "Enabled")


def no_public_key_before_the_first_import():
    key_id = external("ECC_NIST_P256")
    refused("KMSInvalidStateException", f"{arn(key_id)} is pending import.", kms.get_public_key, KeyId=key_id)


def expiry():
    key_id = external("ECC_NIST_P256")
    material = owner.pkcs8(owner.new_private_key("ECC_NIST_P256"))
    valid_to = describe(key_id)["CreationDate"].timestamp() + 10 * DAY
    send(key_id, material, ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo=int(valid_to))
    how = {"KeyId": key_id, "SigningAlgorithm": "ECDSA_SHA_256", "Message": b"m"}
    kms.sign(**how)
    advance(11 * DAY)
    refused("KMSInvalidStateException", f"{arn(key_id)} is pending import.", kms.sign, **how)
    send(key_id, material)
    kms.sign(**how)


def replicas():
    """Each Region imports for itself, and only the same bytes."""
    there = client(region="eu-west-1")
    for spec, usage, algorithm in [("ECC_NIST_P256", "SIGN_VERIFY", WRAPS), ("HMAC_256", "GENERATE_VERIFY_MAC", OAEP)]:
        key_id = create_key(KeySpec=spec, KeyUsage=usage, Origin="EXTERNAL", MultiRegion=True)["KeyId"]
        if spec == "HMAC_256":
            material, other = os.urandom(32), os.urandom(32)
        else:
            material, other = (owner.pkcs8(owner.new_private_key(spec)) for _ in range(2))
        send(key_id, material, algorithm)
        kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
        equal(there.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"], "PendingImport")
        how = {"WrappingAlgorithm": algorithm, "WrappingKeySpec": "RSA_2048"}
        given = there.get_parameters_for_import(KeyId=key_id, **how)

        def send_there(bytes_there):
            return there.import_key_material(
                KeyId=key_id,
                ImportToken=given["ImportToken"],
                EncryptedKeyMaterial=owner.Cryptography().wrap(given["PublicKey"], bytes_there, algorithm),
                ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
            )

        refused("IncorrectKeyMaterialException", ..., send_there, bytes_there=other)
        send_there(material)
        equal(there.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"], "Enabled")
        if spec == "HMAC_256":
            how = {"KeyId": key_id, "MacAlgorithm": "HMAC_SHA_256", "Message": b"m"}
            equal(there.verify_mac(**how, Mac=kms.generate_mac(**how)["Mac"])["MacValid"], True)
        else:
            how = {"KeyId": key_id, "SigningAlgorithm": "ECDSA_SHA_256", "Message": b"m"}
            equal(there.verify(**how, Signature=kms.sign(**how)["Signature"])["SignatureValid"], True)


lengths_of_hmac_keys()
encodings_of_curve_keys()
ber_of_every_family()
what_is_no_key_of_the_spec()
what_is_no_rsa_key_of_the_spec()
explicit_curve_parameters()
one_material_for_life()
no_public_key_before_the_first_import()
replicas()
expiry()
