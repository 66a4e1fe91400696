"""Prints an OIDC token, signed by the one key of the JWK set in this file; the first call makes both.

web_token.py JWKS ISSUER [subject=…] [audience=…] [age=SECONDS] [signer=forged]
"""

import base64
import json
import os
import sys
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return text(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signer(jwks):
    path = jwks + ".pem"
    if os.path.exists(path):
        with open(path, "rb") as file:
            return serialization.load_pem_private_key(file.read(), password=None)
    key = new_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with open(path, "wb") as file:
        file.write(pem)
    public = key.public_key().public_numbers()
    entry = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": number(public.n), "e": number(public.e)}
    with open(jwks, "w") as file:
        json.dump({"keys": [entry]}, file)
    return key


jwks, issuer = sys.argv[1:3]
asked = dict(argument.split("=", 1) for argument in sys.argv[3:])
key = signer(jwks)
if asked.get("signer") == "forged":
    key = new_key()
issued = int(time.time()) - int(asked.get("age", 0))
claims = {
    "iss": issuer,
    "sub": asked["subject"],
    "aud": asked.get("audience", "sts.amazonaws.com"),
    "iat": issued,
    "exp": issued + 3600,
}
signed = ".".join(text(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT", "kid": "1"}, claims))
print(signed + "." + text(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())), end="")
