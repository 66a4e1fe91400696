#!/usr/bin/env bash
# "Importing Your Own Key Material into AWS KMS (BYOK)" as it is written. Every step that is wrong must be refused in AWS's words
# and leave the key as it was. After a refusal, one error is repaired, so that the next one shows.
set -euo pipefail

# The command's refusal, and nothing but a refusal, with this text in it.
refused() {
  local expected=$1 said
  shift
  if said=$("$@" 2>&1); then
    echo "was not refused: $*" >&2
    exit 1
  fi
  if [[ $said != *"$expected"* ]]; then
    printf 'expected: %s\nsaid: %s\n' "$expected" "$said" >&2
    exit 1
  fi
  still_pending
}

still_pending() {
  local state
  state=$(aws kms describe-key --key-id "$KEY_ID" --query 'KeyMetadata.[KeyState,Enabled]' --output text)
  if [[ $state != $'PendingImport\tFalse' ]]; then
    echo "the key is $state" >&2
    exit 1
  fi
}

# Phase one, as written.
KEY_ID=$(aws kms create-key \
  --origin EXTERNAL \
  --description "My organization's imported key material" \
  --region us-east-1 \
  --query KeyMetadata.Arn --output text)

aws kms get-parameters-for-import \
  --key-id "$KEY_ID" \
  --wrapping-algorithm RSAES_OAEP_SHA_256 \
  --wrapping-key-spec RSA_2048 > parameters.json
field() { python3 -c "import json, sys; print(json.load(open('parameters.json'))['$1'])"; }
# The text saves the answer to a file named .pem, without a conversion.
field PublicKey | openssl enc -d -base64 -A -out wrapping_key_public.pem
field ImportToken | openssl enc -d -base64 -A -out import_token.bin

# Phase two, as written.
echo "your_key_material_in_binary" > key_material.bin

wrap() {
  openssl rsautl -encrypt \
    -inkey wrapping_key_public.pem \
    -pubin \
    -in key_material.bin \
    -out encrypted_key_material.bin \
    -oaep
}
# OpenSSL 1.1 reads no DER here, OpenSSL 3 does: where it fails, the file is made what its name says.
if ! wrap 2> /dev/null; then
  still_pending
  openssl pkey -pubin -inform DER -in wrapping_key_public.pem -out converted.pem
  mv converted.pem wrapping_key_public.pem
  wrap
fi

# Phase three, as written: no expiration model means KEY_MATERIAL_EXPIRES, which wants a date.
refused 'An error occurred (ValidationException) when calling the ImportKeyMaterial operation: A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES' \
  aws kms import-key-material \
  --key-id "$KEY_ID" \
  --import-token fileb://import_token.bin \
  --encrypted-key-material fileb://encrypted_key_material.bin

import() {
  aws kms import-key-material \
    --key-id "$KEY_ID" \
    --import-token fileb://import_token.bin \
    --encrypted-key-material fileb://encrypted_key_material.bin \
    --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE
}

# With an expiration model: the wrap was made with SHA-1 for a token that says SHA-256.
refused 'An error occurred (InvalidCiphertextException) when calling the ImportKeyMaterial operation' import

# With the right hash: a line of 28 characters is no 256-bit key.
openssl pkeyutl -encrypt -in key_material.bin -out encrypted_key_material.bin \
  -inkey wrapping_key_public.pem -pubin \
  -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256
refused 'An error occurred (IncorrectKeyMaterialException) when calling the ImportKeyMaterial operation' import

# With 32 random bytes nothing is left to refuse.
openssl rand -out key_material.bin 32
openssl pkeyutl -encrypt -in key_material.bin -out encrypted_key_material.bin \
  -inkey wrapping_key_public.pem -pubin \
  -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256
import > imported.json
aws kms describe-key --key-id "$KEY_ID" --query KeyMetadata.KeyState --output text
