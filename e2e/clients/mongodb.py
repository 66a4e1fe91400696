"""MongoDB's client-side encryption without a database: libmongocrypt signs its own requests and speaks TLS only."""

import os
import socket
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit

import bson
from bson.binary import STANDARD
from bson.codec_options import CodecOptions
from pymongocrypt.errors import MongoCryptError
from pymongocrypt.mongocrypt import MongoCrypt, MongoCryptOptions
from pymongocrypt.synchronous.explicit_encrypter import ExplicitEncrypter
from pymongocrypt.synchronous.state_machine import MongoCryptCallback

sys.path.insert(0, str(Path(__file__).parent.parent / "boto3"))
from expect import REGION, arn, create_key, equal, kms

ENDPOINT = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
CODEC = CodecOptions(uuid_representation=STANDARD)


class Callback(MongoCryptCallback):
    """A key vault in memory, and connections to the service."""

    def __init__(self):
        self.vault = {}
        self.requests = []

    def kms_request(self, kms_context):
        host, port = kms_context.endpoint.rsplit(":", 1)
        context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
        self.requests.append(bytes(kms_context.message))
        with socket.create_connection((host, int(port)), timeout=30) as plain:
            with context.wrap_socket(plain, server_hostname=host) as connection:
                connection.sendall(kms_context.message)
                while kms_context.bytes_needed > 0:
                    data = connection.recv(kms_context.bytes_needed)
                    assert data, "the connection was closed within an answer"
                    kms_context.feed(data)

    def insert_data_key(self, data_key):
        document = bson.decode(data_key, CODEC)
        self.vault[document["_id"]] = bytes(data_key)
        return document["_id"]

    def fetch_keys(self, filter):
        return list(self.vault.values())

    def bson_encode(self, doc):
        return bson.encode(doc, codec_options=CODEC)

    def collection_info(self, database, filter):
        raise AssertionError("explicit encryption asks for no collection")

    def mark_command(self, database, cmd):
        raise AssertionError("explicit encryption marks no command")

    def close(self):
        pass


def encrypter(callback):
    providers = {
        "aws": {
            "accessKeyId": os.environ["AWS_ACCESS_KEY_ID"],
            "secretAccessKey": os.environ["AWS_SECRET_ACCESS_KEY"],
        }
    }
    return ExplicitEncrypter(callback, MongoCryptOptions(providers))


key_id = create_key()["KeyId"]
callback = Callback()
writer = encrypter(callback)
master_key = {"region": REGION, "key": arn(key_id), "endpoint": ENDPOINT}
data_key = writer.create_data_key("aws", master_key, key_alt_names=["payroll"])

value = callback.bson_encode({"v": "457-55-5462"})
sealed = {}
for algorithm in ("AEAD_AES_256_CBC_HMAC_SHA_512-Random", "AEAD_AES_256_CBC_HMAC_SHA_512-Deterministic"):
    sealed[algorithm] = writer.encrypt(value, algorithm, key_id=data_key.bytes)
    assert b"457-55-5462" not in bytes(sealed[algorithm])

# Another process has the vault, and asks the service for the data key.
reader_callback = Callback()
reader_callback.vault = callback.vault
reader = encrypter(reader_callback)
for blob in sealed.values():
    equal(bson.decode(reader.decrypt(blob))["v"], "457-55-5462")
equal(len(reader_callback.requests), 1, "the data key is kept")
assert b"TrentService.Decrypt" in reader_callback.requests[0]

# Who rewraps the vault moves it under another key.
second = create_key()["KeyId"]
rewrapped = writer.rewrap_many_data_key(
    {}, "aws", {"region": REGION, "key": arn(second), "endpoint": ENDPOINT}
)
document = bson.decode(rewrapped, CODEC)["v"][0]
equal(document["masterKey"]["key"], arn(second))

# A disabled key opens nothing for those who have not opened it before.
kms.disable_key(KeyId=key_id)
late_callback = Callback()
late_callback.vault = callback.vault
try:
    encrypter(late_callback).decrypt(sealed["AEAD_AES_256_CBC_HMAC_SHA_512-Random"])
except MongoCryptError as refusal:
    assert "DisabledException" in str(refusal) or "disabled" in str(refusal), refusal
else:
    raise AssertionError("a disabled key opens")
