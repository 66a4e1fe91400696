"""Request quotas: who calls too often is told so, is served again a moment later, and a client that retries notices nothing."""

import time

import boto3
from botocore.config import Config
from expect import create_key, describe, kms

TEXT = "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."


def rename(key_id, client=kms):
    client.update_key_description(KeyId=key_id, Description="again")


def exhaust(key_id):
    """Calls until the quota of five a second is used up: within so many calls a client outruns it on any machine."""
    for _ in range(500):
        try:
            rename(key_id)
        except kms.exceptions.ClientError as error:
            said = error.response["Error"]
            assert (said["Code"], said["Message"]) == ("ThrottlingException", TEXT), said
            return
    raise AssertionError("nobody was throttled")


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
