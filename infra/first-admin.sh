#!/usr/bin/env bash
# Lays out the link by which the first admin of a deployment comes in, and prints it with an API key, which is good from the moment
# that the link was used. The link is good for a week and for one account; running this again replaces one that was not used,
# and its key. Needs the AWS CLI, OpenSSL, and the right to put into the table.
#
#   infra/first-admin.sh TABLE PUBLIC_URL [REGION]     (`sam list stack-outputs` shows the line under FirstAdmin)
set -euo pipefail
table=$1
url=$2
region=${3:+--region $3}

base64url() { base64 | tr -d '\n=' | tr '/+' '_-'; }

# The table gets hashes only: who reads it cannot open the link and has no key.
secret() { openssl rand 24 | base64url; }
hash() { printf %s "$1" | tr '_-' '/+' | openssl base64 -d -A | openssl dgst -sha256 -binary | base64url; }
# Five random bits a character, as Parlor makes its ids.
id() {
  local alphabet=0123456789abcdefghjkmnpqrstvwxyz byte
  for byte in $(openssl rand "$1" | od -An -v -tu1); do printf %s "${alphabet:byte % 32:1}"; done
}

link=$(secret)
key=$(secret)
team=$(id 6)
agent=$(id 16)
key_id=$(id 16)
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
# A week from now, on Linux and on macOS.
until=$(date -u -d '+7 days' +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -v+7d +%Y-%m-%dT%H:%M:%SZ)

# shellcheck disable=SC2086 # the option and its value are two words
aws dynamodb put-item $region --table-name "$table" --item "{
  \"pk\": {\"S\": \"SETUP\"}, \"sk\": {\"S\": \"SETUP\"},
  \"doc\": {\"M\": {\"secret\": {\"S\": \"$(hash "$link")\"}, \"expires_at\": {\"S\": \"$until\"}, \"key\": {\"M\": {
    \"id\": {\"S\": \"$key_id\"}, \"name\": {\"S\": \"first key\"}, \"team\": {\"S\": \"$team\"},
    \"agent\": {\"S\": \"$agent\"}, \"secret\": {\"S\": \"$(hash "$key")\"}, \"created_at\": {\"S\": \"$now\"}}}}}}"
echo "link     $url/setup/$link"
echo "API key  parlor_${team}_${agent}_${key_id}_$key"
