"""Tink with the service as its remote AEAD: directly, as an envelope, and for a keyset that is stored wrapped."""

import io
import sys
from pathlib import Path

import tink
from tink import aead
from tink.integration import awskms

sys.path.insert(0, str(Path(__file__).parent.parent / "boto3"))
from expect import arn, create_key, equal, kms


def closed(primitive, ciphertext, associated_data):
    try:
        primitive.decrypt(ciphertext, associated_data)
    except tink.TinkError:
        return
    raise AssertionError("it opens")


aead.register()
uri = "aws-kms://" + arn(create_key()["KeyId"])
remote = awskms.new_client(boto3_client=kms, key_uri=uri).get_aead(uri)

for associated_data in (b"", b"\x00\xffcontext"):
    blob = remote.encrypt(b"plain", associated_data)
    equal(remote.decrypt(blob, associated_data), b"plain")
    closed(remote, blob, b"another")
    closed(remote, blob[:-1], associated_data)

envelope = aead.KmsEnvelopeAead(aead.aead_key_templates.AES256_GCM, remote)
blob = envelope.encrypt(b"a" * 100_000, b"context")
equal(envelope.decrypt(blob, b"context"), b"a" * 100_000)
closed(envelope, blob, b"another")

keyset = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
stored = io.BytesIO()
keyset.write(tink.BinaryKeysetWriter(stored), remote)
again = tink.read_keyset_handle(tink.BinaryKeysetReader(stored.getvalue()), remote)
equal(again.primitive(aead.Aead).decrypt(keyset.primitive(aead.Aead).encrypt(b"x", b""), b""), b"x")
