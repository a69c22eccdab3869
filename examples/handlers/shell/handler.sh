#!/bin/sh
# A handler for the shell: curl and the Lambda Runtime API, nothing else.
#
#   [queues.greetings]
#   function = "greet"
#
#   [functions.greet]
#   command = ["./handler.sh"]
set -u
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
head=$(mktemp)
trap 'rm -f "$head"; exit' EXIT TERM

# Waits for work, as long as it takes; an error means that the server is gone.
while event=$(curl --silent --fail --dump-header "$head" "$api/next"); do
  id=$(sed -n 's/^lambda-runtime-aws-request-id: *\([^[:space:]]*\).*/\1/Ip' "$head")
  # A record a task; its body is the task as JSON text, which is why its quotes are escaped.
  # With jq: task=$(printf '%s' "$event" | jq -r '.Records[0].body')
  task=$(printf '%s' "$event" | sed -n 's/.*"messageId":"\([^"]*\)".*/\1/p')
  name=$(printf '%s' "$event" | sed -n 's/.*\\"payload\\":{\\"name\\":\\"\([^"\\]*\)\\".*/\1/p')
  echo "greeting for task $task"
  if [ -n "$name" ]; then
    answer="{\"greeting\": \"Hello, $name\"}" verdict=response
  else
    answer='{"errorType": "MissingName", "errorMessage": "payload.name is missing"}' verdict=error
  fi
  curl --silent --output /dev/null --data "$answer" "$api/$id/$verdict"
done
