#!/usr/bin/env bash
# One key in three Regions: replicated, used in each, promoted, and taken down again.
set -euo pipefail
source "$(dirname "$0")/../authorization/people.sh"

HOME_REGION=$AWS_DEFAULT_REGION
kms() { aws kms --region "$@"; }
equal() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'" >&2; return 1; }; }
# What DescribeKey says of a key in a Region.
shown() { kms "$1" describe-key --key-id "$2" --query "KeyMetadata.$3" --output text; }
open_in() { kms "$1" decrypt --ciphertext-blob fileb://sealed.bin --query Plaintext --output text | base64 -d; }

KEY=$(aws kms create-key --multi-region --query KeyMetadata.KeyId --output text)
[[ $KEY == mrk-* ]]
aws kms create-alias --alias-name alias/everywhere --target-key-id "$KEY"
printf 'sealed at home' > plain.txt
aws kms encrypt --key-id alias/everywhere --plaintext fileb://plain.txt --query CiphertextBlob --output text \
  | base64 -d > sealed.bin

# A Region without the key opens nothing; with a replica it does, by its own ARN. Aliases stay at home.
refused AccessDeniedException open_in eu-west-1
for region in eu-west-1 ap-southeast-2; do
  equal "$(aws kms replicate-key --key-id "$KEY" --replica-region "$region" --query ReplicaKeyMetadata.KeyState --output text)" Creating
  equal "$(shown "$region" "$KEY" '[KeyState,MultiRegionConfiguration.MultiRegionKeyType]')" "$(printf 'Enabled\tREPLICA')"
  equal "$(open_in "$region")" 'sealed at home'
done
equal "$(kms eu-west-1 decrypt --ciphertext-blob fileb://sealed.bin --query KeyId --output text)" "$(shown eu-west-1 "$KEY" Arn)"
refused NotFoundException kms eu-west-1 describe-key --key-id alias/everywhere
refused AlreadyExistsException aws kms replicate-key --key-id "$KEY" --replica-region eu-west-1

# What a replica seals opens at home, and a rotation at home is one everywhere.
kms eu-west-1 generate-data-key --key-id "$KEY" --key-spec AES_256 --query '[Plaintext,CiphertextBlob]' --output text > data-key
read -r DATA_KEY SEALED_DATA_KEY < data-key
base64 -d <<< "$SEALED_DATA_KEY" > data-key.bin
equal "$(aws kms decrypt --ciphertext-blob fileb://data-key.bin --query Plaintext --output text)" "$DATA_KEY"
aws kms rotate-key-on-demand --key-id "$KEY" > /dev/null
equal "$(shown eu-west-1 "$KEY" CurrentKeyMaterialId)" "$(shown "$HOME_REGION" "$KEY" CurrentKeyMaterialId)"
equal "$(open_in ap-southeast-2)" 'sealed at home'

# Each Region's key is enabled and disabled by itself.
kms eu-west-1 disable-key --key-id "$KEY"
refused DisabledException open_in eu-west-1
equal "$(open_in "$HOME_REGION")" 'sealed at home'
kms eu-west-1 enable-key --key-id "$KEY"

# The replica becomes the primary key; only the primary replicates, rotates and moves on.
aws kms update-primary-region --key-id "$KEY" --primary-region eu-west-1
equal "$(shown eu-west-1 "$KEY" MultiRegionConfiguration.MultiRegionKeyType)" PRIMARY
equal "$(shown "$HOME_REGION" "$KEY" MultiRegionConfiguration.PrimaryKey.Region)" eu-west-1
refused 'is not a multi-region primary key.' aws kms replicate-key --key-id "$KEY" --replica-region sa-east-1
refused UnsupportedOperationException aws kms rotate-key-on-demand --key-id "$KEY"
kms eu-west-1 replicate-key --key-id "$KEY" --replica-region sa-east-1 > /dev/null
equal "$(open_in sa-east-1)" 'sealed at home'
equal "$(shown eu-west-1 "$KEY" 'length(MultiRegionConfiguration.ReplicaKeys)')" 3

# A primary key waits for its replicas.
equal "$(kms eu-west-1 schedule-key-deletion --key-id "$KEY" --pending-window-in-days 7 --query KeyState --output text)" \
  PendingReplicaDeletion
refused KMSInvalidStateException open_in eu-west-1
equal "$(open_in "$HOME_REGION")" 'sealed at home'
kms eu-west-1 cancel-key-deletion --key-id "$KEY" > /dev/null
equal "$(shown eu-west-1 "$KEY" KeyState)" Disabled
