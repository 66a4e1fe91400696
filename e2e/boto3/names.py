"""Aliases, tags, key policies, and the caller's identity."""

import json

from expect import ABSENT_ID, ACCOUNT, alias_arn, arn, client, create_key, equal, invalid, kms, refused

PATTERN = "^[a-zA-Z0-9:/_-]+$"


def aliases():
    key_id, second = create_key()["KeyId"], create_key()["KeyId"]
    kms.create_alias(AliasName="alias/one", TargetKeyId=key_id)
    listed = kms.list_aliases(KeyId=key_id)["Aliases"]
    equal(len(listed), 1)
    equal(
        (listed[0]["AliasName"], listed[0]["AliasArn"], listed[0]["TargetKeyId"]),
        ("alias/one", alias_arn("alias/one"), key_id),
    )
    assert {"CreationDate", "LastUpdatedDate"} <= listed[0].keys(), listed

    kms.update_alias(AliasName="alias/one", TargetKeyId=second)
    equal(kms.list_aliases(KeyId=key_id)["Aliases"], [])
    equal(kms.describe_key(KeyId="alias/one")["KeyMetadata"]["KeyId"], second)
    kms.create_alias(AliasName="alias/One", TargetKeyId=key_id)
    equal(kms.describe_key(KeyId="alias/One")["KeyMetadata"]["KeyId"], key_id, "names are case-sensitive")

    prefix = 'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html'
    not_found = f"Alias {alias_arn('alias/absent')} is not found."
    for code, message, call, members in [
        (
            "AlreadyExistsException",
            f"An alias with the name {alias_arn('alias/one')} already exists",
            kms.create_alias,
            {"AliasName": "alias/one", "TargetKeyId": key_id},
        ),
        ("ValidationException", prefix, kms.create_alias, {"AliasName": "one", "TargetKeyId": key_id}),
        (
            "ValidationException",
            invalid("aliasName", "alias/ö", f"Member must satisfy regular expression pattern: {PATTERN}"),
            kms.create_alias,
            {"AliasName": "alias/ö", "TargetKeyId": key_id},
        ),
        ("ValidationException", ..., kms.create_alias, {"AliasName": "alias/" + "x" * 251, "TargetKeyId": key_id}),
        (
            "ValidationException",
            invalid("targetKeyId", "null", "Member must not be null"),
            kms.create_alias,
            {"AliasName": "alias/two"},
        ),
        ("NotAuthorizedException", None, kms.create_alias, {"AliasName": "alias/aws/two", "TargetKeyId": key_id}),
        (
            "NotFoundException",
            f"Key '{arn(ABSENT_ID)}' does not exist",
            kms.create_alias,
            {"AliasName": "alias/two", "TargetKeyId": ABSENT_ID},
        ),
        ("NotFoundException", not_found, kms.update_alias, {"AliasName": "alias/absent", "TargetKeyId": key_id}),
        ("NotFoundException", not_found, kms.delete_alias, {"AliasName": "alias/absent"}),
        (
            "NotFoundException",
            f"Key '{arn(ABSENT_ID)}' does not exist",
            kms.update_alias,
            {"AliasName": "alias/one", "TargetKeyId": ABSENT_ID},
        ),
    ]:
        refused(code, message, call, **members)

    kms.delete_alias(AliasName="alias/one")
    refused("NotFoundException", f"Alias {alias_arn('alias/one')} is not found.", kms.describe_key, KeyId="alias/one")


def many_aliases():
    region = client(region="eu-north-1")
    key_id = region.create_key()["KeyMetadata"]["KeyId"]
    names = [f"alias/many/{n}" for n in range(50)]
    for name in names:
        region.create_alias(AliasName=name, TargetKeyId=key_id)
    refused("LimitExceededException", ..., region.create_alias, AliasName="alias/many/50", TargetKeyId=key_id)
    seen, marker = [], {}
    while True:
        page = region.list_aliases(Limit=20, **marker)
        seen += page["Aliases"]
        if not page["Truncated"]:
            break
        marker = {"Marker": page["NextMarker"]}
    made = [alias["AliasName"] for alias in seen if "TargetKeyId" in alias]
    equal(sorted(made), sorted(names), "every alias once")
    predefined = [alias["AliasName"] for alias in seen if "TargetKeyId" not in alias]
    assert "alias/aws/s3" in predefined and len(set(predefined)) == len(predefined), predefined
    managed = region.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    equal((managed["KeyManager"], managed["KeyState"]), ("AWS", "Enabled"))
    equal(region.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"], managed["KeyId"])
    refused("AccessDeniedException", ..., region.schedule_key_deletion, KeyId=managed["KeyId"])
    refused("ValidationException", ..., region.list_aliases, Limit=101)
    refused("InvalidMarkerException", ..., region.list_aliases, Marker="nonsense")
    refused("NotFoundException", ..., region.list_aliases, KeyId=ABSENT_ID)


def tags():
    key_id = create_key()["KeyId"]

    def now():
        return {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key_id)["Tags"]}

    equal(now(), {})
    kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": ""}])
    kms.tag_resource(KeyId=arn(key_id), Tags=[{"TagKey": "a", "TagValue": "2"}, {"TagKey": "A", "TagValue": "3"}])
    equal(now(), {"a": "2", "b": "", "A": "3"}, "tags overwrite, keys are case-sensitive")
    kms.untag_resource(KeyId=key_id, TagKeys=["b", "never-there"])
    equal(now(), {"a": "2", "A": "3"})
    page = kms.list_resource_tags(KeyId=key_id, Limit=1)
    equal((len(page["Tags"]), page["Truncated"]), (1, True))
    rest = kms.list_resource_tags(KeyId=key_id, Limit=1, Marker=page["NextMarker"])
    equal((len(rest["Tags"]), rest["Truncated"]), (1, False))
    many = [{"TagKey": f"k{n}", "TagValue": ""} for n in range(49)]
    for code, message, members in [
        ("TagException", "Duplicate tag keys", {"Tags": [{"TagKey": "x", "TagValue": "1"}] * 2}),
        ("TagException", "Tags beginning with aws: are reserved", {"Tags": [{"TagKey": "aWs:x", "TagValue": ""}]}),
        ("TagException", "Too many tags", {"Tags": many}),
        ("TagException", "Invalid tag", {"Tags": [{"TagKey": "Owner", "TagValue": "My & My Team"}]}),
        ("TagException", "Invalid tag", {"Tags": [{"TagKey": "a,b", "TagValue": ""}]}),
        ("ValidationException", invalid("tags", "null", "Member must not be null"), {}),
        ("ValidationException", ..., {"Tags": [{"TagKey": "k" * 129, "TagValue": ""}]}),
        ("ValidationException", ..., {"Tags": [{"TagKey": "k", "TagValue": "v" * 257}]}),
    ]:
        refused(code, message, kms.tag_resource, KeyId=key_id, **members)
    equal(now(), {"a": "2", "A": "3"}, "a refusal changes nothing")
    refused("NotFoundException", f"Key '{arn(ABSENT_ID)}' does not exist", kms.list_resource_tags, KeyId=ABSENT_ID)
    refused("ValidationException", ..., kms.list_resource_tags, KeyId=key_id, Limit=51)


def policies():
    key_id = create_key()["KeyId"]
    answer = kms.get_key_policy(KeyId=key_id, PolicyName="default")
    equal(answer["PolicyName"], "default")
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": root,
        "Action": "kms:*",
        "Resource": "*",
    }
    equal(json.loads(answer["Policy"]), {"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})
    equal(kms.get_key_policy(KeyId=key_id)["Policy"], answer["Policy"])
    refused("NotFoundException", ..., kms.get_key_policy, KeyId=key_id, PolicyName="AWS_RAM")
    refused("NotFoundException", f"Key '{arn(ABSENT_ID)}' does not exist", kms.get_key_policy, KeyId=ABSENT_ID)

    own = {"Version": "2012-10-17", "Statement": [{**statement, "Sid": "mine"}]}
    key_id = create_key(Policy=json.dumps(own))["KeyId"]
    equal(json.loads(kms.get_key_policy(KeyId=key_id)["Policy"]), own)

    locked_out = {"Version": "2012-10-17", "Statement": [{**statement, "Action": "kms:Encrypt"}]}
    message = "The new key policy will not allow you to update the key policy in the future."
    refused("MalformedPolicyDocumentException", message, kms.create_key, Policy=json.dumps(locked_out))
    key_id = create_key(Policy=json.dumps(locked_out), BypassPolicyLockoutSafetyCheck=True)["KeyId"]
    kms.encrypt(KeyId=key_id, Plaintext=b"x")
    refused("AccessDeniedException", ..., kms.disable_key, KeyId=key_id)

    denying = {
        "Version": "2012-10-17",
        "Statement": [statement, {**statement, "Sid": "no", "Effect": "Deny", "Action": "kms:Decrypt"}],
    }
    key_id = create_key(Policy=json.dumps(denying))["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    refused("AccessDeniedException", ..., kms.decrypt, CiphertextBlob=blob)


def identity():
    for region in ("us-east-1", "eu-west-1"):
        answer = client("sts", region).get_caller_identity()
        equal((answer["Account"], answer["Arn"], answer["UserId"]), (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT))


def keys_of_another_kind():
    key_id = create_key()["KeyId"]
    for name, call, members in [
        ("Sign", kms.sign, {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}),
        ("GenerateMac", kms.generate_mac, {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}),
    ]:
        text = f"{arn(key_id)} key usage is ENCRYPT_DECRYPT which is not valid for {name}."
        refused("InvalidKeyUsageException", text, call, KeyId=key_id, **members)
    refused("UnsupportedOperationException", ..., kms.get_public_key, KeyId=key_id)


aliases()
many_aliases()
tags()
policies()
identity()
keys_of_another_kind()
