"""Six requests that fail authentication, as real clients would make them."""

import json
import os
import urllib.error
import urllib.request

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from expect import REGION, SETTINGS, equal

import boto3

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
OWN = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
HEADERS = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "TrentService.ListKeys"}
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)


def send(url, headers, body=b"{}", method="POST"):
    """The status and the body of an answer."""
    request = urllib.request.Request(url, data=body if method == "POST" else None, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def refused(code, message, answer):
    status, body = answer
    equal(status, 400, body)
    said = json.loads(body)
    equal(said["__type"], code, body)
    if message is not ...:
        equal(said.get("message"), message, body)


def signed(credentials, headers):
    request = AWSRequest("POST", ENDPOINT + "/", headers=headers, data=b"{}")
    botocore.auth.SigV4Auth(credentials, "kms", REGION).add_auth(request)
    return dict(request.headers.items())


def main():
    equal(send(ENDPOINT + "/", signed(OWN, HEADERS))[0], 200, "the control")

    refused("MissingAuthenticationTokenException", "Missing Authentication Token", send(ENDPOINT + "/", HEADERS))
    wrong = Credentials(OWN.access_key, "wrong")
    refused("InvalidSignatureException", MISMATCH, send(ENDPOINT + "/", signed(wrong, HEADERS)))
    stranger = Credentials("AKIDSTRANGER00000000", OWN.secret_key)
    unknown = "The security token included in the request is invalid."
    refused("UnrecognizedClientException", unknown, send(ENDPOINT + "/", signed(stranger, HEADERS)))
    # botocore signs the words in this header in place of the body's hash.
    unsigned = HEADERS | {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    refused("InvalidSignatureException", MISMATCH, send(ENDPOINT + "/", signed(OWN, unsigned)))

    presigned = AWSRequest("POST", ENDPOINT + "/", headers=HEADERS, data=b"{}")
    botocore.auth.SigV4QueryAuth(OWN, "kms", REGION, expires=60).add_auth(presigned)
    assert "X-Amz-Signature" in presigned.prepare().url, presigned.url
    refused("IncompleteSignatureException", ..., send(presigned.prepare().url, HEADERS))
    url = boto3.client("sts", region_name=REGION, config=SETTINGS).generate_presigned_url(
        "get_caller_identity", HttpMethod="GET"
    )
    refused("IncompleteSignatureException", ..., send(url, {}, method="GET"))


main()
