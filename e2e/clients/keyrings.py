"""The keyrings of AWS's Material Providers Library under the AWS Encryption SDK: RSA keys, key agreement, keys of several Regions."""

import sys
from pathlib import Path

import aws_encryption_sdk
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.models import (
    CreateAwsKmsDiscoveryKeyringInput,
    CreateAwsKmsEcdhKeyringInput,
    CreateAwsKmsMrkKeyringInput,
    CreateAwsKmsMultiKeyringInput,
    CreateAwsKmsRsaKeyringInput,
    DiscoveryFilter,
    KmsEcdhStaticConfigurationsKmsPrivateKeyToStaticPublicKey,
    KmsEcdhStaticConfigurationsKmsPublicKeyDiscovery,
    KmsPrivateKeyToStaticPublicKeyInput,
    KmsPublicKeyDiscoveryInput,
)
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
from aws_encryption_sdk.identifiers import AlgorithmSuite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

sys.path.insert(0, str(Path(__file__).parent.parent / "boto3"))
from expect import ACCOUNT, arn, client, create_key, equal, kms

CONTEXT = {"department": "hr"}
SDK = aws_encryption_sdk.EncryptionSDKClient()
LIBRARY = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
ELSEWHERE = "eu-west-1"


def seal(keyring, **options):
    return SDK.encrypt(source=b"wages", keyring=keyring, encryption_context=CONTEXT, **options)[0]


def opens(keyring, sealed):
    equal(SDK.decrypt(source=sealed, keyring=keyring, encryption_context=CONTEXT)[0], b"wages")


def new_key(**members):
    return arn(create_key(**members)["KeyId"])


def discovery(accounts):
    return LIBRARY.create_aws_kms_discovery_keyring(
        CreateAwsKmsDiscoveryKeyringInput(
            kms_client=kms, discovery_filter=DiscoveryFilter(account_ids=accounts, partition="aws")
        )
    )


def two_keys_and_whoever_finds_them():
    keys = [new_key(), new_key()]
    both = LIBRARY.create_aws_kms_multi_keyring(
        CreateAwsKmsMultiKeyringInput(generator=keys[0], kms_key_ids=keys[1:])
    )
    sealed = seal(both)
    opens(both, sealed)
    opens(discovery([ACCOUNT]), sealed)
    # The first key is lost: the second opens.
    kms.disable_key(KeyId=keys[0])
    opens(discovery([ACCOUNT]), sealed)
    kms.disable_key(KeyId=keys[1])
    try:
        opens(discovery([ACCOUNT]), sealed)
    except AWSEncryptionSDKClientError:
        return
    raise AssertionError("disabled keys opened")


def a_key_of_two_regions():
    here = new_key(MultiRegion=True)
    there = here.replace("us-east-1", ELSEWHERE)
    kms.replicate_key(KeyId=here, ReplicaRegion=ELSEWHERE)

    def keyring(key, service):
        return LIBRARY.create_aws_kms_mrk_keyring(
            CreateAwsKmsMrkKeyringInput(kms_key_id=key, kms_client=service)
        )

    opens(keyring(there, client(region=ELSEWHERE)), seal(keyring(here, kms)))


def an_rsa_key(algorithm):
    key = new_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    public = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    keyring = LIBRARY.create_aws_kms_rsa_keyring(
        CreateAwsKmsRsaKeyringInput(
            kms_key_id=key,
            encryption_algorithm=algorithm,
            public_key=public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            kms_client=kms,
        )
    )
    # This keyring takes no suite with a signature.
    opens(keyring, seal(keyring, algorithm=AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY))


def two_keys_that_agree(curve):
    sender, recipient = [new_key(KeySpec=curve, KeyUsage="KEY_AGREEMENT") for _ in range(2)]
    agreed = KmsEcdhStaticConfigurationsKmsPrivateKeyToStaticPublicKey(
        KmsPrivateKeyToStaticPublicKeyInput(
            sender_kms_identifier=sender,
            recipient_public_key=kms.get_public_key(KeyId=recipient)["PublicKey"],
        )
    )
    found = KmsEcdhStaticConfigurationsKmsPublicKeyDiscovery(
        KmsPublicKeyDiscoveryInput(recipient_kms_identifier=recipient)
    )
    sending, receiving = [
        LIBRARY.create_aws_kms_ecdh_keyring(
            CreateAwsKmsEcdhKeyringInput(key_agreement_scheme=scheme, curve_spec=curve, kms_client=kms)
        )
        for scheme in (agreed, found)
    ]
    sealed = seal(sending)
    opens(sending, sealed)
    opens(receiving, sealed)


two_keys_and_whoever_finds_them()
a_key_of_two_regions()
for algorithm in ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"):
    an_rsa_key(algorithm)
for curve in ("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"):
    two_keys_that_agree(curve)
