#!/usr/bin/env bash
# A call of the AWS CLI with what the test set in the environment.
set -euo pipefail
aws kms list-aliases
