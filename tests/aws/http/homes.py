"""The homes that the table is held against: `ordo serve`, and the function `api` behind either
form of API Gateway, on an AWS that others wrote."""

import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import queue
import re
import secrets
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time

import boto3
import gateway
import steps

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import runtime_api  # noqa: E402  # the folder above is no package

PATIENCE_S = 30
REGION = "eu-central-1"
BUCKET = "order-results"  # as ordo calls it
QUEUES = ("tasks", "mail", "doomed")
# What the built-in function says when it fails.
FAILURE = "SimulatedFailure: the built-in function failed at random"
# Children go when the test goes, however it does.
GUARD = ("setpriv", "--pdeathsig", "KILL")

CONFIGURATION = """
[server]
listen = "127.0.0.1:0"
cors_origins = ["{origin}"]
[log]
level = "error"
{queues}
[pipelines.store]
definition = "store.asl.json"
"""
# Nothing runs by itself.
QUEUE_CONFIGURATION = """
[queues.{name}]
function = "pull"
max_attempts = 1
"""
STORE_PIPELINE = {
    "StartAt": "Store",
    "States": {
        "Store": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:putObject",
            "Parameters": {
                "Bucket": BUCKET,
                "Key.$": "$.key",
                "Body.$": "$.json",
                "ContentType.$": "$.content_type",
            },
            "End": True,
        }
    },
}


@dataclasses.dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: tuple
    body: bytes | None
    chunked: bool = False


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple
    body: bytes

    def values(self, name):
        return [value for field, value in self.headers if field.lower() == name.lower()]


def clean_environment():
    """Without what would set the programs to something else."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ORDO_", "AWS_"))
    }


class Failed(Exception):
    """A home did not do what it is there for."""


def wait_until(what, holds):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = holds()
        if found:
            return found
        time.sleep(0.01)
    raise Failed(f"{what}: not within {PATIENCE_S} s")


def line_of(process, pattern):
    """The first group of the first line of a program's output that has `pattern`."""
    deadline = time.monotonic() + PATIENCE_S
    seen = b""
    while time.monotonic() < deadline:
        ready, _, _ = select.select([process.stdout], [], [], 0.5)
        if not ready:
            continue
        more = os.read(process.stdout.fileno(), 65536)
        seen += more
        found = re.search(pattern, seen.decode(errors="replace"))
        if found:
            return found[1]
        if not more:
            break
    raise Failed(f"no {pattern!r} in: {seen.decode(errors='replace')}")


def end(process):
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


def ask_over_socket(port, request):
    """Sends the request as it is, whatever is wrong with it."""
    head = [f"{request.method} {request.target} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in request.headers]
    body = request.body or b""
    if request.chunked:
        head.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    elif request.body is not None:
        head.append(f"Content-Length: {len(body)}")
    text = "\r\n".join([*head, "Connection: close", "", ""]).encode()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
        # Who refuses a body may hang up before all of it is sent.
        with contextlib.suppress(ConnectionError):
            connection.sendall(text + body)
        response = http.client.HTTPResponse(connection, method=request.method)
        response.begin()
        return Answer(response.status, tuple(response.getheaders()), response.read())


class Serve:
    """`ordo serve` with queues that are pulled."""

    def __init__(self, program, cleanup):
        folder = cleanup.enter_context(tempfile.TemporaryDirectory(prefix="ordo-http-"))
        queues = "".join(QUEUE_CONFIGURATION.format(name=name) for name in QUEUES)
        configuration = pathlib.Path(folder, "ordo.toml")
        configuration.write_text(
            CONFIGURATION.format(origin=steps.ALLOWED_ORIGIN, queues=queues), encoding="utf-8"
        )
        pipeline = pathlib.Path(folder, "store.asl.json")
        pipeline.write_text(json.dumps(STORE_PIPELINE), encoding="utf-8")
        arguments = ["serve", "--data", f"{folder}/data", "--config", str(configuration)]
        process = subprocess.Popen(
            [*GUARD, program, *arguments], cwd=folder, env=clean_environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        cleanup.callback(end, process)
        self.port = int(line_of(process, r" ready on http://127\.0\.0\.1:(\d+)"))

    def ask(self, request):
        return ask_over_socket(self.port, request)

    def call(self, method, target, body=None):
        headers = (("Host", steps.HOST), ("Content-Type", "application/json"))
        answer = self.ask(Request(method, target, headers, steps.bytes_of(body)))
        if answer.status not in (200, 201):
            raise Failed(f"{method} {target}: {answer.status} {answer.body.decode()}")
        return json.loads(answer.body)

    def claim(self, name, task_id):
        claimed = self.call("POST", f"/queues/{name}/claim", {"max": 1})["tasks"]
        if [task["task_id"] for task in claimed] != [task_id]:
            raise Failed(f"{task_id} was to be claimed of {name}, but: {claimed}")
        return claimed[0]

    def die(self, task_id):
        lease = self.claim("doomed", task_id)["lease"]
        self.call("POST", f"/tasks/{task_id}/fail", {"lease": lease, "error": FAILURE})

    def finish(self, task_id):
        task = self.claim("mail", task_id)
        answer = {"lease": task["lease"], "result": task["payload"]}
        self.call("POST", f"/tasks/{task_id}/complete", answer)

    def store(self, key, content_type, text):
        given = json.dumps({"key": key, "content_type": content_type})
        # The JSON is handed on as it is spelled.
        started = self.call(
            "POST",
            "/pipelines/store/executions",
            f'{{"input":{given.removesuffix("}")},"json":{text}}}}}',
        )
        path = "/executions/" + started["execution_id"]
        execution = wait_until(
            "the execution ends",
            lambda: (now := self.call("GET", path))["status"] != "running" and now,
        )
        if execution["status"] != "succeeded":
            raise Failed(f"the object is not stored: {execution}")


class Aws:
    """The emulator: the one that runs already, or one of our own."""

    def __init__(self, cleanup):
        self.url = os.environ.get("ORDO_AWS_URL", "")
        if not self.url:
            python = str(pathlib.Path(os.environ["ORDO_AWS_EMULATOR"], "bin", "python"))
            server = ("-I", "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0")
            process = subprocess.Popen(
                [*GUARD, python, *server],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            cleanup.callback(end, process)
            self.url = line_of(process, r"Running on (http:\S+)")
            # What it writes from here on must not fill the pipe.
            drain = threading.Thread(target=process.stdout.read, daemon=True)
            cleanup.callback(drain.join)
            cleanup.callback(process.kill)
            drain.start()

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, aws_access_key_id="test",
            aws_secret_access_key="test",
        )  # fmt: skip

    def variables(self):
        """Fresh tables, queues and a bucket: the environment of functions that use them."""
        mark = secrets.token_hex(8)
        places = {name: self.add_queue(f"{name}-{mark}", name) for name in QUEUES}
        self.add_table(f"tasks-{mark}", "task_id")
        self.add_table(f"orders-{mark}", "record_id")
        self.client("s3").create_bucket(
            Bucket=f"results-{mark}", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        return {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
            "ORDO_TASKS_TABLE": f"tasks-{mark}",
            "ORDO_ORDERS_TABLE": f"orders-{mark}",
            "ORDO_RESULTS_BUCKET": f"results-{mark}",
            "ORDO_QUEUES": json.dumps(places),
            "ORDO_FAILURE_RATE": "1",
            "ORDO_CORS_ORIGINS": steps.ALLOWED_ORIGIN,
            "ORDO_LOG_LEVEL": "error",
        }

    def add_queue(self, name, function_of):
        sqs = self.client("sqs")
        urls = [
            sqs.create_queue(QueueName=one + ".fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
            for one in (name, name + "-dead")
        ]
        function = "builtin:echo" if function_of == "mail" else "builtin:simulate"
        return {
            "url": urls[0], "dead_letter_url": urls[1], "function": function, "max_attempts": 1,
        }  # fmt: skip

    def add_table(self, name, key):
        text = {"AttributeType": "S"}

        def index(index_name, partition):
            return {
                "IndexName": index_name,
                "KeySchema": [
                    {"AttributeName": partition, "KeyType": "HASH"},
                    {"AttributeName": "number", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }

        self.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                *({"AttributeName": one, **text} for one in (key, "shelf", "lot")),
                {"AttributeName": "number", "AttributeType": "N"},
            ],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[index("by_number", "shelf"), index("by_lot", "lot")],
        )


class FunctionProcess:
    """A function of the program, under the Runtime API of the test's own."""

    def __init__(self, program, name, variables, cleanup):
        self.function = runtime_api.Function(runtime_api.MAX_ANSWER_BYTES)
        handler = type(
            "Api",
            (runtime_api.Api,),
            {"function": self.function, "disable_nagle_algorithm": True},
        )
        server = runtime_api.Server(("127.0.0.1", 0), handler)
        cleanup.callback(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cleanup.callback(server.shutdown)
        variables = variables | {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}"}
        self.process = subprocess.Popen(
            [*GUARD, program, name], env=clean_environment() | variables,
            stdin=subprocess.DEVNULL, stdout=sys.stderr,
        )  # fmt: skip
        cleanup.callback(end, self.process)

    def hear(self):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                return self.function.heard.get(timeout=0.5)
            if self.process.poll() is not None:
                raise Failed(f"the function ended with {self.process.returncode}")
        raise Failed("the function is not heard of any more")

    def invoke(self, event):
        self.function.handouts.put({"invoke": event})
        while True:
            heard = self.hear()
            if heard["heard"] == "response":
                return heard["body"]
            if heard["heard"] != "ready":
                raise Failed(f"the function failed: {heard}")


class Function:
    """`api` behind API Gateway, and `processor` for what has to happen in between."""

    def __init__(self, program, event_of, aws, cleanup):
        self.event_of = event_of
        self.variables = aws.variables()
        self.s3 = aws.client("s3")
        self.api = FunctionProcess(program, "api", self.variables, cleanup)
        self.processor = FunctionProcess(program, "processor", self.variables, cleanup)

    def ask(self, request):
        status, fields, body = gateway.answer_of(self.api.invoke(self.event_of(request)))
        return Answer(status, tuple(fields), body)

    def process(self, task_id):
        answer = self.ask(Request("GET", f"/tasks/{task_id}", (("Host", steps.HOST),), None))
        task = json.loads(answer.body)
        places = json.loads(self.variables["ORDO_QUEUES"])
        queue = places[task["queue"]]["url"].rpartition("/")[2]
        event = {
            "Records": [
                {
                    "messageId": task_id,
                    "receiptHandle": "handle",
                    "body": json.dumps(task),
                    "attributes": {
                        "ApproximateReceiveCount": "1",
                        "SentTimestamp": "1790000000000",
                        "SequenceNumber": "18849496460467696128",
                        "MessageGroupId": task["lane"],
                        "MessageDeduplicationId": task_id,
                    },
                    "messageAttributes": {},
                    "eventSource": "aws:sqs",
                    "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:{queue}",
                    "awsRegion": REGION,
                }
            ]
        }
        told = json.loads(self.processor.invoke(event))
        if told["batchItemFailures"]:
            raise Failed(f"{task_id} is to be handed over again: {told}")

    die = process
    finish = process

    def store(self, key, content_type, text):
        self.s3.put_object(
            Bucket=self.variables["ORDO_RESULTS_BUCKET"], Key=key, ContentType=content_type,
            Body=text.encode(),
        )  # fmt: skip


def start_all(cleanup):
    """Every home, by its name."""
    aws = Aws(cleanup)
    lambda_program = os.environ["ORDO_LAMBDA_PROGRAM"]
    return {
        steps.SERVE: Serve(os.environ["ORDO_PROGRAM"], cleanup),
        steps.REST: Function(lambda_program, gateway.rest_event, aws, cleanup),
        steps.HTTP_API: Function(lambda_program, gateway.http_api_event, aws, cleanup),
    }
