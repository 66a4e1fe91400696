"""GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial: every algorithm and wrapping key, every refusal."""

import datetime
import os

import material
from expect import ABSENT_ID, DAY, advance, arn, create_key, describe, equal, invalid, kms, refused, state

DOES_NOT_EXPIRE = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
WANTS_A_DATE = "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"


def external():
    return create_key(Origin="EXTERNAL")["KeyId"]


def every_wrap():
    for algorithm in material.HASHES:
        for spec, modulus in [("RSA_2048", 256), ("RSA_3072", 384), ("RSA_4096", 512)]:
            key_id, secret = external(), material.new()
            given = material.parameters(key_id, algorithm, spec)
            equal(given["KeyId"], arn(key_id))
            assert 0 < len(given["ImportToken"]) <= 6144, len(given["ImportToken"])
            wrapped = material.wrap(given["PublicKey"], secret, algorithm)
            equal(len(wrapped), modulus, spec)
            answer = kms.import_key_material(
                KeyId=key_id, ImportToken=given["ImportToken"], EncryptedKeyMaterial=wrapped, **DOES_NOT_EXPIRE
            )
            described = describe(key_id)
            equal((answer["KeyId"], len(answer["KeyMaterialId"])), (arn(key_id), 64))
            equal(described["CurrentKeyMaterialId"], answer["KeyMaterialId"])
            equal((described["KeyState"], described["ExpirationModel"]), ("Enabled", "KEY_MATERIAL_DOES_NOT_EXPIRE"))
            blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
            equal(kms.decrypt(CiphertextBlob=blob)["KeyMaterialId"], answer["KeyMaterialId"])


def parameters():
    key_id = external()
    first, second = material.parameters(key_id), material.parameters(key_id)
    assert first["PublicKey"] != second["PublicKey"], "a fresh pair for every call"
    day = datetime.timedelta(days=1)
    left = first["ParametersValidTo"] - describe(key_id)["CreationDate"]
    assert day <= left <= day + datetime.timedelta(minutes=1), left
    own = create_key()["KeyId"]
    base = {"KeyId": key_id, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
    for code, message, members in [
        (
            "UnsupportedOperationException",
            f"{arn(own)} origin is AWS_KMS which is not valid for this operation.",
            {"KeyId": own},
        ),
        ("NotFoundException", f"Key '{arn(ABSENT_ID)}' does not exist", {"KeyId": ABSENT_ID}),
        (
            "ValidationException",
            invalid("wrappingAlgorithm", "NOPE", "Member must satisfy enum value set: […"),
            {"WrappingAlgorithm": "NOPE"},
        ),
        (
            "ValidationException",
            invalid("wrappingKeySpec", "RSA_1024", "Member must satisfy enum value set: […"),
            {"WrappingKeySpec": "RSA_1024"},
        ),
    ]:
        refused(code, message, kms.get_parameters_for_import, **{**base, **members})
    # What AWS used to allow is refused like material for which a wrap is not meant.
    for algorithm in ("RSAES_PKCS1_V1_5", "RSA_AES_KEY_WRAP_SHA_256", "SM2PKE"):
        refused(
            "ValidationException",
            f"Wrapping algorithm {algorithm} and wrapping key spec RSA_2048 cannot be used to import a SYMMETRIC_DEFAULT key.",
            kms.get_parameters_for_import,
            **{**base, "WrappingAlgorithm": algorithm},
        )


def pending_state():
    key_id = external()
    pending = f"{arn(key_id)} is pending import."
    for call, members in [
        (kms.encrypt, {"Plaintext": b"x"}),
        (kms.generate_data_key, {"KeySpec": "AES_256"}),
        (kms.generate_data_key_without_plaintext, {"KeySpec": "AES_256"}),
        (kms.enable_key, {}),
        (kms.disable_key, {}),
        (kms.rotate_key_on_demand, {}),
    ]:
        refused("KMSInvalidStateException", pending, call, KeyId=key_id, **members)


def refusals():
    key_id, other = external(), external()
    secret = material.new()
    given, for_other = material.parameters(key_id), material.parameters(other)
    wrong_hash = material.parameters(key_id, "RSAES_OAEP_SHA_1")
    right = material.wrap(given["PublicKey"], secret)
    now = describe(key_id)["CreationDate"]

    def days(count):
        return now + datetime.timedelta(days=count)

    expires = "KEY_MATERIAL_EXPIRES"
    base = {"KeyId": key_id, "ImportToken": given["ImportToken"], "EncryptedKeyMaterial": right, **DOES_NOT_EXPIRE}

    def with_wrap(wrapped):
        return {"EncryptedKeyMaterial": wrapped}

    own = create_key()["KeyId"]
    bent_token = given["ImportToken"][:-1] + bytes([given["ImportToken"][-1] ^ 1])
    for code, message, members in [
        ("ValidationException", WANTS_A_DATE, {"ExpirationModel": None}),
        ("ValidationException", WANTS_A_DATE, {"ExpirationModel": expires}),
        ("ValidationException", ..., {"ValidTo": days(1)}),
        ("ValidationException", ..., {"ExpirationModel": expires, "ValidTo": days(-1)}),
        ("ValidationException", ..., {"ExpirationModel": expires, "ValidTo": days(366)}),
        (
            "ValidationException",
            invalid("expirationModel", "NEVER", "Member must satisfy enum value set: […"),
            {"ExpirationModel": "NEVER"},
        ),
        ("InvalidImportTokenException", ..., {"ImportToken": for_other["ImportToken"]}),
        ("InvalidImportTokenException", ..., {"ImportToken": b"no token"}),
        ("InvalidImportTokenException", ..., {"ImportToken": bent_token}),
        ("InvalidImportTokenException", ..., {"ImportToken": given["ImportToken"][:-1]}),
        ("InvalidCiphertextException", None, with_wrap(right[:-1])),
        ("InvalidCiphertextException", None, with_wrap(right + b"x")),
        ("InvalidCiphertextException", None, with_wrap(right[:-1] + bytes([right[-1] ^ 1]))),
        ("InvalidCiphertextException", None, with_wrap(os.urandom(256))),
        ("InvalidCiphertextException", None, with_wrap(bytes(256))),
        ("InvalidCiphertextException", None, with_wrap(b"x")),
        ("InvalidCiphertextException", None, with_wrap(material.wrap(for_other["PublicKey"], secret))),
        ("InvalidCiphertextException", None, with_wrap(material.wrap(given["PublicKey"], secret, "RSAES_OAEP_SHA_1"))),
        ("InvalidCiphertextException", None, {"ImportToken": wrong_hash["ImportToken"]}),
        ("IncorrectKeyMaterialException", ..., with_wrap(material.wrap(given["PublicKey"], secret[:31]))),
        ("IncorrectKeyMaterialException", ..., with_wrap(material.wrap(given["PublicKey"], secret + b"x"))),
        ("IncorrectKeyMaterialException", ..., with_wrap(material.wrap(given["PublicKey"], b"x"))),
        (
            "UnsupportedOperationException",
            f"{arn(own)} origin is AWS_KMS which is not valid for this operation.",
            {"KeyId": own},
        ),
        ("NotFoundException", f"Key '{arn(ABSENT_ID)}' does not exist", {"KeyId": ABSENT_ID}),
    ]:
        sent = {name: value for name, value in {**base, **members}.items() if value is not None}
        refused(code, message, kms.import_key_material, **sent)
        equal(state(key_id), "PendingImport", f"{code} {members}"[:200])
    equal("CurrentKeyMaterialId" in describe(key_id), False, "nothing was imported")

    equal(kms.import_key_material(**base)["KeyId"], arn(key_id), "the same parameters still work")
    # As on AWS, parameters may be used again while they are valid.
    equal(kms.import_key_material(**base)["KeyId"], arn(key_id))
    refused("ExpiredImportTokenException", ..., expired_import, base=base)
    equal(state(key_id), "Enabled")


def expired_import(base):
    advance(DAY + 60)
    return kms.import_key_material(**base)


def same_bytes_forever():
    key_id, secret = external(), material.new()
    first = material.import_into(key_id, secret)["KeyMaterialId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"kept")["CiphertextBlob"]
    refused("IncorrectKeyMaterialException", ..., reimport, key_id=key_id, secret=material.new())
    equal(state(key_id), "Enabled")

    answer = kms.delete_imported_key_material(KeyId=key_id)
    equal((answer["KeyId"], answer["KeyMaterialId"]), (arn(key_id), first))
    described = describe(key_id)
    equal((described["KeyState"], described["Enabled"]), ("PendingImport", False))
    equal(described["CurrentKeyMaterialId"], first, "the id stays")
    assert not {"ExpirationModel", "ValidTo"} & described.keys(), described
    refused("KMSInvalidStateException", f"{arn(key_id)} is pending import.", kms.decrypt, CiphertextBlob=blob)
    kms.delete_imported_key_material(KeyId=key_id)

    refused("IncorrectKeyMaterialException", ..., reimport, key_id=key_id, secret=material.new())
    equal(state(key_id), "PendingImport", "other bytes are refused also after the deletion")
    equal(material.import_into(key_id, secret)["KeyMaterialId"], first)
    equal(kms.decrypt(CiphertextBlob=blob)["Plaintext"], b"kept")

    twin = external()
    assert material.import_into(twin, secret)["KeyMaterialId"] != first, "the same bytes in two keys are two materials"
    refused("IncorrectKeyException", ..., kms.decrypt, CiphertextBlob=blob, KeyId=twin)

    own = create_key()["KeyId"]
    unsupported = f"{arn(own)} origin is AWS_KMS which is not valid for this operation."
    refused("UnsupportedOperationException", unsupported, kms.delete_imported_key_material, KeyId=own)


def reimport(key_id, secret):
    return material.import_into(key_id, secret)


def import_while_disabled_or_pending_deletion():
    key_id, secret = external(), material.new()
    material.import_into(key_id, secret)
    kms.disable_key(KeyId=key_id)
    material.import_into(key_id, secret)
    given = material.parameters(key_id)
    wrapped = material.wrap(given["PublicKey"], secret)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    pending = f"{arn(key_id)} is pending deletion."
    sent = {"ImportToken": given["ImportToken"], "EncryptedKeyMaterial": wrapped, **DOES_NOT_EXPIRE}
    refused("KMSInvalidStateException", pending, kms.import_key_material, KeyId=key_id, **sent)
    refused("KMSInvalidStateException", pending, material.parameters, key_id=key_id)
    equal(kms.delete_imported_key_material(KeyId=key_id)["KeyId"], arn(key_id))
    equal(state(key_id), "PendingDeletion")
    kms.cancel_key_deletion(KeyId=key_id)
    refused("InvalidImportTokenException", ..., kms.import_key_material, KeyId=key_id, **sent)


def expiry():
    key_id, secret = external(), material.new()
    valid_to = describe(key_id)["CreationDate"].replace(microsecond=0) + datetime.timedelta(days=10)
    material.import_into(key_id, secret, ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo=valid_to)
    described = describe(key_id)
    equal((described["ExpirationModel"], described["ValidTo"]), ("KEY_MATERIAL_EXPIRES", valid_to))
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"kept")["CiphertextBlob"]
    advance(5 * DAY)
    equal(kms.decrypt(CiphertextBlob=blob)["Plaintext"], b"kept")
    advance(6 * DAY)
    described = describe(key_id)
    equal((described["KeyState"], described["Enabled"]), ("PendingImport", False))
    assert not {"ExpirationModel", "ValidTo"} & described.keys(), described
    refused("KMSInvalidStateException", f"{arn(key_id)} is pending import.", kms.decrypt, CiphertextBlob=blob)
    refused("IncorrectKeyMaterialException", ..., reimport, key_id=key_id, secret=material.new())
    material.import_into(key_id, secret)
    equal(kms.decrypt(CiphertextBlob=blob)["Plaintext"], b"kept")
    equal(describe(key_id)["ExpirationModel"], "KEY_MATERIAL_DOES_NOT_EXPIRE", "a new import may change the model")


every_wrap()
parameters()
pending_state()
same_bytes_forever()
import_while_disabled_or_pending_deletion()
refusals()
expiry()
