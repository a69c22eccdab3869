"""Attempts that fail: their pauses, the order of their lanes, and functions of AWS Lambda as those
that run tasks."""

import datetime
import json
import threading
import unittest

import home
from home import HomeCase, eventually, sqs_event
from invoked import FunctionError, Refusal, UserFunctions
from lambda_process import Ended


def time_of(text):
    return datetime.datetime.fromisoformat(text)


def now():
    return datetime.datetime.now(datetime.UTC)


class Worker:
    """A user function. Does as the payload says: {"fails": how often, "with": an error, "answers":
    what, "waits": true, "refused": how often}."""

    def __init__(self):
        self.calls = []  # (task_id, attempt)
        self.began = threading.Condition()
        self.go_on = threading.Event()
        self.refused = {}

    def __call__(self, event):
        (record,) = event["Records"]
        task = json.loads(record["body"])
        task_id, payload = task["task_id"], task["payload"]
        attempt = int(record["attributes"]["ApproximateReceiveCount"])
        if self.refused.setdefault(task_id, payload.get("refused", 0)):
            self.refused[task_id] -= 1
            raise Refusal(429, "TooManyRequestsException")
        with self.began:
            self.calls.append((task_id, attempt))
            self.began.notify_all()
        if payload.get("waits") and not self.go_on.wait(home.DEFAULT_BOUND_S):
            raise AssertionError("it waits for ever")
        if attempt <= payload.get("fails", 0):
            error = {"errorType": "ValueError", "errorMessage": "not today", "stackTrace": []}
            raise FunctionError(payload.get("with", error))
        return payload.get("answers", {})

    def calls_of(self, *task_ids):
        return [call for call in self.calls if call[0] in task_ids]

    def wait_for(self, *call):
        with self.began:
            return self.began.wait_for(lambda: call in self.calls, home.DEFAULT_BOUND_S)


class WorkerCase(HomeCase):
    @classmethod
    def setUpClass(cls):
        functions = UserFunctions()
        cls.addClassCleanup(functions.close)
        cls.worker = Worker()
        functions.functions["worker"] = cls.worker
        cls.arn = "arn:aws:lambda:eu-north-1:123456789012:function:other:live"
        functions.functions[cls.arn] = cls.worker
        cls.MORE = {"AWS_ENDPOINT_URL_LAMBDA": functions.url}
        super().setUpClass()
        cls.processor = cls.start("processor")

    def hand_over(self, *task_ids, queue=None, processor=None):
        """What is visible, which are messages of these tasks; the tasks that were left."""
        queue = queue or self.queue
        messages = queue.receive()
        names = {one["MessageId"]: json.loads(one["Body"])["task_id"] for one in messages}
        self.assertEqual(sorted(names.values()), sorted(task_ids))
        failed = queue.hand_over(processor or self.processor, messages)
        return sorted(names[one] for one in failed)

    def outcomes(self, task_id):
        return [(one["attempt"], one["outcome"]) for one in self.attempts(task_id)]


class Retrying(WorkerCase):
    QUEUES = {
        "tasks": {
            "function": "lambda:worker",
            "max_attempts": 3,
            "backoff": {"base_seconds": 1, "factor": 2, "jitter": "none"},
        },
        "at-once": {
            "function": "lambda:worker",
            "max_attempts": 2,
            "backoff": {"base_seconds": 0},
        },
        "in-a-minute": {
            "function": "lambda:worker",
            "backoff": {"base_seconds": 60, "jitter": "none"},
        },
        "simulated": {"max_attempts": 3, "backoff": {"base_seconds": 0}},
    }
    MORE = {}

    def assert_pause(self, task, seconds):
        pause = time_of(task["next_attempt_at"]) - time_of(task["updated_at"])
        # It is counted from a moment before that is written down.
        self.assertLessEqual(pause.total_seconds(), seconds)
        self.assertGreater(pause.total_seconds(), seconds - 0.5)

    def test_a_failed_head_holds_its_lane_and_no_other(self):
        self.submit(task_id="head", lane="one", payload={"fails": 1})
        self.submit(task_id="behind", lane="one", payload={})
        self.submit(task_id="beside", lane="two", payload={})
        self.assertEqual(self.hand_over("head", "behind", "beside"), ["behind", "head"])

        # Hidden until then, and what is behind it does not come before it.
        due = time_of(self.home.item("head")["next_attempt_at"])
        received = []
        hidden = 0

        def comes():
            nonlocal hidden, received
            asked = now()
            received = self.queue.receive()
            hidden += asked < due and not received
            self.assertFalse(received and now() < due, "it comes before its time")
            return received

        eventually(comes, within=10)
        self.assertGreater(hidden, 0)
        self.assertEqual(json.loads(received[0]["Body"])["task_id"], "head")
        self.assertEqual(self.task("beside")["status"], "succeeded")
        self.assertEqual(self.task("behind")["attempts"], 0)
        head = self.task("head")
        self.assertEqual((head["status"], head["attempts"]), ("queued", 1))
        self.assertEqual(head["last_error"], "ValueError: not today")
        self.assert_pause(head, 1)
        self.queue.hand_over(self.processor, received)
        self.queue.run_dry(self.processor, within=10)
        self.assertEqual(
            self.worker.calls_of("head", "behind"), [("head", 1), ("head", 2), ("behind", 1)]
        )
        self.assertEqual(self.outcomes("head"), [(1, "failed"), (2, "succeeded")])
        self.assertEqual(self.attempts("head")[0]["error"], "ValueError: not today")
        self.assertGreaterEqual(
            time_of(self.task("behind")["started_at"]), time_of(self.task("head")["finished_at"])
        )

    def test_one_that_comes_too_early_waits_for_the_rest(self):
        queue = self.home.queues["in-a-minute"]
        self.submit(task_id="early", lane="early", queue="in-a-minute", payload={"fails": 1})
        messages = queue.receive()
        queue.hand_over(self.processor, messages)
        due = self.task("early")["next_attempt_at"]
        queue.show(messages[0])
        self.assertEqual(self.hand_over("early", queue=queue), ["early"])
        self.assertEqual(queue.receive(), [], "it is hidden again")
        self.assertEqual(self.worker.calls_of("early"), [("early", 1)])
        self.assertEqual(self.task("early")["next_attempt_at"], due)
        # A minute later.
        self.home.set_attribute("early", "next_attempt_at", {"S": "2026-01-01T00:00:00.000Z"})
        queue.show(messages[0])
        queue.run_dry(self.processor)
        self.assertEqual(self.outcomes("early"), [(1, "failed"), (2, "succeeded")])

    def test_pauses_grow_and_attempts_end(self):
        self.submit(task_id="hopeless", lane="hopeless", payload={"fails": 9})
        self.submit(task_id="after", lane="hopeless", payload={})
        for attempt, pause in ((1, 1), (2, 2)):
            self.queue.run(
                self.processor, lambda n=attempt: self.task("hopeless")["attempts"] == n, within=10
            )
            self.assert_pause(self.task("hopeless"), pause)
        self.queue.run_dry(self.processor, within=10)
        task = self.task("hopeless")
        self.assertEqual((task["status"], task["attempts"]), ("dead", 3))
        self.assertEqual(task["last_error"], "ValueError: not today")
        self.assertIsNone(task["next_attempt_at"])
        self.assertEqual(self.outcomes("hopeless"), [(n, "failed") for n in (1, 2, 3)])
        self.assertEqual(self.task("after")["status"], "succeeded", "its lane goes on")
        letters = [json.loads(one["Body"])["task_id"] for one in self.queue.dead_letters()]
        self.assertIn("hopeless", letters)

    def test_a_dead_head_lets_its_lane_go_on_at_once(self):
        queue = self.home.queues["at-once"]
        self.submit(task_id="dying", lane="d", queue="at-once", payload={"fails": 2})
        self.submit(task_id="next", lane="d", queue="at-once", payload={})
        self.assertEqual(self.hand_over("dying", "next", queue=queue), ["dying", "next"])
        self.assertEqual(self.hand_over("dying", "next", queue=queue), [])
        self.assertEqual(self.task("dying")["status"], "dead")
        self.assertEqual(self.task("next")["status"], "succeeded")
        self.assertEqual(queue.size(), 0)
        (letter,) = queue.dead_letters()
        sent = queue.handed_over[-2]
        self.assertEqual(letter["Body"], sent["Body"])
        sequence = self.task("dying")["sequence"]
        self.assertEqual(letter["Attributes"]["MessageGroupId"], f"#{sequence}", "none hides another")

    def test_simulated_failures(self):
        queue = self.home.queues["simulated"]
        failing = self.start("processor", ORDO_FAILURE_RATE="1")
        for n in (1, 2):
            self.submit(task_id=f"simulated-{n}", lane="s", queue="simulated", title="a")
        queue.run_dry(failing)
        for n in (1, 2):
            task = self.task(f"simulated-{n}")
            self.assertEqual((task["status"], task["attempts"]), ("dead", 3))
            self.assertIn("SimulatedFailure", task["last_error"])
        letters = [json.loads(one["Body"])["task_id"] for one in queue.dead_letters()]
        self.assertEqual(sorted(letters), ["simulated-1", "simulated-2"])

    def test_nothing_begins_when_there_is_no_time_left(self):
        self.submit(task_id="no-time", lane="no-time", payload={})
        self.submit(task_id="no-time-2", lane="no-time", payload={})
        messages = self.queue.receive()
        failed = self.queue.hand_over(self.processor, messages, timeout_ms=2_000)
        self.assertEqual(failed, {message["MessageId"] for message in messages})
        self.assertEqual(self.task("no-time")["attempts"], 0)
        self.queue.run_dry(self.processor, within=10)
        self.assertEqual(
            self.worker.calls_of("no-time", "no-time-2"), [("no-time", 1), ("no-time-2", 1)]
        )

    def test_an_unfinished_task_can_be_cancelled_and_its_outcome_does_not_count(self):
        self.worker.go_on.clear()
        self.submit(task_id="running", lane="running", payload={"waits": True, "answers": {"a": 1}})
        runs = threading.Thread(target=self.queue.step, args=(self.processor,))
        runs.start()
        self.assertTrue(self.worker.wait_for("running", 1))
        self.assertEqual(self.task("running")["status"], "running")
        self.assert_problem(self.ask("DELETE", "/tasks/running"), 409)
        answer = self.ask("POST", "/tasks/running/cancel")
        self.assertEqual((answer.status, answer.json["status"]), (200, "cancelled"), answer.body)
        self.worker.go_on.set()
        runs.join()
        task = self.task("running")
        self.assertEqual((task["status"], task["result"]), ("cancelled", None))
        self.assertEqual(self.outcomes("running"), [(1, "cancelled")])
        self.queue.run_dry(self.processor)


class Functions(WorkerCase):
    """Answers of a user function, and what its failures are called."""

    QUEUES = {
        "tasks": {"function": "lambda:worker", "max_attempts": 1},
        "by-arn": {
            "function": "lambda:arn:aws:lambda:eu-north-1:123456789012:function:other:live",
            "max_attempts": 1,
        },
        "missing": {"function": "lambda:nobody", "max_attempts": 1},
    }
    MORE = {}

    def outcome(self, task_id, queue="tasks", **payload):
        self.submit(task_id=task_id, queue=queue, lane=task_id, payload=payload)
        self.home.queues[queue].run_dry(self.processor)
        return self.task(task_id)

    def test_its_object_is_the_result(self):
        task = self.outcome("object", answers={"sum": 3, "of": [1, 2]})
        self.assertEqual((task["status"], task["result"]), ("succeeded", {"sum": 3, "of": [1, 2]}))

    def test_by_its_arn(self):
        self.assertEqual(self.outcome("arn", queue="by-arn", answers={"a": 1})["result"], {"a": 1})

    def test_what_is_no_object_is_no_result(self):
        for task_id, answers in (("text", '"done"'), ("null", "null"), ("nothing", "")):
            task = self.outcome(task_id, answers=answers)
            self.assertEqual((task["status"], task["result"]), ("succeeded", None), task)

    def test_an_error(self):
        task = self.outcome("error", fails=1)
        self.assertEqual((task["status"], task["last_error"]), ("dead", "ValueError: not today"))

    def test_a_timeout(self):
        said = "2026-11-22T10:00:00.000Z 8e03978e Task timed out after 3.00 seconds"
        task = self.outcome("timeout", fails=1, **{"with": {"errorMessage": said}})
        self.assertEqual(task["status"], "dead")
        self.assertIn("Task timed out after 3.00 seconds", task["last_error"])
        typed = {"errorType": "Sandbox.Timedout", "errorMessage": said}
        task = self.outcome("timeout-2", fails=1, **{"with": typed})
        self.assertEqual(task["last_error"], f"Sandbox.Timedout: {said}")

    def test_a_task_that_it_returns(self):
        for task_id, identifier, error in (
            ("returned", "returned", "BatchItemFailure"),
            ("misnamed", "another", "MalformedResponse"),
        ):
            answers = {"batchItemFailures": [{"itemIdentifier": identifier}]}
            task = self.outcome(task_id, answers=answers)
            self.assertEqual(task["status"], "dead")
            self.assertIn(error, task["last_error"])
        task = self.outcome("not-returned", answers={"batchItemFailures": []})
        self.assertEqual(task["status"], "succeeded")

    def test_what_is_no_json(self):
        task = self.outcome("no-json", answers="{")
        self.assertEqual(task["status"], "dead")
        self.assertIn("Malformed", task["last_error"])

    def test_a_function_that_there_is_not(self):
        task = self.outcome("nobody", queue="missing")
        self.assertEqual(task["status"], "dead")
        self.assertIn("ResourceNotFoundException", task["last_error"])

    def test_throttling_is_waited_out(self):
        task = self.outcome("throttled", refused=1, answers={"a": 1})
        self.assertEqual((task["status"], task["attempts"]), ("succeeded", 1))

    def test_a_batch_of_ten_lanes_runs_side_by_side(self):
        self.worker.go_on.clear()
        ids = [f"side-{n}" for n in range(10)]
        for task_id in ids:
            self.submit(task_id=task_id, lane=task_id, payload={"waits": True})
        runs = threading.Thread(target=self.queue.step, args=(self.processor,))
        runs.start()
        for task_id in ids:
            self.assertTrue(self.worker.wait_for(task_id, 1))
        self.worker.go_on.set()
        runs.join()
        self.assertEqual({self.task(one)["status"] for one in ids}, {"succeeded"})


class Killed(WorkerCase):
    """A processor that ends while a function runs."""

    QUEUES = {"tasks": {"function": "lambda:worker", "max_attempts": 2}}
    MORE = {}

    def kill_in(self, *call):
        """Kills a processor in this call; the messages, visible again, as they are in the end."""
        processor = self.start("processor")
        messages = self.queue.receive()
        ended = []

        def hand_over():
            try:
                processor.invoke(sqs_event(self.queue, messages))
            except Ended as end:
                ended.append(end)

        runs = threading.Thread(target=hand_over)
        runs.start()
        self.assertTrue(self.worker.wait_for(*call))
        processor.kill()
        runs.join()
        self.assertEqual(len(ended), 1)
        for message in messages:
            self.queue.show(message)

    def setUp(self):
        super().setUp()
        self.worker.go_on.clear()
        self.addCleanup(self.worker.go_on.set)

    def test_its_attempt_is_lost_and_the_next_one_runs(self):
        self.submit(task_id="cut-off", lane="k", payload={"waits": True, "answers": {"a": 1}})
        self.submit(task_id="later", lane="k", payload={})
        self.kill_in("cut-off", 1)
        task = self.task("cut-off")
        self.assertEqual((task["status"], task["attempts"]), ("running", 1))
        self.worker.go_on.set()
        self.queue.run_dry(self.processor)
        self.assertEqual(self.outcomes("cut-off"), [(1, "lost"), (2, "succeeded")])
        self.assertEqual(self.task("cut-off")["result"], {"a": 1})
        self.assertEqual(
            self.worker.calls_of("cut-off", "later"),
            [("cut-off", 1), ("cut-off", 2), ("later", 1)],
        )

    def test_lost_attempts_are_counted(self):
        self.submit(task_id="poison", lane="p", payload={"waits": True})
        self.submit(task_id="healthy", lane="p", payload={})
        self.kill_in("poison", 1)
        self.kill_in("poison", 2)
        self.queue.run_dry(self.processor)
        self.assertEqual(self.outcomes("poison"), [(1, "lost"), (2, "lost")])
        task = self.task("poison")
        self.assertEqual(task["status"], "dead")
        self.assertIn("Lost", task["last_error"])
        self.assertEqual(self.task("healthy")["status"], "succeeded")
        (letter,) = self.queue.dead_letters()
        self.assertEqual(json.loads(letter["Body"])["task_id"], "poison")


del HomeCase, WorkerCase  # no cases of this module

if __name__ == "__main__":
    unittest.main()
