#!/usr/bin/env bash
# The AWS Support article of 2018-05-31, "How can I import my key material in AWS KMS?", steps 3 to 8 word for word, save the
# Region, the key id, and its typing error in step 8 (`–region` for `--region`).
# Wants: KEY_ID, a key of origin EXTERNAL, and REGION.
set -euo pipefail

# 3. Run this command to generate a 256-bit symmetric key:
openssl rand -out PlaintextKeyMaterial.bin 32

# 4. Run these commands to get the parameters for the import:
export KEY=`aws kms --region $REGION get-parameters-for-import --key-id $KEY_ID --wrapping-algorithm RSAES_OAEP_SHA_256 --wrapping-key-spec RSA_2048 --query '{Key:PublicKey,Token:ImportToken}' --output text`

# 5. Place the public key and import token into separate Base64-encoded files:
echo $KEY | awk '{print $1}' > PublicKey.b64
echo $KEY | awk '{print $2}' > ImportToken.b64

# 6. Convert the base64-encoded file into binary files for import:
openssl enc -d -base64 -A -in PublicKey.b64 -out PublicKey.bin
openssl enc -d -base64 -A -in ImportToken.b64 -out ImportToken.bin

# 7. Encrypt the key material with the public key that was converted to a binary file:
openssl pkeyutl -in PlaintextKeyMaterial.bin -out EncryptedKeyMaterial.bin -inkey PublicKey.bin -keyform DER -pubin -encrypt -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256

# 8. Import the encrypted key material in AWS KMS:
aws kms --region $REGION import-key-material --key-id $KEY_ID --encrypted-key-material fileb://EncryptedKeyMaterial.bin --import-token fileb://ImportToken.bin --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE
