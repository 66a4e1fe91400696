#!/usr/bin/env bash
# A job of a CI system gets a role by its OIDC token, as the AWS CLI does it for every command when the environment names
# token file and role. ISSUER's keys are read from JWKS, the file that the server was started with.
set -euo pipefail
source "$(dirname "$0")/people.sh"

ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
token() { python3 "$(dirname "$0")/web_token.py" "$JWKS" "$ISSUER" "$@"; }
token subject=repo:claviger:ref:refs/heads/main > token.jwt

aws iam create-open-id-connect-provider --url "$ISSUER" --client-id-list sts.amazonaws.com > provider.json
cat > trust.json <<POLICY
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": { "Federated": "arn:aws:iam::$ACCOUNT:oidc-provider/${ISSUER#https://}" },
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {
      "StringEquals": { "${ISSUER#https://}:aud": "sts.amazonaws.com" },
      "StringLike": { "${ISSUER#https://}:sub": "repo:claviger:*" }
    }
  }
}
POLICY
ROLE=$(aws iam create-role --role-name Deployer --assume-role-policy-document file://trust.json --query Role.Arn --output text)
aws iam put-role-policy --role-name Deployer --policy-name keys --policy-document \
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt"],"Resource":"*"}}'
KEY=$(aws kms create-key --query KeyMetadata.Arn --output text)
printf secret > plain.txt

# The job has no access key at all.
job() {
  env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY AWS_ROLE_ARN="$ROLE" AWS_ROLE_SESSION_NAME=job-7 \
    AWS_WEB_IDENTITY_TOKEN_FILE="$PWD/$1" "${@:2}"
}
[ "$(job token.jwt aws sts get-caller-identity --query Arn --output text)" = "arn:aws:sts::$ACCOUNT:assumed-role/Deployer/job-7" ]
job token.jwt aws kms encrypt --key-id "$KEY" --plaintext fileb://plain.txt --query CiphertextBlob --output text | base64 -d > sealed.bin
[ "$(job token.jwt aws kms decrypt --ciphertext-blob fileb://sealed.bin --query Plaintext --output text | base64 -d)" = secret ]
refused AccessDenied job token.jwt aws kms describe-key --key-id "$KEY"

# Another subject, another audience, another signer, and a token of yesterday get nothing.
token subject=repo:somebody-else > subject.jwt
refused AccessDenied job subject.jwt aws sts get-caller-identity
token subject=repo:claviger:x audience=somebody-else > audience.jwt
refused InvalidIdentityToken job audience.jwt aws sts get-caller-identity
token subject=repo:claviger:x signer=forged > forged.jwt
refused InvalidIdentityToken job forged.jwt aws sts get-caller-identity
token subject=repo:claviger:x age=90000 > old.jwt
refused ExpiredTokenException job old.jwt aws sts get-caller-identity

# The same by the operation itself, with a session policy that leaves less.
aws sts assume-role-with-web-identity --role-arn "$ROLE" --role-session-name narrow --web-identity-token file://token.jwt \
  --policy '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}}' > session.json
value() { python3 -c "import json; print(json.load(open('session.json'))['Credentials']['$1'])"; }
narrow() {
  env AWS_ACCESS_KEY_ID="$(value AccessKeyId)" AWS_SECRET_ACCESS_KEY="$(value SecretAccessKey)" \
    AWS_SESSION_TOKEN="$(value SessionToken)" "$@"
}
narrow aws kms decrypt --ciphertext-blob fileb://sealed.bin > /dev/null
refused "because no session policy allows the kms:Encrypt action" narrow aws kms encrypt --key-id "$KEY" --plaintext fileb://plain.txt

# A session outlives neither its role's deletion nor a namesake's birth.
aws iam delete-role-policy --role-name Deployer --policy-name keys
aws iam delete-role --role-name Deployer
refused InvalidClientTokenId narrow aws sts get-caller-identity
aws iam create-role --role-name Deployer --assume-role-policy-document file://trust.json > /dev/null
refused InvalidClientTokenId narrow aws sts get-caller-identity
