"""Finds in a data folder of an older version what `leave_store.py` put there. Its argument is the file of what that printed."""

import base64
import json
import sys

import boto3
from expect import SETTINGS, client, describe, equal, kms, refused, state

with open(sys.argv[1]) as file:
    found = json.load(file)
far = client(region="eu-west-1")
data = base64.b64decode
MESSAGE = b"kept for ever"

for entry in found["sealed"]:
    members = {**entry, "CiphertextBlob": data(entry["CiphertextBlob"])}
    equal(kms.decrypt(**members)["Plaintext"], MESSAGE)
for entry in found["signed"]:
    members = {**entry, "Signature": data(entry["Signature"])}
    equal(kms.verify(Message=MESSAGE, **members)["SignatureValid"], True)
    kms.sign(KeyId=entry["KeyId"], Message=MESSAGE, SigningAlgorithm=entry["SigningAlgorithm"])
for entry in found["authenticated"]:
    members = {**entry, "Mac": data(entry["Mac"])}
    equal(kms.verify_mac(Message=MESSAGE, **members)["MacValid"], True)
for key_id, expected in found["states"].items():
    equal(state(key_id), expected)

(replicated,) = (entry for entry in found["sealed"] if entry["KeyId"] == found["replica"])
equal(far.decrypt(CiphertextBlob=data(replicated["CiphertextBlob"]))["Plaintext"], MESSAGE)
equal(far.describe_key(KeyId=found["replica"])["KeyMetadata"]["Description"], "far")

rotated = describe("alias/rotated")
equal(kms.list_resource_tags(KeyId=rotated["KeyId"])["Tags"], [{"TagKey": "a", "TagValue": "1"}])
equal(len(kms.list_key_rotations(KeyId=rotated["KeyId"])["Rotations"]), 1)

alice = boto3.Session(*found["alice"], region_name="us-east-1").client("kms", config=SETTINGS)
equal(len(alice.list_keys()["Keys"]), 19)
imported = found["sealed"][2]
equal(alice.decrypt(CiphertextBlob=data(imported["CiphertextBlob"]))["Plaintext"], MESSAGE)
refused("AccessDeniedException", ..., alice.encrypt, KeyId=imported["KeyId"], Plaintext=b"x")
(role,) = client("iam").list_roles()["Roles"]
equal(role["RoleName"], "Worker")
