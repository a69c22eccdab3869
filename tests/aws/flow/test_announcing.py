"""Tasks of which SQS has not heard, because their api process ended in between."""

import datetime
import json
import socket
import unittest

from emulator import front
from home import FreshHomeCase
from lambda_process import Failed


class Announcing(FreshHomeCase):
    def setUp(self):
        super().setUp()
        self.announce = self.start("announce")

    def untold(self, *task_ids, age_s, **task):
        """Accepted so long ago, in one transaction, by who then ended."""
        for task_id in task_ids:
            self.submit(task_id=task_id, **({"title": "a"} | task))
        self.queue.clear()
        front().forget_repetitions(self.queue.url)
        at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=age_s)
        text = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for task_id in task_ids:
            self.home.set_attribute(task_id, "created_at", {"S": text})
            self.home.set_attribute(task_id, "updated_at", {"S": text})
            self.home.set_attribute(task_id, "placed_at", {"S": text})

    def told(self):
        return [json.loads(message["Body"])["task_id"] for message in self.queue.peek()]

    def test_they_are_announced_once(self):
        self.untold("late-1", "late-2", age_s=80, lane="l")
        self.assertEqual(self.announce.invoke({}), {"seen": 2, "announced": 2, "left_out": 0})
        self.assertEqual(self.told(), ["late-1", "late-2"])
        front().forget_repetitions(self.queue.url)
        self.assertEqual(self.announce.invoke({}), {"seen": 0, "announced": 0, "left_out": 0})
        self.assertEqual(self.start("announce").invoke({}), {"seen": 0, "announced": 0, "left_out": 0})
        self.assertEqual(len(self.told()), 2)
        self.queue.run_dry(self.start("processor"))
        for task_id in ("late-1", "late-2"):
            task = self.task(task_id)
            self.assertEqual((task["status"], task["attempts"]), ("succeeded", 1))

    def test_what_was_accepted_just_now_is_left_to_who_accepted_it(self):
        self.untold("young", age_s=30)
        self.assertEqual(self.announce.invoke({}), {"seen": 0, "announced": 0, "left_out": 0})
        self.assertEqual(self.told(), [])
        self.untold("old", age_s=80)
        # What is behind one that is too young waits with it.
        self.assertEqual(self.announce.invoke({})["announced"], 0)
        self.home.set_attribute("young", "placed_at", {"S": "2026-01-01T00:00:00.000Z"})
        self.assertEqual(self.announce.invoke({}), {"seen": 2, "announced": 2, "left_out": 0})
        self.assertEqual(self.told(), ["young", "old"])

    def test_what_sqs_knows_makes_no_second_message(self):
        self.submit(task_id="known", title="a")
        self.home.set_attribute("known", "placed_at", {"S": "2026-01-01T00:00:00.000Z"})
        self.assertEqual(self.announce.invoke({}), {"seen": 1, "announced": 1, "left_out": 0})
        self.assertEqual(self.queue.swallowed_of("known"), 1)
        self.assertEqual(self.told(), ["known"])

    def test_what_has_run_is_not_announced(self):
        self.submit(task_id="ran", title="a")
        self.queue.run_dry(self.start("processor"))
        self.submit(task_id="unwanted", title="a")
        self.ask("POST", "/tasks/unwanted/cancel")
        self.queue.clear()
        front().forget_repetitions(self.queue.url)
        # Not even looked at: one that was accepted before them may come to be known after them.
        self.assertEqual(self.announce.invoke({}), {"seen": 0, "announced": 0, "left_out": 0})
        for task_id in ("ran", "unwanted"):
            self.home.set_attribute(task_id, "placed_at", {"S": "2026-01-01T00:00:00.000Z"})
        self.assertEqual(self.announce.invoke({}), {"seen": 2, "announced": 0, "left_out": 0})
        self.assertEqual(self.told(), [])

    def test_when_sqs_does_not_answer_they_wait(self):
        self.untold("patient", age_s=80)
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))  # and does not listen
            port = nobody.getsockname()[1]
            cut_off = self.start("announce", AWS_ENDPOINT_URL_SQS=f"http://127.0.0.1:{port}")
            with self.assertRaisesRegex(Failed, "ServiceUnavailable"):
                cut_off.invoke({})
        self.assertEqual(self.announce.invoke({}), {"seen": 1, "announced": 1, "left_out": 0})
        self.assertEqual(self.told(), ["patient"])

    def test_one_that_was_put_back_is_announced_in_its_later_life(self):
        failing = self.start("processor", ORDO_FAILURE_RATE="1")
        self.submit(task_id="back", title="a")
        self.home.set_attribute("back", "max_attempts", {"N": "1"})
        self.queue.run_dry(failing)
        self.assertEqual(self.task("back")["status"], "dead")
        self.ask("POST", "/tasks/back/retry")
        messages = self.queue.peek()
        sequence = self.task("back")["sequence"]
        self.queue.clear()
        front().forget_repetitions(self.queue.url)
        self.home.set_attribute("back", "placed_at", {"S": "2026-01-01T00:00:00.000Z"})
        self.assertEqual(self.announce.invoke({})["announced"], 1)
        (message,) = self.queue.peek()
        self.assertEqual(json.loads(message["Body"])["sequence"], sequence)
        self.assertEqual(
            message["Attributes"]["MessageDeduplicationId"],
            messages[0]["Attributes"]["MessageDeduplicationId"],
        )
        self.queue.run_dry(self.start("processor"))
        self.assertEqual(self.task("back")["status"], "succeeded")

    def test_a_replay_announces_it_too(self):
        self.untold("asked-twice", age_s=5)
        again = self.ask("POST", "/tasks", {"task_id": "asked-twice", "title": "a"})
        self.assertEqual(again.status, 200, again.body)
        self.assertEqual(self.told(), ["asked-twice"])


del FreshHomeCase  # no case of this module

if __name__ == "__main__":
    unittest.main()
