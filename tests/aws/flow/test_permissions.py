"""What functions may call: that the rest is refused, and that all of it is called."""

import datetime
import json
import unittest
import unittest.mock

import botocore.exceptions
import home
from emulator import client, front
from invoked import UserFunctions
from permissions import Use

# What a flow comes to only after ten thousand tasks: a process that has forgotten which task has a
# number asks the index (TaskReader::by_sequence).
RARE = {
    Use(function, "dynamodb:Query", "tasks/index/by_number")
    for function in ("processor", "dead_letters")
}


class Using(home.HomeCase):
    """Everything that is allowed has its use."""

    MORE = {}

    @classmethod
    def setUpClass(cls):
        functions = UserFunctions()
        cls.addClassCleanup(functions.close)
        functions.functions["worker"] = lambda event: {}
        cls.MORE = {"AWS_ENDPOINT_URL_LAMBDA": functions.url}
        cls.QUEUES = {
            "tasks": {"function": "lambda:worker"},
            "doomed": {"max_attempts": 2, "backoff": {"base_seconds": 0}},
        }
        super().setUpClass()

    def answered(self, *request):
        answer = self.ask(*request)
        self.assertLess(answer.status, 300, answer.body)
        return answer.json

    def run_tasks(self):
        self.submit(task_id="good", title="a")
        self.queue.run_dry(self.start("processor"))
        self.assertEqual(self.task("good")["status"], "succeeded")
        doomed = self.home.queues["doomed"]
        for task_id in ("bad", "worse"):
            self.submit(task_id=task_id, title="a", queue="doomed")
        doomed.run_dry(self.start("processor", ORDO_FAILURE_RATE="1"))
        look = self.start("dead_letters").invoke({})
        self.assertEqual((look["doomed"]["dead"], look["doomed"]["told"]), (2, 2))
        self.assertEqual(len(self.answered("GET", "/tasks")["items"]), 3)
        self.assertEqual(len(self.answered("GET", "/dead-letters")["items"]), 2)

    def announce_late(self):
        late = datetime.datetime(2026, 1, 1).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for task_id in ("late-1", "late-2"):
            self.submit(task_id=task_id, title="a")
        for task_id in ("good", "bad", "worse", "late-1", "late-2"):
            self.home.set_attribute(task_id, "placed_at", {"S": late})
        self.assertEqual(self.start("announce").invoke({})["announced"], 2)

    def settle_orders(self):
        ids = ["o-1", "o-2"]
        orders = [{"record_id": one, "parameter_1": "a", "parameter_2": 1} for one in ids]
        self.answered("POST", "/orders", orders)
        self.assertEqual(len(self.answered("GET", "/orders")["items"]), 2)
        said = self.start("collect_results", ORDO_AUCTION_REJECT_RATE="0").invoke({"call": "r/0"})
        self.assertEqual([one["record_id"] for one in said["orders"]], ids)
        store = self.start("store_result")
        for order in said["orders"]:
            self.assertEqual(store.invoke(order)["key"], f"{order['record_id']}.json")
        self.assertEqual(len(self.answered("GET", "/objects/order-results")["items"]), 2)
        self.answered("GET", "/objects/order-results/o-1.json")

    def test_nothing_is_allowed_that_is_not_used(self):
        front().permissions.used.clear()
        self.run_tasks()
        self.announce_late()
        redriven = self.answered("POST", "/dead-letters/redrive", {"queue": "doomed"})
        self.assertEqual(redriven, {"redriven": 2})
        self.settle_orders()
        unused = front().permissions.all_of_program() - RARE - front().permissions.used
        self.assertEqual(sorted(unused), [])


class Refusing(unittest.TestCase):
    """What the other cases rely on: a call that is not allowed is not made."""

    @classmethod
    def setUpClass(cls):
        cls.home = home.Home()
        cls.addClassCleanup(cls.home.close)

    def setUp(self):
        self.addCleanup(front().permissions.take_denials)

    def assert_denied(self, caller, service, operation, code, denied, **parameters):
        with self.assertRaises(botocore.exceptions.ClientError) as failed:
            getattr(client(service, caller), operation)(**parameters)
        error = failed.exception.response["Error"]
        self.assertEqual(error["Code"], code, error)
        told = front().permissions.take_denials()
        self.assertEqual([one.rpartition(" (")[0] for one in told], [f"{caller}: {denied}"])

    def test_a_table(self):
        table = {"TableName": self.home.tasks_table}
        refused = "AccessDeniedException"
        self.home.dynamodb.put_item(**table, Item={"task_id": {"S": "there"}})
        key = {"Key": {"task_id": {"S": "there"}}}
        for caller, operation, denied, parameters in (
            ("api", "delete_item", "dynamodb:DeleteItem on tasks", key),
            ("api", "scan", "dynamodb:Scan on tasks", {}),
            ("store_result", "get_item", "dynamodb:GetItem on tasks", key),
            ("stranger", "get_item", "dynamodb:GetItem on tasks", key),
        ):
            parameters = table | parameters
            self.assert_denied(caller, "dynamodb", operation, refused, denied, **parameters)
        self.assertIsNotNone(self.home.item("there"))

    def test_an_index(self):
        query = {
            "TableName": self.home.tasks_table,
            "KeyConditionExpression": "lot = :l",
            "ExpressionAttributeValues": {":l": {"S": "dead/tasks"}},
        }
        of = ("dynamodb", "query", "AccessDeniedException")
        denied = "dynamodb:Query on tasks/index/by_lot"
        self.assert_denied("announce", *of, denied, IndexName="by_lot", **query)
        self.assert_denied("dead_letters", *of, "dynamodb:Query on tasks", **query)
        client("dynamodb", "dead_letters").query(IndexName="by_lot", **query)
        self.assertEqual(front().permissions.take_denials(), [])

    def test_parts_of_transactions_and_batches(self):
        tasks, orders = self.home.tasks_table, self.home.orders_table
        put = {"Put": {"TableName": tasks, "Item": {"task_id": {"S": "part"}}}}
        delete = {"Delete": {"TableName": tasks, "Key": {"task_id": {"S": "part"}}}}
        of = ("dynamodb", "transact_write_items", "AccessDeniedException")
        denied = "dynamodb:DeleteItem on tasks"
        self.assert_denied("processor", *of, denied, TransactItems=[put, delete])
        self.assertIsNone(self.home.item("part"))
        client("dynamodb", "processor").transact_write_items(TransactItems=[put])
        self.assertIsNotNone(self.home.item("part"))
        wanted = {
            tasks: {"Keys": [{"task_id": {"S": "part"}}]},
            orders: {"Keys": [{"record_id": {"S": "part"}}]},
        }
        of = ("dynamodb", "batch_get_item", "AccessDeniedException")
        denied = "dynamodb:BatchGetItem on orders"
        self.assert_denied("announce", *of, denied, RequestItems=wanted)

    def test_a_queue(self):
        queue = self.home.queue
        # A code of before there was JSON: clients still go by it.
        of = ("sqs", "send_message_batch", "AccessDenied")
        entry = {"Id": "0", "MessageBody": "a", "MessageGroupId": "g"}
        message = {"QueueUrl": queue.url, "Entries": [entry | {"MessageDeduplicationId": "d"}]}
        self.assert_denied("processor", *of, "sqs:SendMessage on queue", **message)
        self.assertEqual(queue.size(), 0)
        of = ("sqs", "receive_message", "AccessDenied")
        denied = "sqs:ReceiveMessage on dead-letter queue"
        self.assert_denied("api", *of, denied, QueueUrl=queue.dead_letter_url)

    def test_a_topic(self):
        notice = {"TopicArn": self.home.topic, "Message": "a"}
        of = ("sns", "publish", "AuthorizationError")
        self.assert_denied("api", *of, "sns:Publish on topic", **notice)
        self.assertEqual(self.home.told(), [])

    def test_objects(self):
        there = {"Bucket": self.home.bucket, "Key": "there"}
        client("s3").put_object(**there, Body=b"a")
        denied = "s3:PutObject on results/*"
        self.assert_denied("api", "s3", "put_object", "AccessDenied", denied, **there, Body=b"b")
        denied = "s3:GetObject on results/*"
        self.assert_denied("announce", "s3", "get_object", "AccessDenied", denied, **there)
        self.assert_denied("announce", "s3", "head_object", "403", denied, **there)
        denied = "s3:ListBucket on results"
        of = ("announce", "s3", "list_objects_v2", "AccessDenied", denied)
        self.assert_denied(*of, Bucket=self.home.bucket)
        self.assertEqual(client("s3", "api").get_object(**there)["Body"].read(), b"a")

    def test_only_who_may_list_is_told_that_an_object_is_not_there(self):
        missing = {"Bucket": self.home.bucket, "Key": "missing"}
        with self.assertRaises(client("s3").exceptions.NoSuchKey):
            client("s3", "store_result").get_object(**missing)
        program = {"store_result": {"results/*": ["s3:GetObject"]}}
        denied = "s3:ListBucket on results"
        with unittest.mock.patch.object(front().permissions, "program", program):
            of = ("store_result", "s3", "get_object", "AccessDenied", denied)
            self.assert_denied(*of, **missing)
            self.assert_denied("store_result", "s3", "head_object", "403", denied, **missing)

    def test_a_case_fails_however_the_function_takes_it(self):
        class Case(home.HomeCase):
            def runTest(self):
                self.start("announce").invoke({})

        program = front().permissions.program
        with unittest.mock.patch.dict(program["announce"], {"tasks": ["dynamodb:PutItem"]}):
            result = unittest.TestSuite([Case()]).run(unittest.TestResult())
        told = "".join(text for _, text in result.failures)
        self.assertIn("not allowed by infra/permissions.json", told)
        self.assertIn("announce: dynamodb:GetItem on tasks (", told)


class Invoking(unittest.TestCase):
    def test_functions_that_no_queue_has(self):
        functions = UserFunctions()
        self.addCleanup(functions.close)
        self.addCleanup(front().permissions.take_denials)
        functions.functions |= {"other": lambda event: {}, "mine": lambda event: {"is": "mine"}}
        front().permissions.know("lambda", "mine", "task functions")
        processor = client("lambda", "processor", functions.url)
        with self.assertRaises(botocore.exceptions.ClientError) as failed:
            processor.invoke(FunctionName="other", Payload=b"{}")
        said = processor.invoke(FunctionName="mine", Payload=b"{}")
        self.assertEqual(failed.exception.response["Error"]["Code"], "AccessDeniedException")
        self.assertEqual(json.loads(said["Payload"].read()), {"is": "mine"})
        (denial,) = front().permissions.take_denials()
        self.assertEqual(denial, "processor: lambda:InvokeFunction on other (other)")


if __name__ == "__main__":
    unittest.main()
