# What the scripts of this folder share: people with access keys of their own, and refusals.

# A new user of the account that the environment signs for.
person() {
  local keys
  aws iam create-user --user-name "$1" > /dev/null
  keys=$(aws iam create-access-key --user-name "$1" --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text)
  printf '%s\n' "$keys" > "$1.keys"
}

# Runs a command as this person.
as() {
  local id secret
  read -r id secret < "$1.keys"
  shift
  env -u AWS_SESSION_TOKEN AWS_ACCESS_KEY_ID="$id" AWS_SECRET_ACCESS_KEY="$secret" "$@"
}

# The command must fail with an error that holds this text.
refused() {
  local text=$1 said
  shift
  if said=$("$@" 2>&1); then
    echo "was not refused: $*: $said" >&2
    return 1
  fi
  if [[ $said != *"$text"* ]]; then
    echo "another refusal than '$text': $*: $said" >&2
    return 1
  fi
}
