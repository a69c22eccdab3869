#!/usr/bin/env python3
"""`ordo serve` and the function `api` answer the same requests alike: one table, held against both.

ORDO_PROGRAM and ORDO_LAMBDA_PROGRAM name the programs; ORDO_AWS_URL an emulator of AWS that runs,
or ORDO_AWS_EMULATOR the virtual environment of one.
"""

import contextlib
import json
import re
import threading
import time
import unittest

import comparison
import gateway_limits
import homes
import list_steps
import offered
import order_steps
import steps
import task_steps
import wire_steps

TABLE = [*task_steps.STEPS, *list_steps.STEPS, *order_steps.STEPS, *wire_steps.STEPS]
REQUESTS = [step for step in TABLE if isinstance(step, steps.Step)]
FEWEST_REQUESTS = 150
# Why a home may answer otherwise; there is no other.
REASONS = {offered.NOT_OFFERED, offered.ITS_OWN_DOCUMENT}
REASONS |= {text for name, text in vars(gateway_limits).items() if name.isupper()}


def wait_for_another_millisecond():
    """Times of two steps are never equal by chance."""
    now = time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 == now:
        pass


class Walk:
    """One home on its way through the table."""

    def __init__(self, home):
        self.home = home
        self.kept = {}
        self.answers = {}  # by the step's name
        self.asked_ids = {}
        self.fault = None

    def run(self):
        try:
            for step in TABLE:
                self.take(step)
                wait_for_another_millisecond()
        except Exception as fault:  # told by the test that asks for the answers
            self.fault = f"{step.name}: {fault!r}"

    def take(self, step):
        if isinstance(step, (steps.Die, steps.Finish)):
            act = self.home.die if isinstance(step, steps.Die) else self.home.finish
            for task_id in step.task_ids:
                act(task_id)
            return
        if isinstance(step, steps.Store):
            self.home.store(step.key, step.content_type, step.text)
            return
        headers = [("Host", steps.HOST)]
        headers += [(name, self.filled(value)) for name, value in step.headers]
        target = self.filled(step.target)
        body = step.body
        if body is not None:
            body = self.filled(body.decode("latin-1")).encode("latin-1")
        request = homes.Request(step.method, target, tuple(headers), body, step.chunked)
        answer = self.home.ask(request)
        self.answers[step.name] = answer
        asked = [value for name, value in headers if name.lower() == "x-request-id"]
        self.asked_ids[step.name] = asked[0] if asked else None
        for name, path in step.keep.items():
            try:
                self.kept[name] = comparison.value_at(answer, path)
            except (KeyError, ValueError):
                self.kept[name] = f"no-{name}"

    def filled(self, text):
        return re.sub("<<(.*?)>>", lambda found: str(self.kept[found[1]]), text)


def told(step, answer):
    """A request and its answer, for people."""
    lines = [f"{step.method} {step.target[:200]}"]
    lines += [f"{name}: {value[:200]}" for name, value in step.headers]
    lines += ["", (step.body or b"").decode(errors="backslashreplace")[:500], ""]
    lines += [str(answer.status), *(f"{name}: {value}" for name, value in answer.headers)]
    lines += ["", answer.body.decode(errors="backslashreplace")[:2000]]
    return "\n".join(lines)


class TheTable(unittest.TestCase):
    def test_has_enough_requests_and_each_a_name_of_its_own(self):
        names = [step.name for step in TABLE]
        self.assertEqual({name for name in names if names.count(name) > 1}, set())
        self.assertGreaterEqual(len(REQUESTS), FEWEST_REQUESTS)

    def test_has_no_case_that_any_answer_passes(self):
        for step in REQUESTS:
            for one in (step, *step.instead.values()):
                fields = step.fields if one is step else {}
                # With a body there must be more to it than its status.
                says_more = one.status not in (204, 304) and step.method != "HEAD"
                nothing = homes.Answer(one.status if says_more else 599, (), b"{}")
                with self.subTest(step.name):
                    self.assertIn(one.status, range(200, 600))
                    self.assertTrue(comparison.faults_of(nothing, one, fields))
                    self.assertEqual(one.problem is not None, one.status >= 400)

    def test_gives_a_reason_where_a_home_answers_otherwise(self):
        for step in REQUESTS:
            for home, instead in step.instead.items():
                with self.subTest(step.name):
                    self.assertIn(home, (steps.REST, steps.HTTP_API))
                    self.assertIn(instead.reason, REASONS)

    def test_asks_for_every_route_that_is_offered(self):
        for method, path in offered.ROUTES:
            shape = re.compile(re.sub(r"\\{key\\}", ".+", re.sub(r"\\{(?!key)\w+\\}", "[^/?]+",
                               re.escape(path))) + r"(\?.*)?")  # fmt: skip
            answered = {
                step.status for step in REQUESTS
                if step.method == method and shape.fullmatch(step.target)
            }  # fmt: skip
            with self.subTest(f"{method} {path}"):
                self.assertTrue(answered & {200, 201, 204}, "nothing of it succeeds")


class TheComparison(unittest.TestCase):
    """Of answers that a home made up, whose references hold, or do not."""

    STEPS = tuple(steps.get(name, "/", has={}) for name in ("made", "read"))

    def seen(self, *bodies, tag='"7-1"'):
        names = comparison.Names()
        headers = (("Content-Type", "application/json"), ("ETag", tag), ("Date", bodies[0]))
        return [
            comparison.comparable(step, None, homes.Answer(200, headers, body.encode()), names)
            for step, body in zip(self.STEPS, bodies, strict=True)
        ]

    def test_takes_values_that_are_made_up_by_where_they_came_first(self):
        made = '{"sequence":7,"task_id":"01a203a3-d51d-7191-81b6-ec143a50c5e5"}'
        other = '{"task_id":"01a203a4-0000-7000-8000-ec143a50c5e5","sequence":90}'
        self.assertEqual(self.seen(made, made), self.seen(other, other, tag='"90-1"'))
        self.assertNotEqual(self.seen(made, made), self.seen(made, other))
        self.assertNotEqual(self.seen(made, made), self.seen(other, other, tag='"91-1"'))
        self.assertNotEqual(self.seen(made, made), self.seen(other, other, tag='"90-2"'))

    def test_tells_times_apart_that_are_the_same_in_another_home(self):
        early, late = "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z"
        same = f'{{"task_id":"a","created_at":"{early}","updated_at":"{early}"}}'
        later = f'{{"task_id":"a","created_at":"{early}","updated_at":"{late}"}}'
        self.assertEqual(self.seen(same, same), self.seen(*[same.replace(early, late)] * 2))
        self.assertNotEqual(self.seen(same, same), self.seen(same, later))

    def test_keeps_numbers_as_they_are_spelled_and_dates_of_the_caller(self):
        due = '{"due_date":"2026-01-01T00:00:00.000Z","payload":{"n":1.50}}'
        self.assertEqual(self.seen(due, due), self.seen(due, due))
        self.assertNotEqual(self.seen(due, due), self.seen(due, due.replace("1.50", "1.5")))
        self.assertNotEqual(self.seen(due, due), self.seen(due, due.replace(".000Z", ".001Z")))


class Answers(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as cleanup:
            all_homes = homes.start_all(cleanup)
            cls.walks = {name: Walk(home) for name, home in all_homes.items()}
            threads = [threading.Thread(target=walk.run) for walk in cls.walks.values()]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            cls.documents = {}
            if not any(walk.fault for walk in cls.walks.values()):
                ask = homes.Request("GET", "/openapi.json", (("Host", steps.HOST),), None)
                for name, home in all_homes.items():
                    cls.documents[name] = json.loads(home.ask(ask).body)

    def walk(self, home):
        self.assertIsNone(self.walks[home].fault, f"{home} did not come to the table's end")
        return self.walks[home]

    def check_that_all_ended(self):
        for home in steps.HOMES:
            self.walk(home)

    def check_as_stated(self, home):
        walk = self.walk(home)
        for step in REQUESTS:
            wanted = step.instead.get(home, step)
            fields = step.fields if wanted is step else {}
            answer = walk.answers[step.name]
            with self.subTest(step.name, home=home):
                fields = {name: value and walk.filled(value) for name, value in fields.items()}
                faults = comparison.faults_of(answer, wanted, fields)
                self.assertFalse(faults, "\n" + "\n".join([*faults, "", told(step, answer)]))

    def test_serve_answers_as_the_table_states(self):
        self.check_as_stated(steps.SERVE)

    def test_the_function_behind_a_rest_api_answers_as_the_table_states(self):
        self.check_as_stated(steps.REST)

    def test_the_function_behind_an_http_api_answers_as_the_table_states(self):
        self.check_as_stated(steps.HTTP_API)

    def comparables(self, home, left_out):
        """Answers by their steps' names; what only one of both can be asked stays out of both."""
        walk = self.walk(home)
        names = comparison.Names()
        return {
            step.name: comparison.comparable(
                step, walk.asked_ids[step.name], walk.answers[step.name], names
            )
            for step in REQUESTS
            if left_out not in step.instead
        }

    def check_equal_to_serve(self, home):
        ours = self.comparables(home, home)
        theirs = self.comparables(steps.SERVE, home)
        for name, answer in theirs.items():
            with self.subTest(name, home=home):
                self.assertEqual(ours[name], answer, f"{home} (first) and serve (second)")

    def test_the_function_behind_a_rest_api_answers_as_serve_does(self):
        self.check_equal_to_serve(steps.REST)

    def test_the_function_behind_an_http_api_answers_as_serve_does(self):
        self.check_equal_to_serve(steps.HTTP_API)

    def test_every_answer_carries_a_request_id(self):
        for home in steps.HOMES:
            walk = self.walk(home)
            for step in REQUESTS:
                with self.subTest(step.name, home=home):
                    answer = walk.answers[step.name]
                    self.assertEqual(len(answer.values("X-Request-Id")), 1)

    def test_the_document_of_the_function_lists_what_it_offers_and_nothing_else(self):
        self.check_that_all_ended()
        serve = self.documents[steps.SERVE]
        for home in (steps.REST, steps.HTTP_API):
            document = self.documents[home]
            listed = {
                (method.upper(), path)
                for path, methods in document["paths"].items() for method in methods
            }  # fmt: skip
            self.assertEqual(listed, set(offered.ROUTES))
            for method, path in offered.ROUTES:
                here = document["paths"][path][method.lower()]
                self.assertEqual(here, serve["paths"][path][method.lower()], f"{method} {path}")

    def test_what_both_documents_have_they_have_alike(self):
        self.check_that_all_ended()
        serve = self.documents[steps.SERVE]
        for home in (steps.REST, steps.HTTP_API):
            rest = {name: part for name, part in self.documents[home].items() if name != "paths"}
            self.assertEqual(rest, {name: part for name, part in serve.items() if name != "paths"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
