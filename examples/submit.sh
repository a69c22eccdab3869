#!/bin/sh
# Submits one task, safely: the same Idempotency-Key with each try, so that a try whose answer was
# lost makes no second task.
#
#   submit.sh TITLE [LANE] [KEY]
#
# ORDO_URL names the server; KEY is made here unless given. Prints the task. Exit code 0: accepted;
# 1: refused or not to be reached; 2: wrong usage. Needs curl.
set -eu

if [ $# -lt 1 ] || [ $# -gt 3 ]; then
  echo "usage: submit.sh TITLE [LANE] [KEY]" >&2
  exit 2
fi
url=${ORDO_URL:-http://127.0.0.1:8080}
title=$1
lane=${2:-main}
key=${3:-$(cat /proc/sys/kernel/random/uuid)}

# Text as a JSON string, for text without control characters.
json() {
  printf '"%s"' "$(printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g')"
}

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
body="{\"title\":$(json "$title"),\"lane\":$(json "$lane")}"

pause=1
for try in 1 2 3 4 5 6; do
  status=$(curl -s -o "$answer" -w '%{http_code}' --max-time 20 \
    -H 'Content-Type: application/json' -H "Idempotency-Key: $key" \
    --data-raw "$body" "$url/tasks") || true
  case $status in
    200 | 201) # 200: an earlier try had been accepted
      cat "$answer"
      echo
      exit 0
      ;;
    000 | 408 | 429 | 5??)
      echo "try $try: status $status, again in $pause s" >&2
      sleep "$pause"
      pause=$((pause * 2))
      ;;
    *)
      echo "refused with $status: $(cat "$answer")" >&2
      exit 1
      ;;
  esac
done
echo "not accepted after $try tries; try again later with the key $key" >&2
exit 1
