"""Encrypt, Decrypt, ReEncrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext, GenerateRandom, and DryRun of each."""

import os

from expect import ABSENT_ID, arn, client, create_key, equal, invalid, kms, refused

CONTEXT = {"department": "10103.0", "purpose": "test", "ünïcode": "välue"}
WOULD_HAVE = "The request would have succeeded, but the DryRun option is set."
DENIED = (
    "The ciphertext refers to a customer master key that does not exist, "
    "does not exist in this region, or you are not allowed to access."
)
WRONG_KEY = "The key ID in the request does not identify a CMK that can perform this operation."

key = create_key()
key_id, key_arn, material_id = key["KeyId"], key["Arn"], key["CurrentKeyMaterialId"]
other = create_key()["KeyId"]


def round_trips():
    for size in (1, 2, 31, 32, 33, 4095, 4096):
        plaintext = os.urandom(size)
        sealed = kms.encrypt(KeyId=key_id, Plaintext=plaintext, EncryptionContext=CONTEXT)
        equal((sealed["KeyId"], sealed["EncryptionAlgorithm"]), (key_arn, "SYMMETRIC_DEFAULT"))
        assert "KeyMaterialId" not in sealed, sealed
        opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=dict(reversed(CONTEXT.items())))
        equal((opened["Plaintext"], opened["KeyId"], opened["KeyMaterialId"]), (plaintext, key_arn, material_id))
        equal(opened["EncryptionAlgorithm"], "SYMMETRIC_DEFAULT")
    first, second = (kms.encrypt(KeyId=key_id, Plaintext=b"same")["CiphertextBlob"] for _ in range(2))
    assert first != second, "two encryptions of the same bytes differ"
    without = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    equal(kms.decrypt(CiphertextBlob=without, EncryptionContext={})["Plaintext"], b"x", "an empty context is none")


def refusals_of_encrypt():
    too_long = invalid("plaintext", None, "Member must have length less than or equal to 4096")
    too_short = invalid("plaintext", None, "Member must have length greater than or equal to 1")
    for code, message, members in [
        ("ValidationException", too_long, {"KeyId": key_id, "Plaintext": bytes(4097)}),
        ("ValidationException", too_short, {"KeyId": key_id, "Plaintext": b""}),
        ("ValidationException", invalid("keyId", "null", "Member must not be null"), {"Plaintext": b"x"}),
        (
            "ValidationException",
            invalid("encryptionAlgorithm", "NOPE", "Member must satisfy enum value set: […"),
            {"KeyId": key_id, "Plaintext": b"x", "EncryptionAlgorithm": "NOPE"},
        ),
        (
            "InvalidKeyUsageException",
            "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.",
            {"KeyId": key_id, "Plaintext": b"x", "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"},
        ),
        ("NotFoundException", f"Key '{arn(ABSENT_ID)}' does not exist", {"KeyId": ABSENT_ID, "Plaintext": b"x"}),
        ("InvalidGrantTokenException", ..., {"KeyId": key_id, "Plaintext": b"x", "GrantTokens": ["no-token"]}),
    ]:
        refused(code, message, kms.encrypt, **members)


def refusals_of_decrypt():
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret", EncryptionContext=CONTEXT)["CiphertextBlob"]
    contexts = [
        {},
        {"purpose": "test"},
        {**CONTEXT, "more": "x"},
        {**CONTEXT, "purpose": "Test"},
        {key.upper(): value for key, value in CONTEXT.items()},
    ]
    for context in contexts:
        refused("InvalidCiphertextException", None, kms.decrypt, CiphertextBlob=blob, EncryptionContext=context)
    for position in (0, 1, len(blob) // 2, len(blob) - 1):
        bent = blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]
        refused("InvalidCiphertextException", None, kms.decrypt, CiphertextBlob=bent, EncryptionContext=CONTEXT)
    for foreign in (b"x", b"not a ciphertext", os.urandom(200), blob[:-1], blob + b"x", blob[:20]):
        refused("InvalidCiphertextException", None, kms.decrypt, CiphertextBlob=foreign, EncryptionContext=CONTEXT)
    refused(
        "IncorrectKeyException", WRONG_KEY, kms.decrypt, CiphertextBlob=blob, EncryptionContext=CONTEXT, KeyId=other
    )
    refused(
        "InvalidKeyUsageException",
        ...,
        kms.decrypt,
        CiphertextBlob=blob,
        EncryptionContext=CONTEXT,
        KeyId=key_id,
        EncryptionAlgorithm="RSAES_OAEP_SHA_1",
    )
    refused(
        "AccessDeniedException",
        DENIED,
        client(region="eu-central-1").decrypt,
        CiphertextBlob=blob,
        EncryptionContext=CONTEXT,
    )
    refused("ValidationException", ..., kms.decrypt, EncryptionContext=CONTEXT)
    refused("ValidationException", ..., kms.decrypt, CiphertextBlob=bytes(6145))
    for name in (key_id, key_arn):
        equal(kms.decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT, KeyId=name)["Plaintext"], b"secret")


def re_encrypting():
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret", EncryptionContext=CONTEXT)["CiphertextBlob"]
    answer = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext=CONTEXT,
        DestinationKeyId=other,
        DestinationEncryptionContext={"now": "other"},
    )
    equal((answer["SourceKeyId"], answer["KeyId"]), (key_arn, arn(other)))
    equal((answer["SourceEncryptionAlgorithm"], answer["DestinationEncryptionAlgorithm"]), ("SYMMETRIC_DEFAULT",) * 2)
    equal(answer["SourceKeyMaterialId"], material_id)
    equal(len(answer["DestinationKeyMaterialId"]), 64)
    equal(
        kms.decrypt(CiphertextBlob=answer["CiphertextBlob"], EncryptionContext={"now": "other"})["Plaintext"], b"secret"
    )
    refused("InvalidCiphertextException", None, kms.re_encrypt, CiphertextBlob=blob, DestinationKeyId=other)
    refused(
        "IncorrectKeyException",
        WRONG_KEY,
        kms.re_encrypt,
        CiphertextBlob=blob,
        SourceEncryptionContext=CONTEXT,
        SourceKeyId=other,
        DestinationKeyId=other,
    )
    refused(
        "NotFoundException",
        ...,
        kms.re_encrypt,
        CiphertextBlob=blob,
        SourceEncryptionContext=CONTEXT,
        DestinationKeyId=ABSENT_ID,
    )
    refused("ValidationException", ..., kms.re_encrypt, CiphertextBlob=blob)
    refused(
        "DryRunOperationException",
        WOULD_HAVE,
        kms.re_encrypt,
        CiphertextBlob=blob,
        SourceEncryptionContext=CONTEXT,
        DestinationKeyId=other,
        DryRun=True,
    )


def data_keys():
    for members, size in [
        ({"KeySpec": "AES_256"}, 32),
        ({"KeySpec": "AES_128"}, 16),
        ({"NumberOfBytes": 1}, 1),
        ({"NumberOfBytes": 1024}, 1024),
    ]:
        answer = kms.generate_data_key(KeyId=key_id, EncryptionContext=CONTEXT, **members)
        equal((answer["KeyId"], answer["KeyMaterialId"], len(answer["Plaintext"])), (key_arn, material_id, size))
        equal(
            kms.decrypt(CiphertextBlob=answer["CiphertextBlob"], EncryptionContext=CONTEXT)["Plaintext"],
            answer["Plaintext"],
        )
        answer = kms.generate_data_key_without_plaintext(KeyId=key_id, **members)
        assert "Plaintext" not in answer, answer
        equal((answer["KeyId"], answer["KeyMaterialId"]), (key_arn, material_id))
        equal(len(kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"]), size)
    for call in (kms.generate_data_key, kms.generate_data_key_without_plaintext):
        for message, members in [
            ("Please specify either number of bytes or key spec.", {}),
            ("Please specify either number of bytes or key spec.", {"NumberOfBytes": 32, "KeySpec": "AES_256"}),
            (invalid("numberOfBytes", 0, "Member must have value greater than or equal to 1"), {"NumberOfBytes": 0}),
            (
                invalid("numberOfBytes", 1025, "Member must have value less than or equal to 1024"),
                {"NumberOfBytes": 1025},
            ),
            (invalid("keySpec", "AES_512", "Member must satisfy enum value set: […"), {"KeySpec": "AES_512"}),
        ]:
            refused("ValidationException", message, call, KeyId=key_id, **members)
        refused("DryRunOperationException", WOULD_HAVE, call, KeyId=key_id, KeySpec="AES_256", DryRun=True)
        refused(
            "NotFoundException",
            f"Key '{arn(ABSENT_ID)}' does not exist",
            call,
            KeyId=ABSENT_ID,
            KeySpec="AES_256",
            DryRun=True,
        )


def randomness():
    for size in (1, 32, 1024):
        equal(len(kms.generate_random(NumberOfBytes=size)["Plaintext"]), size)
    assert kms.generate_random(NumberOfBytes=32)["Plaintext"] != kms.generate_random(NumberOfBytes=32)["Plaintext"]
    refused("ValidationException", "NumberOfBytes is required.", kms.generate_random)
    refused(
        "ValidationException",
        invalid("numberOfBytes", 0, "Member must have value greater than or equal to 1"),
        kms.generate_random,
        NumberOfBytes=0,
    )
    refused(
        "ValidationException",
        invalid("numberOfBytes", 1025, "Member must have value less than or equal to 1024"),
        kms.generate_random,
        NumberOfBytes=1025,
    )


def dry_runs():
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    refused("DryRunOperationException", WOULD_HAVE, kms.encrypt, KeyId=key_id, Plaintext=b"x", DryRun=True)
    refused("DryRunOperationException", WOULD_HAVE, kms.decrypt, CiphertextBlob=blob, DryRun=True)
    refused("InvalidCiphertextException", None, kms.decrypt, CiphertextBlob=b"nonsense", DryRun=True)
    refused(
        "DryRunOperationException",
        WOULD_HAVE,
        kms.decrypt,
        KeyId=key_id,
        DryRun=True,
        DryRunModifiers=["IGNORE_CIPHERTEXT"],
    )
    disabled = create_key()["KeyId"]
    kms.disable_key(KeyId=disabled)
    refused(
        "DisabledException", f"{arn(disabled)} is disabled.", kms.encrypt, KeyId=disabled, Plaintext=b"x", DryRun=True
    )


round_trips()
refusals_of_encrypt()
refusals_of_decrypt()
re_encrypting()
data_keys()
randomness()
dry_runs()
