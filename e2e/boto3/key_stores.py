"""Custom key stores, as far as they go without a cluster or proxy to connect to."""

from expect import create_key, equal, kms, refused

ABSENT = "cks-00000000000000000"
PASSWORD = "kmsuser-password"
CLUSTER = {
    "CustomKeyStoreName": "hsm",
    "CloudHsmClusterId": "cluster-2a23b4cdefg",
    "TrustAnchorCertificate": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "KeyStorePassword": PASSWORD,
}
CREDENTIAL = {"AccessKeyId": "ABCDEFGHIJKLMNOPQRST", "RawSecretAccessKey": "0123456789abcdefghijABCDEFGHIJ0123456789abcde"}
PROXY = {
    "CustomKeyStoreName": "xks",
    "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
    "XksProxyConnectivity": "PUBLIC_ENDPOINT",
    "XksProxyUriEndpoint": "https://xks.example.org",
    "XksProxyUriPath": "/tenant/kms/xks/v1",
    "XksProxyAuthenticationCredential": CREDENTIAL,
}


def created(members):
    answer = kms.create_custom_key_store(**members)
    store = answer["CustomKeyStoreId"]
    assert store.startswith("cks-") and len(store) == 21, store
    return store


def described(**members):
    answer = kms.describe_custom_key_stores(**members)
    equal(answer["Truncated"], False)
    return answer["CustomKeyStores"]


def empty(answer):
    equal(set(answer), {"ResponseMetadata"})


def a_cluster():
    store = created(CLUSTER)
    (shown,) = described(CustomKeyStoreId=store)
    assert shown.pop("CreationDate").tzinfo, shown
    equal(
        shown,
        {
            "CustomKeyStoreId": store,
            "CustomKeyStoreName": "hsm",
            "CloudHsmClusterId": CLUSTER["CloudHsmClusterId"],
            "TrustAnchorCertificate": CLUSTER["TrustAnchorCertificate"],
            "ConnectionState": "DISCONNECTED",
            "CustomKeyStoreType": "AWS_CLOUDHSM",
        },
    )
    empty(kms.update_custom_key_store(CustomKeyStoreId=store, NewCustomKeyStoreName="renamed"))
    equal([one["CustomKeyStoreId"] for one in described(CustomKeyStoreName="renamed")], [store])
    refused("CustomKeyStoreNotFoundException", ..., kms.describe_custom_key_stores, CustomKeyStoreName="hsm")
    return store


def a_proxy():
    store = created(PROXY)
    (shown,) = described(CustomKeyStoreName="xks")
    equal(shown["CustomKeyStoreType"], "EXTERNAL_KEY_STORE")
    equal(
        shown["XksProxyConfiguration"],
        {
            "Connectivity": "PUBLIC_ENDPOINT",
            "AccessKeyId": CREDENTIAL["AccessKeyId"],
            "UriEndpoint": PROXY["XksProxyUriEndpoint"],
            "UriPath": PROXY["XksProxyUriPath"],
        },
    )
    assert not {"CloudHsmClusterId", "TrustAnchorCertificate", "ConnectionErrorCode"} & set(shown), shown
    return store


def only_one_store(cluster, proxy):
    """Names, clusters, endpoints and services are one store's alone."""
    for code, members in [
        ("CustomKeyStoreNameInUseException", CLUSTER | {"CustomKeyStoreName": "renamed", "CloudHsmClusterId": "cluster-aaaaaaaaaaa"}),
        ("CloudHsmClusterInUseException", CLUSTER | {"CustomKeyStoreName": "other"}),
        ("XksProxyUriInUseException", PROXY | {"CustomKeyStoreName": "other"}),
        ("CustomKeyStoreNameInUseException", PROXY | {"XksProxyUriPath": "/other/kms/xks/v1"}),
    ]:
        refused(code, ..., kms.create_custom_key_store, **members)
    name = "CustomKeyStoreNameInUseException"
    refused(name, ..., kms.update_custom_key_store, CustomKeyStoreId=cluster, NewCustomKeyStoreName="xks")
    equal(sorted(one["CustomKeyStoreId"] for one in described()), sorted([cluster, proxy]))


def nothing_is_connected(cluster, proxy):
    refused("CloudHsmClusterNotActiveException", ..., kms.connect_custom_key_store, CustomKeyStoreId=cluster)
    state = "CustomKeyStoreInvalidStateException"
    kms.connect_custom_key_store(CustomKeyStoreId=proxy)
    [failed] = kms.describe_custom_key_stores(CustomKeyStoreId=proxy)["CustomKeyStores"]
    equal([failed["ConnectionState"], failed["ConnectionErrorCode"]], ["FAILED", "XKS_PROXY_NOT_REACHABLE"])
    refused(state, ..., kms.connect_custom_key_store, CustomKeyStoreId=proxy)
    kms.disconnect_custom_key_store(CustomKeyStoreId=proxy)
    refused(state, ..., kms.disconnect_custom_key_store, CustomKeyStoreId=cluster)
    refused(state, ..., kms.create_key, Origin="AWS_CLOUDHSM", CustomKeyStoreId=cluster)
    refused(state, ..., kms.create_key, Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=proxy, XksKeyId="key-1")
    refused(state, ..., kms.generate_random, NumberOfBytes=8, CustomKeyStoreId=cluster)
    refused("UnsupportedOperationException", ..., kms.generate_random, NumberOfBytes=8, CustomKeyStoreId=proxy)
    equal([key["KeyId"] for key in kms.list_keys()["Keys"]], [OWN])


def what_is_not_there():
    for operation in ("connect", "disconnect", "delete", "update"):
        call = getattr(kms, f"{operation}_custom_key_store")
        refused("CustomKeyStoreNotFoundException", ..., call, CustomKeyStoreId=ABSENT)
        refused("ValidationException", ..., call)
    refused("CustomKeyStoreNotFoundException", ..., kms.describe_custom_key_stores, CustomKeyStoreId=ABSENT)
    refused("CustomKeyStoreNotFoundException", ..., kms.generate_random, NumberOfBytes=8, CustomKeyStoreId=ABSENT)
    refused("CustomKeyStoreNotFoundException", ..., kms.create_key, Origin="AWS_CLOUDHSM", CustomKeyStoreId=ABSENT)
    both = {"CustomKeyStoreId": ABSENT, "CustomKeyStoreName": "hsm"}
    refused("ValidationException", ..., kms.describe_custom_key_stores, **both)


def gone(*stores):
    for store in stores:
        empty(kms.delete_custom_key_store(CustomKeyStoreId=store))
        refused("CustomKeyStoreNotFoundException", ..., kms.delete_custom_key_store, CustomKeyStoreId=store)
    equal(described(), [])


def pages():
    stores = {created(CLUSTER | {"CustomKeyStoreName": f"hsm {n}", "CloudHsmClusterId": f"cluster-{'abcdefghij'[n]}aaaaaaaaaa"}) for n in range(10)}
    paginator = kms.get_paginator("describe_custom_key_stores").paginate(PaginationConfig={"PageSize": 3})
    seen = [one["CustomKeyStoreId"] for page in paginator for one in page["CustomKeyStores"]]
    assert len(seen) == 10 and set(seen) == stores, seen
    eleventh = CLUSTER | {"CustomKeyStoreName": "one more", "CloudHsmClusterId": "cluster-zaaaaaaaaaa"}
    refused("LimitExceededException", ..., kms.create_custom_key_store, **eleventh)


OWN = create_key()["KeyId"]
hsm, xks = a_cluster(), a_proxy()
only_one_store(hsm, xks)
nothing_is_connected(hsm, xks)
what_is_not_there()
gone(hsm, xks)
pages()
