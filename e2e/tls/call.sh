#!/usr/bin/env bash
# The call of the AWS CLI in $CALL, with what else the test set in the environment.
set -euo pipefail
read -ra call <<<"$CALL"
aws "${call[@]}"
