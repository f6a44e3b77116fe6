#!/usr/bin/env bash
# Changes one of a deployment's two secrets, step by step; docs/operations.md says when. Needs the AWS CLI, and the right to read
# and write the secret and to look at the stack.
#
#   infra/change-key.sh STACK MasterKey|OriginSecret accept|use|forget|replace [REGION]
#
#   accept    a new key is good beside the one that is used
#   use       the new one is used, and the one before stays good
#   forget    the last of those that stayed good is good no longer
#   replace   a new key at once, and nothing else is good: for a key that leaked
#
# A secret is a list with commas: the first key is used, all are good. It lives in Secrets Manager and nowhere else, so no
# deployment brings back a key that was replaced, and none loses one that is still needed.
set -euo pipefail
stack=$1
secret=$2
step=$3
region=${4:+--region $4}

# shellcheck disable=SC2086 # the option and its value are two words
ask() { aws "$@" $region --output text; }

id=$(ask cloudformation describe-stack-resource --stack-name "$stack" --logical-resource-id "$secret" \
  --query StackResourceDetail.PhysicalResourceId)
list=$(ask secretsmanager get-secret-value --secret-id "$id" --query SecretString)
read_by=$(ask cloudformation describe-stacks --stack-name "$stack" \
  --query "Stacks[0].Parameters[?ParameterKey=='Read$secret'].ParameterValue")

fresh() { ask secretsmanager get-random-password --password-length 43 --exclude-punctuation --query RandomPassword; }
case $step in
  accept) list="$list,$(fresh)" ;;
  use | forget)
    [[ $list == *,* ]] || { echo "There is one key only: \`accept\` comes first." >&2; exit 1; }
    last=${list##*,}
    list=${list%,*}
    if [[ $step == use ]]; then list="$last,$list"; fi
    ;;
  replace) list=$(fresh) ;;
  *)
    echo "There is no step \`$step\`: accept, use, forget or replace." >&2
    exit 1
    ;;
esac

# All labels move to the new version, so that whatever the deployment reads by, it reads this one.
printf %s "$list" | ask secretsmanager put-secret-value --secret-id "$id" --secret-string file:///dev/stdin \
  --version-stages AWSCURRENT BLUE GREEN --query VersionId > /dev/null
if [[ $read_by == BLUE ]]; then read_by=GREEN; else read_by=BLUE; fi
echo "sam deploy --stack-name $stack --parameter-overrides Read$secret=$read_by"
