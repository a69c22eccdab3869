"""A deployed home: what the infrastructure would have made, under names of its own, and the
functions as AWS runs them."""

import base64
import contextlib
import dataclasses
import json
import os
import time
import unittest
import urllib.parse

from emulator import REGION, client, front, unique_name
from lambda_process import LambdaProcess

MAX_BATCH = 10
DEFAULT_BOUND_S = 60
# As deployed: six times the processor's timeout. A case that needs it to be over has waited too
# long.
VISIBILITY_S = 360
MAX_RECEIVE_COUNT = 1000


def eventually(condition, within=DEFAULT_BOUND_S):
    """What the condition comes to, once it is true; AssertionError when it does not become so."""
    end = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {within} s")
        time.sleep(0.01)


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict  # by names in small letters; the values joined
    body: str

    @property
    def json(self):
        return json.loads(self.body)


def rest_event(method, path, body=None, headers=None):
    """What API Gateway hands a proxy integration of a REST API (payload 1.0)."""
    path, _, query = path.partition("?")
    named = {"Host": "abc123.execute-api.eu-north-1.amazonaws.com", "X-Forwarded-Proto": "https"}
    named |= headers or {}
    if body is not None:
        named["Content-Type"] = "application/json"
    parameters = [one.partition("=")[::2] for one in query.split("&") if one]
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": named,
        "multiValueHeaders": {name: [value] for name, value in named.items()},
        "queryStringParameters": dict(parameters) or None,
        "multiValueQueryStringParameters": {n: [v] for n, v in parameters} or None,
        "pathParameters": {"proxy": path[1:]},
        "stageVariables": None,
        "requestContext": {
            "resourceId": "abc123",
            "resourcePath": "/{proxy+}",
            "httpMethod": method,
            "path": "/prod" + path,
            "protocol": "HTTP/1.1",
            "stage": "prod",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "curl/8"},
            "accountId": "123456789012",
            "apiId": "abc123",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def answer_of(proxy_answer):
    headers = {n.lower(): ", ".join(v) for n, v in proxy_answer["multiValueHeaders"].items()}
    body = proxy_answer["body"]
    if proxy_answer["isBase64Encoded"]:
        body = base64.b64decode(body).decode()
    return Answer(proxy_answer["statusCode"], headers, body)


def request(api, method, path, body=None, headers=None):
    is_text = body is None or isinstance(body, str)
    text = body if is_text else json.dumps(body, ensure_ascii=False)
    return answer_of(api.invoke(rest_event(method, path, text, headers)))


def sqs_event(queue, messages):
    """What Lambda makes of messages of a FIFO queue."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": queue.arn,
                "awsRegion": REGION,
            }
            for message in messages
        ]
    }


class Queue:
    """A FIFO queue of SQS with its dead-letter queue, and the event source mapping on it."""

    def __init__(self, name):
        self.sqs = client("sqs")
        fifo = {
            "FifoQueue": "true",
            "ContentBasedDeduplication": "false",
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
        }
        unique = unique_name(name)
        self.dead_letter_url = self._make(f"{unique}-dead.fifo", fifo)
        redrive = {
            "deadLetterTargetArn": self._arn(self.dead_letter_url),
            "maxReceiveCount": MAX_RECEIVE_COUNT,
        }
        self.url = self._make(
            f"{unique}.fifo",
            fifo
            | {"VisibilityTimeout": str(VISIBILITY_S), "RedrivePolicy": json.dumps(redrive)},
        )
        self.arn = self._arn(self.url)
        self.handed_over = []  # each message that was, as often as it was
        self._received = []  # (URL, message)

    def _make(self, name, attributes):
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def _arn(self, url):
        said = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return said["Attributes"]["QueueArn"]

    def receive(self, url=None, visibility=None):
        more = {} if visibility is None else {"VisibilityTimeout": visibility}
        said = self.sqs.receive_message(
            QueueUrl=url or self.url,
            MaxNumberOfMessages=MAX_BATCH,
            MessageSystemAttributeNames=["All"],
            **more,
        )
        messages = said.get("Messages", [])
        self._received += [(url or self.url, message) for message in messages]
        return messages

    def show(self, message, url=None):
        """It is visible again, as when its time is over."""
        self.sqs.change_message_visibility(
            QueueUrl=url or self.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )

    def peek(self, url=None):
        """All messages that are visible, which stay so."""
        seen = []
        while batch := self.receive(url, visibility=60):
            seen += batch
        for message in seen:
            self.show(message, url)
        return seen

    def dead_letters(self):
        return self.peek(self.dead_letter_url)

    def clear(self):
        """Nothing is in either of them."""
        for url in (self.url, self.dead_letter_url):
            for message in [one for at, one in self._received if at == url]:
                # Most are gone.
                with contextlib.suppress(self.sqs.exceptions.ReceiptHandleIsInvalid):
                    self.show(message, url)
            while batch := self.receive(url, visibility=60):
                for message in batch:
                    self.delete(message, url)
        self._received.clear()

    def delete(self, message, url=None):
        self.sqs.delete_message(
            QueueUrl=url or self.url, ReceiptHandle=message["ReceiptHandle"]
        )

    def size(self):
        """Messages that are there, visible or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        said = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return sum(int(said["Attributes"][name]) for name in names)

    def send(self, body, group, deduplication_id, url=None):
        entry = {
            "Id": "0",
            "MessageBody": body,
            "MessageGroupId": group,
            "MessageDeduplicationId": deduplication_id,
        }
        said = self.sqs.send_message_batch(QueueUrl=url or self.url, Entries=[entry])
        return said["Successful"][0]["MessageId"]

    def swallowed_of(self, deduplication_id):
        """How often SQS took a message for a repetition."""
        return front().swallowed(self.url).count(deduplication_id)

    def hand_over(self, processor, messages, timeout_ms=60_000):
        """What Lambda does with a batch; the identifiers of what is left in the queue."""
        self.handed_over += messages
        said = processor.invoke(sqs_event(self, messages), timeout_ms)
        failed = {one["itemIdentifier"] for one in said["batchItemFailures"]}
        unknown = failed - {message["MessageId"] for message in messages}
        if unknown:
            raise AssertionError(f"it returned what it was not given: {unknown}")
        for message in messages:
            if message["MessageId"] not in failed:
                self.delete(message)
        return failed

    def step(self, processor):
        """One poll of the event source; whether there was anything."""
        messages = self.receive()
        if messages:
            self.hand_over(processor, messages)
        return bool(messages)

    def run(self, processor, until, within=DEFAULT_BOUND_S):
        """Polls until something is so."""

        def stepped():
            # What has been asked for may be so before there is nothing more to do.
            busy = self.step(processor)
            return not busy and until()

        return eventually(stepped, within)

    def run_dry(self, processor, within=DEFAULT_BOUND_S):
        self.run(processor, lambda: self.size() == 0, within)


class Home:
    def __init__(self, queues=None):
        """`queues`: settings of each beside its URLs, as ORDO_QUEUES takes them."""
        self._open = contextlib.ExitStack()
        self.dynamodb = client("dynamodb")
        self.tasks_table = self._make_table("tasks", "task_id")
        self.orders_table = self._make_table("orders", "record_id")
        self.queues = {}
        self.settings = queues or {"tasks": {}}
        for name in self.settings:
            self.queues[name] = Queue(name)
        self.bucket = unique_name("results")
        client("s3").create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.topic = client("sns").create_topic(Name=unique_name("dead"))["TopicArn"]
        self.listener = client("sqs").create_queue(QueueName=unique_name("told"))["QueueUrl"]
        arn = client("sqs").get_queue_attributes(
            QueueUrl=self.listener, AttributeNames=["QueueArn"]
        )
        client("sns").subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"]
        )
        self._tell_permissions()

    def _tell_permissions(self):
        know = front().permissions.know
        know("dynamodb", self.tasks_table, "tasks")
        know("dynamodb", self.orders_table, "orders")
        know("s3", self.bucket, "results")
        know("sns", self.topic, "topic")
        for name, queue in self.queues.items():
            know("sqs", urllib.parse.urlsplit(queue.url).path, "queue")
            know("sqs", urllib.parse.urlsplit(queue.dead_letter_url).path, "dead-letter queue")
            _, _, function = self.settings[name].get("function", "").partition("lambda:")
            if function:
                know("lambda", function, "task functions")

    def _make_table(self, what, key):
        name = unique_name(what)
        self.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": key, "AttributeType": "S"},
                {"AttributeName": "shelf", "AttributeType": "S"},
                {"AttributeName": "lot", "AttributeType": "S"},
                {"AttributeName": "number", "AttributeType": "N"},
            ],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": index,
                    "KeySchema": [
                        {"AttributeName": partition, "KeyType": "HASH"},
                        {"AttributeName": "number", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
                for index, partition in (("by_number", "shelf"), ("by_lot", "lot"))
            ],
        )
        self.dynamodb.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"},
        )
        return name

    @property
    def queue(self):
        return self.queues["tasks"]

    def environment(self, handler, **more):
        """Of a function; what is None is left out."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "ORDO_", "_X_AMZN"))
        }
        queues = {
            name: {"url": queue.url, "dead_letter_url": queue.dead_letter_url}
            | self.settings[name]
            for name, queue in self.queues.items()
        }
        given = {
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": handler,  # by it permissions.py knows who calls
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_SESSION_TOKEN": "test",
            "AWS_ENDPOINT_URL": front().url,
            "ORDO_TASKS_TABLE": self.tasks_table,
            "ORDO_ORDERS_TABLE": self.orders_table,
            "ORDO_QUEUES": json.dumps(queues),
            "ORDO_RESULTS_BUCKET": self.bucket,
            "ORDO_TOPIC_ARN": self.topic,
        } | more
        return inherited | {name: str(v) for name, v in given.items() if v is not None}

    def start(self, handler, **more):
        return self._open.enter_context(
            contextlib.closing(LambdaProcess(handler, self.environment(handler, **more)))
        )

    def item(self, key, table=None):
        """As {name: text}, whatever its type is; None when there is none."""
        key_name = "record_id" if table == self.orders_table else "task_id"
        said = self.dynamodb.get_item(
            TableName=table or self.tasks_table,
            Key={key_name: {"S": key}},
            ConsistentRead=True,
        )
        if "Item" not in said:
            return None
        return {name: next(iter(value.values())) for name, value in said["Item"].items()}

    def set_attribute(self, key, name, value):
        self.dynamodb.update_item(
            TableName=self.tasks_table,
            Key={"task_id": {"S": key}},
            UpdateExpression="SET #n = :v",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":v": value},
        )

    def told(self):
        """What subscribers of the topic have heard, in its envelopes."""
        envelopes = []
        sqs = client("sqs")
        while True:
            said = sqs.receive_message(QueueUrl=self.listener, MaxNumberOfMessages=10)
            for message in said.get("Messages", []):
                envelopes.append(json.loads(message["Body"]))
            if not said.get("Messages"):
                return envelopes

    def close(self):
        self._open.close()
        sqs = client("sqs")
        for queue in self.queues.values():
            sqs.delete_queue(QueueUrl=queue.url)
            sqs.delete_queue(QueueUrl=queue.dead_letter_url)
        sqs.delete_queue(QueueUrl=self.listener)
        for table in (self.tasks_table, self.orders_table):
            self.dynamodb.delete_table(TableName=table)


class HomeCase(unittest.TestCase):
    """A home for all cases of a class, with an `api`; each case uses ids and lanes of its own."""

    QUEUES = None
    # Of all functions, beside the home's own.
    MORE = {}

    @classmethod
    def setUpClass(cls):
        cls.home = Home(cls.QUEUES)
        cls.addClassCleanup(cls.home.close)
        cls.queue = cls.home.queue
        cls.api = cls.start("api")

    @classmethod
    def start(cls, handler, **more):
        return cls.home.start(handler, **(cls.MORE | more))

    def setUp(self):
        self.addCleanup(self.assert_nothing_was_denied)
        # What a case leaves behind is not another one's.
        self.addCleanup(front().forget_faults)
        for queue in self.home.queues.values():
            self.addCleanup(queue.clear)

    def assert_nothing_was_denied(self):
        """However the function took it."""
        denials = front().permissions.take_denials()
        if denials:
            self.fail("not allowed by infra/permissions.json:\n  " + "\n  ".join(denials))

    def ask(self, method, path, body=None, headers=None):
        return request(self.api, method, path, body, headers)

    def submit(self, **task):
        answer = self.ask("POST", "/tasks", task)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def task(self, task_id):
        answer = self.ask("GET", f"/tasks/{task_id}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def attempts(self, task_id):
        answer = self.ask("GET", f"/tasks/{task_id}/attempts")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["items"]

    def assert_problem(self, answer, status):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual(answer.json["status"], status)


class FreshHomeCase(HomeCase):
    """A home for each case."""

    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        self.addCleanup(self.assert_nothing_was_denied)
        self.addCleanup(front().forget_faults)
        self.home = Home(self.QUEUES)
        self.addCleanup(self.home.close)
        self.queue = self.home.queue
        self.api = self.start("api")

    def start(self, handler, **more):
        return self.home.start(handler, **(self.MORE | more))
