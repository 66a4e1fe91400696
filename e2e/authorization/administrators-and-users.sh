#!/usr/bin/env bash
# "We recommend that you separate the key administrator and key user roles": one key, Alice administers it, Bob uses it,
# and neither can do the other's part. The key policy is the one that AWS's console writes.
set -euo pipefail
source "$(dirname "$0")/people.sh"

person Alice
person Bob
person Carol
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
ALICE=arn:aws:iam::$ACCOUNT:user/Alice
BOB=arn:aws:iam::$ACCOUNT:user/Bob

cat > policy.json <<POLICY
{
  "Id": "key-consolepolicy-3",
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Enable IAM User Permissions",
      "Effect": "Allow",
      "Principal": { "AWS": "arn:aws:iam::$ACCOUNT:root" },
      "Action": "kms:*",
      "Resource": "*"
    },
    {
      "Sid": "Allow access for Key Administrators",
      "Effect": "Allow",
      "Principal": { "AWS": "$ALICE" },
      "Action": [
        "kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*", "kms:Disable*",
        "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"
      ],
      "Resource": "*"
    },
    {
      "Sid": "Allow use of the key",
      "Effect": "Allow",
      "Principal": { "AWS": "$BOB" },
      "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
      "Resource": "*"
    },
    {
      "Sid": "Allow attachment of persistent resources",
      "Effect": "Allow",
      "Principal": { "AWS": "$BOB" },
      "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
      "Resource": "*",
      "Condition": { "Bool": { "kms:GrantIsForAWSResource": "true" } }
    }
  ]
}
POLICY
KEY=$(aws kms create-key --policy file://policy.json --query KeyMetadata.Arn --output text)
printf 'for your eyes only' > plain.txt

# Bob uses the key.
as Bob aws kms encrypt --key-id "$KEY" --plaintext fileb://plain.txt --query CiphertextBlob --output text | base64 -d > sealed.bin
[ "$(as Bob aws kms decrypt --ciphertext-blob fileb://sealed.bin --query Plaintext --output text | base64 -d)" = 'for your eyes only' ]
as Bob aws kms generate-data-key --key-id "$KEY" --key-spec AES_256 > /dev/null
as Bob aws kms describe-key --key-id "$KEY" > /dev/null

# He does not administer it.
denied="is not authorized to perform: kms"
refused "User: $BOB $denied:DisableKey on resource: $KEY because no identity-based policy allows the kms:DisableKey action" \
  as Bob aws kms disable-key --key-id "$KEY"
refused "$denied:ScheduleKeyDeletion" as Bob aws kms schedule-key-deletion --key-id "$KEY"
refused "$denied:PutKeyPolicy" as Bob aws kms put-key-policy --key-id "$KEY" --policy file://policy.json
refused "$denied:GetKeyPolicy" as Bob aws kms get-key-policy --key-id "$KEY"
refused "$denied:TagResource" as Bob aws kms tag-resource --key-id "$KEY" --tags TagKey=a,TagValue=b
refused "$denied:CreateGrant" as Bob aws kms create-grant --key-id "$KEY" --grantee-principal "$BOB" --operations Decrypt

# Alice administers the key and does not use it.
as Alice aws kms update-key-description --key-id "$KEY" --description "the payroll's key"
as Alice aws kms tag-resource --key-id "$KEY" --tags TagKey=department,TagValue=payroll
as Alice aws kms disable-key --key-id "$KEY"
refused DisabledException as Bob aws kms decrypt --ciphertext-blob fileb://sealed.bin
as Alice aws kms enable-key --key-id "$KEY"
refused AccessDeniedException as Alice aws kms decrypt --ciphertext-blob fileb://sealed.bin
refused "$denied:Encrypt" as Alice aws kms encrypt --key-id "$KEY" --plaintext fileb://plain.txt
refused "$denied:GenerateDataKey" as Alice aws kms generate-data-key --key-id "$KEY" --key-spec AES_256

# The policy was reviewed: it is read back as it was set, and Alice can take Bob's use away.
as Alice aws kms get-key-policy --key-id "$KEY" --policy-name default --query Policy --output text > shown.json
python3 - <<'PYTHON'
import json
assert json.load(open("shown.json")) == json.load(open("policy.json"))
PYTHON
python3 - <<'PYTHON'
import json
policy = json.load(open("policy.json"))
policy["Statement"] = [statement for statement in policy["Statement"] if statement["Sid"] != "Allow use of the key"]
json.dump(policy, open("without-bob.json", "w"))
PYTHON
as Alice aws kms put-key-policy --key-id "$KEY" --policy-name default --policy file://without-bob.json
refused AccessDeniedException as Bob aws kms decrypt --ciphertext-blob fileb://sealed.bin
as Alice aws kms put-key-policy --key-id "$KEY" --policy file://policy.json
as Bob aws kms decrypt --ciphertext-blob fileb://sealed.bin > /dev/null

# Whom the policy does not know needs the account's leave: the first statement hands that to IAM.
refused "$denied:DescribeKey" as Carol aws kms describe-key --key-id "$KEY"
aws iam attach-user-policy --user-name Carol --policy-arn arn:aws:iam::aws:policy/AdministratorAccess
as Carol aws kms describe-key --key-id "$KEY" > /dev/null
aws iam put-user-permissions-boundary --user-name Carol --permissions-boundary arn:aws:iam::aws:policy/ReadOnlyAccess
refused "$denied:DisableKey" as Carol aws kms disable-key --key-id "$KEY"

# A policy that would lock Alice out of changing it again is refused, and the old one stays in force.
cat > lockout.json <<POLICY
{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "$BOB"}, "Action": "kms:Decrypt", "Resource": "*"}}
POLICY
refused MalformedPolicyDocumentException as Alice aws kms put-key-policy --key-id "$KEY" --policy file://lockout.json
as Bob aws kms decrypt --ciphertext-blob fileb://sealed.bin > /dev/null
