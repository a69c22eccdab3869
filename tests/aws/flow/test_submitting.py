"""api → SQS → processor → DynamoDB, and what does not go through twice."""

import contextlib
import json
import os
import socket
import unittest

from emulator import front
from home import HomeCase, request, sqs_event
from lambda_process import Failed, LambdaProcess


class Submitting(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.processor = cls.start("processor")

    def test_a_task_goes_through(self):
        answer = self.ask(
            "POST", "/tasks", {"task_id": "invoice-17", "lane": "customer-42", "payload": {"n": 1}}
        )
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(answer.headers["location"], "/tasks/invoice-17")
        self.assertEqual(answer.json["status"], "queued")

        (message,) = self.queue.peek()
        self.assertEqual(message["Attributes"]["MessageGroupId"], "customer-42")
        self.assertEqual(message["Attributes"]["MessageDeduplicationId"], "invoice-17")
        self.assertEqual(json.loads(message["Body"])["task_id"], "invoice-17")

        self.queue.run_dry(self.processor)
        item = self.home.item("invoice-17")
        self.assertEqual(item["status"], "succeeded")
        self.assertEqual(item["attempts"], "1")
        task = self.task("invoice-17")
        self.assertEqual((task["status"], task["attempts"]), ("succeeded", 1))
        self.assertEqual(task["payload"], {"n": 1})
        self.assertIsNotNone(task["finished_at"])
        (attempt,) = self.attempts("invoice-17")
        self.assertEqual((attempt["attempt"], attempt["outcome"]), (1, "succeeded"))
        self.assertEqual(attempt["started_at"], task["started_at"])
        self.assertEqual(attempt["finished_at"], task["finished_at"])

    def test_a_finished_task_has_the_time_at_which_it_may_be_deleted(self):
        self.submit(task_id="kept", title="a", lane="kept")
        self.assertNotIn("expires_at", self.home.item("kept"))
        self.queue.run_dry(self.processor)
        item = self.home.item("kept")
        # Seconds, a week (ORDO_RETENTION) from its end.
        day = 24 * 3600
        sent = int(self.queue.handed_over[-1]["Attributes"]["SentTimestamp"]) // 1000
        self.assertAlmostEqual(int(item["expires_at"]), sent + 7 * day, delta=600)

    def test_a_hundred_tasks_keep_the_order_of_their_lanes(self):
        lanes = [f"batch-{i % 4}" for i in range(100)]
        answer = self.ask(
            "POST",
            "/tasks/batch",
            {"tasks": [{"task_id": f"b{i}", "title": "x", "lane": lanes[i]} for i in range(100)]},
        )
        self.assertEqual(answer.status, 200, answer.body)
        results = answer.json["results"]
        self.assertEqual([one["status"] for one in results], [201] * 100)
        self.assertEqual([one["task"]["task_id"] for one in results], [f"b{i}" for i in range(100)])

        before = len(self.queue.handed_over)
        self.queue.run_dry(self.processor)
        handed_over = self.queue.handed_over[before:]
        self.assertEqual(len(handed_over), 100, "each once")
        listed = self.ask("GET", "/tasks?limit=1000").json["items"]
        tasks = {task["task_id"]: task for task in listed}
        for lane in sorted(set(lanes)):
            of_lane = [tasks[f"b{i}"] for i in range(100) if lanes[i] == lane]
            self.assertEqual({task["status"] for task in of_lane}, {"succeeded"})
            for one, next_one in zip(of_lane, of_lane[1:]):
                self.assertLess(one["sequence"], next_one["sequence"])
                self.assertLessEqual(one["finished_at"], next_one["started_at"])

    def test_some_of_a_batch_are_refused_and_the_others_run(self):
        answer = self.ask(
            "POST",
            "/tasks/batch",
            {
                "tasks": [
                    {"task_id": "fine", "title": "a", "lane": "mixed"},
                    {"task_id": "no title", "lane": "mixed"},
                    {"task_id": "fine", "title": "another", "lane": "mixed"},
                    {"task_id": "elsewhere", "title": "a", "queue": "nowhere"},
                ]
            },
        )
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual([one["status"] for one in answer.json["results"]], [201, 400, 409, 400])
        self.assertEqual(len(self.queue.peek()), 1)
        self.queue.run_dry(self.processor)
        self.assertEqual(self.task("fine")["status"], "succeeded")

    def test_the_same_id_again_is_the_same_task(self):
        body = {"task_id": "twice", "title": "a", "lane": "twice"}
        self.submit(**body)
        again = self.ask("POST", "/tasks", body)
        self.assertEqual(again.status, 200, again.body)
        self.assertEqual(again.headers["idempotent-replay"], "true")
        self.assertEqual(again.json["task_id"], "twice")
        self.assertEqual(len(self.queue.peek()), 1, "SQS drops the second message")
        self.assert_problem(self.ask("POST", "/tasks", body | {"title": "b"}), 409)
        self.assertEqual(len(self.queue.peek()), 1)
        self.queue.run_dry(self.processor)
        after = self.ask("POST", "/tasks", body)
        self.assertEqual((after.status, after.json["status"]), (200, "succeeded"))
        self.assertEqual(self.queue.size(), 0)
        self.assertEqual(self.task("twice")["attempts"], 1)

    def test_the_same_key_again_is_the_same_task(self):
        body = {"title": "with a key", "lane": "keyed"}
        key = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
        first = self.ask("POST", "/tasks", body, key)
        self.assertEqual(first.status, 201, first.body)
        again = self.ask("POST", "/tasks", body, key)
        self.assertEqual(again.status, 200, again.body)
        self.assertEqual(again.headers["idempotent-replay"], "true")
        self.assertEqual(again.json["task_id"], first.json["task_id"])
        self.assert_problem(self.ask("POST", "/tasks", {"title": "other"}, key), 409)
        self.assertEqual(len(self.queue.peek()), 1)
        self.queue.run_dry(self.processor)

    def test_a_message_that_comes_twice_runs_once(self):
        self.submit(task_id="delivered-twice", title="a", lane="delivered-twice")
        messages = self.queue.receive()
        event = sqs_event(self.queue, messages)
        self.assertEqual(self.processor.invoke(event), {"batchItemFailures": []})
        once = self.home.item("delivered-twice")
        self.assertEqual(self.processor.invoke(event), {"batchItemFailures": []})
        self.assertEqual(self.home.item("delivered-twice"), once)
        self.assertEqual(once["attempts"], "1")
        self.queue.hand_over(self.processor, messages)

    def test_a_lost_answer_of_sqs_makes_no_second_message(self):
        front().lose_answer("SendMessageBatch")
        self.submit(task_id="unheard", title="a", lane="unheard")
        self.assertEqual(self.queue.swallowed_of("unheard"), 1)
        self.assertEqual(len(self.queue.peek()), 1)
        self.queue.run_dry(self.processor)
        self.assertEqual(self.task("unheard")["attempts"], 1)

    def test_a_throttled_table_is_asked_again(self):
        front().refuse("PutItem", 1)
        front().refuse("UpdateItem", 1)
        self.submit(task_id="throttled", title="a", lane="throttled")
        front().refuse("PutItem", 1)
        front().refuse("GetItem", 1)
        self.queue.run_dry(self.processor)
        self.assertEqual(front().faults_left(), 0)
        self.assertEqual(self.task("throttled")["attempts"], 1)

    def test_a_lost_answer_of_dynamodb_is_no_conflict_with_itself(self):
        front().lose_answer("PutItem")
        self.submit(task_id="unanswered", title="a", lane="unanswered")
        front().lose_answer("PutItem")
        self.queue.run_dry(self.processor)
        self.assertEqual(front().faults_left(), 0)
        task = self.task("unanswered")
        self.assertEqual((task["status"], task["attempts"]), ("succeeded", 1))

    def test_lanes_that_sqs_has_no_characters_for(self):
        ids = ["wide-1", "wide-2", "wide-3"]
        for task_id in ids[:2]:
            self.submit(task_id=task_id, title="a", lane="Kundin Ännchen №7 " + "x" * 100)
        self.submit(task_id=ids[2], title="a", lane="Kundin Ännchen №8 " + "x" * 100)
        groups = [message["Attributes"]["MessageGroupId"] for message in self.queue.peek()]
        self.assertEqual(groups[0], groups[1])
        self.assertNotEqual(groups[0], groups[2])
        for group in groups:
            self.assertRegex(group, r"^[!-~]{1,128}$")
        self.queue.run_dry(self.processor)
        self.assertEqual({self.task(one)["status"] for one in ids}, {"succeeded"})
        self.assertEqual(self.task(ids[0])["lane"], "Kundin Ännchen №7 " + "x" * 100)

    def test_a_task_that_is_too_large_for_a_message_runs(self):
        text = "é" * 110_000
        self.submit(task_id="large", lane="large", payload={"text": text})
        (message,) = self.queue.peek()
        self.assertLess(len(message["Body"]), 1000)
        self.queue.run_dry(self.processor)
        self.assertEqual(self.task("large")["status"], "succeeded")
        self.assertEqual(self.task("large")["payload"]["text"], text)

    def test_a_task_is_cancelled_before_it_runs(self):
        self.submit(task_id="unwanted", title="a", lane="cancelled")
        self.submit(task_id="wanted", title="a", lane="cancelled")
        answer = self.ask("POST", "/tasks/unwanted/cancel")
        self.assertEqual((answer.status, answer.json["status"]), (200, "cancelled"), answer.body)
        self.queue.run_dry(self.processor)
        self.assertEqual(self.task("unwanted")["attempts"], 0)
        self.assertEqual(self.task("unwanted")["status"], "cancelled")
        self.assertEqual(self.task("wanted")["status"], "succeeded")
        self.assert_problem(self.ask("POST", "/tasks/wanted/cancel"), 409)

    def test_a_cancelled_task_is_put_back(self):
        self.submit(task_id="after-all", title="a", lane="after-all")
        self.ask("POST", "/tasks/after-all/cancel")
        answer = self.ask("POST", "/tasks/after-all/retry")
        self.assertEqual((answer.status, answer.json["status"]), (200, "queued"), answer.body)
        self.assertEqual(len(self.queue.peek()), 2)
        self.queue.run_dry(self.processor)
        task = self.task("after-all")
        self.assertEqual((task["status"], task["attempts"]), ("succeeded", 1))

    def test_a_task_is_changed_before_it_runs(self):
        self.submit(task_id="changed", title="a", lane="changed", payload={"keep": 1, "drop": 2})
        etag = self.ask("GET", "/tasks/changed").headers["etag"]
        patch = {"title": "b", "priority": "high", "payload": {"drop": None}}
        answer = self.ask("PATCH", "/tasks/changed", patch, {"If-Match": etag})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["title"], "b")
        self.assertEqual(answer.json["payload"], {"keep": 1})
        stale = self.ask("PATCH", "/tasks/changed", {"title": "c"}, {"If-Match": etag})
        self.assert_problem(stale, 412)
        self.queue.run_dry(self.processor)
        task = self.task("changed")
        self.assertEqual((task["status"], task["title"]), ("succeeded", "b"))
        self.assert_problem(self.ask("PATCH", "/tasks/changed", {"title": "d"}), 409)

    def test_an_id_that_was_deleted_a_moment_ago_is_free_again(self):
        body = {"task_id": "reborn", "title": "a", "lane": "reborn"}
        self.submit(**body)
        self.queue.run_dry(self.processor)
        self.assertEqual(self.ask("DELETE", "/tasks/reborn").status, 204)
        self.assert_problem(self.ask("GET", "/tasks/reborn"), 404)
        second = self.submit(**body, description="another life")
        self.assertEqual(self.queue.swallowed_of("reborn"), 0)
        self.assertEqual(len(self.queue.peek()), 1)
        self.queue.run_dry(self.processor)
        task = self.task("reborn")
        self.assertEqual((task["status"], task["attempts"]), ("succeeded", 1))
        self.assertEqual(task["sequence"], second["sequence"])
        self.assertEqual(len(self.attempts("reborn")), 1, "the earlier life's are not its")

    def test_an_id_that_was_deleted_before_it_ran_runs_once(self):
        body = {"task_id": "hasty", "title": "a", "lane": "hasty"}
        self.submit(**body)
        self.assertEqual(self.ask("DELETE", "/tasks/hasty").status, 204)
        self.submit(**body)
        self.assertEqual(len(self.queue.peek()), 2, "the first one's message is still there")
        self.queue.run_dry(self.processor)
        self.assertEqual(self.task("hasty")["attempts"], 1)

    def test_a_message_that_is_no_task_is_set_aside(self):
        self.submit(task_id="beside", title="a", lane="beside")
        bad = self.queue.send("hello", "broken", "hello")
        self.queue.send('{"task_id":"beside"}', "broken-too", "no-sequence")
        self.queue.send(json.dumps({"task_id": "nobody", "sequence": 1}), "gone", "nobody")
        messages = self.queue.receive()
        failed = self.queue.hand_over(self.processor, messages)
        self.assertEqual(failed, set())
        letters = sorted(one["Body"] for one in self.queue.dead_letters())
        self.assertEqual(letters, ["hello", '{"task_id":"beside"}'])
        self.assertEqual(self.task("beside")["status"], "succeeded")
        said = [
            line
            for line in self.processor.log_lines()
            if line.get("message_id") == bad and "error" in line
        ]
        self.assertEqual(len(said), 1)
        self.assertEqual(self.queue.size(), 0)

    def test_an_http_api_is_understood_too(self):
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/prod/tasks",
            "rawQueryString": "limit=1&status=queued",
            "headers": {"accept": "application/json", "host": "abc.execute-api.example"},
            "requestContext": {
                "http": {"method": "GET", "path": "/prod/tasks", "sourceIp": "203.0.113.7"},
                "stage": "prod",
                "requestId": "JKJaXmPLvHcESHA=",
                "domainName": "abc.execute-api.eu-north-1.amazonaws.com",
            },
            "isBase64Encoded": False,
        }
        answer = self.api.invoke(event)
        self.assertEqual(answer["statusCode"], 200)
        self.assertIn("items", json.loads(answer["body"]))
        self.assertEqual(answer["headers"]["Content-Type"], "application/json")

    def test_what_api_does_not_offer(self):
        for path in ("/queues", "/executions", "/docs", "/metrics", "/readyz", "/nothing"):
            self.assert_problem(self.ask("GET", path), 404)
        self.assertEqual(self.ask("GET", "/livez").status, 200)
        paths = self.ask("GET", "/openapi.json").json["paths"]
        self.assertIn("/tasks", paths)
        self.assertNotIn("/queues", paths)
        self.assert_problem(self.ask("POST", "/tasks", "{"), 400)
        self.assert_problem(self.ask("DELETE", "/orders"), 405)

    def test_what_is_no_event_is_an_error(self):
        for function in (self.api, self.processor):
            with self.assertRaises(Failed) as failed:
                function.invoke({"hello": "world"})
            self.assertEqual(failed.exception.type, "BadEvent")
        self.assertEqual(self.ask("GET", "/livez").status, 200, "it goes on")


class Unreachable(HomeCase):
    """SQS cannot be reached while tasks are accepted."""

    def test_a_task_that_cannot_be_announced_was_not_accepted(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))  # and does not listen
            cut_off = self.start(
                "api", AWS_ENDPOINT_URL_SQS=f"http://127.0.0.1:{nobody.getsockname()[1]}"
            )
            body = {"task_id": "refused", "title": "a"}
            answer = request(cut_off, "POST", "/tasks", body)
        self.assert_problem(answer, 503)
        self.assertRegex(answer.headers["retry-after"], r"^[0-9]+$")
        self.assert_problem(self.ask("GET", "/tasks/refused"), 404)
        item = self.home.item("refused")
        self.assertTrue(item is None or "status" not in item, item)
        self.assertEqual(self.ask("GET", "/tasks").json["items"], [])

        self.submit(**body)
        processor = self.start("processor")
        self.queue.run_dry(processor)
        self.assertEqual(self.task("refused")["attempts"], 1)


class Starting(unittest.TestCase):
    """A function that cannot start says why."""

    def error_of(self, handler, environment):
        inherited = {n: v for n, v in os.environ.items() if not n.startswith(("AWS_", "ORDO_"))}
        with contextlib.closing(LambdaProcess(handler, inherited | environment)) as process:
            heard = process.hear("init_error")
            self.assertEqual(heard["status"], 202)
            self.assertNotEqual(process.process.wait(timeout=20), 0)
        error = json.loads(heard["body"])
        self.assertEqual(heard["error_type"], error["errorType"])
        return error["errorMessage"]

    WHOLE = {
        "AWS_REGION": "eu-north-1",
        "ORDO_TASKS_TABLE": "t",
        "ORDO_ORDERS_TABLE": "o",
        "ORDO_QUEUES": '{"tasks":{"url":"https://q/x.fifo","dead_letter_url":"https://q/d.fifo"}}',
    }

    def test_all_that_is_missing_is_named(self):
        message = self.error_of("processor", {"AWS_REGION": "eu-north-1"})
        for name in ("ORDO_TASKS_TABLE", "ORDO_ORDERS_TABLE", "ORDO_QUEUES"):
            self.assertIn(name, message)

    def test_what_is_wrong_is_named(self):
        wrong = {
            "ORDO_QUEUES": '{"tasks":{"url":"https://q/x.fifo","max_attempts":0}}',
            "ORDO_FAILURE_RATE": "2",
            "ORDO_KEEP_ORDERS": "soon",
            "ORDO_LOG_LEVEL": "loud",
        }
        message = self.error_of("api", self.WHOLE | wrong)
        for name in [*wrong, "dead_letter_url", "max_attempts"]:
            self.assertIn(name, message)

    def test_without_a_region(self):
        whole = {name: value for name, value in self.WHOLE.items() if name != "AWS_REGION"}
        message = self.error_of("announce", whole | {"AWS_CONFIG_FILE": "/nowhere"})
        self.assertIn("AWS_REGION", message)

    def test_without_a_bucket_for_results(self):
        self.assertIn("ORDO_RESULTS_BUCKET", self.error_of("store_result", self.WHOLE))

    def test_a_function_that_there_is_not(self):
        self.assertIn("collect_results", self.error_of("collect", self.WHOLE))


del HomeCase  # no case of this module

if __name__ == "__main__":
    unittest.main()
