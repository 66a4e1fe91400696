"""Rotation by the clock and on demand, ListKeyRotations, and keys that hold several imported materials."""

import datetime

import material
from expect import ABSENT_ID, DAY, advance, arn, create_key, describe, equal, invalid, kms, refused, state

ALL = "ALL_KEY_MATERIAL"


def entries(key_id, **members):
    return kms.list_key_rotations(KeyId=key_id, **members)["Rotations"]


def by_material(key_id):
    return {entry["KeyMaterialId"]: entry for entry in entries(key_id, IncludeKeyMaterial=ALL)}


def own_material():
    key = create_key()
    key_id, first = key["KeyId"], key["CurrentKeyMaterialId"]
    equal(entries(key_id), [])
    equal([entry["KeyMaterialId"] for entry in entries(key_id, IncludeKeyMaterial=ALL)], [first])
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"old")["CiphertextBlob"]
    equal(kms.rotate_key_on_demand(KeyId=key_id)["KeyId"], key_id)
    second = describe(key_id)["CurrentKeyMaterialId"]
    assert second != first, "a new material"
    (rotation,) = entries(key_id)
    equal((rotation["KeyMaterialId"], rotation["RotationType"]), (second, "ON_DEMAND"))
    assert "RotationDate" in rotation, rotation
    listed = by_material(key_id)
    equal((listed[first]["KeyMaterialState"], listed[second]["KeyMaterialState"]), ("NON_CURRENT", "CURRENT"))
    opened = kms.decrypt(CiphertextBlob=blob)
    equal((opened["Plaintext"], opened["KeyMaterialId"]), (b"old", first))
    equal(kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")["KeyMaterialId"], second)

    for _ in range(24):
        kms.rotate_key_on_demand(KeyId=key_id)
    message = (
        "The on-demand rotations limit has been reached for the given keyId. "
        f"No more on-demand rotations can be performed for this key: {arn(key_id)}"
    )
    refused("LimitExceededException", message, kms.rotate_key_on_demand, KeyId=key_id)
    equal(len(entries(key_id)), 25)
    equal(kms.decrypt(CiphertextBlob=blob)["Plaintext"], b"old", "every old material still opens")

    seen, marker = [], {}
    while True:
        page = kms.list_key_rotations(KeyId=key_id, Limit=10, **marker)
        seen += [entry["KeyMaterialId"] for entry in page["Rotations"]]
        if not page["Truncated"]:
            break
        marker = {"Marker": page["NextMarker"]}
    equal(len(set(seen)), 25, "every rotation once")
    refused("InvalidMarkerException", ..., kms.list_key_rotations, KeyId=key_id, Marker="nonsense")
    refused(
        "ValidationException",
        invalid("limit", 1001, "Member must have value less than or equal to 1000"),
        kms.list_key_rotations,
        KeyId=key_id,
        Limit=1001,
    )
    refused("NotFoundException", f"Key '{arn(ABSENT_ID)}' does not exist", kms.list_key_rotations, KeyId=ABSENT_ID)
    kms.disable_key(KeyId=key_id)
    refused("DisabledException", f"{arn(key_id)} is disabled.", kms.rotate_key_on_demand, KeyId=key_id)


def imported_materials():
    key_id = create_key(Origin="EXTERNAL")["KeyId"]
    first_bytes, second_bytes, third_bytes = material.new(), material.new(), material.new()
    first = material.import_into(key_id, first_bytes, KeyMaterialDescription="first")["KeyMaterialId"]
    nothing = f"No available key material pending rotation for the key: {arn(key_id)}."
    refused("KMSInvalidStateException", nothing, kms.rotate_key_on_demand, KeyId=key_id)
    old = kms.encrypt(KeyId=key_id, Plaintext=b"old")["CiphertextBlob"]

    # A second material waits for its rotation, and is used for nothing until then.
    second = material.import_into(key_id, second_bytes, ImportType="NEW_KEY_MATERIAL")["KeyMaterialId"]
    equal(describe(key_id)["CurrentKeyMaterialId"], first)
    listed = by_material(key_id)
    equal((listed[first]["KeyMaterialState"], listed[second]["KeyMaterialState"]), ("CURRENT", "PENDING_ROTATION"))
    equal((listed[first]["KeyMaterialDescription"], listed[first]["ImportState"]), ("first", "IMPORTED"))
    equal(listed[first]["ExpirationModel"], "KEY_MATERIAL_DOES_NOT_EXPIRE")
    assert "RotationDate" not in listed[first] and "RotationDate" not in listed[second], listed
    equal(entries(key_id), [], "no rotation yet")
    refused("KMSInvalidStateException", ..., import_new, key_id=key_id, secret=third_bytes)
    refused("IncorrectKeyMaterialException", ..., import_new, key_id=key_id, secret=first_bytes)

    # A pending material may be deleted: the key stays as it is, the entry goes.
    equal(kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId=second)["KeyMaterialId"], second)
    equal((state(key_id), set(by_material(key_id))), ("Enabled", {first}))
    equal(material.import_into(key_id, second_bytes, ImportType="NEW_KEY_MATERIAL")["KeyMaterialId"], second)

    kms.rotate_key_on_demand(KeyId=key_id)
    equal(describe(key_id)["CurrentKeyMaterialId"], second)
    listed = by_material(key_id)
    equal((listed[first]["KeyMaterialState"], listed[second]["KeyMaterialState"]), ("NON_CURRENT", "CURRENT"))
    equal(listed[second]["RotationType"], "ON_DEMAND")
    equal([entry["KeyMaterialId"] for entry in entries(key_id)], [second])
    new = kms.encrypt(KeyId=key_id, Plaintext=b"new")["CiphertextBlob"]
    equal(
        (kms.decrypt(CiphertextBlob=old)["KeyMaterialId"], kms.decrypt(CiphertextBlob=new)["KeyMaterialId"]),
        (first, second),
    )

    all_or_nothing(key_id, {first: first_bytes, second: second_bytes}, old, new)


def all_or_nothing(key_id, held, old, new):
    """The key is usable only while every material that it ever used is there."""
    first, second = held
    pending = f"{arn(key_id)} is pending import."
    for missing in ([first], [second], [first, second]):
        for material_id in missing:
            kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId=material_id)
        equal(state(key_id), "PendingImport", missing)
        for material_id in missing:
            equal(by_material(key_id)[material_id]["ImportState"], "PENDING_IMPORT")
        for blob in (old, new):
            refused("KMSInvalidStateException", pending, kms.decrypt, CiphertextBlob=blob)
        refused("KMSInvalidStateException", pending, kms.encrypt, KeyId=key_id, Plaintext=b"x")
        for material_id in missing:
            equal(state(key_id), "PendingImport", "still one missing")
            answer = material.import_into(
                key_id, held[material_id], ImportType="EXISTING_KEY_MATERIAL", KeyMaterialId=material_id
            )
            equal(answer["KeyMaterialId"], material_id)
        equal(state(key_id), "Enabled")
        equal([kms.decrypt(CiphertextBlob=blob)["Plaintext"] for blob in (old, new)], [b"old", b"new"])

    wrong_id = {"ImportType": "EXISTING_KEY_MATERIAL", "KeyMaterialId": second}
    refused("IncorrectKeyMaterialException", ..., material.import_into, key_id=key_id, material=held[first], **wrong_id)
    refused(
        "IncorrectKeyMaterialException",
        ...,
        material.import_into,
        key_id=key_id,
        material=material.new(),
        ImportType="EXISTING_KEY_MATERIAL",
    )
    refused(
        "ValidationException",
        ...,
        material.import_into,
        key_id=key_id,
        material=material.new(),
        ImportType="NEW_KEY_MATERIAL",
        KeyMaterialId=second,
    )
    kms.delete_imported_key_material(KeyId=key_id)
    equal(by_material(key_id)[second]["ImportState"], "PENDING_IMPORT", "without an id, the current material goes")
    equal(by_material(key_id)[first]["ImportState"], "IMPORTED")
    material.import_into(key_id, held[second])
    an_old_material_expires(key_id, held, old)


def an_old_material_expires(key_id, held, old):
    first, second = held
    earliest = describe(key_id)["CreationDate"].replace(microsecond=0) + datetime.timedelta(days=3)
    expires = {"ExpirationModel": "KEY_MATERIAL_EXPIRES"}
    material.import_into(key_id, held[second], ValidTo=earliest + datetime.timedelta(days=3), **expires)
    material.import_into(key_id, held[first], ValidTo=earliest, **expires)
    equal(describe(key_id)["ValidTo"], earliest, "the earliest over all materials")
    advance(4 * DAY)
    equal(state(key_id), "PendingImport", "also an old material takes the key with it")
    listed = by_material(key_id)
    equal((listed[first]["ImportState"], listed[second]["ImportState"]), ("PENDING_IMPORT", "IMPORTED"))
    material.import_into(key_id, held[first])
    equal((state(key_id), kms.decrypt(CiphertextBlob=old)["Plaintext"]), ("Enabled", b"old"))


def by_the_clock():
    """Automatic rotation, and what rotation on demand leaves alone of it."""
    key_id = create_key()["KeyId"]
    off = kms.get_key_rotation_status(KeyId=key_id)
    equal((off["KeyId"], off["KeyRotationEnabled"]), (key_id, False))
    assert "NextRotationDate" not in off and "RotationPeriodInDays" not in off, off
    kms.enable_key_rotation(KeyId=key_id)
    equal(kms.get_key_rotation_status(KeyId=key_id)["RotationPeriodInDays"], 365)
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(KeyId=key_id)
    equal((status["KeyRotationEnabled"], status["RotationPeriodInDays"]), (True, 90))
    due = status["NextRotationDate"]
    assert "OnDemandRotationStartDate" not in status, status
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"old")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key_id)
    equal(kms.get_key_rotation_status(KeyId=key_id)["NextRotationDate"], due, "on demand moves no date")

    advance(89 * DAY)
    equal([entry["RotationType"] for entry in entries(key_id)], ["ON_DEMAND"])
    advance(DAY)
    equal([entry["RotationType"] for entry in entries(key_id)], ["ON_DEMAND", "AUTOMATIC"])
    equal(kms.get_key_rotation_status(KeyId=key_id)["NextRotationDate"], due + datetime.timedelta(days=90))
    equal(describe(key_id)["CurrentKeyMaterialId"], entries(key_id)[1]["KeyMaterialId"])
    equal(kms.decrypt(CiphertextBlob=blob)["Plaintext"], b"old", "old ciphertext opens for the key's life")
    usage = kms.get_key_last_usage(KeyId=key_id)
    equal((usage["KeyId"], usage["KeyLastUsage"]["Operation"]), (key_id, "Decrypt"))
    equal(usage["TrackingStartDate"], usage["KeyCreationDate"])

    # A disabled key keeps its schedule, and makes up for what it missed.
    kms.disable_key(KeyId=key_id)
    for call in (kms.enable_key_rotation, kms.disable_key_rotation):
        refused("DisabledException", f"{arn(key_id)} is disabled.", call, KeyId=key_id)
    advance(91 * DAY)
    equal(len(entries(key_id)), 2)
    kms.enable_key(KeyId=key_id)
    equal(len(entries(key_id)), 3)
    kms.disable_key_rotation(KeyId=key_id)
    advance(200 * DAY)
    equal(len(entries(key_id)), 3)

    for days, bound in ((89, "greater than or equal to 90"), (2561, "less than or equal to 2560")):
        refused(
            "ValidationException",
            invalid("rotationPeriodInDays", days, f"Member must have value {bound}"),
            kms.enable_key_rotation,
            KeyId=key_id,
            RotationPeriodInDays=days,
        )
    keys_that_do_not_rotate()


def keys_that_do_not_rotate():
    signing = create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyId"]
    for call in (kms.enable_key_rotation, kms.disable_key_rotation, kms.rotate_key_on_demand):
        refused("UnsupportedOperationException", None, call, KeyId=signing)
    equal(kms.get_key_rotation_status(KeyId=signing)["KeyRotationEnabled"], False)
    equal(entries(signing), [])
    imported = create_key(Origin="EXTERNAL")["KeyId"]
    message = f"{arn(imported)} origin is EXTERNAL which is not valid for this operation."
    for call in (kms.enable_key_rotation, kms.disable_key_rotation, kms.get_key_rotation_status):
        refused("UnsupportedOperationException", message, call, KeyId=imported)


def import_new(key_id, secret):
    return material.import_into(key_id, secret, ImportType="NEW_KEY_MATERIAL")


own_material()
imported_materials()
by_the_clock()
