"""Multi-Region keys: replicate, use, promote, import per Region, and delete."""

import material
from expect import DAY, advance, arn, client, create_key, describe, equal, kms, refused

EU = "eu-west-1"
AP = "ap-south-1"
eu = client(region=EU)
ap = client(region=AP)


def configuration(key_id, kind, primary, *replicas):
    of = lambda region: {"Arn": arn(key_id, region=region), "Region": region}
    return {"MultiRegionKeyType": kind, "PrimaryKey": of(primary), "ReplicaKeys": [of(region) for region in sorted(replicas)]}


def seen(where, key_id):
    return where.describe_key(KeyId=key_id)["KeyMetadata"]


def a_life_in_two_regions():
    key = create_key(MultiRegion=True, Description="of the primary", Tags=[{"TagKey": "team", "TagValue": "a"}])
    key_id = key["KeyId"]
    assert key_id.startswith("mrk-") and len(key_id) == 36, key_id
    equal(key["MultiRegionConfiguration"], configuration(key_id, "PRIMARY", "us-east-1"))
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"here", EncryptionContext={"a": "b"})["CiphertextBlob"]
    refused("NotFoundException", f"Key '{arn(key_id, region=EU)}' does not exist", eu.describe_key, KeyId=key_id)

    answer = kms.replicate_key(KeyId=key_id, ReplicaRegion=EU, Tags=[{"TagKey": "team", "TagValue": "b"}])
    replica = answer["ReplicaKeyMetadata"]
    equal((replica["Arn"], replica["KeyState"], replica["Enabled"]), (arn(key_id, region=EU), "Creating", False))
    equal((replica["Description"], answer["ReplicaTags"]), ("", [{"TagKey": "team", "TagValue": "b"}]))
    equal(answer["ReplicaPolicy"], eu.get_key_policy(KeyId=key_id)["Policy"])
    equal(seen(eu, key_id)["KeyState"], "Enabled")
    equal(seen(eu, key_id)["CurrentKeyMaterialId"], describe(key_id)["CurrentKeyMaterialId"])
    equal(describe(key_id)["MultiRegionConfiguration"], configuration(key_id, "PRIMARY", "us-east-1", EU))
    equal(seen(eu, key_id)["MultiRegionConfiguration"], configuration(key_id, "REPLICA", "us-east-1", EU))
    equal(kms.list_resource_tags(KeyId=key_id)["Tags"], [{"TagKey": "team", "TagValue": "a"}])

    opened = eu.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})
    equal((opened["Plaintext"], opened["KeyId"]), (b"here", arn(key_id, region=EU)))
    other = eu.create_key()["KeyMetadata"]["KeyId"]
    moved = eu.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext={"a": "b"}, DestinationKeyId=other)
    equal(moved["SourceKeyId"], arn(key_id, region=EU))
    equal(eu.decrypt(CiphertextBlob=moved["CiphertextBlob"])["Plaintext"], b"here")
    data_key = eu.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    equal(kms.decrypt(CiphertextBlob=data_key["CiphertextBlob"])["Plaintext"], data_key["Plaintext"])

    not_primary = f"{arn(key_id, region=EU)} is not a multi-region primary key."
    refused("UnsupportedOperationException", not_primary, eu.replicate_key, KeyId=key_id, ReplicaRegion=AP)
    refused("AlreadyExistsException", ..., kms.replicate_key, KeyId=key_id, ReplicaRegion=EU)
    refused("NotFoundException", ..., kms.update_primary_region, KeyId=key_id, PrimaryRegion=AP)
    odd = [{"TagKey": "Owner", "TagValue": "My & My Team"}]
    refused("TagException", "Invalid tag", kms.replicate_key, KeyId=key_id, ReplicaRegion=AP, Tags=odd)
    single = create_key()["KeyId"]
    single_region = f"{arn(single)} is not a multi-region key."
    refused("UnsupportedOperationException", single_region, kms.replicate_key, KeyId=single, ReplicaRegion=EU)

    kms.update_primary_region(KeyId=key_id, PrimaryRegion=EU)
    eu.replicate_key(KeyId=key_id, ReplicaRegion=AP)
    equal(seen(ap, key_id)["MultiRegionConfiguration"], configuration(key_id, "REPLICA", EU, AP, "us-east-1"))
    equal(describe(key_id)["MultiRegionConfiguration"], configuration(key_id, "REPLICA", EU, AP, "us-east-1"))

    waiting = eu.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=8)
    equal((waiting["KeyState"], waiting["PendingWindowInDays"]), ("PendingReplicaDeletion", 8))
    assert "DeletionDate" not in waiting, waiting
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    ap.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=10)
    advance(7 * DAY)
    refused("NotFoundException", ..., kms.describe_key, KeyId=key_id)
    equal(seen(eu, key_id)["KeyState"], "PendingReplicaDeletion")
    equal(seen(eu, key_id)["PendingDeletionWindowInDays"], 8)
    advance(3 * DAY)
    equal(seen(eu, key_id)["KeyState"], "PendingDeletion")
    eu.cancel_key_deletion(KeyId=key_id)
    eu.enable_key(KeyId=key_id)
    equal(eu.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})["Plaintext"], b"here")
    eu.replicate_key(KeyId=key_id, ReplicaRegion="us-east-1")
    equal(kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})["Plaintext"], b"here")


def imported_in_each_region():
    key_id = create_key(Origin="EXTERNAL", MultiRegion=True)["KeyId"]
    refused("KMSInvalidStateException", f"{arn(key_id)} is pending import.", kms.replicate_key, KeyId=key_id, ReplicaRegion=EU)
    first, second = material.new(), material.new()
    imported = material.import_into(key_id, first)["KeyMaterialId"]
    kms.replicate_key(KeyId=key_id, ReplicaRegion=EU)
    equal(seen(eu, key_id)["KeyState"], "PendingImport")
    refused("IncorrectKeyMaterialException", ..., material.import_into, key_id=key_id, material=second, where=eu)
    equal(material.import_into(key_id, first, where=eu)["KeyMaterialId"], imported)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    equal(eu.decrypt(CiphertextBlob=blob)["Plaintext"], b"x")

    new = material.import_into(key_id, second, ImportType="NEW_KEY_MATERIAL")["KeyMaterialId"]
    equal(pending(key_id), {new: "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"})
    refused("KMSInvalidStateException", ..., kms.rotate_key_on_demand, KeyId=key_id)
    material.import_into(key_id, second, where=eu)
    equal(pending(key_id), {new: "PENDING_ROTATION"})
    kms.rotate_key_on_demand(KeyId=key_id)
    equal(seen(eu, key_id)["CurrentKeyMaterialId"], new)
    equal(eu.decrypt(CiphertextBlob=blob)["Plaintext"], b"x")
    eu.delete_imported_key_material(KeyId=key_id)
    equal((describe(key_id)["KeyState"], seen(eu, key_id)["KeyState"]), ("Enabled", "PendingImport"))


def pending(key_id):
    listed = kms.list_key_rotations(KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    states = {entry["KeyMaterialId"]: entry["KeyMaterialState"] for entry in listed}
    return {id: state for id, state in states.items() if state.startswith("PENDING")}


a_life_in_two_regions()
imported_in_each_region()
