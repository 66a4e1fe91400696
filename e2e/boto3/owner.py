"""The key owner's side, twice: OpenSSL's command line and Python's `cryptography`. Each makes keys, wraps them and uses them."""

import hmac
import os
import pathlib
import subprocess
import tempfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

WRAP_HASHES = {"SHA_1": (hashes.SHA1(), "sha1"), "SHA_256": (hashes.SHA256(), "sha256")}
HASHES = {
    "SHA_224": (hashes.SHA224(), "sha224"),
    "SHA_256": (hashes.SHA256(), "sha256"),
    "SHA_384": (hashes.SHA384(), "sha384"),
    "SHA_512": (hashes.SHA512(), "sha512"),
}
CURVES = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
    "ECC_SECG_P256K1": ec.SECP256K1(),
}
PKCS8 = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
SPKI = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def hash_of(algorithm):
    """The hash function that the name of an algorithm ends in: for `cryptography`, and for OpenSSL."""
    return HASHES["SHA_" + algorithm.rsplit("_", 1)[1]]


def new_private_key(spec):
    if spec.startswith("RSA_"):
        return rsa.generate_private_key(65537, int(spec[4:]))
    if spec == "ECC_NIST_EDWARDS25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(CURVES[spec])


def pkcs8(key):
    return key.private_bytes(*PKCS8)


def spki(key):
    return key.public_key().public_bytes(*SPKI)


def is_hybrid(algorithm):
    return algorithm.startswith("RSA_AES_KEY_WRAP_")


class Cryptography:
    """Python's `cryptography`."""

    def wrap(self, public_key, material, algorithm):
        public_key = serialization.load_der_public_key(public_key)
        digest, _ = WRAP_HASHES[algorithm[algorithm.index("SHA_"):]]
        oaep = padding.OAEP(padding.MGF1(digest), digest, None)
        if not is_hybrid(algorithm):
            return public_key.encrypt(material, oaep)
        key = os.urandom(32)
        return public_key.encrypt(key, oaep) + keywrap.aes_key_wrap_with_padding(key, material)

    def sign(self, key, algorithm, message):
        if algorithm == "ED25519_SHA_512":
            return key.sign(message)
        return key.sign(message, *signing(algorithm))

    def verify(self, key, algorithm, message, signature):
        key = key.public_key()
        try:
            if algorithm == "ED25519_SHA_512":
                key.verify(signature, message)
            else:
                key.verify(signature, message, *signing(algorithm))
        except InvalidSignature:
            return False
        return True

    def encrypt(self, key, algorithm, message):
        return key.public_key().encrypt(message, oaep_of(algorithm))

    def decrypt(self, key, algorithm, ciphertext):
        return key.decrypt(ciphertext, oaep_of(algorithm))

    def agree(self, key, peer):
        return key.exchange(ec.ECDH(), peer.public_key())

    def mac(self, secret, algorithm, message):
        return hmac.new(secret, message, hash_of(algorithm)[1]).digest()


def signing(algorithm):
    """What `cryptography` takes behind the message."""
    digest, _ = hash_of(algorithm)
    if algorithm.startswith("ECDSA_"):
        return [ec.ECDSA(digest)]
    if algorithm.startswith("RSASSA_PSS_"):
        return [padding.PSS(padding.MGF1(digest), digest.digest_size), digest]
    return [padding.PKCS1v15(), digest]


def oaep_of(algorithm):
    digest, _ = WRAP_HASHES[algorithm[algorithm.index("SHA_"):]]
    return padding.OAEP(padding.MGF1(digest), digest, None)


class OpenSsl:
    """OpenSSL's command line, by the commands of AWS's guide where it has them."""

    def wrap(self, public_key, material, algorithm):
        # AWS: https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-encrypt-key-material.html
        with files(public=public_key) as folder:
            if not is_hybrid(algorithm):
                return oaep(folder, material, algorithm)
            key = os.urandom(32)
            wrapped = openssl("enc", "-id-aes256-wrap-pad", "-iv", "A65959A6", "-K", key.hex(), given=material)
            return oaep(folder, key, algorithm) + wrapped

    def sign(self, key, algorithm, message):
        with files(private=pkcs8(key), message=message) as folder:
            how = ["-sign", "-inkey", folder / "private", "-keyform", "DER"]
            return openssl("pkeyutl", *how, "-rawin", "-in", folder / "message", *signature_options(algorithm))

    def verify(self, key, algorithm, message, signature):
        with files(public=spki(key), message=message, signature=signature) as folder:
            how = ["-verify", "-pubin", "-inkey", folder / "public", "-keyform", "DER", "-sigfile", folder / "signature"]
            command = ["pkeyutl", *how, "-rawin", "-in", folder / "message", *signature_options(algorithm)]
            return subprocess.run(["openssl", *command], capture_output=True, check=False).returncode == 0

    def encrypt(self, key, algorithm, message):
        with files(public=spki(key)) as folder:
            return oaep(folder, message, algorithm)

    def decrypt(self, key, algorithm, ciphertext):
        with files(private=pkcs8(key)) as folder:
            how = ["-decrypt", "-inkey", folder / "private", "-keyform", "DER"]
            return openssl("pkeyutl", *how, *oaep_options(algorithm), given=ciphertext)

    def agree(self, key, peer):
        with files(private=pkcs8(key), peer=spki(peer)) as folder:
            how = ["-derive", "-inkey", folder / "private", "-keyform", "DER"]
            return openssl("pkeyutl", *how, "-peerkey", folder / "peer", "-peerform", "DER")

    def mac(self, secret, algorithm, message):
        _, name = hash_of(algorithm)
        how = ["-mac", "HMAC", "-macopt", f"hexkey:{secret.hex()}", "-binary"]
        return openssl("dgst", f"-{name}", *how, given=message)


def oaep(folder, message, algorithm):
    how = ["-encrypt", "-pubin", "-inkey", folder / "public", "-keyform", "DER"]
    return openssl("pkeyutl", *how, *oaep_options(algorithm), given=message)


def oaep_options(algorithm):
    _, name = WRAP_HASHES[algorithm[algorithm.index("SHA_"):]]
    chosen = ["rsa_padding_mode:oaep", f"rsa_oaep_md:{name}", f"rsa_mgf1_md:{name}"]
    return [word for option in chosen for word in ("-pkeyopt", option)]


def signature_options(algorithm):
    if algorithm == "ED25519_SHA_512":
        return []
    _, name = hash_of(algorithm)
    chosen = ["-digest", name]
    if algorithm.startswith("RSASSA_PSS_"):
        chosen += ["-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:digest"]
    return chosen


def openssl(*command, given=b""):
    done = subprocess.run(["openssl", *command], input=given, capture_output=True, check=False)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


class files:
    """A folder with these files."""

    def __init__(self, **content):
        self.content = content

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        path = pathlib.Path(self.folder.name)
        for name, content in self.content.items():
            (path / name).write_bytes(content)
        return path

    def __exit__(self, *_):
        self.folder.cleanup()


TOOLS = [OpenSsl(), Cryptography()]
