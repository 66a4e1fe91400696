"""The AWS Encryption SDK with its data key caching, over a key whose material was imported."""

import sys
from pathlib import Path

import aws_encryption_sdk
import botocore.session
from aws_encryption_sdk.exceptions import DecryptKeyError, GenerateKeyError
from aws_encryption_sdk.identifiers import Algorithm

sys.path.insert(0, str(Path(__file__).parent.parent / "boto3"))
from expect import arn, create_key, equal, kms
from material import import_into, new

CONTEXT = {"department": "hr", "purpose": "payroll"}
SDK = aws_encryption_sdk.EncryptionSDKClient()


def provider(key_id):
    return aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(
        key_ids=[arn(key_id)], botocore_session=botocore.session.get_session()
    )


def caching(key_id, messages_max):
    return aws_encryption_sdk.CachingCryptoMaterialsManager(
        master_key_provider=provider(key_id),
        cache=aws_encryption_sdk.LocalCryptoMaterialsCache(capacity=10),
        max_age=600.0,
        max_messages_encrypted=messages_max,
    )


def encrypt(manager, message):
    return SDK.encrypt(source=message, materials_manager=manager, encryption_context=CONTEXT)[0]


def decrypt(manager, message):
    plaintext, header = SDK.decrypt(source=message, materials_manager=manager)
    assert CONTEXT.items() <= header.encryption_context.items(), header.encryption_context
    return plaintext


def refused(error, call, *arguments):
    try:
        call(*arguments)
    except error as refusal:
        return str(refusal)
    raise AssertionError(f"{call.__name__} was not refused")


material = new()
key_id = create_key(Origin="EXTERNAL")["KeyId"]
import_into(key_id, material)

# Ten messages under data keys that serve four each: three calls, and as many open them all, twice.
sender, reader = caching(key_id, 4), caching(key_id, 4)
messages = [f"message {number}".encode() for number in range(10)]
sealed = [encrypt(sender, message) for message in messages]
for _ in range(2):
    equal([decrypt(reader, message) for message in sealed], messages)

# Streams, and a suite without a signature; the data key of another suite is another entry of the cache.
suite = Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY
blob, _ = SDK.encrypt(source=b"stream" * 50_000, materials_manager=sender, encryption_context=CONTEXT, algorithm=suite)
with SDK.stream(mode="d", source=blob, materials_manager=reader) as plain:
    equal(plain.read(), b"stream" * 50_000)

# A message under one key is closed to a provider of another key.
other = create_key()["KeyId"]
refused(Exception, decrypt, caching(other, 4), sealed[0])

# Without its material the key makes no data key and opens none; what the cache holds is still good.
kms.delete_imported_key_material(KeyId=key_id)
equal(decrypt(reader, sealed[0]), messages[0])
refused(GenerateKeyError, encrypt, caching(key_id, 4), b"x")
refused(DecryptKeyError, decrypt, caching(key_id, 4), sealed[0])

# The same material again, and everything opens.
import_into(key_id, material)
equal(decrypt(caching(key_id, 4), sealed[0]), messages[0])
