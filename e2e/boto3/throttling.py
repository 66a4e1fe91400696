"""Request quotas: who calls too often is told so, is served again a moment later, and a client that retries notices nothing."""

import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from expect import create_key, describe, kms

TEXT = "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."
AT_ONCE = 10


def rename(key_id, client=kms):
    client.update_key_description(KeyId=key_id, Description="again")


def refusal(key_id):
    """What the service says when it does not serve the call."""
    try:
        rename(key_id)
    except kms.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]


def exhaust(key_id):
    """Uses up the quota of five a second: twice as many calls arrive at once, however long a change takes on this machine."""
    with ThreadPoolExecutor(AT_ONCE) as callers:
        refusals = set(callers.map(refusal, [key_id] * 3 * AT_ONCE))
    assert refusals - {None} == {("ThrottlingException", TEXT)}, refusals


key_id = create_key()["KeyId"]
exhaust(key_id)
# What one operation used up is no other's, nor is it another Region's.
describe(key_id)
elsewhere = boto3.client("kms", region_name="eu-west-1", config=Config(retries={"total_max_attempts": 1}))
rename(elsewhere.create_key()["KeyMetadata"]["KeyId"], elsewhere)
time.sleep(1)
rename(key_id)

# As SDKs are set up by default: they wait and try again.
patient = boto3.client("kms", config=Config(retries={"mode": "standard", "total_max_attempts": 10}))
exhaust(key_id)
for _ in range(5):
    rename(key_id, patient)
