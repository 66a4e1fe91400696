#!/usr/bin/env bash
# "Importing Your Own Key Material into AWS KMS (BYOK)" with its errors repaired. Each repair is marked.
set -euo pipefail

# Phase one: create an importable key and obtain the wrapping key.
KEY_ID=$(aws kms create-key \
  --origin EXTERNAL \
  --description "My organization's imported key material" \
  --region us-east-1 \
  --query KeyMetadata.Arn --output text)

# Repaired: `openssl rsautl -oaep` means SHA-1, so the wrapping algorithm is RSAES_OAEP_SHA_1, not _SHA_256.
aws kms get-parameters-for-import \
  --key-id "$KEY_ID" \
  --wrapping-algorithm RSAES_OAEP_SHA_1 \
  --wrapping-key-spec RSA_2048 > parameters.json

# Repaired: the public key comes as DER in base64; the next phase reads PEM.
field() { python3 -c "import json, sys; print(json.load(open('parameters.json'))['$1'])"; }
field PublicKey | openssl enc -d -base64 -A | openssl pkey -pubin -inform DER -out wrapping_key_public.pem
field ImportToken | openssl enc -d -base64 -A -out import_token.bin

# Phase two: generate and protect the key material.
# Repaired: 32 random bytes, not a line of text.
openssl rand -out key_material.bin 32

openssl rsautl -encrypt \
  -inkey wrapping_key_public.pem \
  -pubin \
  -in key_material.bin \
  -out encrypted_key_material.bin \
  -oaep

# Phase three: import the material.
# Repaired: without an expiration model, KEY_MATERIAL_EXPIRES is meant, which wants a date.
aws kms import-key-material \
  --key-id "$KEY_ID" \
  --import-token fileb://import_token.bin \
  --encrypted-key-material fileb://encrypted_key_material.bin \
  --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE > imported.json

echo "$KEY_ID"
