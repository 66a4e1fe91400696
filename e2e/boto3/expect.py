"""What the scripts of this folder share: clients, the server's clock, and refusals with their exact words."""

import json
import os
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
REGION = os.environ["AWS_DEFAULT_REGION"]
ABSENT_ID = "01234567-89ab-cdef-0123-456789abcdef"

# The clients must send what the tables say, so botocore's own checks are off; a retry would hide a refusal.
SETTINGS = Config(parameter_validation=False, retries={"total_max_attempts": 1})


def client(service="kms", region=REGION):
    return boto3.client(service, region_name=region, config=SETTINGS)


kms = client()


def arn(key_id, account=ACCOUNT, region=REGION):
    return f"arn:aws:kms:{region}:{account}:key/{key_id}"


def alias_arn(name):
    return f"arn:aws:kms:{REGION}:{ACCOUNT}:{name}"


def create_key(**members):
    """The metadata of a new key."""
    return kms.create_key(**members)["KeyMetadata"]


def describe(key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]


def state(key_id):
    return describe(key_id)["KeyState"]


def equal(actual, expected, what=""):
    assert actual == expected, f"{what}: {actual!r} is not {expected!r}"


def refused(code, message, call, **members):
    """The call is refused with this code and text.

    A text of None says that the error has none; `...` leaves it open, for errors whose words AWS is not known to have fixed;
    a text that ends in an ellipsis is the beginning.
    """
    where = f"{call.__name__} {members}"[:300]
    try:
        answer = call(**members)
    except ClientError as error:
        said = error.response["Error"]
        equal(said["Code"], code, f"{where}: {said}")
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        of_kms = error.operation_name in kms.meta.service_model.operation_names
        assert status == 400 or (not of_kms and status in (403, 404, 409)), f"{where}: {status}"
        if isinstance(message, str) and message.endswith("…"):
            assert said["Message"].startswith(message[:-1]), f"{where}: {said['Message']!r}"
        elif message is not ...:
            equal(said["Message"], message or "", where)
        return
    raise AssertionError(f"{where}: was not refused: {answer}")


def invalid(path, value, constraint):
    """The text of one violated constraint; `value` as it is printed, None for a sensitive member, `null` unquoted."""
    shown = "" if value is None else " null" if value == "null" else f" '{value}'"
    return f"1 validation error detected: Value{shown} at '{path}' failed to satisfy constraint: {constraint}"


def advance(seconds):
    """Moves the clock of a server with --test-clock."""
    body = json.dumps({"advance_seconds": int(seconds)}).encode()
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/_dev/clock", data=body, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        equal(answer.status, 200, "the clock")


DAY = 24 * 60 * 60
