#!/usr/bin/env bash
# Lays out the link by which the first admin of a deployment comes in, and prints it. Good for a week and one account;
# running it again replaces a link that was not used. Needs the AWS CLI, OpenSSL, and the right to put into the table.
#
#   infra/first-admin.sh TABLE PUBLIC_URL [REGION]     (`sam list stack-outputs` shows the line under FirstAdmin)
set -euo pipefail
table=$1
url=$2
region=${3:+--region $3}

base64url() { base64 | tr -d '\n=' | tr '/+' '_-'; }

# The table gets the hash only: who reads it cannot open the link.
secret=$(openssl rand 24 | base64url)
hash=$(printf %s "$secret" | tr '_-' '/+' | openssl base64 -d -A | openssl dgst -sha256 -binary | base64url)
# A week from now, on Linux and on macOS.
until=$(date -u -d '+7 days' +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -v+7d +%Y-%m-%dT%H:%M:%SZ)

# shellcheck disable=SC2086 # the option and its value are two words
aws dynamodb put-item $region --table-name "$table" --item "{
  \"pk\": {\"S\": \"SETUP\"}, \"sk\": {\"S\": \"SETUP\"},
  \"doc\": {\"M\": {\"secret\": {\"S\": \"$hash\"}, \"expires_at\": {\"S\": \"$until\"}}}}"
echo "$url/setup/$secret"
