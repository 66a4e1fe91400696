#!/usr/bin/env bash
# "You can allow other AWS accounts to use this CMK … administrators of the external accounts must create IAM policies."
# The account of the environment owns the key; OTHER_ACCESS_KEY_ID and OTHER_SECRET_ACCESS_KEY are the other's root.
set -euo pipefail
source "$(dirname "$0")/people.sh"

other() { env AWS_ACCESS_KEY_ID="$OTHER_ACCESS_KEY_ID" AWS_SECRET_ACCESS_KEY="$OTHER_SECRET_ACCESS_KEY" "$@"; }
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
OTHER=$(other aws sts get-caller-identity --query Account --output text)

# A user of the other account: `person` signs for whom the environment names.
(
  export AWS_ACCESS_KEY_ID=$OTHER_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$OTHER_SECRET_ACCESS_KEY
  person Dora
)

KEY=$(aws kms create-key --query KeyMetadata.Arn --output text)
aws kms create-alias --alias-name alias/shared --target-key-id "$KEY"
ALIAS=arn:aws:kms:$AWS_DEFAULT_REGION:$ACCOUNT:alias/shared
printf secret > plain.txt

# One side alone is not enough: first neither, then Dora's account only.
refused AccessDeniedException as Dora aws kms encrypt --key-id "$KEY" --plaintext fileb://plain.txt
cat > use.json <<POLICY
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    "Resource": "$KEY"
  }
}
POLICY
other aws iam put-user-policy --user-name Dora --policy-name use-the-shared-key --policy-document file://use.json
refused AccessDeniedException as Dora aws kms encrypt --key-id "$KEY" --plaintext fileb://plain.txt

# Both sides: the key's owner names the other account.
cat > policy.json <<POLICY
{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::$ACCOUNT:root" }, "Action": "kms:*", "Resource": "*" },
    {
      "Sid": "Allow an external account to use this key",
      "Effect": "Allow",
      "Principal": { "AWS": ["arn:aws:iam::$OTHER:root"] },
      "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey", "kms:ListAliases"],
      "Resource": "*"
    }
  ]
}
POLICY
aws kms put-key-policy --key-id "$KEY" --policy-name default --policy file://policy.json
for name in "$KEY" "$ALIAS"; do
  as Dora aws kms encrypt --key-id "$name" --plaintext fileb://plain.txt --query CiphertextBlob --output text | base64 -d > sealed.bin
  [ "$(as Dora aws kms decrypt --ciphertext-blob fileb://sealed.bin --query Plaintext --output text | base64 -d)" = secret ]
done
[ "$(as Dora aws kms describe-key --key-id "$KEY" --query KeyMetadata.AWSAccountId --output text)" = "$ACCOUNT" ]

# Names without an account are looked up in Dora's own, where they are not.
refused NotFoundException as Dora aws kms encrypt --key-id "${KEY##*/}" --plaintext fileb://plain.txt
refused NotFoundException as Dora aws kms encrypt --key-id alias/shared --plaintext fileb://plain.txt

# What AWS keeps to the owning account stays there, whatever policies say.
other aws iam attach-user-policy --user-name Dora --policy-arn arn:aws:iam::aws:policy/AdministratorAccess
for operation in disable-key enable-key schedule-key-deletion list-key-policies list-resource-tags get-key-policy; do
  refused AccessDeniedException as Dora aws kms "$operation" --key-id "$KEY"
done

# The owner's account again alone: what was encrypted stays shut, and the text does not tell whether the key is there.
aws kms put-key-policy --key-id "$KEY" --policy-name default --policy \
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::'"$ACCOUNT"':root"},"Action":"kms:*","Resource":"*"}}'
refused "does not exist, does not exist in this region, or you are not allowed to access" \
  as Dora aws kms decrypt --ciphertext-blob fileb://sealed.bin
ABSENT=${KEY%/*}/01234567-89ab-cdef-0123-456789abcdef
said() { as Dora aws kms describe-key --key-id "$1" 2>&1 | sed "s|$1|KEY|g" || true; }
[ "$(said "$KEY")" = "$(said "$ABSENT")" ]
[ "$(aws kms decrypt --ciphertext-blob fileb://sealed.bin --query Plaintext --output text | base64 -d)" = secret ]
