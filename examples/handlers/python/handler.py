"""A handler in Python: an ordinary AWS Lambda function for an SQS queue.

Needs: pip install awslambdaric

    [queues.greetings]
    function = "greet"

    [functions.greet]
    command = ["python3", "-m", "awslambdaric", "handler.handler"]
"""
import json


def handler(event, context):
    # A record a task; its body is the task as JSON text.
    task = json.loads(event["Records"][0]["body"])
    print("greeting for task", task["task_id"], flush=True)
    if "name" not in task["payload"]:
        raise ValueError("payload.name is missing")
    return {"greeting": "Hello, " + task["payload"]["name"]}
