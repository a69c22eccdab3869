"""Tasks that are given up: who hears of them, what stays to be looked at, how they come back."""

import json
import socket
import unittest

from emulator import front
from home import FreshHomeCase
from lambda_process import Failed


class DeadLetters(FreshHomeCase):
    QUEUES = {
        "tasks": {"max_attempts": 1},
        "mail": {"max_attempts": 2, "backoff": {"base_seconds": 0}},
    }

    def setUp(self):
        super().setUp()
        self.failing = self.start("processor", ORDO_FAILURE_RATE="1")
        self.monitor = self.start("dead_letters", ORDO_METRICS_NAMESPACE="ordo-test")

    def make_dead(self, *task_ids, queue="tasks", **task):
        for task_id in task_ids:
            self.submit(**({"title": "a"} | task), task_id=task_id, queue=queue)
        self.home.queues[queue].run_dry(self.failing)
        for task_id in task_ids:
            self.assertEqual(self.task(task_id)["status"], "dead")

    def letters(self, queue="tasks"):
        letters = self.home.queues[queue].dead_letters()
        return [json.loads(one["Body"])["task_id"] for one in letters]

    def logged(self, process=None):
        lines = (process or self.monitor).log_lines()
        return [line for line in lines if line.get("message") == "dead letter"]

    def metrics(self):
        """Of each queue, those of the last look."""
        metrics = {}
        for line in self.monitor.log_lines():
            if "_aws" in line:
                metrics[line["Queue"]] = line
        return metrics

    def test_everybody_is_told_once_and_the_messages_stay(self):
        self.make_dead("gone", lane="g", payload={"n": 7})
        look = self.monitor.invoke({"source": "aws.events", "detail-type": "Scheduled Event"})
        self.assertEqual(look["tasks"], {"dead": 1, "recorded": 0, "told": 1})
        self.assertEqual(look["mail"], {"dead": 0, "recorded": 0, "told": 0})

        (line,) = self.logged()
        self.assertEqual(line["task_id"], "gone")
        self.assertEqual(json.loads(line["payload"]), {"n": 7})
        self.assertIn("SimulatedFailure", line["error"])
        (envelope,) = self.home.told()
        self.assertEqual(envelope["TopicArn"], self.home.topic)
        self.assertEqual(envelope["Subject"], "Task gone is dead")
        message = json.loads(envelope["Message"])
        self.assertEqual(message["kind"], "task.dead")
        self.assertEqual(message["data"]["task_id"], "gone")
        self.assertEqual(message["data"]["status"], "dead")

        metric = self.metrics()["tasks"]
        self.assertEqual((metric["DeadLetters"], metric["NewlyDead"]), (1, 1))
        (directive,) = metric["_aws"]["CloudWatchMetrics"]
        self.assertEqual(directive["Namespace"], "ordo-test")
        self.assertEqual(directive["Dimensions"], [["Queue"]])
        self.assertEqual(
            sorted((one["Name"], one["Unit"]) for one in directive["Metrics"]),
            [("DeadLetters", "Count"), ("NewlyDead", "Count")],
        )
        self.assertEqual(self.letters(), ["gone"])

        look = self.monitor.invoke({})
        self.assertEqual(look["tasks"], {"dead": 1, "recorded": 0, "told": 0})
        self.assertEqual(len(self.logged()), 1)
        self.assertEqual(self.home.told(), [])
        metric = self.metrics()["tasks"]
        self.assertEqual((metric["DeadLetters"], metric["NewlyDead"]), (1, 0))
        self.assertEqual(self.letters(), ["gone"])

    def test_queues_are_told_apart(self):
        self.make_dead("t1", "t2", lane="a")
        self.make_dead("m1", queue="mail")
        look = self.monitor.invoke({})
        self.assertEqual((look["tasks"]["told"], look["mail"]["told"]), (2, 1))
        self.assertEqual(self.metrics()["mail"]["DeadLetters"], 1)
        self.assertEqual((self.letters(), self.letters("mail")), (["t1", "t2"], ["m1"]))

    def test_more_than_are_received_at_once(self):
        ids = [f"many-{n}" for n in range(25)]
        tasks = [{"task_id": one, "title": "a", "lane": one} for one in ids]
        self.ask("POST", "/tasks/batch", {"tasks": tasks})
        self.queue.run_dry(self.failing)
        self.assertEqual(self.monitor.invoke({})["tasks"]["told"], 25)
        self.assertEqual([line["task_id"] for line in self.logged()], ids)
        self.assertEqual(sorted(self.letters()), sorted(ids))
        self.assertEqual(len(self.home.told()), 25)

    def test_what_cannot_be_looked_at_keeps_nobody_from_being_told(self):
        self.make_dead("told")
        front().refuse("ReceiveMessage", 5)  # as often as it is tried
        with self.assertRaisesRegex(Failed, "ServiceUnavailable"):
            self.monitor.invoke({})
        self.assertEqual(front().faults_left(), 0)
        self.assertEqual([line["task_id"] for line in self.logged()], ["told"])
        self.assertEqual(self.metrics()["tasks"]["DeadLetters"], 1)
        self.assertEqual(self.monitor.invoke({})["tasks"], {"dead": 1, "recorded": 0, "told": 0})

    def test_without_a_topic_the_log_is_told(self):
        self.make_dead("quiet")
        monitor = self.start("dead_letters", ORDO_TOPIC_ARN=None)
        self.assertEqual(monitor.invoke({})["tasks"]["told"], 1)
        self.assertEqual([line["task_id"] for line in self.logged(monitor)], ["quiet"])

    def test_who_was_not_told_is_told_later(self):
        self.make_dead("later")
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))  # and does not listen
            port = nobody.getsockname()[1]
            cut_off = self.start("dead_letters", AWS_ENDPOINT_URL_SNS=f"http://127.0.0.1:{port}")
            with self.assertRaises(Failed) as failed:
                cut_off.invoke({})
        self.assertEqual(failed.exception.type, "ServiceUnavailable")
        self.assertEqual(self.logged(cut_off), [])
        self.assertEqual(self.monitor.invoke({})["tasks"]["told"], 1)
        self.assertEqual(len(self.home.told()), 1)

    def given_up_by_sqs(self, task_id):
        """Its message goes where SQS puts it after the last receipt."""
        (message,) = self.queue.receive()
        attributes = message["Attributes"]
        self.queue.send(
            message["Body"],
            attributes["MessageGroupId"],
            attributes["MessageDeduplicationId"],
            url=self.queue.dead_letter_url,
        )
        self.queue.delete(message)
        self.assertEqual(json.loads(message["Body"])["task_id"], task_id)

    def test_what_sqs_gave_up_while_it_was_queued_is_dead(self):
        self.submit(task_id="never-ran", title="a")
        self.given_up_by_sqs("never-ran")
        look = self.monitor.invoke({})
        self.assertEqual(look["tasks"], {"dead": 1, "recorded": 1, "told": 1})
        task = self.task("never-ran")
        self.assertEqual(task["status"], "dead")
        self.assertTrue(task["last_error"].startswith("Lost"), task["last_error"])
        self.assertEqual([one["outcome"] for one in self.attempts("never-ran")], ["lost"])
        self.assertEqual(len(self.home.told()), 1)
        self.assertEqual(self.monitor.invoke({})["tasks"]["recorded"], 0)
        self.assertEqual(self.letters(), ["never-ran"])

    def test_what_sqs_gave_up_while_it_ran_is_dead(self):
        self.submit(task_id="stuck", title="a")
        # As a processor leaves it that is killed.
        self.home.set_attribute("stuck", "status", {"S": "running"})
        self.home.set_attribute("stuck", "attempts", {"N": "1"})
        created = self.home.item("stuck")["created_at"]
        self.home.set_attribute("stuck", "started_at", {"S": created})
        self.given_up_by_sqs("stuck")
        self.assertEqual(self.monitor.invoke({})["tasks"]["recorded"], 1)
        task = self.task("stuck")
        self.assertEqual((task["status"], task["attempts"]), ("dead", 1))
        (attempt,) = self.attempts("stuck")
        self.assertEqual((attempt["attempt"], attempt["outcome"]), (1, "lost"))

    def test_what_is_no_task_stays_and_disturbs_nobody(self):
        self.queue.send("hello", "g", "hello", url=self.queue.dead_letter_url)
        self.make_dead("real", lane="g")
        look = self.monitor.invoke({})
        self.assertEqual(look["tasks"], {"dead": 1, "recorded": 0, "told": 1})
        self.assertEqual(len(self.queue.dead_letters()), 2)

    def test_they_are_put_back_in_their_order(self):
        self.make_dead("back-1", "back-2", lane="b")
        first = self.task("back-1")["sequence"]
        listed = self.ask("GET", "/dead-letters?queue=tasks").json["items"]
        self.assertEqual(sorted(one["task_id"] for one in listed), ["back-1", "back-2"])
        self.monitor.invoke({})
        answer = self.ask("POST", "/dead-letters/redrive", {"queue": "tasks"})
        self.assertEqual((answer.status, answer.json), (200, {"redriven": 2}), answer.body)
        self.assertEqual(self.queue.swallowed_of("back-1"), 0)
        messages = self.queue.peek()
        self.assertEqual(
            [json.loads(one["Body"])["task_id"] for one in messages], ["back-1", "back-2"]
        )
        task = self.task("back-1")
        self.assertEqual((task["status"], task["attempts"]), ("queued", 0))
        self.assertGreater(task["sequence"], first)
        self.queue.run_dry(self.start("processor"))
        for task_id in ("back-1", "back-2"):
            self.assertEqual(self.task(task_id)["status"], "succeeded")
        self.assertEqual(self.ask("GET", "/dead-letters").json["items"], [])
        # The old messages are still there, and say nothing any more.
        look = self.monitor.invoke({})
        self.assertEqual(look["tasks"], {"dead": 0, "recorded": 0, "told": 0})
        self.assertEqual(len(self.letters()), 2)

    def test_who_dies_again_is_told_of_again(self):
        self.make_dead("phoenix")
        self.monitor.invoke({})
        for _ in range(2):
            answer = self.ask("POST", "/dead-letters/redrive", {"task_ids": ["phoenix"]})
            self.assertEqual(answer.json, {"redriven": 1}, answer.body)
            self.queue.run_dry(self.failing)
            self.assertEqual(self.monitor.invoke({})["tasks"]["told"], 1)
        self.assertEqual(len(self.home.told()), 3)
        self.assertEqual(self.letters(), ["phoenix"] * 3)

    def test_one_is_tried_again(self):
        self.make_dead("again", "not-again")
        answer = self.ask("POST", "/tasks/again/retry")
        self.assertEqual((answer.status, answer.json["status"]), (200, "queued"), answer.body)
        self.queue.run_dry(self.start("processor"))
        self.assertEqual(self.task("again")["status"], "succeeded")
        self.assertEqual(self.task("not-again")["status"], "dead")

    def test_they_are_forgotten_on_request(self):
        self.make_dead("forget-1", "forget-2")
        answer = self.ask("DELETE", "/dead-letters?queue=tasks")
        self.assertEqual((answer.status, answer.json), (200, {"purged": 2}), answer.body)
        self.assert_problem(self.ask("GET", "/tasks/forget-1"), 404)
        look = self.monitor.invoke({})
        self.assertEqual(look["tasks"], {"dead": 0, "recorded": 0, "told": 0})
        self.assertEqual(self.home.told(), [])

    def test_more_dead_than_a_transaction_takes_are_put_back(self):
        ids = [f"mass-{n}" for n in range(52)]
        tasks = [
            {"task_id": one, "title": "a", "lane": f"lane-{n % 7}"} for n, one in enumerate(ids)
        ]
        self.ask("POST", "/tasks/batch", {"tasks": tasks})
        self.queue.clear()
        for one in ids:
            self.home.set_attribute(one, "status", {"S": "dead"})
            self.home.set_attribute(one, "lot", {"S": "dead/tasks"})
        answer = self.ask("POST", "/dead-letters/redrive", {"queue": "tasks"})
        self.assertEqual(answer.json, {"redriven": 52}, answer.body)
        self.assertEqual(self.queue.size(), 52)
        listed = self.ask("GET", "/tasks?status=queued&limit=100").json["items"]
        self.assertEqual([one["task_id"] for one in reversed(listed)], ids)

    def test_a_dead_letter_queue_that_does_not_answer_loses_nothing(self):
        self.submit(task_id="unset", title="a", lane="u")
        self.submit(task_id="behind", title="a", lane="u")
        messages = self.queue.receive()
        front().refuse("SendMessageBatch", 5)  # as often as it is tried
        left = self.queue.hand_over(self.failing, messages)
        self.assertEqual(front().faults_left(), 0)
        self.assertEqual(left, {messages[0]["MessageId"]})
        # The invocation has succeeded: a metric tells that something failed in it.
        (metrics,) = [line for line in self.failing.log_lines() if "_aws" in line]
        self.assertEqual((metrics["Queue"], metrics["Troubles"]), ("tasks", 1))
        self.assertEqual(self.task("unset")["status"], "dead")
        self.queue.show(messages[0])
        self.queue.run_dry(self.failing)
        self.assertEqual(sorted(self.letters()), ["behind", "unset"])
        self.assertEqual(self.task("unset")["attempts"], 1)
        self.assertEqual(self.task("behind")["attempts"], 1)


del FreshHomeCase  # no case of this module

if __name__ == "__main__":
    unittest.main()
