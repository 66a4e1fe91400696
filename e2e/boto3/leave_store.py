"""Fills a new data folder with something of every kind and prints what must be found in it for ever.

The folder `testdata/store/v1` was made by this script (its README says how); a new format of any record gets a folder of its own.
"""

import base64
import json

import material
from expect import client, create_key, kms

iam, far = client("iam"), client(region="eu-west-1")
MESSAGE = b"kept for ever"


def text(data):
    return base64.b64encode(data).decode()


def sealed(key_id, **members):
    blob = kms.encrypt(KeyId=key_id, Plaintext=MESSAGE, **members)["CiphertextBlob"]
    return {"KeyId": key_id, "CiphertextBlob": text(blob), **members}


found = {"sealed": [], "signed": [], "authenticated": [], "states": {}}

rotated = create_key(Description="rotated", Tags=[{"TagKey": "a", "TagValue": "1"}])["KeyId"]
kms.create_alias(AliasName="alias/rotated", TargetKeyId=rotated)
found["sealed"].append(sealed(rotated, EncryptionContext={"a": "b"}))
kms.rotate_key_on_demand(KeyId=rotated)
found["sealed"].append(sealed(rotated))

imported = create_key(Origin="EXTERNAL")["KeyId"]
material.import_into(imported, material.new())
found["sealed"].append(sealed(imported))

many = create_key(MultiRegion=True)["KeyId"]
kms.replicate_key(KeyId=many, ReplicaRegion="eu-west-1", Description="far")
found["sealed"].append(sealed(many))
found["replica"] = many

rsa = create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyId"]
found["sealed"].append(sealed(rsa, EncryptionAlgorithm="RSAES_OAEP_SHA_256"))

for spec, algorithm in [
    ("RSA_2048", "RSASSA_PSS_SHA_256"),
    ("ECC_NIST_P256", "ECDSA_SHA_256"),
    ("ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ECC_NIST_P521", "ECDSA_SHA_512"),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256"),
    ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
    ("ML_DSA_44", "ML_DSA_SHAKE_256"),
    ("ML_DSA_65", "ML_DSA_SHAKE_256"),
    ("ML_DSA_87", "ML_DSA_SHAKE_256"),
]:
    key_id = create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyId"]
    signature = kms.sign(KeyId=key_id, Message=MESSAGE, SigningAlgorithm=algorithm)["Signature"]
    found["signed"].append({"KeyId": key_id, "SigningAlgorithm": algorithm, "Signature": text(signature)})
for bits in (224, 256, 384, 512):
    key_id = create_key(KeySpec=f"HMAC_{bits}", KeyUsage="GENERATE_VERIFY_MAC")["KeyId"]
    mac = kms.generate_mac(KeyId=key_id, Message=MESSAGE, MacAlgorithm=f"HMAC_SHA_{bits}")["Mac"]
    found["authenticated"].append({"KeyId": key_id, "MacAlgorithm": f"HMAC_SHA_{bits}", "Mac": text(mac)})

disabled = create_key()["KeyId"]
kms.disable_key(KeyId=disabled)
found["states"][disabled] = "Disabled"
waiting = create_key(Origin="EXTERNAL")["KeyId"]
found["states"][waiting] = "PendingImport"

iam.create_user(UserName="Alice")
iam.put_user_policy(
    UserName="Alice",
    PolicyName="own",
    PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}}
    ),
)
access_key = iam.create_access_key(UserName="Alice")["AccessKey"]
found["alice"] = [access_key["AccessKeyId"], access_key["SecretAccessKey"]]
alice = iam.get_user(UserName="Alice")["User"]["Arn"]
kms.create_grant(KeyId=imported, GranteePrincipal=alice, Operations=["Decrypt"])
iam.create_group(GroupName="crowd")
iam.add_user_to_group(GroupName="crowd", UserName="Alice")
iam.create_role(
    RoleName="Worker",
    AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": alice}, "Action": "sts:AssumeRole"}}
    ),
)
print(json.dumps(found, indent=1))
