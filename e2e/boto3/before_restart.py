"""Leaves keys, aliases, tags and an unused import token behind, and prints what must be found again."""

import base64
import json

import material
from expect import create_key, kms


def text(data):
    return base64.b64encode(data).decode()


own = create_key(Description="kept", Tags=[{"TagKey": "a", "TagValue": "1"}])["KeyId"]
kms.create_alias(AliasName="alias/kept", TargetKeyId=own)
kms.rotate_key_on_demand(KeyId=own)

imported, secret = create_key(Origin="EXTERNAL")["KeyId"], material.new()
material.import_into(imported, secret)
waiting = create_key(Origin="EXTERNAL")["KeyId"]
given = material.parameters(waiting)
disabled = create_key()["KeyId"]
kms.disable_key(KeyId=disabled)

print(
    json.dumps(
        {
            "blobs": [
                text(kms.encrypt(KeyId=key_id, Plaintext=b"kept", EncryptionContext={"a": "b"})["CiphertextBlob"])
                for key_id in (own, imported)
            ],
            "own": own,
            "waiting": waiting,
            "disabled": disabled,
            "token": text(given["ImportToken"]),
            "wrapped": text(material.wrap(given["PublicKey"], material.new())),
        }
    )
)
