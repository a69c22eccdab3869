"""Several processes of each function at once, as Lambda has them."""

import collections
import itertools
import json
import threading
import unittest

import home
from home import HomeCase, eventually, request
from invoked import UserFunctions

LANES = 5
TASKS_OF_A_LANE = 20


class SideBySide(HomeCase):
    QUEUES = {"tasks": {"function": "lambda:worker"}}
    MORE = {}

    @classmethod
    def setUpClass(cls):
        functions = UserFunctions()
        cls.addClassCleanup(functions.close)
        functions.functions["worker"] = cls.work
        cls.MORE = {"AWS_ENDPOINT_URL_LAMBDA": functions.url}
        cls.changed = threading.Condition()
        cls.running = set()  # lanes
        cls.most_at_once = 0
        cls.overlaps = []
        cls.order = collections.defaultdict(list)  # of lanes
        super().setUpClass()

    @classmethod
    def work(cls, event):
        task = json.loads(event["Records"][0]["body"])
        with cls.changed:
            if task["lane"] in cls.running:
                cls.overlaps.append(task["task_id"])
            cls.running.add(task["lane"])
            cls.order[task["lane"]].append(task["task_id"])
            cls.most_at_once = max(cls.most_at_once, len(cls.running))
            cls.changed.notify_all()
            # The first one waits for company, so that there is some.
            cls.changed.wait_for(lambda: cls.most_at_once > 1, home.DEFAULT_BOUND_S)
            cls.running.discard(task["lane"])
        return {}

    def side_by_side(self, *works):
        """Each in a thread; their exceptions are this one's."""
        faults = []

        def guarded(work):
            try:
                work()
            except BaseException as fault:
                faults.append(fault)

        threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]

    def test_every_task_runs_and_every_lane_keeps_its_order(self):
        lanes = [f"lane-{n}" for n in range(LANES)]
        apis = [self.api, self.start("api")]
        processors = [self.start("processor") for _ in range(2)]
        sent = threading.Event()

        def submit(api, of):
            # One by one within a lane, so that there is an order.
            for number, lane in itertools.product(range(TASKS_OF_A_LANE), of):
                body = {"task_id": f"{lane}-{number}", "lane": lane, "payload": {}}
                answer = request(api, "POST", "/tasks", body)
                self.assertEqual(answer.status, 201, answer.body)

        def submit_all():
            try:
                self.side_by_side(
                    lambda: submit(apis[0], lanes[0::2]), lambda: submit(apis[1], lanes[1::2])
                )
            finally:
                sent.set()

        def process(processor):
            def is_over():
                busy = self.queue.step(processor)
                return not busy and sent.is_set() and self.queue.size() == 0

            eventually(is_over, within=2 * home.DEFAULT_BOUND_S)

        self.side_by_side(submit_all, *(lambda p=one: process(p) for one in processors))

        wanted = {lane: [f"{lane}-{n}" for n in range(TASKS_OF_A_LANE)] for lane in lanes}
        self.assertEqual(dict(self.order), wanted, "each once, in its order")
        self.assertEqual(self.overlaps, [])
        self.assertGreater(self.most_at_once, 1)
        listed = self.ask("GET", "/tasks?limit=1000").json["items"]
        tasks = {task["task_id"]: task for task in listed}
        self.assertEqual(len(tasks), LANES * TASKS_OF_A_LANE)
        self.assertEqual({(t["status"], t["attempts"]) for t in listed}, {("succeeded", 1)})
        self.assertEqual(len({task["sequence"] for task in listed}), len(listed))
        for lane in lanes:
            of_lane = [tasks[one] for one in wanted[lane]]
            for one, next_one in zip(of_lane, of_lane[1:]):
                self.assertLess(one["sequence"], next_one["sequence"])
                self.assertLessEqual(one["finished_at"], next_one["started_at"])

    def test_of_one_id_there_is_one_task(self):
        apis = [self.api, self.start("api")]
        answers = []

        def submit(api):
            for number in range(10):
                body = {"task_id": f"same-{number}", "lane": "same", "payload": {}}
                answers.append(request(api, "POST", "/tasks", body).status)

        self.side_by_side(*(lambda a=api: submit(a) for api in apis))
        self.assertEqual(sorted(answers), [200] * 10 + [201] * 10)
        self.assertEqual(self.queue.size(), 10)

    def test_of_one_key_there_is_one_task(self):
        apis = [self.api, self.start("api")]
        answers = []

        def submit(api):
            for number in range(10):
                body = {"title": "a", "lane": "keyed"}
                headers = {"Idempotency-Key": f"key-{number}"}
                answers.append(request(api, "POST", "/tasks", body, headers))

        self.side_by_side(*(lambda a=api: submit(a) for api in apis))
        self.assertEqual(sorted(one.status for one in answers), [200] * 10 + [201] * 10)
        self.assertEqual(len({one.json["task_id"] for one in answers}), 10)
        self.assertEqual(self.queue.size(), 10)

    def test_the_same_orders_handed_in_at_once(self):
        apis = [self.api, self.start("api")]
        records = [
            {"record_id": f"r-{n}", "parameter_1": "a", "parameter_2": n} for n in range(120)
        ]
        answers = []
        self.side_by_side(
            *(lambda a=api: answers.append(request(a, "POST", "/orders", records)) for api in apis)
        )
        for answer in answers:
            self.assertEqual(answer.status, 201, answer.body)
        listed = self.ask("GET", "/orders?limit=1000").json["items"]
        self.assertEqual(len(listed), 120)


del HomeCase  # no case of this module

if __name__ == "__main__":
    unittest.main()
