#!/usr/bin/env bash
# A chain of grants: the owner grants to Alice, Alice hands a part on to Bob, and the retiring party ends it.
set -euo pipefail
source "$(dirname "$0")/people.sh"

for name in Alice Bob Rita; do person "$name"; done
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
user() { echo "arn:aws:iam::$ACCOUNT:user/$1"; }
KEY=$(aws kms create-key --query KeyMetadata.Arn --output text)
printf secret > plain.txt
aws kms encrypt --key-id "$KEY" --plaintext fileb://plain.txt --encryption-context department=hr,job=7 \
  --query CiphertextBlob --output text | base64 -d > sealed.bin
decrypt() { aws kms decrypt --ciphertext-blob fileb://sealed.bin --encryption-context department=hr,job=7; }
export -f decrypt

refused AccessDeniedException as Bob bash -c decrypt
FIRST=$(aws kms create-grant --key-id "$KEY" --grantee-principal "$(user Alice)" --retiring-principal "$(user Rita)" \
  --operations Decrypt Encrypt CreateGrant RetireGrant --constraints EncryptionContextSubset={department=hr} --name first \
  --query GrantId --output text)
as Alice bash -c decrypt > /dev/null
refused AccessDeniedException as Alice aws kms decrypt --ciphertext-blob fileb://sealed.bin

# A child may be stricter, never looser.
child() {
  as Alice aws kms create-grant --key-id "$KEY" --grantee-principal "$(user Bob)" --retiring-principal "$(user Rita)" \
    --query GrantToken --output text "$@"
}
refused AccessDeniedException child --operations Decrypt GenerateDataKey --constraints EncryptionContextSubset={department=hr}
refused AccessDeniedException child --operations Decrypt
refused AccessDeniedException child --operations Decrypt --constraints EncryptionContextSubset={department=it}
TOKEN=$(child --operations Decrypt --constraints EncryptionContextEquals='{department=hr,job=7}')
as Bob bash -c decrypt > /dev/null
as Bob aws kms decrypt --ciphertext-blob fileb://sealed.bin --encryption-context department=hr,job=7 --grant-tokens "$TOKEN" > /dev/null
refused AccessDeniedException as Bob aws kms encrypt --key-id "$KEY" --plaintext fileb://plain.txt \
  --encryption-context department=hr,job=7

# Both are listed, for the key's owner and for who may retire them.
[ "$(aws kms list-grants --key-id "$KEY" --query 'length(Grants)' --output text)" = 2 ]
aws iam put-user-policy --user-name Rita --policy-name look --policy-document \
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:ListRetirableGrants","Resource":"*"}}'
[ "$(as Rita aws kms list-retirable-grants --retiring-principal "$(user Rita)" --query 'length(Grants)' --output text)" = 2 ]
[ "$(aws kms list-grants --key-id "$KEY" --grant-id "$FIRST" --query 'Grants[0].[Name,GranteePrincipal]' --output text)" \
  = "$(printf 'first\t%s' "$(user Alice)")" ]

# The same name and the same words give the same grant.
again() {
  aws kms create-grant --key-id "$KEY" --grantee-principal "$(user Alice)" --retiring-principal "$(user Rita)" \
    --operations Decrypt Encrypt CreateGrant RetireGrant --constraints EncryptionContextSubset={department=hr} --name first \
    --query GrantId --output text
}
[ "$(again)" = "$FIRST" ]

# Bob may not end his own; a dry run ends nothing; Rita ends it by its token, then the first by its id.
refused AccessDeniedException as Bob aws kms retire-grant --grant-token "$TOKEN"
refused DryRunOperationException as Rita aws kms retire-grant --grant-token "$TOKEN" --dry-run
as Rita aws kms retire-grant --grant-token "$TOKEN"
refused AccessDeniedException as Bob bash -c decrypt
as Alice bash -c decrypt > /dev/null
as Rita aws kms retire-grant --key-id "$KEY" --grant-id "$FIRST"
refused AccessDeniedException as Alice bash -c decrypt
[ "$(aws kms list-grants --key-id "$KEY" --query 'length(Grants)' --output text)" = 0 ]
refused AccessDeniedException as Bob aws kms decrypt --ciphertext-blob fileb://sealed.bin \
  --encryption-context department=hr,job=7 --grant-tokens "$TOKEN"

# What is not wanted any more its owner revokes.
THIRD=$(aws kms create-grant --key-id "$KEY" --grantee-principal "$(user Bob)" --operations Decrypt --query GrantId --output text)
as Bob bash -c decrypt > /dev/null
aws kms revoke-grant --key-id "$KEY" --grant-id "$THIRD"
refused AccessDeniedException as Bob bash -c decrypt
