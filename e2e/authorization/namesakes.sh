#!/usr/bin/env bash
# Mallory is deleted, and somebody new is called Mallory: key policy, grant and role know the difference.
set -euo pipefail
source "$(dirname "$0")/people.sh"

person Mallory
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
MALLORY=arn:aws:iam::$ACCOUNT:user/Mallory
ID=$(aws iam get-user --user-name Mallory --query User.UserId --output text)
statement() { echo '{"Version":"2012-10-17","Statement":['"$1"']}'; }
ROOT='{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::'"$ACCOUNT"':root"},"Action":"kms:*","Resource":"*"}'
NAMED='{"Effect":"Allow","Principal":{"AWS":"'"$MALLORY"'"},"Action":"kms:Encrypt","Resource":"*"}'
NAMED_BY_POLICY=$(aws kms create-key --policy "$(statement "$ROOT,$NAMED")" --query KeyMetadata.Arn --output text)
GRANTED=$(aws kms create-key --query KeyMetadata.Arn --output text)
aws kms create-grant --key-id "$GRANTED" --grantee-principal "$MALLORY" --operations Encrypt > /dev/null
TRUST='{"Effect":"Allow","Principal":{"AWS":"'"$MALLORY"'"},"Action":"sts:AssumeRole"}'
ROLE=$(aws iam create-role --role-name Worker --assume-role-policy-document "$(statement "$TRUST")" --query Role.Arn --output text)
SPELLED=$(statement '{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}')
aws iam put-user-policy --user-name Mallory --policy-name assume --policy-document "$SPELLED"
printf secret > plain.txt

tries() {
  "$@" aws kms encrypt --key-id "$NAMED_BY_POLICY" --plaintext fileb://plain.txt
  "$@" aws kms encrypt --key-id "$GRANTED" --plaintext fileb://plain.txt
  "$@" aws sts assume-role --role-arn "$ROLE" --role-session-name job
}
tries as Mallory > /dev/null
mv Mallory.keys Former.keys

aws iam delete-user-policy --user-name Mallory --policy-name assume
aws iam delete-access-key --user-name Mallory --access-key-id "$(cut -f1 Former.keys)"
aws iam delete-user --user-name Mallory
refused UnrecognizedClientException as Former aws kms encrypt --key-id "$GRANTED" --plaintext fileb://plain.txt

# After the deletion the id is what is shown.
aws kms get-key-policy --key-id "$NAMED_BY_POLICY" --query Policy --output text | grep -q "$ID"
[ "$(aws kms list-grants --key-id "$GRANTED" --query 'Grants[0].GranteePrincipal' --output text)" = "$ID" ]
aws iam get-role --role-name Worker --query Role.AssumeRolePolicyDocument | grep -q "$ID"

# The namesake gets nothing of it.
person Mallory
aws iam put-user-policy --user-name Mallory --policy-name assume --policy-document "$SPELLED"
refused AccessDeniedException as Mallory aws kms encrypt --key-id "$NAMED_BY_POLICY" --plaintext fileb://plain.txt
refused AccessDeniedException as Mallory aws kms encrypt --key-id "$GRANTED" --plaintext fileb://plain.txt
refused AccessDenied as Mallory aws sts assume-role --role-arn "$ROLE" --role-session-name job
aws kms get-key-policy --key-id "$NAMED_BY_POLICY" --query Policy --output text | grep -q "$ID"
