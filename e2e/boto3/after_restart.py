"""Finds again what `before_restart.py` left, and finishes its import."""

import base64
import json
import sys

from expect import arn, describe, equal, kms, refused, state

left = json.loads(sys.argv[1])
data = base64.b64decode

equal((describe("alias/kept")["KeyId"], describe("alias/kept")["Description"]), (left["own"], "kept"))
equal(kms.list_resource_tags(KeyId=left["own"])["Tags"], [{"TagKey": "a", "TagValue": "1"}])
equal(len(kms.list_key_rotations(KeyId=left["own"])["Rotations"]), 1)
for blob in left["blobs"]:
    equal(kms.decrypt(CiphertextBlob=data(blob), EncryptionContext={"a": "b"})["Plaintext"], b"kept")
refused(
    "DisabledException", f"{arn(left['disabled'])} is disabled.", kms.encrypt, KeyId=left["disabled"], Plaintext=b"x"
)

equal(state(left["waiting"]), "PendingImport")
kms.import_key_material(
    KeyId=left["waiting"],
    ImportToken=data(left["token"]),
    EncryptedKeyMaterial=data(left["wrapped"]),
    ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
)
equal(state(left["waiting"]), "Enabled", "an import token outlives a restart")
