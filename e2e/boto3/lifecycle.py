"""CreateKey, DescribeKey, ListKeys, UpdateKeyDescription, EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion."""

import datetime

from expect import (
    ABSENT_ID,
    ACCOUNT,
    DAY,
    advance,
    alias_arn,
    arn,
    client,
    create_key,
    describe,
    equal,
    invalid,
    kms,
    refused,
    state,
)

NOT_IN_SET = "Member must satisfy enum value set: […"


def creating():
    key = create_key()
    key_id = key["KeyId"]
    expected = {
        "AWSAccountId": ACCOUNT,
        "Arn": arn(key_id),
        "Enabled": True,
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }
    for member, value in expected.items():
        equal(key[member], value, member)
    equal(len(key["CurrentKeyMaterialId"]), 64, "a material id")
    assert not {"DeletionDate", "ValidTo", "ExpirationModel"} & key.keys(), key
    equal(describe(key_id), key, "what was created is described")

    key = create_key(
        Description="d", Tags=[{"TagKey": "a", "TagValue": "1"}], CustomerMasterKeySpec="SYMMETRIC_DEFAULT"
    )
    equal(key["Description"], "d")
    equal(kms.list_resource_tags(KeyId=key["KeyId"])["Tags"], [{"TagKey": "a", "TagValue": "1"}])

    long = "x" * 8193
    tags = [{"TagKey": str(n), "TagValue": ""} for n in range(51)]
    twice = [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "a", "TagValue": "2"}]
    for code, message, members in [
        (
            "ValidationException",
            "KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT",
            {"KeyUsage": "SIGN_VERIFY"},
        ),
        (
            "ValidationException",
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
            {"KeySpec": "RSA_2048"},
        ),
        (
            "ValidationException",
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
            {"KeySpec": "SYMMETRIC_DEFAULT", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT"},
        ),
        ("ValidationException", invalid("keySpec", "NOPE", NOT_IN_SET), {"KeySpec": "NOPE"}),
        ("ValidationException", invalid("keyUsage", "NOPE", NOT_IN_SET), {"KeyUsage": "NOPE"}),
        ("ValidationException", invalid("origin", "NOPE", NOT_IN_SET), {"Origin": "NOPE"}),
        (
            "ValidationException",
            invalid("description", long, "Member must have length less than or equal to 8192"),
            {"Description": long},
        ),
        (
            "ValidationException",
            invalid("tags.1.member.tagKey", "", "Member must have length greater than or equal to 1"),
            {"Tags": [{"TagKey": "", "TagValue": ""}]},
        ),
        ("TagException", "Duplicate tag keys", {"Tags": twice}),
        ("TagException", "Tags beginning with aws: are reserved", {"Tags": [{"TagKey": "AWS:x", "TagValue": ""}]}),
        ("TagException", "Too many tags", {"Tags": tags}),
        ("TagException", "Invalid tag", {"Tags": [{"TagKey": "Owner", "TagValue": "My & My Team"}]}),
        ("MalformedPolicyDocumentException", ..., {"Policy": "no policy"}),
    ]:
        refused(code, message, kms.create_key, **members)


def naming():
    key_id = create_key()["KeyId"]
    kms.create_alias(AliasName="alias/naming", TargetKeyId=key_id)
    for name in [key_id, arn(key_id), "alias/naming", alias_arn("alias/naming")]:
        equal(describe(name)["KeyId"], key_id, name)
    for message, name in [
        (f"Key '{arn(ABSENT_ID)}' does not exist", ABSENT_ID),
        (f"Key '{arn(ABSENT_ID)}' does not exist", arn(ABSENT_ID)),
        ("Invalid keyId 'no-such-key'", "no-such-key"),
        (f"Invalid keyId '{ABSENT_ID.replace('-', '')}'", ABSENT_ID.replace("-", "")),
        ("Invalid keyId 'mrk-fake'", "mrk-fake"),
        (f"Alias {alias_arn('alias/absent')} is not found.", "alias/absent"),
        ("Invalid arn …", arn(key_id, region="eu-west-1")),
    ]:
        refused("NotFoundException", message, kms.describe_key, KeyId=name)
    refused("NotFoundException", ..., client(region="eu-west-1").describe_key, KeyId=key_id)
    refused(
        "ValidationException",
        invalid("keyId", "", "Member must have length greater than or equal to 1"),
        kms.describe_key,
        KeyId="",
    )
    refused("ValidationException", invalid("keyId", "null", "Member must not be null"), kms.describe_key)
    refused("InvalidGrantTokenException", ..., kms.describe_key, KeyId=key_id, GrantTokens=["no-token"])


def listing():
    region = client(region="ap-southeast-2")
    equal(region.list_keys()["Keys"], [], "a Region of its own")
    made = {region.create_key()["KeyMetadata"]["KeyId"] for _ in range(7)}
    equal({key["KeyId"] for key in region.list_keys()["Keys"]}, made)
    equal(region.list_keys()["Truncated"], False)
    seen, marker = [], {}
    while True:
        page = region.list_keys(Limit=3, **marker)
        assert len(page["Keys"]) <= 3, page
        seen += [key["KeyId"] for key in page["Keys"]]
        equal("NextMarker" in page, page["Truncated"], "a marker only when there is more")
        if not page["Truncated"]:
            break
        marker = {"Marker": page["NextMarker"]}
    equal(sorted(seen), sorted(made), "every key once")
    key = region.list_keys(Limit=1)["Keys"][0]
    equal(key["KeyArn"], arn(key["KeyId"], region="ap-southeast-2"))
    refused(
        "ValidationException",
        invalid("limit", 0, "Member must have value greater than or equal to 1"),
        kms.list_keys,
        Limit=0,
    )
    refused(
        "ValidationException",
        invalid("limit", 1001, "Member must have value less than or equal to 1000"),
        kms.list_keys,
        Limit=1001,
    )
    refused("InvalidMarkerException", ..., kms.list_keys, Marker="nonsense")


def describing():
    key_id = create_key(Description="old")["KeyId"]
    kms.update_key_description(KeyId=key_id, Description="new")
    equal(describe(key_id)["Description"], "new")
    kms.update_key_description(KeyId=arn(key_id), Description="")
    equal(describe(key_id)["Description"], "")
    refused(
        "ValidationException",
        invalid("description", "null", "Member must not be null"),
        kms.update_key_description,
        KeyId=key_id,
    )
    kms.create_alias(AliasName="alias/describing", TargetKeyId=key_id)
    no_alias = "Key Aliases are not supported for this operation."
    refused("InvalidArnException", no_alias, kms.update_key_description, KeyId="alias/describing", Description="x")


def switching():
    key_id = create_key()["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key_id)
    kms.disable_key(KeyId=key_id)
    equal((describe(key_id)["Enabled"], state(key_id)), (False, "Disabled"))
    disabled = f"{arn(key_id)} is disabled."
    refused("DisabledException", disabled, kms.encrypt, KeyId=key_id, Plaintext=b"x")
    refused("DisabledException", disabled, kms.decrypt, CiphertextBlob=blob)
    refused("DisabledException", disabled, kms.generate_data_key, KeyId=key_id, KeySpec="AES_256")
    refused("DisabledException", disabled, kms.generate_data_key_without_plaintext, KeyId=key_id, KeySpec="AES_256")
    refused("DisabledException", disabled, kms.re_encrypt, CiphertextBlob=blob, DestinationKeyId=create_key()["KeyId"])
    kms.enable_key(KeyId=key_id)
    kms.enable_key(KeyId=key_id)
    equal((describe(key_id)["Enabled"], state(key_id)), (True, "Enabled"))
    equal(kms.decrypt(CiphertextBlob=blob)["Plaintext"], b"x")
    pending = create_key(Origin="EXTERNAL")["KeyId"]
    for call in (kms.enable_key, kms.disable_key):
        refused("KMSInvalidStateException", f"{arn(pending)} is pending import.", call, KeyId=pending)
        refused("NotFoundException", f"Key '{arn(ABSENT_ID)}' does not exist", call, KeyId=ABSENT_ID)


def deleting():
    key_id = create_key()["KeyId"]
    kms.create_alias(AliasName="alias/deleting", TargetKeyId=key_id)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    for call in (kms.cancel_key_deletion,):
        refused("KMSInvalidStateException", f"{arn(key_id)} is not pending deletion.", call, KeyId=key_id)
    for days in (0, 6, 31, 366):
        refused("ValidationException", ..., kms.schedule_key_deletion, KeyId=key_id, PendingWindowInDays=days)
    equal(state(key_id), "Enabled", "a refused window changes nothing")

    before = datetime.datetime.now(datetime.timezone.utc)
    answer = kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    equal((answer["KeyId"], answer["KeyState"], answer["PendingWindowInDays"]), (arn(key_id), "PendingDeletion", 7))
    described = describe(key_id)
    equal(
        (described["KeyState"], described["Enabled"], described["DeletionDate"]),
        ("PendingDeletion", False, answer["DeletionDate"]),
    )
    assert answer["DeletionDate"] >= before + datetime.timedelta(days=7), answer

    pending = f"{arn(key_id)} is pending deletion."
    for call, members in [
        (kms.encrypt, {"KeyId": key_id, "Plaintext": b"x"}),
        (kms.decrypt, {"CiphertextBlob": blob}),
        (kms.generate_data_key, {"KeyId": key_id, "NumberOfBytes": 16}),
        (kms.enable_key, {"KeyId": key_id}),
        (kms.disable_key, {"KeyId": key_id}),
        (kms.update_key_description, {"KeyId": key_id, "Description": "x"}),
        (kms.tag_resource, {"KeyId": key_id, "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        (kms.untag_resource, {"KeyId": key_id, "TagKeys": ["a"]}),
        (kms.create_alias, {"AliasName": "alias/other", "TargetKeyId": key_id}),
        (kms.schedule_key_deletion, {"KeyId": key_id}),
        (kms.rotate_key_on_demand, {"KeyId": key_id}),
    ]:
        refused("KMSInvalidStateException", pending, call, **members)

    equal(kms.cancel_key_deletion(KeyId=key_id)["KeyId"], arn(key_id))
    described = describe(key_id)
    equal((described["KeyState"], "DeletionDate" in described), ("Disabled", False))
    kms.enable_key(KeyId=key_id)
    equal(kms.decrypt(CiphertextBlob=blob)["Plaintext"], b"x", "a cancelled deletion loses nothing")

    equal(kms.schedule_key_deletion(KeyId=key_id)["PendingWindowInDays"], 30, "the default")
    advance(30 * DAY - 600)
    equal(state(key_id), "PendingDeletion", "just before its end")
    advance(1200)
    gone = f"Key '{arn(key_id)}' does not exist"
    refused("NotFoundException", gone, kms.describe_key, KeyId=key_id)
    refused("NotFoundException", gone, kms.cancel_key_deletion, KeyId=key_id)
    refused(
        "NotFoundException",
        f"Alias {alias_arn('alias/deleting')} is not found.",
        kms.describe_key,
        KeyId="alias/deleting",
    )
    assert key_id not in {key["KeyId"] for key in kms.list_keys()["Keys"]}
    assert "alias/deleting" not in {alias["AliasName"] for alias in kms.list_aliases()["Aliases"]}
    refused("AccessDeniedException", ..., kms.decrypt, CiphertextBlob=blob)


creating()
naming()
listing()
describing()
switching()
deleting()
