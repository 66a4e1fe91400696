"""Users, groups, roles, sessions and accounts through boto3, and what each of them may do with a key.

identities.py OTHER_ACCESS_KEY_ID OTHER_SECRET_ACCESS_KEY ISSUER JWKS
"""

import json
import os
import subprocess
import sys

import boto3
from expect import ACCOUNT, SETTINGS, advance, client, create_key, equal, kms, refused

OTHER_ID, OTHER_SECRET, ISSUER, JWKS = sys.argv[1:]
OTHER_ACCOUNT = "444455556666"
DENIED = "AccessDeniedException"
WEB_TOKEN = os.path.join(os.path.dirname(__file__), "..", "authorization", "web_token.py")

iam, sts = client("iam"), client("sts")


def session(key_id, secret, token=None):
    """Clients that sign with this access key."""
    return boto3.Session(key_id, secret, token, region_name="us-east-1")


def user(name, identity=iam, **statement):
    """A new user's session; with a statement, its one inline policy."""
    identity.create_user(UserName=name)
    if statement:
        identity.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(statement))
    key = identity.create_access_key(UserName=name)["AccessKey"]
    return session(key["AccessKeyId"], key["SecretAccessKey"])


def assumed(credentials):
    return session(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])


def speak(who, service="kms"):
    return who.client(service, config=SETTINGS)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]})


def user_arn(name, account=ACCOUNT):
    return f"arn:aws:iam::{account}:user/{name}"


DELEGATES = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}


def administrator_and_user():
    alice, bob = (speak(user(name)) for name in ("Alice", "Bob"))
    administers = {
        "Principal": {"AWS": user_arn("Alice")},
        "Action": ["kms:Describe*", "kms:Put*", "kms:Enable*", "kms:Disable*"],
        "Resource": "*",
    }
    uses = {"Principal": {"AWS": user_arn("Bob")}, "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": "*"}
    key = create_key(Policy=document(DELEGATES, administers, uses))["Arn"]
    blob = bob.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    equal(bob.decrypt(CiphertextBlob=blob)["Plaintext"], b"x")
    refused(
        DENIED,
        f"User: {user_arn('Bob')} is not authorized to perform: kms:DisableKey on resource: {key} "
        "because no identity-based policy allows the kms:DisableKey action",
        bob.disable_key,
        KeyId=key,
    )
    alice.disable_key(KeyId=key)
    alice.enable_key(KeyId=key)
    refused(DENIED, ..., alice.encrypt, KeyId=key, Plaintext=b"x")
    denies = {"Effect": "Deny", "Principal": {"AWS": user_arn("Bob")}, "Action": "kms:Decrypt", "Resource": "*"}
    alice.put_key_policy(KeyId=key, Policy=document(DELEGATES, administers, uses, denies))
    bob.encrypt(KeyId=key, Plaintext=b"x")
    refused(DENIED, ..., bob.decrypt, CiphertextBlob=blob)


def another_account():
    other = session(OTHER_ID, OTHER_SECRET)
    equal(speak(other, "sts").get_caller_identity()["Arn"], f"arn:aws:iam::{OTHER_ACCOUNT}:root")
    dora = speak(user("Dora", speak(other, "iam"), Action="kms:*", Resource="*"))
    erik = speak(user("Erik", speak(other, "iam")))
    key = create_key()["Arn"]
    refused(DENIED, ..., dora.encrypt, KeyId=key, Plaintext=b"x")
    allowed = {"Principal": {"AWS": OTHER_ACCOUNT}, "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": "*"}
    kms.put_key_policy(KeyId=key, Policy=document(DELEGATES, allowed))
    blob = dora.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    equal(dora.decrypt(CiphertextBlob=blob)["Plaintext"], b"x")
    refused(DENIED, ..., erik.encrypt, KeyId=key, Plaintext=b"x")
    refused(DENIED, ..., dora.disable_key, KeyId=key)


def web_identity():
    token = subprocess.run(
        [sys.executable, WEB_TOKEN, JWKS, ISSUER, "subject=build"], check=True, capture_output=True, text=True
    ).stdout
    provider = iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=["sts.amazonaws.com"])
    trust = {
        "Principal": {"Federated": provider["OpenIDConnectProviderArn"]},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER.removeprefix('https://')}:sub": "build"}},
    }
    role = iam.create_role(RoleName="Builder", AssumeRolePolicyDocument=document(trust))["Role"]
    iam.put_role_policy(
        RoleName="Builder", PolicyName="own", PolicyDocument=document({"Action": "kms:GenerateDataKey", "Resource": "*"})
    )
    answer = sts.assume_role_with_web_identity(
        RoleArn=role["Arn"], RoleSessionName="b1", WebIdentityToken=token, DurationSeconds=900
    )
    equal(answer["SubjectFromWebIdentityToken"], "build")
    equal(answer["Audience"], "sts.amazonaws.com")
    builder = speak(assumed(answer["Credentials"]))
    key = create_key()["Arn"]
    builder.generate_data_key(KeyId=key, KeySpec="AES_256")
    refused(DENIED, ..., builder.describe_key, KeyId=key)
    advance(901)
    refused("ExpiredTokenException", ..., builder.generate_data_key, KeyId=key, KeySpec="AES_256")


def chain_of_grants():
    alice, bob, rita = (speak(user(name)) for name in ("Anna", "Ben", "Ruth"))
    key = create_key()["Arn"]
    common = {"KeyId": key, "RetiringPrincipal": user_arn("Ruth")}
    kms.create_grant(GranteePrincipal=user_arn("Anna"), Operations=["Decrypt", "Encrypt", "CreateGrant"], **common)
    blob = alice.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    refused(DENIED, ..., alice.create_grant, GranteePrincipal=user_arn("Ben"), Operations=["GenerateDataKey"], **common)
    child = alice.create_grant(GranteePrincipal=user_arn("Ben"), Operations=["Decrypt"], **common)
    equal(bob.decrypt(CiphertextBlob=blob, GrantTokens=[child["GrantToken"]])["Plaintext"], b"x")
    pages = kms.get_paginator("list_grants").paginate(KeyId=key, PaginationConfig={"PageSize": 1})
    grants = [grant for page in pages for grant in page["Grants"]]
    equal(sorted(grant["GranteePrincipal"] for grant in grants), [user_arn("Anna"), user_arn("Ben")])
    for grant in grants:
        rita.retire_grant(KeyId=key, GrantId=grant["GrantId"])
    refused(DENIED, ..., bob.decrypt, CiphertextBlob=blob)
    refused(DENIED, ..., alice.encrypt, KeyId=key, Plaintext=b"x")


def role_sessions():
    """External id, session tags, session policy, chained duration: what AssumeRole carries."""
    trust = {
        "Principal": {"AWS": user_arn("Fritz")},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"sts:ExternalId": "contract-17"}},
    }
    fritz = speak(user("Fritz"), "sts")
    role = iam.create_role(RoleName="Auditor", Path="/team/", AssumeRolePolicyDocument=document(trust))["Role"]
    own = {"Action": "kms:*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}}}
    iam.put_role_policy(RoleName="Auditor", PolicyName="own", PolicyDocument=document(own))
    asked = {"RoleArn": role["Arn"], "RoleSessionName": "s1"}
    refused("AccessDenied", ..., fritz.assume_role, **asked)
    refused("AccessDenied", ..., fritz.assume_role, ExternalId="another", **asked)
    tagged = {"ExternalId": "contract-17", "Tags": [{"Key": "team", "Value": "blue"}]}
    answer = fritz.assume_role(**asked, **tagged)
    equal(answer["AssumedRoleUser"]["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/Auditor/s1")
    key = create_key()["Arn"]
    auditor = speak(assumed(answer["Credentials"]))
    auditor.describe_key(KeyId=key)
    untagged = fritz.assume_role(**asked, ExternalId="contract-17")
    refused(DENIED, ..., speak(assumed(untagged["Credentials"])).describe_key, KeyId=key)
    narrow = fritz.assume_role(**asked, **tagged, Policy=document({"Action": "kms:ListKeys", "Resource": "*"}))
    narrow = speak(assumed(narrow["Credentials"]))
    narrow.list_keys()
    refused(DENIED, ..., narrow.describe_key, KeyId=key)
    refused("ValidationError", ..., fritz.assume_role, **asked, ExternalId="contract-17", DurationSeconds=3601)
    equal(sts.get_access_key_info(AccessKeyId=OTHER_ID)["Account"], OTHER_ACCOUNT)


def identities():
    """Names, pages, keys that are switched off, groups, boundaries, versions, simulation."""
    for number in range(5):
        iam.create_user(UserName=f"crowd-{number}", Path="/crowd/", Tags=[{"Key": "n", "Value": str(number)}])
    pages = iam.get_paginator("list_users").paginate(PathPrefix="/crowd/", PaginationConfig={"PageSize": 2})
    equal(sorted(user["UserName"] for page in pages for user in page["Users"]), [f"crowd-{number}" for number in range(5)])
    refused("EntityAlreadyExists", ..., iam.create_user, UserName="CROWD-0")
    refused("NoSuchEntity", ..., iam.get_user, UserName="nobody")

    greta = user("Greta", Action="kms:ListKeys", Resource="*")
    key_id = greta.get_credentials().access_key
    speak(greta).list_keys()
    iam.update_access_key(UserName="Greta", AccessKeyId=key_id, Status="Inactive")
    refused("UnrecognizedClientException", ..., speak(greta).list_keys)
    iam.update_access_key(UserName="Greta", AccessKeyId=key_id, Status="Active")
    speak(greta).list_keys()
    iam.create_access_key(UserName="Greta")
    refused("LimitExceeded", ..., iam.create_access_key, UserName="Greta")
    refused("DeleteConflict", ..., iam.delete_user, UserName="Greta")

    policy = iam.create_policy(PolicyName="random", PolicyDocument=document({"Action": "kms:GenerateRandom", "Resource": "*"}))
    policy_arn = policy["Policy"]["Arn"]
    iam.create_group(GroupName="dice")
    iam.add_user_to_group(GroupName="dice", UserName="Greta")
    refused(DENIED, ..., speak(greta).generate_random, NumberOfBytes=8)
    iam.attach_group_policy(GroupName="dice", PolicyArn=policy_arn)
    speak(greta).generate_random(NumberOfBytes=8)
    narrower = document({"Action": "kms:DescribeKey", "Resource": "*"})
    iam.create_policy_version(PolicyArn=policy_arn, PolicyDocument=narrower, SetAsDefault=True)
    refused(DENIED, ..., speak(greta).generate_random, NumberOfBytes=8)
    iam.set_default_policy_version(PolicyArn=policy_arn, VersionId="v1")
    iam.put_user_permissions_boundary(UserName="Greta", PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess")
    refused(
        DENIED,
        f"User: {user_arn('Greta')} is not authorized to perform: kms:GenerateRandom on resource: * "
        "because no permissions boundary allows the kms:GenerateRandom action",
        speak(greta).generate_random,
        NumberOfBytes=8,
    )
    iam.delete_user_permissions_boundary(UserName="Greta")
    asked = {"PolicySourceArn": user_arn("Greta"), "ActionNames": ["kms:GenerateRandom", "kms:CreateKey"]}
    results = iam.simulate_principal_policy(**asked)["EvaluationResults"]
    equal(
        [(result["EvalActionName"], result["EvalDecision"]) for result in results],
        [("kms:GenerateRandom", "allowed"), ("kms:CreateKey", "implicitDeny")],
    )
    equal(results[0]["MatchedStatements"][0]["SourcePolicyId"], "random")
    refused("DeleteConflict", ..., iam.delete_policy, PolicyArn=policy_arn)
    refused("MalformedPolicyDocument", ..., iam.create_policy, PolicyName="bad", PolicyDocument='{"Statement":1}')
    summary = iam.get_account_summary()["SummaryMap"]
    equal((summary["Users"] >= 5, summary["Groups"], summary["Policies"]), (True, 1, 1))
    managed = {"AdministratorAccess", "ReadOnlyAccess", "AWSKeyManagementServicePowerUser"}
    listed = {policy["PolicyName"] for policy in iam.list_policies(Scope="AWS")["Policies"]}
    assert managed <= listed, listed


def user_sessions():
    ida = user("Ida", Action="kms:ListKeys", Resource="*")
    answer = speak(ida, "sts").get_session_token(DurationSeconds=900)
    temporary = assumed(answer["Credentials"])
    speak(temporary).list_keys()
    equal(speak(temporary, "sts").get_caller_identity()["Arn"], user_arn("Ida"))
    spoiled = dict(answer["Credentials"], SessionToken=answer["Credentials"]["SessionToken"][:-4] + "AAAA")
    refused("UnrecognizedClientException", ..., speak(assumed(spoiled)).list_keys)
    iam.delete_user_policy(UserName="Ida", PolicyName="own")
    refused(DENIED, ..., speak(temporary).list_keys)
    advance(901)
    refused("ExpiredTokenException", ..., speak(temporary).list_keys)


for scene in (administrator_and_user, another_account, web_identity, chain_of_grants, role_sessions, identities, user_sessions):
    scene()
