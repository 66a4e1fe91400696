#!/usr/bin/env python3
"""Writes the golden files of Claviger's byte formats, version 1.

It was written from the formats' descriptions and shares no code with the Rust crate, so a golden file that opens proves
the description as well. Files that were released are never written again: a later format gets files of its own.

Needs the `cryptography` package. Run it in this folder.
"""

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def kbkdf(key, info, length):
    """SP 800-108r1, counter mode, HMAC-SHA-256, 32-bit counter before the fixed info."""
    blocks = (hmac.new(key, u32(i) + info, hashlib.sha256).digest() for i in range(1, length // 32 + 2))
    return b"".join(blocks)[:length]


def u32(number):
    return number.to_bytes(4, "big")


def u64(number):
    return number.to_bytes(8, "big")


def sized(part):
    return u64(len(part)) + part


def fixed(name, length):
    """Bytes that stand for random ones."""
    return hashlib.shake_256(name.encode()).digest(length)


def single_use(key, label, nonce, bound, aad, plaintext):
    info = label + b"\0" + sized(nonce) + b"".join(map(sized, bound)) + u32(256)
    return nonce + AESGCM(kbkdf(key, info, 32)).encrypt(bytes(12), plaintext, aad)


def context_form(context):
    pairs = sorted((k.encode(), v.encode()) for k, v in context.items())
    return u32(len(pairs)) + b"".join(u32(len(part)) + part for pair in pairs for part in pair)


def blob(name, context, plaintext):
    material, uuid = fixed(name + " material", 32), fixed(name + " uuid", 16)
    prefix, nonce, iv = (fixed(name + part, size) for part, size in ((" id", 16), (" nonce", 16), (" iv", 12)))
    derived = kbkdf(material, b"claviger blob v1\0" + uuid + prefix + nonce + u32(512), 64)
    header = b"\1\1" + uuid + prefix + nonce + derived[32:] + iv
    sealed = AESGCM(derived[:32]).encrypt(iv, plaintext, header + context_form(context))
    return {
        "material": material,
        "key uuid": uuid,
        "material id": prefix,
        "entropy": nonce + iv,
        "context": ",".join(f"{k}={v}" for k, v in context.items()),
        "plaintext": plaintext,
        "blob": header + sealed,
    }


def keyring(name):
    root, nonce = fixed(name + " root", 32), fixed(name + " nonce", 16)
    cluster, index, seed = fixed(name + " cluster", 16), fixed(name + " index", 32), fixed(name + " seed", 32)
    domains = {generation: fixed(f"{name} domain {generation}", 32) for generation in (1, 2)}
    plaintext = u32(2) + u32(len(domains)) + b"".join(u32(g) + key for g, key in domains.items()) + index + seed
    header = b"\1" + cluster
    wrapped = b"\1" + single_use(root, b"claviger root file v1", nonce, [], b"claviger keyring\0" + header, plaintext)
    public = {"root key": root, "wrapped": header + wrapped, "cluster": cluster, "audit seed": seed, "entropy": nonce}
    return public, cluster, index, domains


def record(name, cluster, domains, generation, account, table, identity, version, plaintext):
    nonce = fixed(name + " nonce", 16)
    header = b"\1\1" + u32(generation) + u64(account) + u64(version)
    aad = b"\1\1" + cluster + u64(account) + sized(table) + sized(identity) + u64(version) + u32(generation)
    sealed = single_use(domains[generation], b"claviger record v1", nonce, [table, identity], aad, plaintext)
    return {
        "table": table.decode(),
        "id": identity,
        "account": u64(account),
        "version": u64(version),
        "generation": u32(generation),
        "entropy": nonce,
        "plaintext": plaintext,
        "sealed": header + sealed,
    }


def index(key, label, parts):
    tag = hmac.new(key, b"".join(map(sized, [label.encode(), *parts])), hashlib.sha256).digest()
    return {"label": label, "parts": ",".join(part.hex() for part in parts), "index": tag}


def token(name, bits, spec, algorithm, hash_type, day, account, epoch, not_after, region):
    day_key, nonce, uuid = fixed(name + " day", 32), fixed(name + " nonce", 16), fixed(name + " uuid", 16)
    private = rsa.generate_private_key(65537, bits)
    pkcs8 = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    head = bytes([spec, algorithm]) + uuid + u64(account) + u64(epoch) + not_after.to_bytes(8, "big", signed=True)
    plaintext = head + bytes([len(region)]) + region.encode() + pkcs8
    header = b"\1\1" + u32(day)
    material = fixed(name + " material", 32 if algorithm in (1, 2) else 1218)
    oaep = padding.OAEP(padding.MGF1(hash_type), hash_type, None)
    return {
        "day key": day_key,
        "day": u32(day),
        "spec": str(bits),
        "algorithm": hash_type.name if algorithm in (1, 2) else f"key wrap {hash_type.name}",
        "key uuid": uuid,
        "account": u64(account),
        "epoch": u64(epoch),
        "not after": not_after.to_bytes(8, "big", signed=True),
        "region": region,
        "pkcs8": pkcs8,
        "entropy": nonce,
        "token": header + single_use(day_key, b"claviger import token v1", nonce, [], header, plaintext),
        "material": material,
        "wrapped material": wrap(private.public_key(), oaep, algorithm, material),
    }


def wrap(public, oaep, algorithm, material):
    if algorithm in (1, 2):
        return public.encrypt(material, oaep)
    kek = fixed("kek", 32)
    return public.encrypt(kek, oaep) + keywrap.aes_key_wrap_with_padding(kek, material)


def sealed_token(name, cluster, domains, generation, purpose, plaintext):
    nonce = fixed(name + " nonce", 16)
    header = b"\1" + u32(generation)
    aad = header + cluster + sized(purpose)
    return {
        "purpose": purpose.decode(),
        "generation": u32(generation),
        "entropy": nonce,
        "plaintext": plaintext,
        "token": header + single_use(domains[generation], b"claviger token v1", nonce, [purpose], aad, plaintext),
    }


def session_secret(cluster, domains, generation, access_key_id):
    info = b"claviger session secret v1\0" + sized(cluster) + sized(access_key_id) + u32(240)
    return {
        "generation": u32(generation),
        "access key id": access_key_id.decode(),
        "secret": base64.b64encode(kbkdf(domains[generation], info, 30)).decode(),
    }


def material(spec, material, private_value, proof):
    uuid = fixed(spec + " uuid", 16)
    key = kbkdf(private_value, b"claviger material id v1\0" + u32(256), 32)
    identity = hmac.new(key, uuid, hashlib.sha256).digest()
    return {"spec": spec, "material": material, "key uuid": uuid, "material id": identity, **proof}


def public_der(private):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(serialization.Encoding.DER, form)


def private_der(private):
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def signed(private, algorithm, *how):
    return {
        "public": public_der(private),
        "signing algorithm": algorithm,
        "message": MESSAGE,
        "signature": private.sign(MESSAGE, *how),
    }


def material_of_rsa(bits):
    private = rsa.generate_private_key(65537, bits)
    numbers = private.private_numbers()
    exponent = numbers.public_numbers.e.to_bytes(3, "big")
    primes = sorted((numbers.p, numbers.q), reverse=True)
    value = exponent + b"".join(prime.to_bytes(bits // 16, "big") for prime in primes)
    proof = signed(private, "RSASSA_PKCS1_V1_5_SHA_256", padding.PKCS1v15(), hashes.SHA256())
    return material(f"RSA_{bits}", private_der(private), value, proof)


def material_of_curve(spec, curve, algorithm, hash_algorithm):
    order_bytes = (curve.key_size + 7) // 8
    value = fixed(spec, order_bytes)
    value = bytes([value[0] & 1 if order_bytes == 66 else value[0] & 0x7F]) + value[1:]
    private = ec.derive_private_key(int.from_bytes(value, "big"), curve)
    proof = signed(private, algorithm, ec.ECDSA(hash_algorithm))
    return material(spec, private_der(private), value, proof)


def materials():
    symmetric = fixed("SYMMETRIC_DEFAULT", 32)
    yield material("SYMMETRIC_DEFAULT", symmetric, symmetric, {})
    for bits in (2048, 3072, 4096):
        yield material_of_rsa(bits)
    yield material_of_curve("ECC_NIST_P256", ec.SECP256R1(), "ECDSA_SHA_256", hashes.SHA256())
    yield material_of_curve("ECC_NIST_P384", ec.SECP384R1(), "ECDSA_SHA_384", hashes.SHA384())
    yield material_of_curve("ECC_NIST_P521", ec.SECP521R1(), "ECDSA_SHA_512", hashes.SHA512())
    yield material_of_curve("ECC_SECG_P256K1", ec.SECP256K1(), "ECDSA_SHA_256", hashes.SHA256())
    seed = fixed("ECC_NIST_EDWARDS25519", 32)
    private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    proof = signed(private, "ED25519_SHA_512")
    yield material("ECC_NIST_EDWARDS25519", private_der(private), seed, proof)
    for bits in (224, 256, 384, 512):
        key = fixed(f"HMAC_{bits}", bits // 8)
        proof = {
            "mac algorithm": f"HMAC_SHA_{bits}",
            "message": MESSAGE,
            "mac": hmac.new(key, MESSAGE, f"sha{bits}").digest(),
        }
        yield material(f"HMAC_{bits}", key, key, proof)
    for parameters, of in (
        (44, mldsa.MLDSA44PrivateKey),
        (65, mldsa.MLDSA65PrivateKey),
        (87, mldsa.MLDSA87PrivateKey),
    ):
        seed = fixed(f"ML_DSA_{parameters}", 32)
        private = of.from_seed_bytes(seed)
        proof = signed(private, "ML_DSA_SHAKE_256")
        yield material(f"ML_DSA_{parameters}", private_der(private), seed, proof)
    # The package has no ML-KEM-512: there the encoding and the id are proven, and no secret.
    seed = fixed("ML_KEM_512", 64)
    pkcs8 = bytes.fromhex("3054020100300b060960864801650304040104428040") + seed
    yield material("ML_KEM_512", pkcs8, seed, {})
    for parameters, of in ((768, mlkem.MLKEM768PrivateKey), (1024, mlkem.MLKEM1024PrivateKey)):
        seed = fixed(f"ML_KEM_{parameters}", 64)
        private = of.from_seed_bytes(seed)
        shared, ciphertext = private.public_key().encapsulate()
        proof = {"public": public_der(private), "ciphertext": ciphertext, "shared": shared}
        yield material(f"ML_KEM_{parameters}", private_der(private), seed, proof)


MESSAGE = b"attack at dawn"


def write(path, vectors):
    text = ("\n".join(f"{k} = {v.hex() if isinstance(v, bytes) else v}" for k, v in one.items()) for one in vectors)
    with open(path, "x", encoding="utf-8") as file:
        file.write("\n\n".join(text) + "\n")


def main():
    write(
        "blob/v1.txt",
        [
            blob("data key", {}, fixed("data key", 32)),
            blob("context", {"tenant": "42", "purpose": "é; no: ü", "a": ""}, b"attack at dawn"),
            blob("one byte", {"AppName": "ExampleApp"}, b"\0"),
            blob("largest", {}, fixed("largest", 4096)),
        ],
    )
    wrapped, cluster, index_key, domains = keyring("keyring")
    write("keyring/v1.txt", [wrapped])
    account = 111122223333
    uuid = fixed("key", 16)
    write(
        "barrier/v1.txt",
        [
            record("key", cluster, domains, 2, account, b"key", uuid, 7, b'{"Description":""}'),
            record("older generation", cluster, domains, 1, account, b"key", uuid, 6, b"{}"),
            record("no account", cluster, domains, 2, 0, b"import-day", u32(20780), 1, fixed("day", 32)),
            record("nothing", cluster, domains, 2, 2**64 - 1, b"", b"", 2**64 - 1, b""),
        ],
    )
    write(
        "barrier/index-v1.txt",
        [
            index(index_key, "alias", [b"us-east-1", u64(account), b"alias/payments"]),
            index(index_key, "alias", [b"us-east-1"]),
            index(index_key, "user", []),
        ],
    )
    day, noon = 20780, 20780 * 86_400_000 + 43_200_000
    write(
        "import-token/v1.txt",
        [
            token("token 2048", 2048, 1, 2, hashes.SHA256(), day, account, 0, noon, "us-east-1"),
            token("token 3072", 3072, 2, 2, hashes.SHA256(), day, account, 3, noon, "eu-central-1"),
            token("token 4096", 4096, 3, 1, hashes.SHA1(), day + 1, 7, 2**63, noon, "ap-southeast-4"),
        ],
    )
    write(
        "token/v1.txt",
        [
            sealed_token("session", cluster, domains, 2, b"session", fixed("session", 300)),
            sealed_token("older session", cluster, domains, 1, b"session", b"{}"),
            sealed_token("grant", cluster, domains, 2, b"grant", fixed("grant", 65)),
            sealed_token("no purpose", cluster, domains, 2, b"", b""),
        ],
    )
    write(
        "import-token/v1-key-wrap.txt",
        [
            token("key wrap 2048", 2048, 1, 3, hashes.SHA1(), day, account, 0, noon, "us-east-1"),
            token("key wrap 4096", 4096, 3, 4, hashes.SHA256(), day, account, 1, noon, "us-east-1"),
        ],
    )
    write("material/v1.txt", list(materials()))
    write(
        "token/session-secret-v1.txt",
        [
            session_secret(cluster, domains, 2, b"ASIAIOSFODNN7EXAMPLE"),
            session_secret(cluster, domains, 1, b"ASIAIOSFODNN7EXAMPLE"),
            session_secret(cluster, domains, 2, b""),
        ],
    )


if __name__ == "__main__":
    main()
